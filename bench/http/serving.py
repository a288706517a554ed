#!/usr/bin/env python3
"""A peer's content beside nginx (Debian's nginx-light), in turn and in one run: throughput, and CPU
time of the server for each GB, for one client and for 64, whole files and ranges; and what 1,000 slow
readers cost a fast one.

  bench/http/serving.py [--program build/release/bin/swapmeet] [--before OTHER] [--rounds 3] [--slow 1000]
                        [--part all] [--folder DIR]

--before: another build of the program, measured in the same run.

Python's standard library only. Starts an index, a peer and nginx on ports of 127.0.0.1 in a temporary
folder, and stops them. nginx has one worker, sendfile and tcp_nopush, since the peer, too, sends with
one thread. The clients discard what they receive in the kernel (MSG_TRUNC), so that the servers are
what is measured.
"""
import argparse, os, pathlib, re, resource, selectors, shutil, signal, socket, statistics, subprocess
import sys, tempfile, threading, time

sys.dont_write_bytecode = True  # nothing beside this file
from slow_clients import ask, start, wait_for

GB = 1e9
MiB = 1 << 20


class Client:
    """One connection that asks for ranges of a file (or the whole), one after the other."""

    def __init__(self, port, path, ranges):
        self.path, self.ranges, self.left, self.head, self.got = path, iter(ranges), 0, b"", 0
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.setblocking(False)

    def ask(self):
        span = next(self.ranges, None)
        if span is None:
            return False
        field = "" if span == "whole" else f"Range: bytes={span[0]}-{span[0] + span[1] - 1}\r\n"
        self.socket.send(f"GET {self.path} HTTP/1.1\r\nHost: x\r\n{field}\r\n".encode())
        self.head = b""
        return True

    def read(self, waste):
        """False: it has all. Reads until nothing is there."""
        while True:
            try:
                if self.left > 0:
                    n = self.socket.recv_into(waste, min(self.left, len(waste)), socket.MSG_TRUNC)
                    if n == 0:
                        raise SystemExit("the server closed too early")
                    self.left -= n
                    self.got += n
                    if self.left == 0 and not self.ask():
                        return False
                else:
                    part = self.socket.recv(2048, socket.MSG_PEEK)
                    end = part.find(b"\r\n\r\n")
                    if end < 0:
                        raise SystemExit("the head came in parts: " + repr(part))
                    head = self.socket.recv(end + 4)
                    assert head[9:11] == b"20", head
                    self.left = int(re.search(rb"(?i)content-length: (\d+)", head).group(1))
            except BlockingIOError:
                return True


def fetch(port, path, clients, ranges):
    """Seconds, and bytes, until all have what they want."""
    waste = bytearray(4 * MiB)
    all_clients = [Client(port, path, ranges(i)) for i in range(clients)]
    selector = selectors.DefaultSelector()
    begun = time.perf_counter()
    for one in all_clients:
        selector.register(one.socket, selectors.EVENT_READ, one)
        one.ask()
    busy = clients
    while busy:
        for key, _ in selector.select(30):
            if not key.data.read(waste):
                selector.unregister(key.data.socket)
                busy -= 1
    seconds = time.perf_counter() - begun
    for one in all_clients:
        one.socket.close()
    return seconds, sum(one.got for one in all_clients)


def cpu_of(pid):
    fields = open(f"/proc/{pid}/stat").read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def memory_of(pid):
    return int(re.search(r"VmRSS:\s+(\d+) kB", open(f"/proc/{pid}/status").read()).group(1)) / 1000


