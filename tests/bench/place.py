# SPDX-License-Identifier: Apache-2.0
"""Where the benchmark runs: a private network with its resolver and its mail
servers, lists of their names, and programs whose CPU time and memory are taken."""

import atexit
import concurrent.futures
import contextlib
import copy
import json
import os
import queue
import random
import resource
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "lab"))
import processes  # noqa: E402  (the laboratory's, beside this folder)

TICKS = os.sysconf("SC_CLK_TCK")
REGIONS = "?repuxstn" # as in world.c: the letters of domains, in the order of networks
# What names are longer by, as in questions.c: they differ as those of real lists do.
LONGER = (0, 0, 1, 1, 2, 2, 3, 4, 5, 7, 9, 12)
PATIENCE = 60         # seconds for a peer to be ready
TURN = 0.02           # seconds: short beside whatever changes the machine's speed


class Run:
    """One program, ended: CPU and wall seconds, peak memory in bytes, what it said."""

    def __init__(self, command, started=lambda pid: None, **options):
        self.out = tempfile.TemporaryFile()
        began = time.monotonic()
        process = subprocess.Popen(command, stdout=self.out, stderr=subprocess.PIPE, **options)
        started(process.pid)
        complaint = process.stderr.read().decode(errors="replace")
        _, status, use = os.wait4(process.pid, 0)
        self.wall = time.monotonic() - began
        self.cpu = use.ru_utime + use.ru_stime
        self.peak = use.ru_maxrss << 10
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode != 0:
            raise SystemExit(f"bench: {command[0]} ended with {process.returncode}:\n"
                             f"{complaint[-2000:]}")
        self.out.seek(0)

    def json(self):
        return json.loads(self.out.read())


def signal_if_there(pid, which):
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, which)


def by_turns(*programs):
    """Two programs that have the machine by turns until one of them ends, then the other has
    it alone.  Each is called with what it shall tell its process id, and answers its Run."""
    runs, pids = [], []
    with concurrent.futures.ThreadPoolExecutor() as threads:
        try:
            for program in programs:
                told = queue.SimpleQueue()
                runs.append(threads.submit(program, told.put))
                pids.append(told.get(timeout=PATIENCE))
            while not any(run.done() for run in runs):
                signal_if_there(pids[1], signal.SIGSTOP)
                signal_if_there(pids[0], signal.SIGCONT)
                pids.reverse()
                time.sleep(TURN)
        finally:
            for pid in pids:
                signal_if_there(pid, signal.SIGCONT)
        return [run.result() for run in runs]


