"""bench/transfer over real paths: long round trips, folders of small files, sources that differ.

Each source stands behind a path_proxy of its own (bench/path_proxy): the peer listens at 127.0.0.1 and
announces 127.0.0.2, where its path listens at the same port.
"""

import contextlib
import json
import os
import shutil
import signal
import socket
import statistics
import subprocess
import tempfile
import threading
import time
import pathlib

from hosts import INDEX, MIB, PEER, SOURCE, ask, find, quiet_cpu, start

NEAR, FAR, SURE = "127.0.0.1", "127.0.0.2", "127.0.0.3"


class Path:
    """A path to the server at this address; port 0 is the one that the path listens at."""

    def __init__(self, listen, to, rtt=0, rate=0, more=()):
        program = SOURCE / "build/release/bin/path_proxy"
        if not program.exists():
            raise SystemExit("the path is not built: cmake --build --preset release --target path_proxy")
        command = [program, "--listen", listen, "--to", to, "--rtt", str(rtt), "--rate", str(int(rate)), *more]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        self.address = self.process.stdout.readline().strip()
        self.port = self.address.rpartition(":")[2]
        self.before = self.counts()

    def counts(self):
        self.process.send_signal(signal.SIGUSR1)
        return json.loads(self.process.stdout.readline())

    def since(self):
        """What was counted since the last time."""
        now = self.counts()
        then, self.before = self.before, now
        return {name: now[name] - then[name] for name in now}


class Town:
    """An index, peers and paths; all end with it."""

    def __init__(self):
        self.work = pathlib.Path(tempfile.mkdtemp(prefix="swapmeet-bench-"))
        self.ends = contextlib.ExitStack()
        self.ends.callback(shutil.rmtree, self.work)
        self.peers = {}

    def __enter__(self):
        self.index = self.host("index", INDEX)
        return self

    def __exit__(self, *_):
        self.ends.close()

    def run(self, process):
        def end():
            process.terminate()
            process.wait()

        self.ends.callback(end)
        return process

    def host(self, name, text):
        process, address = start(self.work, name, text)
        self.peers[name] = self.run(process)
        return address

    def path(self, *arguments, **named):
        path = Path(*arguments, **named)
        self.run(path.process)
        return path

    def peer(self, name, path=None, index=None):
        """Shares the folder of its name; behind `path`, whose port it takes."""
        (self.work / name).mkdir(exist_ok=True)
        more = f"download_folder = got/{name}\nmin_free_space = 0"
        text = PEER.format(name=name, index=index or self.index).replace("download_folder = got", more)
        if path:
            usual = "swarm\nlisten = 127.0.0.1:0"
            text = text.replace(usual, f"swarm\nlisten = {NEAR}:{path.port}\nannounce_address = {FAR}")
        return self.host(name, text)

    def far_peer(self, name, rtt, rate, more=()):
        """A peer and the path to it."""
        path = self.path(f"{FAR}:0", f"{NEAR}:0", rtt=rtt, rate=rate, more=more)
        self.peer(name, path)
        return path

    def swapmeet(self, *words, name="cyd"):
        return ["swapmeet", *words, "--config", self.work / f"{name}.ini"]


def make(path, size):
    with open(path, "wb") as file:
        while size > 0:
            size -= file.write(os.urandom(min(size, MIB)))


def differs(one, other):
    return subprocess.run(["diff", "-rq", one, other], stdout=subprocess.DEVNULL).returncode != 0


def clean(*paths):
    for path in paths:
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)
    os.sync()


class FirstByte(threading.Thread):
    """When the first byte of a file stands below a folder; space that was only reserved does not count."""

    def __init__(self, folder):
        super().__init__(daemon=True)
        self.folder, self.at, self.over = folder, None, False

    def run(self):
        while not self.over and self.at is None:
            for file in self.folder.rglob("*"):
                with contextlib.suppress(OSError), open(file, "rb") as opened:
                    os.lseek(opened.fileno(), 0, os.SEEK_DATA)
                    self.at = time.monotonic()
                    break
            time.sleep(0.002)


