"""Hosts on 127.0.0.1 for the programs that measure: an index, peers, and what they cost."""

import json
import os
import pathlib
import signal
import subprocess
import time
import urllib.request

MIB = 1 << 20
SOURCE = pathlib.Path(__file__).resolve().parent.parent
INDEX = """[host]
name = bench
data = data/index
[http]
listen = 127.0.0.1:0
access = public
[auth]
plugin = open
[registry]
plugin = sqlite
[search]
plugin = fts
"""
PEER = """[host]
name = {name}
data = data/{name}
[http]
listen = 127.0.0.1:0
access = owner
[auth]
plugin = open
[registry]
plugin = remote
index = http://{index}
[search]
plugin = remote
[transfer]
plugin = swarm
listen = 127.0.0.1:0
download_folder = got
share.files = {name}
"""


def start(work, name, text):
    """Runs a host; its process and the address that it listens on."""
    (work / f"{name}.ini").write_text(text)
    with open(work / f"{name}.log", "w") as log:
        host = subprocess.Popen(["swapmeet", "run", "--config", work / f"{name}.ini"], stderr=log)
    address = work / "data" / name / "http.address"
    for _ in range(400):
        if address.exists() and address.read_text().strip():
            return host, address.read_text().strip()
        time.sleep(0.05)
    raise SystemExit((work / f"{name}.log").read_text())


def ask(url):
    with urllib.request.urlopen(url, timeout=10) as answer:
        return json.load(answer)


def find(index, name, sources):
    """The content of that name, once that many peers have announced it, and their addresses."""
    for _ in range(1200):
        hits = ask(f"http://{index}/api/v1/search?q={name}")["hits"]
        if hits and hits[0]["sources"] == sources:
            content = hits[0]["content"]
            record = ask(f"http://{index}/api/v1/contents/{content}")
            return content, [source["url"] for source in record["sources"]]
        time.sleep(0.1)
    raise SystemExit(f"{name} was not shared")


def cpu(processes):
    """Seconds of user and system time of running processes."""
    ticks = 0
    for process in processes:
        fields = pathlib.Path(f"/proc/{process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def quiet_cpu(processes):
    """The same, once it has stopped growing."""
    before = -1.0
    while (now := cpu(processes)) > before:
        before = now
        time.sleep(0.25)
    return now


def call(work, name, address, method, target, body=None):
    """Asks a peer's own API."""
    token = (work / "data" / name / "api.token").read_text().strip()
    request = urllib.request.Request(
        f"http://{address}{target}",
        data=None if body is None else json.dumps(body).encode(),
        method=method,
        headers={"Authorization": f"Bearer {token}", "Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=30) as answer:
        text = answer.read()
        return json.loads(text) if text else None


def make_file(path, size):
    with open(path, "wb") as file:
        for _ in range(size // MIB):
            file.write(os.urandom(MIB))


def most_memory(process):
    """Of a running process, in bytes."""
    for line in pathlib.Path(f"/proc/{process.pid}/status").read_text().splitlines():
        if line.startswith("VmHWM"):
            return int(line.split()[1]) * 1024
    return 0


def with_group(work, sources, downloaders, limits, size, measure_one, rounds, make=make_file):
    """Starts an index and peers, of which the sources share one file, and measures some rounds."""
    hosts = []
    try:
        host, index = start(work, "index", INDEX)
        hosts.append(host)
        peers = {}
        for name in [*sources, *downloaders]:
            (work / name).mkdir()
        make(work / "file.bin", size)
        for name in sources:
            os.link(work / "file.bin", work / name / "file.bin")
        for name in [*sources, *downloaders]:
            text = PEER.format(name=name, index=index).replace(
                "download_folder = got", f"download_folder = got/{name}\n{limits.get(name, '')}"
            )
            peers[name] = start(work, name, text)
            hosts.append(peers[name][0])
        content, _ = find(index, "file", len(sources))
        for count in range(rounds):
            measure_one(peers, content, count)
    finally:
        for host in hosts:
            host.send_signal(signal.SIGTERM)
        for host in hosts:
            host.wait()