class SlowReaders:
    """Each takes 2,000 bytes ten times a second."""

    def __init__(self, port, path, count):
        self.sockets, self.stopping, self.got = [], False, 0
        for _ in range(count):
            s = socket.socket()
            s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 16384)
            s.connect(("127.0.0.1", port))
            s.send(f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
            s.setblocking(False)
            self.sockets.append(s)
        self.thread = threading.Thread(target=self.run)
        self.thread.start()

    def run(self):
        while not self.stopping:
            begun = time.monotonic()
            for s in self.sockets:
                try:
                    self.got += len(s.recv(2000))
                except BlockingIOError:
                    pass
            time.sleep(max(0, 0.1 - (time.monotonic() - begun)))

    def stop(self):
        self.stopping = True
        self.thread.join()
        for s in self.sockets:
            s.close()


def slow_process(port, path, count, ready, done):
    readers = SlowReaders(port, path, count)
    time.sleep(2)
    ready.send(readers.got)
    done.recv()
    readers.stop()
    ready.send(readers.got)


def beside_slow(port, path, count, work):
    """Runs `work` while so many slow readers are attached, in a process of their own."""
    import multiprocessing
    here, there = multiprocessing.Pipe()
    process = multiprocessing.Process(target=slow_process, args=(port, path, count, there, there))
    process.start()
    before, begun = here.recv(), time.monotonic()
    result = work()
    here.send("end")
    rate = (here.recv() - before) / (time.monotonic() - begun)
    process.join()
    return result, rate


NGINX = """worker_processes 1;
daemon off;
pid {folder}/nginx.pid;
error_log {folder}/nginx.log;
events {{ worker_connections 8192; }}
http {{
  access_log off;
  sendfile on;
  tcp_nopush on;
  keepalive_requests 1000000;
  client_body_temp_path {folder}/t1; proxy_temp_path {folder}/t2; fastcgi_temp_path {folder}/t3;
  uwsgi_temp_path {folder}/t4; scgi_temp_path {folder}/t5;
  server {{ listen 127.0.0.1:{port}; root {folder}/share; }}
}}
"""


def start_nginx(folder):
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        port = s.getsockname()[1]
    (folder / "nginx.conf").write_text(NGINX.format(folder=folder, port=port))
    process = subprocess.Popen(["/usr/sbin/nginx", "-c", folder / "nginx.conf", "-p", folder],
                               stderr=open(folder / "nginx.err", "w"))
    wait_for(lambda: ask(port, "/small.bin")[0] == 200)
    worker = int(subprocess.run(["ps", "-o", "pid=", "--ppid", str(process.pid)],
                                capture_output=True, text=True).stdout.split()[0])
    return process, worker, port


def start_peer(program, folder, share, hosts):
    folder.mkdir()
    hosts.append(start(program, folder, "index",
        f"[host]\nname = index\ndata = {folder}/index\n[http]\nlisten = 127.0.0.1:0\naccess = public\n"
        "[auth]\nplugin = open\n[registry]\nplugin = sqlite\n[search]\nplugin = fts\n"))
    port_of = lambda name: int((folder / name / "http.address").read_text().rsplit(":", 1)[1])
    index = wait_for(lambda: port_of("index"))
    hosts.append(start(program, folder, "peer",
        f"[host]\nname = peer\ndata = {folder}/peer\n[http]\nlisten = 127.0.0.1:0\n[auth]\nplugin = open\n"
        f"[registry]\nplugin = remote\nindex = http://127.0.0.1:{index}\n[search]\nplugin = remote\n"
        f"[transfer]\nplugin = swarm\nlisten = 127.0.0.1:0\ndownload_folder = {folder}/down\n"
        f"share.s = {share}\n"))

    def url_of(name):
        hit = re.search(rb'"content":"([0-9a-f]{64})"', ask(index, "/api/v1/search?q=" + name)[1])
        body = hit and ask(index, "/api/v1/contents/" + hit.group(1).decode())[1].decode()
        return re.search(r"http://127.0.0.1:(\d+)(/content/\w+)", body) if body else None
    large, small = wait_for(lambda: url_of("large")), wait_for(lambda: url_of("small"))
    return hosts[-1].pid, int(large.group(1)), large.group(2), small.group(2)


def throughput(what, clients, on_large, wanted, servers, rounds):
    results = {name: [] for name in servers}
    for turn in range(rounds + 1):
        for name, (server, at, big, little) in servers.items():
            before = cpu_of(server)
            seconds, size = fetch(at, big if on_large else little, clients, wanted)
            if turn > 0:  # the first warms up
                results[name].append((size / seconds / GB, (cpu_of(server) - before) / (size / GB)))
    median = lambda name, i: statistics.median(r[i] for r in results[name])
    print(f"{what:<30}" + "".join(
        f"  {name} {median(name, 0):5.2f} GB/s {median(name, 1):5.3f} s/GB" for name in servers),
        flush=True)


def slow_and_fast(servers, count, rounds):
    """In turn with and without the slow ones, so that the machine's mood is the same."""
    results = {name: [] for name in servers}
    for _ in range(rounds):
        for name, (server, at, big, _) in servers.items():
            def fast():
                return fetch(at, big, 1, lambda i: ["whole"])[0], memory_of(server)
            alone, _memory = fast()
            (crowded, memory), rate = beside_slow(at, big, count, fast)
            results[name].append((alone, crowded, memory, rate / count / 1000))
    for name, all_of in results.items():
        alone, crowded, memory, rate = (statistics.median(column) for column in zip(*all_of))
        print(f"{name}: a fast reader of 1 GiB takes {alone:.2f} s alone, {crowded:.2f} s beside "
              f"{count} slow ones ({rate:.1f} kB/s each); memory {memory:.0f} MB", flush=True)


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--program", default="build/release/bin/swapmeet")
    options.add_argument("--before")
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument("--slow", type=int, default=1000)
    options.add_argument("--part", choices=["all", "throughput", "slow"], default="all")
    options.add_argument("--folder", help="where the files are made; default: the temporary folder")
    options = options.parse_args()
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    folder = pathlib.Path(tempfile.mkdtemp(prefix="swapmeet-serving-", dir=options.folder))
    folder.chmod(0o755)
    (folder / "share").mkdir()
    for name, size in (("large.bin", 1024), ("small.bin", 64)):
        with open(folder / "share" / name, "wb") as out:
            for _ in range(size):
                out.write(os.urandom(MiB))
    hosts = []
    try:
        servers = {}
        for name, program in (("before", options.before), ("swapmeet", options.program)):
            if program:
                servers[name] = start_peer(os.path.abspath(program), folder / name, folder / "share", hosts)
        nginx, worker, nginx_port = start_nginx(folder)
        hosts.append(nginx)
        servers["nginx"] = (worker, nginx_port, "/large.bin", "/small.bin")
        ranges = lambda count, size: lambda i: [((i * 61 + k * 7) % 1000 * MiB + i, size)
                                                for k in range(count)]
        cases = [("1 client, 1 GiB whole", 1, True, lambda i: ["whole"]),
                 ("1 client, ranges of 1 MiB", 1, True, ranges(1024, MiB)),
                 ("1 client, ranges of 64 KiB", 1, True, ranges(4096, 64 << 10)),
                 ("64 clients, 64 MiB whole", 64, False, lambda i: ["whole"]),
                 ("64 clients, ranges of 1 MiB", 64, True, ranges(32, MiB)),
                 ("64 clients, ranges of 64 KiB", 64, True, ranges(256, 64 << 10))]
        if options.part != "slow":
            for what, clients, on_large, wanted in cases:
                throughput(what, clients, on_large, wanted, servers, options.rounds)
        if options.part != "throughput":
            slow_and_fast(servers, options.slow, options.rounds)
    finally:
        for host in reversed(hosts):
            host.send_signal(signal.SIGTERM)
            host.wait(20)
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