def timed(command, out=subprocess.DEVNULL):
    """Seconds, and CPU seconds of the command."""
    used = sum(os.times()[2:4])
    begin = time.monotonic()
    code = subprocess.run(command, stdout=out, stderr=subprocess.STDOUT).returncode
    took = time.monotonic() - begin
    if code != 0:
        raise SystemExit(f"{' '.join(map(str, command))}: exit code {code}")
    return took, sum(os.times()[2:4]) - used


def medians(rows):
    return [statistics.median(column) for column in zip(*rows)]


def missing(program):
    if shutil.which(program):
        return False
    print(f"{program} is not installed: left out")
    return True


def load():
    print(f"\nThe load at the end was {os.getloadavg()[0]:.1f}.")


# One file from one source


def far(rounds, size, cut, through):
    """Each path in turn; `cut` as path_proxy takes it; `through`: the index stands behind a path, too."""
    print(f"{size / 1e6:.0f} MB from one source, seconds" + (f", each connection cut after {cut}" if cut else ""))
    print("(curl through a path that is not cut)\n" if cut else "")
    print("| path | bound | curl | aria2c -x4 | swapmeet get | of curl | all | first byte, round trips "
          "| connections | requests | idle round trips |")
    print("|---|---|---|---|---|---|---|---|---|---|---|")
    for rate, rtt in [(25e6, 20), (25e6, 100), (12.5e6, 200)]:
        with Town() as town:
            far_one(town, rounds, size, rate, rtt, cut, through)
    load()


def far_one(town, rounds, size, rate, rtt, cut, through):
    work = town.work
    (work / "ann").mkdir()
    make(work / "ann/file.bin", size)
    path = town.far_peer("ann", rtt, rate, ["--cut", cut] if cut else [])
    sure = town.path(f"{SURE}:{path.port}", f"{NEAR}:0", rtt=rtt, rate=rate)
    index = town.path(f"{NEAR}:0", town.index, rtt=rtt).address if through else town.index
    town.peer("cyd", index=index)
    content, urls = find(town.index, "file", 1)
    times = {"curl": [], "aria2c": [], "swapmeet": []}
    firsts, counted = [], []
    aria = ["aria2c", "--no-conf", "-q", "--file-allocation=none", "-x4", "-s4", "-k1M", "-m0", "--retry-wait=0"]
    aria += ["-d", work / "aria", "-o", "file.bin", urls[0]]
    curl = ["curl", "-sf", "--noproxy", "*", "-o", work / "curl.bin", urls[0].replace(FAR, SURE)]
    for _ in range(rounds):
        clean(work / "curl.bin", work / "aria", work / "got")
        times["curl"].append(timed(curl)[0])
        if shutil.which("aria2c"):
            times["aria2c"].append(timed(aria)[0])
        clean(work / "curl.bin", work / "aria")
        path.since()
        first = FirstByte(work / "got")
        first.start()
        begin = time.monotonic()
        times["swapmeet"].append(timed(town.swapmeet("get", content))[0])
        first.over = True
        first.join()
        firsts.append((first.at - begin) * 1000 / rtt if first.at else 0)
        counts = path.since()
        counted.append((counts["connections"], counts["requests"], counts["idle"]))
        if differs(work / "ann/file.bin", work / "got/cyd/file.bin"):
            raise SystemExit("the bytes differ")
    middle = {name: statistics.median(all_of) for name, all_of in times.items() if all_of}
    every = " ".join(f"{one:.1f}" for one in sorted(times["swapmeet"]))
    aria_time = f"{middle['aria2c']:.2f}" if "aria2c" in middle else "–"
    connections, requests, idle = medians(counted)
    print(f"| {rate / 1e6:g} MB/s, {rtt} ms | {size / rate:.1f} | {middle['curl']:.2f} | {aria_time} "
          f"| {middle['swapmeet']:.2f} | {middle['swapmeet'] / middle['curl']:.2f} | {every} "
          f"| {statistics.median(firsts):.1f} | {connections:.0f} | {requests:.0f} | {idle:.1f} |", flush=True)


# Folders of small files


def small(rounds, count, far_count):
    with Town() as town:
        small_near(town, rounds, count)
    with Town() as town:
        small_far(town, rounds, far_count)
    load()


def make_folder(town, count):
    folder = town.work / "ann/many"
    folder.mkdir(parents=True)
    for number in range(count):
        make(folder / f"{number:05}.bin", 20_000)
    return folder


