# SPDX-License-Identifier: Apache-2.0
"""What is measured.  Each function takes the place and yields rows of the table;
README.md says what each figure means."""

import concurrent.futures
import os
import sqlite3
import statistics
import subprocess

from place import TURN, Run, by_turns

PAIRS = 5           # floor and sweep, one after the other, so often
SERVERS = 15000     # for the figure that has a goal
THREADS_SERVERS = 9000 # for two threads against one
SLICED = 3          # floor and sweep by turns, so often
FEWER = 3000        # for the others, with fewer pairs
FEWER_PAIRS = 3
IN_FLIGHT = 500
DOMAINS = 60000
QUESTIONS = 200000
# What the machine that the goals are from needs, CPU microseconds: a conversation that shows
# a new leaf, as nearly all of the realistic list do, and a question in raw batches.
THERE_SERVER, THERE_QUESTION = 414, 3.3
FINGERS = 300       # servers for posttls-finger
MANY = 10           # times the list, for growth
CERTIFICATES = 4096 # of each type, as in world.h
WEEKS = 50
MILLION = 1000000
FINGER_SETTINGS = """compatibility_level = 3.6
inet_protocols = ipv4
mail_owner = daemon
setgid_group = mail
"""
PATIENT = ("--banner-timeout", "300", "--tls-handshake-timeout", "300", "-t", "600")
MIB = 1 << 20


class Row:
    """A line of the table.  good: does value meet the goal; None: there is none."""

    def __init__(self, figure, value, goal="", good=None, floor=None, spread=""):
        self.figure, self.value, self.goal, self.good = figure, value, goal, good
        self.floor, self.spread = floor, spread


def spread(values):
    """How far the runs lie apart, in percent of their median."""
    return f"±{50 * (max(values) - min(values)) / statistics.median(values):.0f} %"


def interleaved(place, letter, count, pairs):
    """CPU microseconds a server, run by run: of the floor, of the sweep, of the
    peers during the sweep."""
    floor, sweep, peers = [], [], []
    for _ in range(pairs):
        floor.append(place.floor(letter, count, IN_FLIGHT, 1).cpu * 1e6 / count)
        before = place.peers_cpu()
        run = place.sweep(letter, count, "-T", "1", "-s", str(IN_FLIGHT))
        sweep.append(run.cpu * 1e6 / count)
        peers.append((place.peers_cpu() - before) * 1e6 / count)
    return floor, sweep, peers


def sliced(place, letter, count, goal):
    """The same with both by turns of some milliseconds: the machine's speed, which changes
    within seconds, is the same for both."""
    beside, ratios = place.beside(), []
    for _ in range(SLICED):
        floor, sweep = by_turns(
            lambda told: place.floor(letter, count, IN_FLIGHT, 1, started=told),
            lambda told: beside.sweep(letter, count, "-T", "1", "-s", str(IN_FLIGHT),
                                      started=told))
        check_handshakes(beside, count)
        ratios.append(sweep.cpu / floor.cpu)
    ratio = statistics.median(ratios)
    return Row(f"  the same, by turns of {TURN * 1000:.0f} ms", f"{ratio:.3f} ×",
               f"≤ {goal} × floor", ratio <= goal, ratio, spread(ratios))


def check_handshakes(place, count):
    """A sweep that failed would be fast."""
    with sqlite3.connect(place.path("sweep.db")) as database:
        done, = database.execute(
            "SELECT count(*) FROM servers WHERE handshake = 'ok'"
            " AND tls_version = 'TLSv1.3' AND certificate = 'ok'").fetchone()
    if done != count:
        raise SystemExit(f"bench: {done} of {count} servers were swept well")


def check_dialogues(place, count):
    """The same for servers without STARTTLS."""
    with sqlite3.connect(place.path("sweep.db")) as database:
        done, = database.execute("SELECT count(*) FROM servers WHERE ehlo = 'ok'"
                                 " AND starttls = 'not-offered'").fetchone()
    if done != count:
        raise SystemExit(f"bench: {done} of {count} dialogues were had")


