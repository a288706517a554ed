#!/usr/bin/env python3
"""A company's log-in: asks an HTTPS endpoint whether name and password are right.

swapmeet runs it for `[auth] plugin = process` and speaks one JSON object a line with it; the page
docs/reference/process-plugins.md has the whole protocol. It needs nothing but Python.

The endpoint gets POST {"user":…,"password":…} and answers 200 with {"groups":[…],"admin":true|false},
401 or 403 for a wrong password, and 404 for a name that it does not know.
"""
import json
import ssl
import sys
import threading
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor

greeting = json.loads(sys.stdin.readline())
settings = greeting["settings"]
if not settings.get("url", "").startswith("https://"):
    sys.exit("setting.url must be there and begin with https://: passwords go there")
# Verifies the certificate and the name in it. `setting.ca` names the company's own authority.
context = ssl.create_default_context(cafile=settings.get("ca"))
# Straight to it, whatever the environment says of proxies.
opener = urllib.request.build_opener(
    urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=context)
)
speaking = threading.Lock()


def say(answer):
    with speaking:
        print(json.dumps(answer), flush=True)


def failed(code, message):
    return {"error": {"code": code, "message": message}}


def check(request):
    body = json.dumps({"user": request["account"], "password": request["password"]}).encode()
    post = urllib.request.Request(settings["url"], body, {"Content-Type": "application/json"})
    try:
        with opener.open(post, timeout=request["within_ms"] / 1000) as reply:
            said = json.load(reply)
    except urllib.error.HTTPError as error:
        if error.code in (401, 403):
            return failed("unauthenticated", "wrong name or password")
        if error.code == 404:
            return {"grant": None}
        return failed("unavailable", f"the company's log-in answers with status {error.code}")
    except (OSError, ValueError) as error:  # not reached, not trusted, or no JSON
        return failed("unavailable", f"the company's log-in cannot be used: {error}")
    roles = ["admin"] if said.get("admin") is True else []
    return {"grant": {"account": request["account"], "groups": said.get("groups", []), "roles": roles}}


def answer(request):
    try:
        say({"id": request["id"], **check(request)})
    except Exception as error:  # whoever waits must hear of it
        say({"id": request["id"], **failed("internal", f"login.py failed: {error}")})


say({"swapmeet": 1})
with ThreadPoolExecutor(16) as pool:
    for line in sys.stdin:
        pool.submit(answer, json.loads(line))
