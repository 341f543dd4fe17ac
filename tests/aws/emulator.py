"""AWS on loopback: moto, with the rigour of AWS where moto is lax and faults on demand.

Usage: emulator.py [PORT]

Listens on 127.0.0.1, on a free port when none is given, and says where on the first line of its output. Then it takes
commands, one line of JSON each, from its standard input, and answers each with a line:

  {"advance": 30}            lets 30 seconds pass
  {"fault": {…}}             see `Fault`
  {"calls": null}            answers how often each operation was called since the last such command
  {"last": "SendEmail"}      answers the body of the last call of an operation, which is JSON
  {"mails": null}            answers the bodies of all calls that sent a mail
  {"peek": "orders.fifo"}    answers the messages of a queue, in flight or not, and receives none

A command can also be posted to `/_emulator`. It ends when its standard input ends, so that it never outlives whoever
started it.

What AWS does and moto does not: transactions are isolated from each other; a ClientRequestToken makes one idempotent; a
transaction has 4 MB at the most; and what `queues` says.
"""

import collections
import io
import json
import os
import sys
import threading

from moto.moto_server.werkzeug_app import DomainDispatcherApplication, MotoRequestHandler, create_backend_app
from werkzeug.serving import make_server

import queues
import transactions

MAX_TRANSACTION_BYTES = 4 * 1024 * 1024
COMMANDS = "/_emulator"
MAILS = "/v2/email/outbound-emails"


class Fault:
    """Something that goes wrong with calls of one operation.

    operation   as in `X-Amz-Target` after the dot: SendMessageBatch
    skip        calls that go well before it happens (0)
    times       calls that it happens to (1)
    status      of the answer; 0 closes the connection without one
    body        of the answer
    done        whether the call has its effect all the same (false): the answer is lost, not the question
    entry       of a SendMessageBatch: only the entry at this place fails, with `body` as its error
    """

    def __init__(self, operation, skip=0, times=1, status=500, body=None, done=False, entry=None):
        self.operation, self.skip, self.times = operation, skip, times
        self.status, self.body, self.done, self.entry = status, body or {}, done, entry

    def strikes(self, operation):
        if operation != self.operation or self.times == 0:
            return False
        if self.skip:
            self.skip -= 1
            return False
        self.times -= 1
        return True


class Emulator:
    """A WSGI application in front of moto's."""

    def __init__(self, moto, clock):
        self.moto = moto
        self.clock = clock
        self.lock = threading.Lock()
        self.faults = []
        self.calls = collections.Counter()
        self.last = {}
        self.mails = []
        self.tokens = {}

    def __call__(self, environ, start_response):
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        if environ["PATH_INFO"] == COMMANDS:
            start_response("200 OK", [("Content-Type", "application/json")])
            return [json.dumps(self.obey(json.loads(body))).encode()]
        target = environ.get("HTTP_X_AMZ_TARGET", "")
        operation = target.rpartition(".")[2] or f"{environ['REQUEST_METHOD']} {environ['PATH_INFO'].split('/')[1]}"
        with self.lock:
            self.calls[operation] += 1
            self.last[operation] = body
            fault = next((fault for fault in self.faults if fault.strikes(operation)), None)
            if fault and fault.entry is None:
                if fault.done:
                    self.answer(operation, environ, body)
                if fault.status == 0:
                    raise ConnectionError("a fault was asked for")
                return self.reply(start_response, fault.status, fault.body)
            refused = []
            if fault:
                body, refused = self.without_entry(body, fault)
            status, headers, answer = self.answer(operation, environ, body)
            if environ["PATH_INFO"] == MAILS and status.startswith("200"):
                self.mails.append(json.loads(body))
        if refused:
            answer = json.dumps({"Successful": [], **json.loads(answer), "Failed": refused}).encode()
            headers = [(name, value) for name, value in headers if name.lower() != "content-length"]
        start_response(status, headers)
        return [answer]

    def answer(self, operation, environ, body):
        if operation == "TransactWriteItems":
            request = json.loads(body)
            if sum(map(size, request["TransactItems"])) > MAX_TRANSACTION_BYTES:
                return self.error("ValidationException", "Transaction request cannot include more than 4 MB of data")
            token = request.pop("ClientRequestToken")
            if token in self.tokens:
                known, answer = self.tokens[token]
                if known != request:
                    return self.error("IdempotentParameterMismatchException", "the token was used for another request")
                return answer
            answer = self.forward(environ, body)
            if answer[0].startswith("200"):
                self.tokens[token] = (request, answer)
            return answer
        return self.forward(environ, body)

    def obey(self, command):
        ((name, value),) = command.items()
        with self.lock:
            if name == "advance":
                self.clock.ahead += value
            elif name == "fault":
                self.faults.append(Fault(**value))
            elif name == "calls":
                answer, self.calls = dict(self.calls), collections.Counter()
                return answer
            elif name == "last":
                return json.loads(self.last[value])
            elif name == "mails":
                return self.mails
            elif name == "peek":
                return queues.peek(value)
            else:
                raise ValueError(f"unknown command {name}")

    def forward(self, environ, body):
        if "/cloudformation/" in environ.get("HTTP_AUTHORIZATION", ""):
            # Not before: it loads nearly all of moto.
            import cloudformation  # noqa: F401
        environ["wsgi.input"] = io.BytesIO(body)
        environ["CONTENT_LENGTH"] = str(len(body))
        started = []
        answer = b"".join(self.moto(environ, lambda status, headers, _=None: started.extend((status, headers))))
        return started[0], started[1], answer

    def error(self, kind, message):
        body = json.dumps({"__type": f"com.amazonaws.dynamodb.v20120810#{kind}", "message": message}).encode()
        return "400 Bad Request", [("Content-Type", "application/x-amz-json-1.0")], body

    def reply(self, start_response, status, body):
        headers = [("Content-Type", "application/x-amz-json-1.0")]
        # Queues have their own header for it.
        if "__type" in body:
            headers.append(("x-amzn-ErrorType", body["__type"]))
        start_response(f"{status} Fault", headers)
        return [json.dumps(body).encode()]

    def without_entry(self, body, fault):
        request = json.loads(body)
        entry = request["Entries"].pop(fault.entry)
        return json.dumps(request).encode(), [{"Id": entry["Id"], "SenderFault": False, **fault.body}]


def size(action):
    (operation,) = action.values()
    return sum(map(len, strings(operation.get("Item") or operation.get("ExpressionAttributeValues") or {})))


def strings(value):
    """The texts and numbers within attribute values, as UTF-8."""
    if isinstance(value, dict):
        for inner in value.values():
            yield from strings(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from strings(inner)
    elif isinstance(value, str):
        yield value.encode()


def obey_input(emulator, answers):
    for line in sys.stdin:
        print(json.dumps(emulator.obey(json.loads(line))), file=answers, flush=True)
    os._exit(0)


def main():
    if len(sys.argv) > 2 or not all(argument.isdigit() for argument in sys.argv[1:]):
        sys.exit(__doc__)
    port = int(sys.argv[1]) if len(sys.argv) == 2 else 0
    # Some of moto prints.
    answers, sys.stdout = sys.stdout, sys.stderr
    clock = queues.install()
    transactions.install()
    emulator = Emulator(DomainDispatcherApplication(create_backend_app), clock)
    server = make_server("127.0.0.1", port, emulator, threaded=True, request_handler=MotoRequestHandler)
    print(f"http://127.0.0.1:{server.server_port}", file=answers, flush=True)
    threading.Thread(target=obey_input, args=(emulator, answers), daemon=True).start()
    server.serve_forever()


if __name__ == "__main__":
    main()
