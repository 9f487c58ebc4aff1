"""What the programs for both Python SDKs share."""

import json
import os
import sys
import threading
import time
from datetime import datetime, timedelta, timezone
from http.server import BaseHTTPRequestHandler, HTTPServer


class Checks:
    """Counts what held, and prints what did not."""

    def __init__(self):
        self.held = 0
        self.failed = []

    def __call__(self, what, found, expected):
        if found == expected:
            self.held += 1
        else:
            self.failed.append(f"{what}: {str(found)[:300]} instead of {expected!r}")

    def report(self):
        for line in self.failed:
            print("FAILED", line)
        print(f"{self.held} held, {len(self.failed)} failed")
        sys.exit(1 if self.failed else 0)

    @staticmethod
    def an_hour_ago():
        then = datetime.now(timezone.utc) - timedelta(hours=1)
        return then.strftime("%Y-%m-%dT%H:%M:%S.000Z")


def client_config(token=None, **more):
    return {"orgUrl": os.environ["OKTA_URL"], "token": token or os.environ["OKTA_TOKEN"], **more}


def assertion_client():
    """The settings of a service app that may read users only."""
    with open(os.environ["OKTA_PRIVATE_KEY"]) as key:
        key = key.read()
    return {
        "orgUrl": os.environ["OKTA_URL"], "authorizationMode": "PrivateKey",
        "clientId": os.environ["OKTA_CLIENT"], "scopes": ["okta.users.read"], "privateKey": key,
    }


def receiver():
    """A hook in a thread of its own: its URL, and the logins it was told of."""
    received = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            challenge = self.headers["x-okta-verification-challenge"]
            self.answer(200, json.dumps({"verification": challenge}).encode())

        def do_POST(self):
            body = json.loads(self.rfile.read(int(self.headers["content-length"])))
            if self.headers["authorization"] == "s3cret":
                received.extend(event["target"][0]["alternateId"] for event in body["data"]["events"])
            self.answer(204, b"")

        def answer(self, status, body):
            self.send_response(status)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return f"http://127.0.0.1:{server.server_port}/hook", received


def soon(value):
    """What `value` gives once it gives something."""
    deadline = time.monotonic() + 10
    while not value() and time.monotonic() < deadline:
        time.sleep(0.05)
    return value()
