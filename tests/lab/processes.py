# SPDX-License-Identifier: Apache-2.0
"""What runs in the laboratory: a private place, and the processes in it."""

import ctypes
import os
import shutil
import signal
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
NEWNS, NEWUSER, NEWPID, NEWNET = 0x20000, 0x10000000, 0x20000000, 0x40000000
DIE_WITH_PARENT = 1
PATIENCE = 30  # seconds for a server to answer


class Daemons:
    """Where the unpacked servers are; those of the system serve as well."""

    def __init__(self, folder):
        self.folder = folder

    def root(self, group):
        return os.path.join(self.folder, group)

    def has(self, group):
        return os.path.isdir(self.root(group))

    def environment(self):
        libraries = os.path.join(self.root("libraries"), "usr/lib/x86_64-linux-gnu")
        return dict(os.environ, LD_LIBRARY_PATH=libraries)

    def find(self, name):
        for group in ("dns", "web"):
            for place in ("usr/sbin", "usr/bin"):
                path = os.path.join(self.root(group), place, name)
                if os.path.exists(path):
                    return path
        path = shutil.which(name, path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin")
        if path is None:
            raise SystemExit(f"lab: no {name}: run {HERE}/install-daemons first")
        return path


class Processes:
    def __init__(self, folder, daemons):
        self.folder = folder
        self.daemons = daemons
        self.running = {}        # name -> Popen

    def log_of(self, name):
        return os.path.join(self.folder, name + ".log")

    def start(self, name, command, environment=None):
        with open(self.log_of(name), "ab") as log:
            self.running[name] = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                env=environment or self.daemons.environment(), start_new_session=True)

    def wait_for(self, name, answers):
        end = time.monotonic() + PATIENCE
        while not answers():
            if time.monotonic() > end or self.running[name].poll() is not None:
                raise SystemExit(f"lab: {name} does not answer:\n{self.tail(name)}")
            time.sleep(0.02)

    def tail(self, name):
        return open(self.log_of(name), errors="replace").read()[-2000:]

    def end(self):
        """Ends all; says whether all lived until now and ended well."""
        well = True
        for name, process in self.running.items():
            if process.poll() is not None:
                print(f"lab: {name} ended early with {process.returncode}, see "
                      f"{self.log_of(name)}", file=sys.stderr)
                well = False
        for process in reversed(self.running.values()):
            process.terminate()
        for name, process in self.running.items():
            if not ended_well(process):
                print(f"lab: {name} ended badly:\n{self.tail(name)}", file=sys.stderr)
                well = False
        self.running.clear()
        return well


def ended_well(process):
    try:
        return process.wait(10) in (0, -signal.SIGTERM)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
        return False


def check(result):
    if result != 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


def enter_private_place(clean_up):
    """Goes on in a child with a network, mounts and processes of its own; all of
    it ends with that child.  The parent waits, cleans up and leaves with the
    child's exit code.  Without root this needs user namespaces."""
    libc = ctypes.CDLL(None, use_errno=True)
    user, group = os.geteuid(), os.getegid()
    try:
        check(libc.unshare(NEWNS | NEWPID | NEWNET | (NEWUSER if user else 0)))
    except OSError as problem:
        raise SystemExit(f"lab: no private network: {problem.strerror} (try as root)")
    if user:
        for file, text in (("setgroups", "deny"), ("uid_map", f"0 {user} 1"),
                           ("gid_map", f"0 {group} 1")):
            with open(f"/proc/self/{file}", "w", encoding="ascii") as map_file:
                map_file.write(text)
    child = os.fork()
    if child > 0:
        code = wait_for_child(child)
        clean_up()
        os._exit(code)
    check(libc.prctl(DIE_WITH_PARENT, signal.SIGKILL))
    for command in (("mount", "--make-rprivate", "/"), ("mount", "-t", "proc", "proc", "/proc"),
                    ("ip", "link", "set", "lo", "up")):
        subprocess.run(command, check=True)


def wait_for_child(child):
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, lambda number, _: os.kill(child, signal.SIGTERM))
    _, status = os.waitpid(child, 0)
    code = os.waitstatus_to_exitcode(status)
    return code if code >= 0 else 128 - code
