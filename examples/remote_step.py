#!/usr/bin/env python3
"""A matching step for Make Cats Free in Python, standard library only. The contract: docs/remote-steps.md.

    STEP_SECRET=... PORT=8000 python3 examples/remote_step.py

Change `rate` and `keeps`; the rest is the contract.
"""
import hashlib
import hmac
import json
import os
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

SECRET = os.environ["STEP_SECRET"].encode()
PORT = int(os.environ.get("PORT", "8000"))
MAX_BODY_BYTES = 8_000_000
MAX_AGE_SECONDS = 300


def rate(order, sample):
    """0 to 100: the weakest of the skills that the order asks for."""
    known = sample["characteristics"]
    return min((known.get(skill, 50) for skill in order["skills"]), default=50)


def keeps(order, sample):
    """Stays unless more than half of the orders failed."""
    return sample["failedCount"] <= sample["completedCount"] + 1


def answer(asked):
    order, samples = asked["order"], asked["samples"]
    if asked["kind"] == "filter":
        return {"contract": 1, "keep": [s["id"] for s in samples if keeps(order, s)]}
    return {"contract": 1, "ratings": {s["id"]: rate(order, s) for s in samples}}


class Step(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        length = int(self.headers.get("Content-Length", "0"))
        if not 0 < length <= MAX_BODY_BYTES:
            return self.reply(413, {"error": "too_large"})
        body = self.rfile.read(length)
        if not self.is_signed(body):
            return self.reply(401, {"error": "bad_signature"})
        if self.headers.get("X-MCF-Contract") != "1":
            return self.reply(400, {"error": "unknown_contract"})
        return self.reply(200, answer(json.loads(body)))

    def is_signed(self, body):
        timestamp = self.headers.get("X-MCF-Timestamp", "")
        if not timestamp.isdigit() or abs(time.time() - int(timestamp)) > MAX_AGE_SECONDS:
            return False
        expected = hmac.new(SECRET, timestamp.encode() + b"." + body, hashlib.sha256).hexdigest()
        return hmac.compare_digest(expected, self.headers.get("X-MCF-Signature", ""))

    def reply(self, status, value):
        raw = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(raw)))
        self.end_headers()
        self.wfile.write(raw)

    def log_message(self, *_):
        pass


if __name__ == "__main__":
    server = ThreadingHTTPServer(("127.0.0.1", PORT), Step)
    print(f"listening on {server.server_address[1]}", flush=True)
    server.serve_forever()