def servers(place):
    kinds = (("p", "RSA, a leaf a provider", SERVERS, PAIRS, 1.25),
             ("r", "RSA, a leaf a server", FEWER, FEWER_PAIRS, None),
             ("e", "P-256, a leaf a server", FEWER, FEWER_PAIRS, None))
    for letter, kind, count, pairs, goal in kinds:
        floor, sweep, peers = interleaved(place, letter, count, pairs)
        check_handshakes(place, count)
        ratio = statistics.median(b / a for a, b in zip(floor, sweep))
        yield Row(f"floor, {kind}", f"{statistics.median(floor):.0f} µs",
                  spread=spread(floor))
        yield Row(f"CPU per server, {kind}", f"{statistics.median(sweep):.0f} µs",
                  f"≤ {goal} × floor" if goal else "", ratio <= goal if goal else None,
                  ratio, spread(sweep))
        yield Row("  (the peers meanwhile)", f"{statistics.median(peers):.0f} µs")
        if goal:
            yield sliced(place, letter, count, goal)
    yield from two_threads(place)
    yield from fingers(place)


def swept(place, threads, **how):
    run = place.sweep("e", THREADS_SERVERS, "-T", str(threads), "-s", str(IN_FLIGHT), **how)
    check_handshakes(place, THREADS_SERVERS)
    return run


def floored(place, threads, **how):
    return place.floor("e", THREADS_SERVERS, IN_FLIGHT, threads, **how)


def core_seconds(place, client, threads, every):
    """What a client with a core for each thread had of its cores, at work or idle.  With
    four cores and more the peers have others; with fewer they are on the client's, with
    one thread as with two, and what they used is set aside."""
    cores = every[:threads]
    rest = every[2:] if len(every) >= 4 else cores
    place.pin_peers(rest)
    before = place.peers_cpu()
    run = client(place, threads, preexec_fn=lambda: os.sched_setaffinity(0, cores))
    return threads * run.wall - (place.peers_cpu() - before if rest == cores else 0)


def gains(seconds):
    """Runs with one thread and with two, in turn: how much faster those with two were than
    their neighbours."""
    return [(seconds[i - 1] + seconds[i + 1]) / seconds[i]
            for i in range(1, len(seconds), 2)]


def two_threads(place):
    """How many times as fast as with one.  The floor client's threads share nothing: what
    it lacks of two is what the machine does not give two cores at work.  The machine's
    speed drifts: so each run with two threads stands between two with one."""
    every = sorted(os.sched_getaffinity(0))
    seconds = {floored: [], swept: []}
    for i in range(2 * FEWER_PAIRS + 1):
        for client, those in seconds.items():
            those.append(core_seconds(place, client, 1 + i % 2, every))
    place.pin_peers(every)
    aside = "" if len(every) >= 4 else ", peers' share set aside"
    floor, ours = gains(seconds[floored]), gains(seconds[swept])
    ratio = statistics.median(ours) / statistics.median(floor)
    for name, values in (("floor, ", floor), ("", ours)):
        yield Row(f"{name}two threads against one{aside}",
                  f"{statistics.median(values):.2f} ×", spread=spread(values))
    yield Row("  the same, were the floor's two twice as fast", f"{2 * ratio:.2f} ×", "≥ 1.8 ×",
              2 * ratio >= 1.8, ratio)