def listed(town, count):
    """The files of ann, (name, URL), once she has announced them all."""
    for _ in range(1200):
        ann = next((p for p in ask(f"http://{town.index}/api/v1/peers")["peers"] if p["name"] == "ann"), None)
        files = []
        after = ""
        while ann:
            page = ask(f"http://{town.index}/api/v1/peers/{ann['id']}/files?folder=files/many&limit=1000{after}")
            files += page["files"]
            if not page.get("next"):
                break
            after = f"&after={page['next']}"
        if len(files) == count:
            record = ask(f"http://{town.index}/api/v1/contents/{files[0]['content']}")
            base = record["sources"][0]["url"].rpartition("/")[0]
            return [(file["path"].rpartition("/")[2], f"{base}/{file['content']}") for file in files]
        time.sleep(0.1)
    raise SystemExit("the folder was not shared")


def rsync_daemon(town):
    """Where it serves ann's files."""
    with socket.socket() as one:
        one.bind((NEAR, 0))
        port = one.getsockname()[1]
    (town.work / "rsync.conf").write_text(
        f"use chroot = no\nreverse lookup = no\nuid = {os.getuid()}\ngid = {os.getgid()}\n"
        f"[ann]\npath = {town.work}/ann\n")
    command = ["rsync", "--daemon", "--no-detach", f"--port={port}", f"--address={NEAR}"]
    town.run(subprocess.Popen([*command, f"--config={town.work}/rsync.conf"]))
    time.sleep(0.5)
    return f"rsync://{NEAR}:{port}/ann/many"


def small_tools(town, files, near):
    """What fetches the folder: for the name of a run its command, the folder that comes, and the peer that works."""
    tools = {}

    def rsync(more):
        return lambda run: (["rsync", "-a", *more, source, town.work / run], town.work / run / "many", None)

    def aria(run):
        return [*aria_command, "-d", town.work / run], town.work / run, None

    def swapmeet(run):
        town.peer(run)  # a new one: it has no list of earlier downloads
        command = town.swapmeet("get", "--from", "ann", "files/many", name=run)
        return command, town.work / "got" / run / "many", town.peers[run]

    if near and not missing("rsync"):
        source = rsync_daemon(town)
        tools["rsync daemon"] = rsync([])
        tools["rsync --fsync"] = rsync(["--fsync"])
    if not missing("aria2c"):
        urls = town.work / "urls"
        urls.write_text("".join(f"{url}\n  out={name}\n" for name, url in files))
        aria_command = ["aria2c", "--no-conf", "-q", "--file-allocation=none", "-i", urls, "-j16"]
        tools["aria2c -i -j16"] = aria
    tools["swapmeet get --from"] = swapmeet
    return tools


def fetched(folder, command, out, peer):
    """Seconds, and CPU seconds of who receives. What came stays: where many files were deleted a moment
    ago, ext4 takes ten times as long to create new ones."""
    os.sync()
    before = quiet_cpu([peer]) if peer else 0
    took, used = timed(command)
    used += quiet_cpu([peer]) - before if peer else 0
    if differs(folder, out):
        raise SystemExit(f"{command[0]}: the files differ")
    return took, used


def syncs(work, command, out, peer):
    """How often the command and the receiving peer call fsync and the like."""
    log = work / "strace.out"
    calls = "trace=fsync,fdatasync,syncfs,sync,sync_file_range,msync"
    strace = ["strace", "-f", "-c", "-U", "calls,name", "-e", calls, "-o", log]
    if peer:
        watcher = subprocess.Popen([*strace, "-p", str(peer.pid)], stderr=subprocess.DEVNULL)
        time.sleep(1)
        timed(command)
        time.sleep(1)
        watcher.send_signal(signal.SIGINT)
        watcher.wait()
    else:
        timed([*strace, *command])
    rows = [line.split() for line in log.read_text().splitlines()]
    counts = [f"{row[0]} {row[1]}" for row in rows if len(row) == 2 and row[0].isdigit() and row[1] != "total"]
    return ", ".join(counts) or "none"


