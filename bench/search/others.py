#!/usr/bin/env python3
"""Swapmeet's searches beside SQLite's FTS5 with bm25, PostgreSQL's text search, and plocate, with one workload.

    bench/search/others.py [--listings N] [--queries N] [--build build/release/bin] [--only NAME[,NAME]]

Each in turn: takes the listings in, and then answers the same queries of each class, one after the other, 50 results a
page. The others search all listings, as they are, one row (or path) each; they neither group by content nor know who is
present. Needs Debian's postgresql and plocate (apt-get install postgresql plocate); what is missing is left out. The
database server runs in a folder of its own, on a socket there.
"""
import argparse
import os
import pwd
import re
import shutil
import sqlite3
import statistics
import subprocess
import tempfile
import time
from pathlib import Path

CLASSES = ["rare", "medium", "common", "adversarial", "prefix"]


def megabytes(*paths):
    files = [f for p in paths for f in ([p] if p.is_file() else p.rglob("*")) if f.is_file()]
    return sum(f.stat().st_size for f in files) / 1e6


def percentiles(times):
    times = sorted(times)
    return statistics.median(times), times[int(0.99 * (len(times) - 1))]


def report(name, build_s, disk_mb, memory_mb, times):
    cells = [f"{p50:.2f} / {p99:.2f}" for p50, p99 in (percentiles(times[c]) for c in CLASSES)]
    print(f"| {name} | {build_s:.0f} s | {disk_mb:.0f} MB | {memory_mb} | " + " | ".join(cells) + " |", flush=True)


def words(query):
    return query.replace("*", "").split()


def fts5(folder, queries):
    file = folder / "fts5.db"
    began = time.monotonic()
    db = sqlite3.connect(file)
    db.execute("PRAGMA journal_mode=WAL")
    db.execute("CREATE VIRTUAL TABLE listings USING fts5(path, peer UNINDEXED, content UNINDEXED, size UNINDEXED,"
               " tokenize='unicode61 remove_diacritics 2')")
    with open(folder / "listings.tsv", encoding="utf-8") as lines:
        rows = (line.rstrip("\n").split("\t") for line in lines)
        db.executemany("INSERT INTO listings(peer, content, size, path) VALUES(?,?,?,?)", rows)
    db.commit()
    db.execute("INSERT INTO listings(listings) VALUES('optimize')")
    db.commit()
    build_s = time.monotonic() - began
    times = {}
    for name, asked in queries.items():
        times[name] = []
        for query in asked:
            match = " ".join(f'"{w.rstrip("*")}"' + ("*" if w.endswith("*") else "") for w in query.split())
            began = time.monotonic()
            db.execute("SELECT path FROM listings WHERE listings MATCH ? ORDER BY bm25(listings) LIMIT 50", (match,)).fetchall()
            times[name].append((time.monotonic() - began) * 1e3)
    db.close()
    report("SQLite FTS5, bm25", build_s, megabytes(file), "its cache", times)


class Cluster:
    """A PostgreSQL server in a folder of its own, as the user postgres when this runs as root."""

    def __init__(self, folder):
        self.bin = max(Path("/usr/lib/postgresql").glob("*/bin"))
        self.data = folder / "postgres"
        self.data.mkdir(mode=0o700)
        self.user = []
        if os.geteuid() == 0:
            user = pwd.getpwnam("postgres")
            os.chown(self.data, user.pw_uid, user.pw_gid)
            self.user = ["runuser", "-u", "postgres", "--"]
        self.run("initdb", "-D", self.data, "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8")
        with open(self.data / "postgresql.conf", "a", encoding="utf-8") as conf:
            conf.write(f"listen_addresses=''\nunix_socket_directories='{self.data}'\nshared_buffers=1GB\nwork_mem=256MB\n"
                       "maintenance_work_mem=1GB\nmax_wal_size=8GB\nmax_parallel_workers_per_gather=0\njit=off\n")
        self.run("pg_ctl", "-D", self.data, "-l", self.data / "log", "-w", "start")

    def run(self, program, *arguments):
        subprocess.run([*self.user, self.bin / program, *arguments], check=True, stdout=subprocess.DEVNULL, cwd="/")

    def sql(self, text):
        done = subprocess.run([*self.user, self.bin / "psql", "-h", self.data, "-d", "postgres", "-qAt", "-v", "ON_ERROR_STOP=1"],
                              input=text, text=True, check=True, capture_output=True, cwd="/")
        return done.stdout

    def stop(self):
        self.run("pg_ctl", "-D", self.data, "-m", "fast", "-w", "stop")