def fingers(place):
    """The tool at hand on Debian, a process a server."""
    root = os.path.join(place.source, "tests", "lab", ".daemons", "postfix")
    tool = os.path.join(root, "usr", "sbin", "posttls-finger")
    if not os.path.exists(tool):
        yield Row("posttls-finger, xargs -P", "not here: tests/lab/install-daemons")
        return
    with open(place.path("main.cf"), "w", encoding="ascii") as file:
        file.write(FINGER_SETTINGS)
    libraries = os.path.join(root, "usr", "lib", "postfix") + ":" + os.path.join(
        place.source, "tests", "lab", ".daemons", "libraries", "usr/lib/x86_64-linux-gnu")
    environment = dict(os.environ, MAIL_CONFIG=place.folder, LD_LIBRARY_PATH=libraries)
    with open(place.servers("p", FINGERS), encoding="ascii") as file:
        targets = "".join(f"[{line.split()[0]}]\n" for line in file)
    with open(place.path("fingers"), "w", encoding="ascii") as file:
        file.write(targets)
    values = []
    for _ in range(2):
        with open(place.path("fingers"), "rb") as file:
            run = Run(["xargs", "-P", "32", "-n", "1", tool, "-c", "-L", "summary",
                       "-l", "verify", "-F", place.roots], stdin=file, env=environment)
        said = run.out.read()
        values.append(run.cpu * 1e6 / FINGERS)
        if said.count(b"TLSv1.3") < FINGERS:
            raise SystemExit(f"bench: posttls-finger failed:\n{said[-1000:].decode()}")
    yield Row("posttls-finger, xargs -P 32", f"{statistics.median(values):.0f} µs",
              spread=spread(values))


def domain_floor(place, path, count):
    """The handshakes of the last sweep and three questions a domain, and nothing else."""
    shakes = place.floor_of(path, count, IN_FLIGHT, 1)
    asked = Run([place.tool("questions"), "raw", str(3 * DOMAINS), "5000"])
    return (shakes.cpu + asked.json()["cpu"]) * 1e6 / DOMAINS


def domains(place):
    values, peers, floor, there = [], [], [], []
    for _ in range(PAIRS):
        before = place.peers_cpu()
        run = place.sweep("u", DOMAINS, "-s", "1000")
        values.append(run.cpu * 1e6 / DOMAINS)
        peers.append((place.peers_cpu() - before) * 1e6 / DOMAINS)
        path, count = place.swept_servers()
        if count < DOMAINS // 100:
            raise SystemExit(f"bench: {count} servers of the realistic list did TLS")
        floor.append(domain_floor(place, path, count))
        there.append(values[-1] / floor[-1] *
                     (count * THERE_SERVER / DOMAINS + 3 * THERE_QUESTION))
    value = statistics.median(values)
    ratio = statistics.median(b / a for a, b in zip(floor, values))
    yield Row("floor, its handshakes and three questions", f"{statistics.median(floor):.0f} µs",
              spread=spread(floor))
    yield Row(f"CPU per domain, {DOMAINS} of the realistic list", f"{value:.0f} µs",
              "≤ 60 µs", value <= 60, ratio, spread(values))
    yield Row("  at the speed of the machine the goal is from",
              f"{statistics.median(there):.0f} µs", spread=spread(there))
    yield Row("  (the peers meanwhile)", f"{statistics.median(peers):.0f} µs")


def dns(place):
    values = {"raw": [], "dns": []}
    for _ in range(PAIRS):
        for how, list_of in values.items():
            run = Run([place.tool("questions"), how, str(QUESTIONS), "5000"])
            list_of.append(run.json()["cpu"] * 1e6 / QUESTIONS)
    raw, ours = (statistics.median(values[how]) for how in ("raw", "dns"))
    yield Row("floor, a DNS question, raw batches", f"{raw:.1f} µs",
              spread=spread(values["raw"]))
    yield Row("CPU per DNS question", f"{ours:.1f} µs", "≤ 6 µs", ours <= 6, ours / raw,
              spread(values["dns"]))


def memory(place):
    for letter, what, goal in (("s", "waiting for a greeting", 2), ("t", "stalled in TLS", 32)):
        few, _ = place.held_memory(letter, 1000, "-T", "4", *PATIENT)
        many, _ = place.held_memory(letter, 5000, "-T", "4", *PATIENT)
        each = (many - few) / 4000 / 1024
        yield Row(f"memory per conversation, {what}", f"{each:.1f} KiB", f"≤ {goal} KiB",
                  each <= goal)
    for count, goal in ((1000, 45), (15000, 500)):
        _, peak = place.held_memory("t", count, "-T", "8", *PATIENT)
        yield Row(f"peak memory, {count} in handshake at once", f"{peak / MIB:.0f} MiB",
                  f"≤ {goal} MB", peak <= goal * 1e6)


