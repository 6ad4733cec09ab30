# SPDX-License-Identifier: Apache-2.0
"""An Internet invented around a list of domains, the same for the same list.

What a domain is depends on the hash of its name alone: 60 % are with one of ten
big providers, 25 % with one of a hundred medium ones, 15 % keep a server of
their own.  Servers of medium providers and own ones have the faults of FAULTS,
domains those of DOMAIN_FAULTS, in these shares.
"""

import hashlib
import ipaddress
import re

from world import World

BIG, MEDIUM = 10, 100
FIRST_ADDRESS = int(ipaddress.ip_address("127.16.0.1"))
SIGNED_EVERY = 4             # one top-level domain in so many
NAME = re.compile(r"(?=.{1,240}$)([a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?\.)+[a-z0-9-]{1,63}$")

# Per mille of servers: script, certificate kind.  None: nothing listens.
FAULTS = (
    (20, "absent", "good"), (3, "masked-a", "good"), (1, "masked-both", "good"),
    (1, "absent-echo-x", "good"), (80, "good", "self-signed"), (30, "good", "expired"),
    (100, "good", "wrong-name"), (20, "good", "missing-intermediate"),
    (20, "good", "unknown-root"), (10, None, None), (10, "greeting-silence", "good"),
    (5, "deaf", "good"), (5, "greeting-554", "good"), (5, "greeting-421", "good"),
    (5, "starttls-454", "good"), (3, "starttls-554", "good"), (3, "tls-close", "good"),
    (2, "alert-40", "good"), (5, "tls-1.0", "good"), (2, "good", "rsa1024"),
)
# Per mille of domains.
DOMAIN_FAULTS = ((20, "nxdomain"), (20, "null"), (10, "none"), (5, "temporary"),
                 (5, "implicit"), (5, "no-address"), (5, "bad-target"))
KINDS = ("good", "rsa2048", "wildcard", "p384")


def number(*parts):
    text = "\0".join(map(str, parts)).encode()
    return int.from_bytes(hashlib.sha256(text).digest()[:6], "big")


def pick(table, *parts):
    """The row of a per mille table that falls to parts, or None."""
    at = number(*parts) % 1000
    for share, *rest in table:
        at -= share
        if at < 0:
            return rest
    return None


def read_list(path):
    """The names of a target list, in the forms mxsweep takes."""
    found = {}
    for line in open(path, encoding="utf-8", errors="replace"):
        text = line.split("#")[0].strip().lower().rstrip(".")
        left, _, right = text.partition(",")
        name = right.split(",")[0].strip() if right else left
        if NAME.match(name):
            found[name] = None
    return list(found)


class Inventor:
    def __init__(self):
        self.world = World()
        self.hosts = {}          # host -> (script, kind), what listens there
        self.next_address = FIRST_ADDRESS

    def zone(self, domain):
        """Zones are top-level domains, and those that fail on purpose."""
        top = domain.rpartition(".")[2]
        if top not in self.world.zones:
            signed = number("zone", top) % SIGNED_EVERY == 0
            self.world.zones[top] = "signed" if signed else "unsigned"

    def host(self, name, script, kind):
        if name in self.hosts:
            return
        self.hosts[name] = (script, kind)
        address = str(ipaddress.ip_address(self.next_address))
        self.next_address += 1
        self.world.add_address(name, address)
        if script is not None:
            self.world.plan.append(f"{address} {name} {script} {kind}")

    def provider_hosts(self, name, count, faulty):
        hosts = []
        for i in range(count):
            host = f"mx{i + 1}.{name}"
            fault = pick(FAULTS, "fault", name) if faulty else None
            self.host(host, *(fault or ("good", KINDS[number("kind", name) % len(KINDS)])))
            hosts.append(host)
        return hosts

    def hosts_of(self, domain):
        share = number("provider", domain) % 100
        if share < 60:
            which = min(number("big", domain) % BIG, number("bigger", domain) % BIG)
            return self.provider_hosts(f"big-{which}.providers", 2 + which % 3, False)
        if share < 85:
            which = number("medium", domain) % MEDIUM
            return self.provider_hosts(f"medium-{which}.providers", 1 + which % 2, True)
        return self.provider_hosts(domain, 1, True)

    def with_servers(self, domain):
        hosts = self.hosts_of(domain)
        for i, host in enumerate(hosts):
            self.world.add_record(domain, "MX", f"{10 * (i + 1)} {host}.")
        self.world.truth[domain] = {
            "dns": "ok", "mx": "ok",
            "servers": {host: {"script": self.hosts[host][0], "kind": self.hosts[host][1]}
                        for host in hosts}}

    def faulty(self, domain, what):
        truth = {"dns": "ok", "mx": what, "servers": {}}
        if what in ("nxdomain", "temporary"):
            truth = {"dns": what, "mx": None, "servers": {}}
        if what == "temporary":
            self.world.zones[domain] = "lame"
        elif what == "null":
            self.world.add_record(domain, "MX", "0 .")
        elif what == "none":
            self.world.add_record(domain, "TXT", '"no mail here"')
        elif what == "implicit":
            self.host(domain, "good", "good")
            truth["servers"][domain] = {"script": "good", "kind": "good"}
        elif what == "no-address":
            self.world.add_record(domain, "MX", f"10 nowhere.{domain}.")
            truth["mx"] = "ok"
        elif what == "bad-target":
            self.world.add_record(domain, "MX", "10 localhost.")
        self.world.truth[domain] = truth


def invent(path):
    inventor = Inventor()
    domains = read_list(path)
    inventor.world.zones["providers"] = "signed"
    for domain in domains:
        inventor.zone(domain)
    parents = {domain[i + 1:] for domain in domains
               for i, letter in enumerate(domain) if letter == "."}
    for domain in domains:
        fault = pick(DOMAIN_FAULTS, "domain", domain)
        if fault and domain not in parents:
            inventor.faulty(domain, fault[0])
        else:
            inventor.with_servers(domain)
    inventor.world.targets = domains
    return inventor.world
