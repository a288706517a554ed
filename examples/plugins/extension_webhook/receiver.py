#!/usr/bin/env python3
"""SECRET=… receiver.py PORT: takes what extension.webhook sends, and prints a line for each change.

A receiver of your own does the same four things: it checks the signature, drops a delivery that it
has had before, makes what it learned durable, and then answers 2xx.
"""
import hashlib
import hmac
import json
import os
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer

SECRET = os.environ["SECRET"].encode()
last = None  # a real one keeps the ids of the last deliveries on disk


class Receiver(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        global last
        body = self.rfile.read(int(self.headers["Content-Length"]))
        signature = "sha256=" + hmac.new(SECRET, body, hashlib.sha256).hexdigest()
        if not hmac.compare_digest(signature, self.headers.get("X-Swapmeet-Signature", "")):
            return self.answer(401)
        batch = json.loads(body)
        if batch["delivery"] != last:
            last = batch["delivery"]
            if batch["after"] == 0:
                print("from the beginning", flush=True)
            for change in batch["changes"]:
                print(change["op"], change.get("path") or change["peer"], flush=True)
        self.answer(204)

    def answer(self, status):
        self.send_response(status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


if __name__ == "__main__":
    HTTPServer(("127.0.0.1", int(sys.argv[1])), Receiver).serve_forever()
