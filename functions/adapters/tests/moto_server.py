"""moto's AWS emulator, with the one wire format it lacks.

Usage: moto_server.py [PORT]

Listens on 127.0.0.1, on a free port when none is given, and says where on the first line of its output. Ends when its
standard input ends, so that it never outlives the test that started it. Accounts start without moto's thousand images
and snapshots of its own.

The AWS SDK for Rust speaks Smithy's RPC v2 CBOR to CloudWatch, moto 5.2 only CloudWatch's older
formats. This server translates between CBOR and JSON on the way in and out, with botocore's own codecs and service
model; all answers are moto's.
"""

import gzip
import io
import json
import os
import sys
import threading
from datetime import datetime

os.environ.setdefault("MOTO_EC2_LOAD_DEFAULT_AMIS", "false")  # read when moto is imported

from botocore.parsers import JSONParser, RpcV2CBORParser
from botocore.serialize import RpcV2CBORSerializer
from botocore.session import get_session
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, MotoRequestHandler, create_backend_app
from werkzeug.serving import make_server

CLOUDWATCH = get_session().get_service_model("cloudwatch")
SERIALIZER = RpcV2CBORSerializer()


def decode(body):
    """CBOR to plain values, with times as seconds since the epoch."""
    parser = RpcV2CBORParser()
    value = parser.parse_data_item(parser.get_peekable_stream_from_bytes(body))
    return json.dumps(value, default=lambda time: time.timestamp() if isinstance(time, datetime) else str(time))


def encode(status, headers, body, shape):
    """moto's JSON answer as CBOR."""
    encoded = bytearray()
    if status >= 400:
        answer = json.loads(body or b"{}")
        error = {"__type": answer.get("__type", "InternalFailure"), "message": str(answer.get("message", ""))}
        encoded.append(0xA0 + len(error))
        for text in (text for pair in error.items() for text in pair):
            SERIALIZER._serialize_type_string(encoded, text, None, None)
    elif shape is None:
        encoded.append(0xA0)
    else:
        answer = JSONParser().parse({"status_code": status, "headers": headers, "body": body}, shape)
        answer.pop("ResponseMetadata", None)
        SERIALIZER._serialize_data_item(encoded, answer, shape)
    return bytes(encoded)


class Translator:
    """A WSGI application in front of moto's."""

    def __init__(self, moto):
        self.moto = moto

    def __call__(self, environ, start_response):
        if environ.get("HTTP_SMITHY_PROTOCOL") != "rpc-v2-cbor":
            return self.moto(environ, start_response)
        _, _, service, _, operation = environ["PATH_INFO"].split("/")
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        if environ.pop("HTTP_CONTENT_ENCODING", None) == "gzip":
            body = gzip.decompress(body)
        body = decode(body).encode()
        environ.pop("HTTP_SMITHY_PROTOCOL")
        environ.update(
            PATH_INFO="/",
            REQUEST_URI="/",
            RAW_URI="/",
            CONTENT_TYPE="application/x-amz-json-1.0",
            CONTENT_LENGTH=str(len(body)),
            HTTP_X_AMZ_TARGET=f"{service}.{operation}",
            HTTP_ACCEPT="application/json",
        )
        environ["wsgi.input"] = io.BytesIO(body)
        started = {}

        def remember(status, headers, exc_info=None):
            started.update(status=status, headers=headers)

        answer = b"".join(self.moto(environ, remember))
        code = int(started["status"].split()[0])
        shape = CLOUDWATCH.operation_model(operation).output_shape
        encoded = encode(code, dict(started["headers"]), answer, shape)
        headers = [
            ("smithy-protocol", "rpc-v2-cbor"),
            ("content-type", "application/cbor"),
            ("content-length", str(len(encoded))),
        ]
        start_response(started["status"], headers)
        return [encoded]


def end_with_input():
    sys.stdin.read()
    os._exit(0)


def main():
    if len(sys.argv) > 2 or not all(argument.isdigit() for argument in sys.argv[1:]):
        sys.exit(__doc__)
    port = int(sys.argv[1]) if len(sys.argv) == 2 else 0
    moto = Translator(DomainDispatcherApplication(create_backend_app))
    server = make_server("127.0.0.1", port, moto, threaded=True, request_handler=MotoRequestHandler)
    print(f"http://127.0.0.1:{server.server_port}", flush=True)
    threading.Thread(target=end_with_input, daemon=True).start()
    server.serve_forever()


if __name__ == "__main__":
    main()