def small_near(town, rounds, count):
    folder = make_folder(town, count)
    town.peer("ann")
    tools = small_tools(town, listed(town, count), True)
    results = {name: [] for name in tools}
    for number in range(rounds):
        for name, tool in tools.items():
            results[name].append(fetched(folder, *tool(f"{name.split()[0]}{len(name)}-{number}")))
    traced = not missing("strace")
    print(f"\n{count} files of 20 kB on loopback\n")
    print("| | seconds | all | CPU s of the receiver | ms a file | on the disk by |")
    print("|---|---|---|---|---|---|")
    for name, tool in tools.items():
        took, used = medians(results[name])
        every = " ".join(f"{one[0]:.1f}" for one in sorted(results[name]))
        calls = syncs(town.work, *tool(f"{name.split()[0]}{len(name)}-traced")) if traced else "–"
        print(f"| {name} | {took:.1f} | {every} | {used:.1f} | {used / count * 1e3:.2f} | {calls} |", flush=True)


def small_far(town, rounds, count):
    rtt, rate = 100, 25e6
    folder = make_folder(town, count)
    path = town.far_peer("ann", rtt, rate)
    tools = small_tools(town, listed(town, count), False)
    results = {name: [] for name in tools}
    for number in range(rounds):
        for name, tool in tools.items():
            run = tool(f"{name.split()[0]}-{number}")
            path.since()
            took = fetched(folder, *run)[0]
            counts = path.since()
            results[name].append((took, counts["connections"], counts["requests"], counts["idle"]))
    print(f"\n{count} files of 20 kB over {rate / 1e6:g} MB/s and {rtt} ms; the bytes take "
          f"{count * 20_000 / rate:.2f} s\n")
    print("| | seconds | all | round trips | idle ones | connections | requests |\n|---|---|---|---|---|---|---|")
    for name, rows in results.items():
        took, connections, requests, idle = medians(rows)
        every = " ".join(f"{one[0]:.1f}" for one in sorted(rows))
        print(f"| {name} | {took:.2f} | {every} | {took * 1000 / rtt:.0f} | {idle:.1f} | {connections:.0f} "
              f"| {requests:.0f} |", flush=True)


# Sources that differ

# MB/s, round trip in ms, and what is wrong with it.
SOURCES = [(0.1, 300, ""), (0.5, 150, ""), (1, 5, ""), (2, 200, ""), (5, 50, "lies"), (8, 100, ""),
           (10, 20, "stalls"), (15, 250, ""), (25, 80, ""), (50, 40, "")]
WRONG = {"": [], "lies": ["--flip-every", "3000000"], "stalls": ["--stall-after", "8000000"]}


def mixed(rounds, size):
    good = sum(rate for rate, _, wrong in SOURCES if not wrong)
    print(f"{size / 1e6:.0f} MB from ten sources: " +
          ", ".join(f"{rate} MB/s {rtt} ms" + (f" ({wrong})" if wrong else "") for rate, rtt, wrong in SOURCES))
    print(f"The good ones have {good:.1f} MB/s together, so that it takes {size / good / 1e6:.1f} s.\n")
    parts = []
    for number in range(rounds):
        with Town() as town:
            parts.append(mixed_one(town, size, good))
    print(f"\nMedian: {statistics.median(parts):.2f} of the good ones' rate.")
    load()


def mixed_one(town, size, good):
    work = town.work
    make(work / "file.bin", size)
    paths = {}
    for number, (rate, rtt, wrong) in enumerate(SOURCES):
        name = f"source{number}"
        (work / name).mkdir()
        os.link(work / "file.bin", work / name / "file.bin")
        paths[name] = town.far_peer(name, rtt, rate * 1e6, WRONG[wrong])
    town.peer("cyd")
    content, _ = find(town.index, "file", len(SOURCES))
    os.sync()
    took, _ = timed(town.swapmeet("get", content))
    if differs(work / "file.bin", work / "got/cyd/file.bin"):
        raise SystemExit("the bytes differ")
    part = size / took / 1e6 / good
    counts = {name: path.since() for name, path in paths.items()}
    each = " ".join(f"{counts[name]['to_client'] / took / 1e6 / rate:.2f}"
                    for name, (rate, _, _) in zip(paths, SOURCES))
    fetched_bytes = sum(one["to_client"] for one in counts.values())
    print(f"{took:.1f} s, {part:.2f} of the good ones' rate; of each one's: {each}; "
          f"{fetched_bytes / size - 1:.1%} more than the file was sent", flush=True)
    return part