class Place:
    """Binaries, a folder, and the peers; made once the network is private."""

    def __init__(self, build, source):
        self.build, self.source = build, source
        self.folder = tempfile.mkdtemp(prefix="mxsweep-bench.")
        self.roots = self.path("roots.pem")
        self.peers = []
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
        for file, text in (("net/core/somaxconn", "65535"),
                           ("net/ipv4/ip_local_port_range", "1024 65535")):
            with open("/proc/sys/" + file, "w", encoding="ascii") as setting:
                setting.write(text)
        atexit.register(self.end)
        self.start_peer(self.tool("resolver"))
        self.start_peer(self.tool("server"), self.roots, "2")

    def tool(self, name):
        return os.path.join(self.build, "tests", "bench", name)

    def path(self, name):
        return os.path.join(self.folder, name)

    def start_peer(self, *command):
        peer = subprocess.Popen(command, stdout=subprocess.PIPE)
        self.peers.append(peer)
        if peer.stdout.readline() != b"ready\n":
            raise SystemExit(f"bench: {command[0]} does not start")

    def end(self):
        for peer in self.peers:
            peer.send_signal(signal.SIGTERM)
            peer.wait()
        self.peers.clear()
        subprocess.run(["rm", "-rf", self.folder], check=False)

    def beside(self):
        """The same place and peers, with a folder of its own for a second program."""
        other = copy.copy(self)
        other.folder = self.path("beside")
        os.makedirs(other.folder, exist_ok=True)
        return other

    def peers_cpu(self):
        """Seconds all peers together have used."""
        total = 0
        for peer in self.peers:
            with open(f"/proc/{peer.pid}/stat", encoding="ascii") as file:
                fields = file.read().rsplit(")", 1)[1].split()
            total += int(fields[11]) + int(fields[12])
        return total / TICKS

    def pin_peers(self, cores):
        for peer in self.peers:
            for thread in os.listdir(f"/proc/{peer.pid}/task"):
                os.sched_setaffinity(int(thread), cores)

    def names(self, letter, count):
        """A list of domains for a sweep."""
        path = self.path(f"{letter}{count}.names")
        if not os.path.exists(path):
            with open(path, "w", encoding="ascii") as file:
                file.writelines(f"{letter}{i}-{'x' * LONGER[i * 7 % len(LONGER)]}.bench\n"
                                for i in range(count))
        return path

    def servers(self, letter, count):
        """The same servers for who does not ask DNS: address and name, in a random order,
        as a sweep has it."""
        path, region = self.path(f"{letter}{count}.servers"), REGIONS.index(letter)
        if not os.path.exists(path):
            with open(path, "w", encoding="ascii") as file:
                for i in random.Random(1).sample(range(count), count):
                    host = region << 20 | i
                    file.write(f"127.{host >> 16}.{host >> 8 & 255}.{host & 255} "
                               f"{letter}{i}.bench\n")
        return path

    def sweep_command(self, letter, count, *options):
        """A sweep as fast as it goes, into a database that is not there yet."""
        database = self.path("sweep.db")
        for end in ("", "-wal", "-shm"):
            if os.path.exists(database + end):
                os.unlink(database + end)
        return [os.path.join(self.build, "mxsweep"), "sweep", "-q",
                "-f", self.names(letter, count), "-o", database,
                "--name-servers", "127.0.0.1", "--dns-rate-limit", "10000000",
                "--server-rate-limit", "0", "--max-conns-per-network", "0",
                "--allow-reserved", "--root-cas", self.roots, *options]

    def sweep(self, letter, count, *options, **how):
        run = Run(self.sweep_command(letter, count, *options), **how)
        run.database = os.path.getsize(self.path("sweep.db"))
        return run

    def floor(self, letter, count, in_flight, threads, **how):
        return self.floor_of(self.servers(letter, count), count, in_flight, threads, **how)

    def floor_of(self, path, count, in_flight, threads, **how):
        """The floor client, on a list of so many servers that do TLS."""
        with open(path, "rb") as servers:
            run = Run([self.tool("floor"), str(in_flight), str(threads)], stdin=servers,
                      **how)
        if run.json()["handshakes"] != count:
            raise SystemExit("bench: the floor client did not reach every server")
        return run

    def swept_servers(self):
        """Those of the last sweep that did TLS, as such a list; and how many."""
        path = self.path("swept.servers")
        with sqlite3.connect(self.path("sweep.db")) as database:
            rows = database.execute("SELECT DISTINCT address, mx FROM servers"
                                    " WHERE handshake = 'ok'").fetchall()
        random.Random(1).shuffle(rows)
        with open(path, "w", encoding="ascii") as file:
            file.writelines(f"{address} {name}\n" for address, name in rows)
        return path, len(rows)

    def held_memory(self, letter, count, *options):
        """Bytes of its own a sweep holds with so many conversations open, and its
        peak; the peers of the list never go on."""
        command = self.sweep_command(letter, count, "-s", str(count), *options)
        process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
        try:
            return wait_until_still(process.pid, count)
        finally:
            process.kill()
            process.wait()


def memory_of(pid, field):
    with open(f"/proc/{pid}/status", encoding="ascii") as file:
        for line in file:
            if line.startswith(field + ":"):
                return int(line.split()[1]) << 10
    raise SystemExit(f"bench: /proc/{pid}/status has no {field}")


def wait_until_still(pid, sockets):
    """All are connected and nothing has changed for two seconds."""
    end, still, last = time.monotonic() + PATIENCE, time.monotonic(), 0
    while time.monotonic() < still + 2:
        if time.monotonic() > end:
            raise SystemExit("bench: the conversations did not all begin")
        now = memory_of(pid, "RssAnon")
        if now != last or len(os.listdir(f"/proc/{pid}/fd")) < sockets:
            still, last = time.monotonic(), now
        time.sleep(0.1)
    return last, memory_of(pid, "VmHWM")


def enter():
    """Only loopback from here on."""
    processes.enter_private_place(lambda: None)
