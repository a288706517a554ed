#!/usr/bin/env python3
"""What slow clients cost the others: a normal client's latency against a real host, alone and with
5,000 idle connections and 300 each of slow heads, slow bodies and slow readers attached.

  bench/http/slow_clients.py [--program build/release/bin/swapmeet] [--idle 5000] [--slow 300] [--seconds 5]

Python's standard library only. Starts an index and a peer with a large file on ports of 127.0.0.1 in a
temporary folder, and stops them. Readers hang on the peer's public listener, all others on the index;
both are measured.
"""
import argparse, http.client, os, pathlib, re, resource, shutil, signal, socket, subprocess, tempfile
import threading, time


def start(program, folder, name, text):
    ini = folder / (name + ".ini")
    ini.write_text(text)
    log = open(folder / (name + ".log"), "w")
    return subprocess.Popen([program, "run", "--config", ini], stdout=log, stderr=log)


def wait_for(get, seconds=60):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            value = get()
            if value:
                return value
        except (OSError, http.client.HTTPException, IndexError):
            pass
        time.sleep(0.05)
    raise SystemExit("gave up waiting; see the logs")


def ask(port, path, headers={}):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    connection.request("GET", path, headers=headers)
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    return answer.status, body


def latencies(port, path, seconds):
    """One kept connection, one request after the other, and a fresh connection every tenth."""
    times, end = [], time.monotonic() + seconds
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    while time.monotonic() < end:
        if len(times) % 10 == 0:
            connection.close()
        begun = time.perf_counter()
        connection.request("GET", path)
        answer = connection.getresponse()
        answer.read()
        times.append((time.perf_counter() - begun) * 1000)
        assert answer.status == 200, answer.status
        time.sleep(0.001)
    times.sort()
    return times


def show(what, times):
    pick = lambda share: times[min(len(times) - 1, int(len(times) * share))]
    print(f"{what:<34} {len(times):>6} requests  p50 {pick(.5):7.2f} ms  p99 {pick(.99):7.2f} ms  "
          f"worst {times[-1]:7.2f} ms", flush=True)


class Crowd:
    def __init__(self):
        self.sockets, self.trickling, self.reading = [], [], []
        self.stopping = False
        self.thread = threading.Thread(target=self.trickle, daemon=True)

    def open(self, port, first=b"", window=None):
        s = socket.socket()
        if window:
            s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, window)
        s.connect(("127.0.0.1", port))
        if first:
            s.sendall(first)
        self.sockets.append(s)
        return s

    def trickle(self):
        """A byte to, or from, each slow client every second or so."""
        while not self.stopping:
            for s, byte in self.trickling:
                try:
                    s.send(byte)
                except OSError:
                    pass
            for s in self.reading:
                try:
                    s.recv(1, socket.MSG_DONTWAIT)
                except OSError:
                    pass
            time.sleep(1)

    def close(self):
        self.stopping = True
        for s in self.sockets:
            s.close()


def megabytes(host):
    return int(re.search(r"VmRSS:\s*(\d+)", pathlib.Path(f"/proc/{host.pid}/status").read_text())[1]) / 1000


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--program", default="build/release/bin/swapmeet")
    options.add_argument("--idle", type=int, default=5000)
    options.add_argument("--slow", type=int, default=300)
    options.add_argument("--seconds", type=float, default=5)
    options = options.parse_args()
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    folder = pathlib.Path(tempfile.mkdtemp(prefix="swapmeet-bench-"))
    program = os.path.abspath(options.program)
    (folder / "share").mkdir()
    with open(folder / "share/large.bin", "wb") as out:
        out.write(os.urandom(1 << 20) * 64)
    hosts = []
    try:
        hosts.append(start(program, folder, "index",
            f"[host]\nname = index\ndata = {folder}/index\n[http]\nlisten = 127.0.0.1:0\naccess = public\n"
            "body_timeout = 10m\nheader_timeout = 10m\nmax_connections = 19000\n"
            "max_connections_per_address = 19000\n"
            "[auth]\nplugin = open\n[registry]\nplugin = sqlite\n[search]\nplugin = fts\n"))
        port_of = lambda name: int((folder / name / "http.address").read_text().rsplit(":", 1)[1])
        index = wait_for(lambda: port_of("index"))
        hosts.append(start(program, folder, "peer",
            f"[host]\nname = peer\ndata = {folder}/peer\n[http]\nlisten = 127.0.0.1:0\n[auth]\nplugin = open\n"
            f"[registry]\nplugin = remote\nindex = http://127.0.0.1:{index}\n[search]\nplugin = remote\n"
            f"[transfer]\nplugin = swarm\nlisten = 127.0.0.1:0\ndownload_folder = {folder}/down\n"
            f"share.s = {folder}/share\n"))
        search = lambda: re.search(rb'"content":"([0-9a-f]{64})"', ask(index, "/api/v1/search?q=large")[1])
        content = wait_for(search).group(1).decode()
        body = ask(index, "/api/v1/contents/" + content)[1].decode()
        public = int(re.search(r"http://127.0.0.1:(\d+)/content", body).group(1))

        small = f"/content/{content}/layer?piece=67108864"
        if ask(public, small)[0] != 200:
            small = f"/content/{content}/layer?piece=4194304"
        targets = [("index /healthz", index, "/healthz"), ("index /api/v1/status", index, "/api/v1/status"),
                   ("peer, public, a small answer", public, small)]
        for what, port, path in targets:
            show(what + ", alone", latencies(port, path, options.seconds))

        crowd = Crowd()
        alone = megabytes(hosts[0])
        for _ in range(options.idle):
            crowd.open(index)
        ask(index, "/healthz")
        print(f"the index takes {alone:.1f} MB, and with {options.idle} idle connections {megabytes(hosts[0]):.1f} MB")
        for _ in range(options.slow):
            crowd.trickling.append((crowd.open(index, b"GET /healthz HTTP/1.1\r\nHost: x\r\nX: "), b"a"))
            crowd.trickling.append((crowd.open(index,
                b"PUT /api/v1/peers/00112233445566778899aabbccddeeff HTTP/1.1\r\nHost: x\r\n"
                b"Content-Length: 100000\r\n\r\n{"), b" "))
            crowd.reading.append(crowd.open(public,
                f"GET /content/{content} HTTP/1.1\r\nHost: x\r\n\r\n".encode(), window=4096))
        crowd.thread.start()
        print(f"attached: {options.idle} idle, {options.slow} each of slow heads, bodies and readers", flush=True)
        for what, port, path in targets:
            show(what + ", crowded", latencies(port, path, options.seconds))
        crowd.close()
    finally:
        for host in reversed(hosts):
            host.send_signal(signal.SIGTERM)
            begun = time.monotonic()
            code = host.wait(20)
            print(f"stopped in {time.monotonic() - begun:.2f} s with exit code {code}")
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
