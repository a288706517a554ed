#!/usr/bin/env python3
"""A folder of many small files from a peer, asked for over one connection with many requests on their
way at a time: files a second, and CPU time of the serving peer for each file, beside nginx if it is
installed (Debian's nginx-light).

  bench/http/pipelining.py [--program build/release/bin/swapmeet] [--before OTHER] [--rounds 5]
                           [--files 10000] [--size 20000] [--window 0] [--connections 1] [--strace FILE]

--before: another build of the program, measured in the same run. --window: requests that are on their
way on each connection; 0: all at once. --strace: counts the peer's system calls in one more round.

Python's standard library only. Starts an index, a peer and nginx on ports of 127.0.0.1 in a temporary
folder, and stops them. "cold" is the first time that anybody asks for these files, "warm" the medians
of the rounds after it; the files are in the page cache either way. Every answer is checked for its
status, length and tag.
"""
import argparse, hashlib, os, pathlib, re, selectors, shutil, signal, socket, statistics, subprocess, sys
import tempfile, time

sys.dont_write_bytecode = True  # nothing beside this file
from serving import cpu_of, start_nginx, start_peer
from slow_clients import wait_for

LEAF = 16 << 10


def content_id(data):
    """The root of the Merkle tree over leaves of 16 KiB (BEP 52)."""
    nodes = [hashlib.sha256(data[at:at + LEAF]).digest() for at in range(0, len(data), LEAF)]
    padding = bytes(32)
    while len(nodes) > 1:
        if len(nodes) % 2:
            nodes.append(padding)
        nodes = [hashlib.sha256(a + b).digest() for a, b in zip(nodes[::2], nodes[1::2])]
        padding = hashlib.sha256(padding * 2).digest()
    return nodes[0].hex()


class Client:
    """One connection. Writes requests as long as fewer than `window` wait for their answers."""

    def __init__(self, port, paths, window):
        self.paths, self.window = paths, window or len(paths)
        self.asked = self.answered = 0
        self.out, self.buffer, self.refused = b"", bytearray(), []
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.socket.setblocking(False)

    def write(self):
        upto = min(len(self.paths), self.answered + self.window)
        if upto > self.asked and len(self.out) < 1 << 16:
            upto = min(upto, self.asked + 2000)
            self.out += b"".join(b"GET %s HTTP/1.1\r\nHost: 127.0.0.1\r\nSwapmeet-Peer: bench\r\n\r\n" %
                                 path for path in self.paths[self.asked:upto])
            self.asked = upto
        if self.out:
            try:
                self.out = self.out[self.socket.send(self.out):]
            except BlockingIOError:
                pass

    def wants_to_write(self):
        return bool(self.out) or self.asked < min(len(self.paths), self.answered + self.window)

    def read(self):
        try:
            part = self.socket.recv(1 << 20)
        except BlockingIOError:
            return
        if not part:
            raise SystemExit(f"the server closed after {self.answered} answers")
        self.buffer += part
        at = 0
        while (end := self.buffer.find(b"\r\n\r\n", at)) >= 0:
            head = self.buffer[at:end + 4]
            length = int(re.search(rb"(?i)content-length: (\d+)", head).group(1))
            if len(self.buffer) < end + 4 + length:
                break
            if head[9:12] != b"200" or (b"/content/" in self.paths[self.answered]
                                        and self.paths[self.answered][-64:] not in head):
                self.refused.append((self.answered, bytes(head)))
            self.answered += 1
            at = end + 4 + length
        del self.buffer[:at]

    def is_done(self):
        return self.answered == len(self.paths)


def fetch(port, paths, connections, window):
    """Seconds until all is there, and the answers that were none."""
    clients = [Client(port, paths[i::connections], window) for i in range(connections)]
    selector = selectors.DefaultSelector()
    begun = time.perf_counter()
    for one in clients:
        selector.register(one.socket, selectors.EVENT_READ | selectors.EVENT_WRITE, one)
    busy = len(clients)
    while busy:
        for key, events in selector.select(30):
            one = key.data
            if events & selectors.EVENT_READ:
                one.read()
            one.write()
            if one.is_done():
                selector.unregister(one.socket)
                one.socket.close()
                busy -= 1
                continue
            wanted = selectors.EVENT_READ | (selectors.EVENT_WRITE if one.wants_to_write() else 0)
            if key.events != wanted:
                selector.modify(one.socket, wanted, one)
    return time.perf_counter() - begun, [bad for one in clients for bad in one.refused]


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--program", default="build/release/bin/swapmeet")
    options.add_argument("--before")
    options.add_argument("--rounds", type=int, default=5)
    options.add_argument("--files", type=int, default=10_000)
    options.add_argument("--size", type=int, default=20_000)
    options.add_argument("--window", type=int, default=0)
    options.add_argument("--connections", type=int, default=1)
    options.add_argument("--strace")
    options = options.parse_args()
    folder = pathlib.Path(tempfile.mkdtemp(prefix="swapmeet-pipelining-"))
    folder.chmod(0o755)
    share = folder / "share"
    share.mkdir()
    contents, names = [], []
    for i in range(options.files):
        data = os.urandom(options.size)
        name = f"{i:06}.bin"
        (share / name).write_bytes(data)
        contents.append(f"/content/{content_id(data)}".encode())
        names.append(f"/{name}".encode())
    (share / "large.bin").write_bytes(os.urandom(100))  # by which the peer is found
    (share / "small.bin").write_bytes(os.urandom(101))
    hosts = []
    try:
        servers = {}
        for name, program in (("before", options.before), ("swapmeet", options.program)):
            if program:
                pid, port, *_ = start_peer(os.path.abspath(program), folder / name, share, hosts)
                servers[name] = (pid, port, contents)
        if os.path.exists("/usr/sbin/nginx"):
            nginx, worker, port = start_nginx(folder)
            hosts.append(nginx)
            servers["nginx"] = (worker, port, names)
        for name, (pid, port, paths) in servers.items():
            # Shared in the order of names, so that the last is known when all are.
            wait_for(lambda: not fetch(port, paths[-1:], 1, 0)[1], 120)
        results = {name: [] for name in servers}
        for turn in range(options.rounds + 1):
            for name, (pid, port, paths) in servers.items():
                before = cpu_of(pid)
                seconds, refused = fetch(port, paths, options.connections, options.window)
                if refused:
                    raise SystemExit(f"{name}: {len(refused)} answers are not the file: {refused[0]}")
                results[name].append((options.files / seconds,
                                      (cpu_of(pid) - before) / options.files * 1e6))
        for name, rows in results.items():
            warm = [statistics.median(column) for column in zip(*rows[1:])] if rows[1:] else rows[0]
            print(f"{name:<10} {warm[0]:7.0f} files/s  {warm[1]:6.1f} µs of CPU a file"
                  f"   cold {rows[0][0]:7.0f} files/s {rows[0][1]:6.1f} µs", flush=True)
        if options.strace:
            pid, port, paths = servers["swapmeet"]
            with subprocess.Popen(["strace", "-f", "-c", "-o", options.strace, "-p", str(pid)],
                                  stderr=subprocess.DEVNULL) as tracer:
                time.sleep(1)
                fetch(port, paths, options.connections, options.window)
                tracer.send_signal(signal.SIGINT)
    finally:
        for host in reversed(hosts):
            host.send_signal(signal.SIGTERM)
            host.wait(20)
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