def postgres(folder, queries):
    cluster = Cluster(folder)
    try:
        began = time.monotonic()
        cluster.sql("CREATE TABLE listings(peer int, content text, size bigint, path text);"
                    f"COPY listings FROM '{folder}/listings.tsv';"
                    "ALTER TABLE listings ADD words tsvector;"
                    "UPDATE listings SET words = to_tsvector('simple', regexp_replace(path, '[^[:alnum:]]+', ' ', 'g'));"
                    "CREATE INDEX ON listings USING gin(words);")
        cluster.sql("VACUUM FULL ANALYZE listings;")
        build_s = time.monotonic() - began
        times = {}
        for name, asked in queries.items():
            script = ["\\timing on", "\\o /dev/null"]
            for query in asked:
                match = " & ".join(w.rstrip("*") + (":*" if w.endswith("*") else "") for w in query.split())
                script.append("SELECT path FROM listings, to_tsquery('simple', '%s') q WHERE words @@ q"
                              " ORDER BY ts_rank(words, q) DESC LIMIT 50;" % match)
            out = cluster.sql("\n".join(script))
            times[name] = [float(t) for t in re.findall(r"^Time: ([0-9.]+) ms", out, re.MULTILINE)]
            assert len(times[name]) == len(asked), out[:300]
        size = float(cluster.sql("SELECT pg_total_relation_size('listings');")) / 1e6
    finally:
        cluster.stop()
    report("PostgreSQL, ts_rank", build_s, size, "1 GB of buffers", times)


def plocate(folder, queries):
    paths = folder / "paths"
    with open(folder / "listings.tsv", encoding="utf-8") as lines, open(paths, "w", encoding="utf-8") as out:
        for line in lines:
            peer, _, _, path = line.rstrip("\n").split("\t")
            out.write(f"/{peer}/{path}\n")
    file = folder / "plocate.db"
    began = time.monotonic()
    subprocess.run(["/usr/sbin/plocate-build", "-p", paths, file], check=True)
    build_s = time.monotonic() - began
    times = {}
    for name, asked in queries.items():
        times[name] = []
        for query in asked:
            began = time.monotonic()
            subprocess.run(["plocate", "-d", file, "-i", "-l", "50", *words(query)], stdout=subprocess.DEVNULL)
            times[name].append((time.monotonic() - began) * 1e3)
    report("plocate (parts of words, unranked, a process each)", build_s, megabytes(file), "maps its file", times)


def swapmeet(build, listings, count):
    for plugin in ("memory", "fts"):
        print(f"search.{plugin}:", flush=True)
        subprocess.run([build / "bench_search_plugin", "--listings", str(listings), "--queries", str(count), "--plugin", plugin], check=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--listings", type=int, default=1_000_000)
    parser.add_argument("--queries", type=int, default=200, help="of each class")
    parser.add_argument("--build", type=Path, default=Path("build/release/bin"))
    parser.add_argument("--only", default="fts5,postgres,plocate,swapmeet")
    arguments = parser.parse_args()
    wanted = arguments.only.split(",")
    with tempfile.TemporaryDirectory(prefix="swapmeet_bench_") as name:
        folder = Path(name)
        folder.chmod(0o755)  # the database server reads the listings as another user
        subprocess.run([arguments.build / "bench_search_dump", folder, str(arguments.listings), str(arguments.queries)], check=True)
        queries = {c: [] for c in CLASSES}
        for line in (folder / "queries.tsv").read_text(encoding="utf-8").splitlines():
            query_class, query = line.split("\t")
            if query_class in queries:
                queries[query_class].append(query)
        print("| | built in | on the disk | memory | " + " | ".join(f"{c}, p50 / p99 ms" for c in CLASSES) + " |")
        print("|---" * (4 + len(CLASSES)) + "|")
        if "fts5" in wanted:
            fts5(folder, queries)
        if "postgres" in wanted and list(Path("/usr/lib/postgresql").glob("*/bin")):
            postgres(folder, queries)
        if "plocate" in wanted and shutil.which("plocate"):
            plocate(folder, queries)
        if "swapmeet" in wanted:
            swapmeet(arguments.build.resolve(), arguments.listings, arguments.queries)


if __name__ == "__main__":
    main()
