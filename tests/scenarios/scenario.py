# SPDX-License-Identifier: Apache-2.0
"""What the tests of the whole program share.

A test calls main(world, tests): the file starts itself again inside a laboratory
of that world (tests/lab), where every test is a function without arguments and a
false check() ends it.  $MXSWEEP is the program, $LAB_PEER the scripted peer.
"""

import collections
import json
import os
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
import traceback

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
LAB = os.path.join(HERE, "..", "lab")
DAEMONS = os.environ.get("LAB_DAEMONS", os.path.join(LAB, ".daemons"))
PROGRAM = os.path.abspath(os.environ.get("MXSWEEP", "mxsweep"))
INSIDE = "MXSWEEP_SCENARIO"
SKIP = 77
PATIENCE = 60  # seconds for anything
REPORTS = re.compile(r"ERROR: \w+Sanitizer|WARNING: ThreadSanitizer|runtime error:"
                     r"|Assertion .* failed")

# The laboratory is all reserved addresses, and its servers stand nothing off.
LABORATORY = ("--allow-reserved", "--server-rate-limit", "0", "--max-conns-per-network", "0")

Talk = collections.namedtuple("Talk", "begin end address host number beside story")


class Failure(Exception):
    pass


def check(condition, text):
    if not condition:
        raise Failure(text)


def equal(found, wanted, what):
    check(found == wanted, f"{what}: {found!r}, not {wanted!r}")


def path(name):
    """A file in the laboratory's folder, which goes with it."""
    return os.path.join(os.environ["LAB_DIR"], name)


def write(name, text):
    with open(path(name), "w", encoding="utf-8") as file:
        file.write(text)
    return path(name)


def read(name):
    with open(path(name), encoding="utf-8", errors="replace") as file:
        return file.read()


def wait_until(true, what, patience=PATIENCE):
    end = time.monotonic() + patience
    while not true():
        check(time.monotonic() < end, f"{what}: not within {patience} s")
        time.sleep(0.02)


class Run:
    """A running or finished mxsweep; its messages go to files."""
    count = 0

    def __init__(self, *arguments, stdin=subprocess.DEVNULL, prepare=None, environment=None):
        Run.count += 1
        self.arguments = [str(a) for a in arguments]
        self.files = [path(f"run{Run.count}.{end}") for end in ("out", "err")]
        with open(self.files[0], "wb") as out, open(self.files[1], "wb") as err:
            self.process = subprocess.Popen(
                [PROGRAM, *self.arguments], stdin=stdin, stdout=out, stderr=err,
                preexec_fn=prepare, env=dict(os.environ, **(environment or {})))

    @property
    def stdout(self):
        return read(self.files[0])

    @property
    def stderr(self):
        return read(self.files[1])

    def signal(self, number):
        self.process.send_signal(number)

    def wait_for(self, text, patience=PATIENCE):
        wait_until(lambda: text in self.stderr or self.process.poll() is not None,
                   f"{text!r} on stderr", patience)
        check(text in self.stderr, f"no {text!r} on stderr but:\n{self.stderr}")

    def finish(self, code, patience=PATIENCE):
        """Its end, with this exit code and no complaint of a sanitizer."""
        try:
            found = self.process.wait(patience)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise Failure(f"not over within {patience} s; stderr:\n{self.stderr}") from None
        check(not REPORTS.search(self.stderr), f"stderr:\n{self.stderr}")
        check(found == code, f"exit code {found}, not {code}; stderr:\n{self.stderr}")
        return self


def start(name, *options, targets=None, **more):
    """A sweep into the database NAME, to be waited for."""
    return Run("sweep", "-f", targets or os.environ["LAB_LIST"], "-o", path(name),
               "--root-cas", os.environ["LAB_ROOT_CAS"], *LABORATORY, *options, **more)


def sweep(name, *options, code=0, **more):
    return start(name, *options, **more).finish(code)


def one_line(run, *words):
    """The operator's mistake: one line on stderr that says these words."""
    lines = run.stderr.splitlines()
    check(len(lines) == 1, f"{len(lines)} lines, not 1:\n{run.stderr}")
    check(lines[0].startswith("mxsweep: "), f"no line of mxsweep: {lines[0]}")
    for text in words:
        check(text in lines[0], f"{text!r} is not in: {lines[0]}")
    equal(run.stdout, "", "stdout")


# Looking at results.

def select(name, question, *values):
    database = sqlite3.connect(path(name), timeout=10)
    database.row_factory = sqlite3.Row
    try:
        return [tuple(row) if len(row) != 1 else row[0]
                for row in database.execute(question, values)]
    finally:
        database.close()


def change(name, *questions):
    """Each a statement, or one with its values."""
    database = sqlite3.connect(path(name))
    with database:
        for question, *values in questions:
            database.execute(question, values)
    database.close()


