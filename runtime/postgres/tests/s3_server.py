"""An S3 server on loopback that knows one bucket and one key, and checks signatures: moto's.

Usage: s3_server.py

Says on the first line of its output, as JSON, where it is, and the key. Ends when its standard input ends, so that it
never outlives the test that started it.
"""

import json
import os
import sys

import boto3
from moto import settings
from moto.moto_server.threaded_moto_server import ThreadedMotoServer

POLICY = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": ["s3:PutObject", "s3:GetObject"], "Resource": "*"}],
}


def main():
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    url = f"http://{host}:{port}"
    anyone = {"aws_access_key_id": "anyone", "aws_secret_access_key": "anything", "region_name": "us-east-1"}
    boto3.client("s3", endpoint_url=url, **anyone).create_bucket(Bucket="large")
    iam = boto3.client("iam", endpoint_url=url, **anyone)
    iam.create_user(UserName="twinhost")
    iam.put_user_policy(UserName="twinhost", PolicyName="objects", PolicyDocument=json.dumps(POLICY))
    key = iam.create_access_key(UserName="twinhost")["AccessKey"]
    # From here on, who asks must sign, and may do no more than the policy says.
    settings.INITIAL_NO_AUTH_ACTION_COUNT = 0.0
    known = {"url": url, "access_key_id": key["AccessKeyId"], "secret_access_key": key["SecretAccessKey"]}
    print(json.dumps(known), flush=True)
    sys.stdin.read()
    os._exit(0)


if __name__ == "__main__":
    main()
