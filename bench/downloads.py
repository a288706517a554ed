#!/usr/bin/env python3
"""A peer with many downloads in its queue: how long it takes to ask for them, to list them and to
change them all, what a restart costs, and what is written to the disk.

  bench/downloads.py [--count 10000]          (with the folder of `swapmeet` in PATH)
"""

import argparse
import pathlib
import secrets
import statistics
import subprocess
import tempfile
import time

import hosts


class Peer:
    def __init__(self, work, index):
        self.work, self.index = work, index
        (work / "bob").mkdir(exist_ok=True)
        self.start()

    def start(self):
        began = time.monotonic()
        address = self.work / "data/bob/http.address"
        address.unlink(missing_ok=True)
        text = hosts.PEER.format(name="bob", index=self.index)
        self.host, self.address = hosts.start(self.work, "bob", text)
        while True:
            try:
                self.call("GET", "/api/v1/downloads?limit=1")
                break
            except OSError:
                time.sleep(0.01)
        return time.monotonic() - began

    def call(self, method, path, body=None):
        return hosts.call(self.work, "bob", self.address, method, path, body)

    def written(self):
        lines = pathlib.Path(f"/proc/{self.host.pid}/io").read_text().split("\n")
        return int(next(one for one in lines if one.startswith("write_bytes")).split()[1])

    def memory(self):
        lines = pathlib.Path(f"/proc/{self.host.pid}/status").read_text().split("\n")
        return int(next(one for one in lines if one.startswith("VmRSS")).split()[1]) / 1000

    def stop(self):
        self.host.terminate()
        self.host.wait()


def timed(work, rounds=9):
    """The median of some rounds, in ms."""
    spans = []
    for _ in range(rounds):
        began = time.monotonic()
        work()
        spans.append((time.monotonic() - began) * 1000)
    return statistics.median(spans)


def say(what, value):
    print(f"{what:<52} {value}", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=10_000)
    count = parser.parse_args().count
    with tempfile.TemporaryDirectory(prefix="swapmeet-bench-") as folder:
        work = pathlib.Path(folder)
        index, address = hosts.start(work, "index", hosts.INDEX)
        peer = Peer(work, address)
        try:
            measure(peer, count)
        finally:
            peer.stop()
            index.terminate()
            index.wait()


def measure(peer, count):
    nobody = {"peer": secrets.token_hex(16), "url": "http://127.0.0.1:9"}
    before, began = peer.written(), time.monotonic()
    for number in range(count):
        content = secrets.token_hex(32)
        peer.call("POST", "/api/v1/downloads",
                  {"content": content, "name": f"file {number}.bin",
                   "sources": [{**nobody, "url": f"{nobody['url']}/content/{content}", "name": "nobody"}]})
    say(f"{count} downloads are asked for, each", f"{(time.monotonic() - began) / count * 1000:.2f} ms")
    say("written for each", f"{(peer.written() - before) / count / 1000:.1f} kB")
    say("counts", peer.call("GET", "/api/v1/downloads?limit=1")["counts"])
    for path in ("?limit=50", "?limit=1000", "?limit=50&order=turn", "?limit=1000&order=turn",
                 "?limit=50&order=turn&state=failed,done", "?limit=2&id=0123"):
        say(f"GET /api/v1/downloads{path}",
            f"{timed(lambda: peer.call('GET', '/api/v1/downloads' + path)):.1f} ms")
    config = ["--config", str(peer.work / "bob.ini")]
    for words in (["downloads"], ["downloads", "--all"], ["downloads", "--json"]):
        say(f"swapmeet {' '.join(words)}",
            f"{timed(lambda: subprocess.run(['swapmeet', *words, *config], stdout=subprocess.DEVNULL, check=True), 5):.0f} ms")
    say("memory of the host", f"{peer.memory():.1f} MB")
    before = peer.written()
    for change in ("pause", "resume", "pause"):
        say(f"POST /api/v1/downloads/{change}",
            f"{timed(lambda: peer.call('POST', '/api/v1/downloads/' + change), 1):.0f} ms")
    say("written for these three", f"{(peer.written() - before) / 1e6:.1f} MB")
    peer.stop()
    say("a start with all of them", f"{peer.start() * 1000:.0f} ms")
    say("POST /api/v1/downloads/cancel",
        f"{timed(lambda: peer.call('POST', '/api/v1/downloads/cancel'), 1):.0f} ms")


if __name__ == "__main__":
    main()