def store(place):
    """The second list meets no certificate that the first has not met."""
    small, large = (place.sweep("e", n * CERTIFICATES) for n in (1, 2))
    check_handshakes(place, 2 * CERTIFICATES)
    row = (large.database - small.database) / CERTIFICATES
    yield Row("database per server beyond certificates", f"{row:.0f} bytes", "≤ 500 bytes",
              row <= 500)
    yield from growth(place)


def while_long(place, count):
    """CPU seconds of the sweeps of a list that both began and ended during one of a list
    many times as long, and of that one."""
    beside, short = place.beside(), []
    with concurrent.futures.ThreadPoolExecutor() as threads:
        long = threads.submit(place.sweep, "p", MANY * count, "-s", "200")
        while not long.done():
            short.append(beside.sweep("p", count, "-s", "200").cpu)
    check_handshakes(beside, count)
    return short[:-1], long.result().cpu


def growth(place):
    """Ten servers to a certificate in both lists.  The longer one fills SQLite's page
    cache, the shorter does not.  The machine's speed drifts, and not by the same for every
    program: so the shorter list is swept again and again while the longer one is."""
    short, ratios = [], []
    for _ in range(2):
        meanwhile, long = while_long(place, CERTIFICATES)
        ratios.append(long / statistics.mean(meanwhile))
        short += meanwhile
        check_handshakes(place, MANY * CERTIFICATES)
    ratio = statistics.mean(ratios)
    yield Row(f"CPU of {MANY} × the list", f"{ratio:.2f} ×", "≤ 10.5 ×", ratio <= 10.5,
              spread=spread(short))
    yield from finished_hosts(place)


def finished_hosts(place):
    """What a host leaves behind does not depend on what it said, so these say little.  The
    shorter list fills the window in which a list is shuffled and the set of keys that
    came before: these have a bound, hosts have none."""
    counts = [2 * CERTIFICATES * n * MANY for n in (1, 3)]
    few, many = (place.sweep("n", count, "-s", "200").peak for count in counts)
    check_dialogues(place, counts[1])
    host = (many - few) / (counts[1] - counts[0])
    yield Row("memory per finished host", f"{host:.0f} bytes", "≤ 200 bytes", host <= 200)


def million(place):
    before = place.peers_cpu()
    run = place.sweep("u", MILLION, "-s", "2000")
    peers = place.peers_cpu() - before
    yield Row("a million domains: wall", f"{run.wall:.0f} s", "< 600 s", run.wall < 600)
    yield Row("a million domains: CPU", f"{run.cpu:.0f} s")
    yield Row("  (the peers meanwhile)", f"{peers:.0f} s")
    yield Row("a million domains: peak memory", f"{run.peak / MIB:.0f} MiB", "< 1 GiB",
              run.peak < 1 << 30)
    yield Row("a million domains: database", f"{run.database / MIB:.0f} MiB")


def report(place):
    """A million domains and fifty weekly sweeps that never happened (history.c)."""
    database = place.path("history.db")
    Run([place.tool("history"), database, str(MILLION), str(WEEKS)])
    yield Row(f"{MILLION} domains, {WEEKS} sweeps: database",
              f"{os.path.getsize(database) / MIB:.0f} MiB")
    run = Run([os.path.join(place.build, "mxsweep"), "report", database, "-o",
               place.path("report")])
    yield Row("  report: wall", f"{run.wall:.0f} s", "< 60 s", run.wall < 60)
    yield Row("  report: CPU", f"{run.cpu:.0f} s")
    yield Row("  report: peak memory", f"{run.peak / MIB:.0f} MiB", "< 500 MB", run.peak < 5e8)
    plans = subprocess.run([place.tool("plans"), database, str(WEEKS), str(WEEKS - 1)],
                           stdout=subprocess.PIPE, text=True, check=False)
    print(plans.stdout)
    yield Row("  report: no table is read whole", str(plans.returncode == 0), "True",
              plans.returncode == 0)
    os.unlink(database)


PARTS = {"servers": servers, "domains": domains, "dns": dns, "memory": memory, "store": store,
         "million": million, "report": report}
