# SPDX-License-Identifier: Apache-2.0
"""The DNS of the laboratory: zone files, their signatures, NSD and unbound.

NSD serves every zone, a signed root included, on 127.0.0.2; unbound resolves
and validates on 127.0.0.1, knowing no other root.
"""

import os
import re
import subprocess

SERVER = "127.0.0.2"
LAME = "127.0.0.3"  # a server that knows no zone
RESOLVER = "127.0.0.1"
# What a zone may be; an expired one's signatures are.
STATES = ("signed", "unsigned", "bogus", "lame", "nods", "expired")
SIGNED = ("signed", "bogus", "nods", "expired")
PAST = ("-i", "20200101", "-e", "20200201")
EMPTY_TLSA = re.compile(r"\tTLSA\t(\d+) (\d+) (\d+) *$", re.MULTILINE)
HEAD = """$TTL 300
{origin} 300 IN SOA ns.lab. hostmaster.lab. 1 3600 600 86400 60
{origin} 300 IN NS ns.lab.
"""


class Names:
    def __init__(self, world, folder, daemons):
        self.world = world
        self.folder = folder
        self.daemons = daemons
        self.keys = {}           # origin -> path of its key, without suffix
        os.makedirs(folder, exist_ok=True)

    def path(self, name):
        return os.path.join(self.folder, name)

    def run(self, *command):
        done = subprocess.run(command, cwd=self.folder, env=self.daemons.environment(),
                              capture_output=True, text=True)
        if done.returncode != 0:
            raise SystemExit(f"{command[0]}: {done.stderr.strip() or done.stdout.strip()}")
        return done.stdout

    # Zones. The root is the origin "".

    def zone_file(self, origin):
        return self.path((origin or "root") + ".zone")

    def make_key(self, origin):
        stem = self.run(self.daemons.find("ldns-keygen"), "-a", "ECDSAP256SHA256", "-k",
                        "-r", "/dev/urandom", origin or ".").strip()
        self.keys[origin] = self.path(stem)

    def delegation(self, origin, state):
        """What a parent says of a zone below it."""
        server = "lame.lab." if state == "lame" else "ns.lab."
        lines = [f"{origin}. 300 IN NS {server}"]
        if state not in SIGNED or state == "nods":
            return lines
        secure = open(self.keys[origin] + ".ds", encoding="ascii").read().split()
        if state == "bogus":
            secure[-1] = secure[-1][::-1]
        return lines + [" ".join(secure)]

    def parent_of(self, origin):
        return self.world.zone_of(origin.partition(".")[2])

    def write_zones(self):
        zones = dict(self.world.zones)
        for origin, state in [("", "signed"), *zones.items()]:
            if state in SIGNED:
                self.make_key(origin)
        contents = {origin: list(self.world.records.get(origin, []))
                    for origin in ["", *zones]}
        contents[""] += [f"ns.lab. 300 IN A {SERVER}", f"lame.lab. 300 IN A {LAME}"]
        for origin, state in zones.items():
            contents[self.parent_of(origin)] += self.delegation(origin, state)
        for origin, lines in contents.items():
            if zones.get(origin) == "lame":
                continue
            with open(self.zone_file(origin), "w", encoding="utf-8") as file:
                file.write(HEAD.format(origin=origin + "."))
                file.writelines(line + "\n" for line in lines)
            if origin in self.keys:
                self.sign(origin)

    def sign(self, origin):
        plain = self.zone_file(origin)
        period = PAST if self.world.zones.get(origin) == "expired" else ()
        self.run(self.daemons.find("ldns-signzone"), *period, "-o", origin or ".", "-f",
                 plain + ".signed", plain, self.keys[origin])
        self.tidy(plain + ".signed", plain)
        spoiled = [(owner, kind) for owner, kind in self.world.spoiled
                   if self.world.zone_of(owner) == origin]
        if spoiled:
            self.spoil(plain, spoiled)

    @staticmethod
    def tidy(source, path):
        """TLSA records without data as NSD can read them."""
        with open(source, encoding="utf-8") as file:
            text = EMPTY_TLSA.sub(
                lambda found: "\tTYPE52\t\\# 3 " + bytes(map(int, found.groups())).hex(),
                file.read())
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        os.remove(source)

    @staticmethod
    def spoil(path, spoiled):
        """Breaks the signatures over some record sets."""
        lines = open(path, encoding="utf-8").read().splitlines()
        for i, line in enumerate(lines):
            fields = line.split()
            if len(fields) < 13 or fields[3] != "RRSIG":
                continue
            if (fields[0].rstrip("."), fields[4]) in spoiled:
                fields[12] = ("B" if fields[12][0] == "A" else "A") + fields[12][1:]
                lines[i] = " ".join(fields)
        with open(path, "w", encoding="utf-8") as file:
            file.write("\n".join(lines) + "\n")

    # Servers.

    def write_nsd(self, name, address, origins):
        zones = "".join(
            f'zone:\n  name: "{origin or "."}"\n  zonefile: "{self.zone_file(origin)}"\n'
            for origin in origins)
        with open(self.path(name + ".conf"), "w", encoding="ascii") as file:
            file.write(f"""server:
  ip-address: {address}
  server-count: 1
  username: ""
  chroot: ""
  database: ""
  zonesdir: "{self.folder}"
  zonelistfile: "{self.path(name + '.zones')}"
  xfrdfile: "{self.path(name + '.xfrd')}"
  xfrdir: "{self.folder}"
  pidfile: "{self.path(name + '.pid')}"
  rrl-ratelimit: 0
  rrl-whitelist-ratelimit: 0
  tcp-count: 250
remote-control:
  control-enable: no
{zones}""")

    def write_unbound(self):
        with open(self.path("root.hints"), "w", encoding="ascii") as file:
            file.write(f". 300 IN NS ns.lab.\nns.lab. 300 IN A {SERVER}\n")
        with open(self.path("unbound.conf"), "w", encoding="ascii") as file:
            file.write(f"""server:
  interface: {RESOLVER}
  access-control: 127.0.0.0/8 allow
  directory: "{self.folder}"
  username: ""
  chroot: ""
  pidfile: "{self.path('unbound.pid')}"
  use-syslog: no
  logfile: ""
  val-log-level: 1
  root-hints: "{self.path('root.hints')}"
  trust-anchor-file: "{self.keys['']}.ds"
  module-config: "validator iterator"
  do-not-query-localhost: no
  do-ip6: no
  local-zone: "test." nodefault
  ede: yes
  num-threads: 1
  outgoing-range: 4096
  num-queries-per-thread: 2048
  so-rcvbuf: 4m
  incoming-num-tcp: 200
remote-control:
  control-enable: no
""")

    def start(self, processes):
        self.write_zones()
        served = [origin for origin, state in self.world.zones.items() if state != "lame"]
        self.write_nsd("nsd", SERVER, ["", *served])
        self.write_nsd("nsd-lame", LAME, [])
        self.write_unbound()
        for name in ("nsd", "nsd-lame"):
            processes.start(name, [self.daemons.find("nsd"), "-d", "-c",
                                   self.path(name + ".conf")])
        processes.start("unbound", [self.daemons.find("unbound"), "-d", "-c",
                                    self.path("unbound.conf")])
        processes.wait_for("unbound", answers_with_ad)
        log = processes.tail("nsd").rpartition("nsd starting")[2]
        if " errors" in log:
            raise SystemExit(f"lab: a zone cannot be read:{log}")


def answers_with_ad():
    """Does the resolver answer `. SOA` with AD?"""
    import socket

    query = bytes.fromhex("2a2a01200001000000000000" "00" "00060001")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
        asking.settimeout(0.3)
        try:
            asking.sendto(query, (RESOLVER, 53))
            answer = asking.recv(4096)
        except OSError:
            return False
    return len(answer) > 3 and answer[3] & 0x20 != 0 and answer[3] & 15 == 0