def rows(name, view, where="1"):
    """As dictionaries, in a fixed order."""
    database = sqlite3.connect(path(name), timeout=10)
    database.row_factory = sqlite3.Row
    try:
        found = [dict(row) for row in database.execute(f"SELECT * FROM {view} WHERE {where}")]
    finally:
        database.close()
    return sorted(found, key=repr)


def look_aside(name):
    """A copy of the database as a killed or running sweep left it, its log included."""
    for end in ("", "-wal"):
        if os.path.exists(path(name) + end):
            shutil.copy(path(name) + end, path("aside-" + name) + end)
        elif os.path.exists(path("aside-" + name) + end):
            os.remove(path("aside-" + name) + end)
    return "aside-" + name


def state(name):
    return select(name, "SELECT state FROM sweeps ORDER BY sweep DESC LIMIT 1")[0]


def check_complete(name, targets, servers):
    """All targets once, all servers connected, and a sound database."""
    equal(state(name), "complete", "state")
    equal(select(name, "SELECT count(*), count(DISTINCT domain) FROM domains"),
          [(targets, targets)], "domains")
    equal(select(name, "SELECT tcp, count(*), count(DISTINCT domain || address) FROM servers"
                       " GROUP BY tcp"), [("connected", servers, servers)], "servers")
    equal(select(name, "SELECT count(*) FROM domains WHERE headline IS NULL"), [0],
          "domains without a verdict")
    equal(select(name, "PRAGMA integrity_check"), ["ok"], "integrity")


def talks(since=0.0):
    """The peer's log of conversations, those that are over."""
    found = []
    for line in read("connections").splitlines():
        fields = line.split("\t", 6)
        if len(fields) == 7 and float(fields[0]) >= since:
            found.append(Talk(float(fields[0]), float(fields[1]), fields[2], fields[3],
                              int(fields[4]), int(fields[5]), fields[6].split("|")))
    return found


def contacts(since=0.0):
    """How often each address was contacted."""
    return collections.Counter(talk.address for talk in talks(since))


def most_at_once(talks, slack=0.0):
    """Conversations; each is over slack seconds before the peer noticed."""
    steps = sorted([(talk.begin, 1) for talk in talks] +
                   [(max(talk.end - slack, talk.begin), -1) for talk in talks])
    at_once = most = 0
    for _, step in steps:
        at_once += step
        most = max(most, at_once)
    return most


def settle(pause=0):
    """Waits for the peer to write down conversations that were just cut off; pause: the
    seconds it may spend between two pieces without looking."""
    time.sleep(pause + 0.3)


def now():
    return time.time()


# Running.

def run_one(test):
    began = time.monotonic()
    try:
        test()
        verdict = "ok"
    except Failure as failure:
        verdict = f"FAILED: {failure}"
    except Exception:  # a test that breaks has failed; the others still run
        verdict = "FAILED: " + traceback.format_exc()
    print(f"{test.__name__} ({time.monotonic() - began:.1f} s): {verdict}", flush=True)
    return verdict == "ok"


def run_all(tests):
    wanted = os.environ.get("ONLY", "").split()
    results = [run_one(test) for test in tests if not wanted or test.__name__ in wanted]
    return 0 if results and all(results) else 1


def enter(world):
    """This very file again, inside a laboratory."""
    if not os.path.isdir(DAEMONS):
        print("skipped: no servers; run tests/lab/install-daemons")
        return SKIP
    with tempfile.TemporaryDirectory(prefix="mxsweep-scenario-") as folder:
        file = os.path.join(folder, "world")
        with open(file, "w", encoding="utf-8") as stream:
            stream.write(world)
        return subprocess.run(
            [os.path.join(LAB, "lab"), "--no-mta", "--world", file, "--",
             sys.executable, os.path.abspath(sys.argv[0])],
            env=dict(os.environ, **{INSIDE: "1"})).returncode


def main(world, *tests):
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    sys.exit(run_all(tests) if os.environ.get(INSIDE) else enter(world))


def json_of(name):
    return json.loads(read(name))


def many(count, network="127.64", script="unhurried", top="many"):
    """A world of COUNT domains, each with a server of its own; one peer is all."""
    lines = [f"zone {top} unsigned", f"host any.{top} {script} good 0.0.0.0"]
    for i in range(count):
        lines += [f"domain d{i}.{top} :", f"record d{i}.{top} MX 10 mx.d{i}.{top}.",
                  f"record mx.d{i}.{top} A {address_of(i, network)}"]
    return "\n".join(lines) + "\n"


def address_of(i, network="127.64"):
    """Neighbours are in networks of their own, so that no limit holds them."""
    return f"{network}.{i % 256}.{1 + i // 256}"
