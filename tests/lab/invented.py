# SPDX-License-Identifier: Apache-2.0
"""An Internet invented around a list of domains, the same for the same list.

What a domain is depends on the hash of its name alone: 60 % are with one of ten
big providers, 25 % with one of a hundred medium ones, 15 % keep a server of
their own.  Servers of medium providers and own ones have the faults of FAULTS,
domains those of DOMAIN_FAULTS, in these shares.  Some publish TLSA records, where
their zone is signed, some an MTA-STS policy, some where they want TLSRPT reports.
"""

import hashlib
import ipaddress
import re

import policies
import tlsa
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
# Per mille: of those who run servers in signed zones, of domains, of domains.
SHARES = {"tlsa": 100, "mta-sts": 100, "tlsrpt": 100}
BIG_WITH_TLSA = 4            # this one of the big providers publishes them, no other does
# Per mille of those who publish records: usage, selector, matching type, of what.
TLSA = ((750, 3, 1, 1, "leaf"), (120, 2, 1, 1, "issuer"), (80, 3, 1, 1, "other"),
        (50, 1, 1, 1, "leaf"))
# Per mille of policies: mode; and what is wrong with them.
MODES = ((500, "enforce"), (400, "testing"), (100, "none"))
STS_FAULTS = ((30, "no-id"), (40, "404"), (40, "expired"), (40, "wrong-name"), (20, "redirect"),
              (40, "unlisted"))
HOSTED_POLICIES = 700        # per mille are aliases of POLICY_HOST
POLICY_HOST = "policies.providers"
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
        self.tlsa = {}           # host -> a row of TLSA, without its share
        self.names = set()       # of all domains
        self.next_address = FIRST_ADDRESS

    def zone(self, domain):
        """Zones are top-level domains, and those that fail on purpose."""
        top = domain.rpartition(".")[2]
        if top not in self.world.zones:
            signed = number("signed", top) % SIGNED_EVERY == 0
            self.world.zones[top] = "signed" if signed else "unsigned"

    def host(self, name, script, kind):
        if name in self.hosts:
            return
        self.hosts[name] = (script, kind)
        self.world.kinds[name] = kind
        address = str(ipaddress.ip_address(self.next_address))
        self.next_address += 1
        self.world.add_address(name, address)
        if script is not None:
            self.world.plan.append(f"{address} {name} {script} {kind}")

    def secure(self, name):
        return self.world.zones.get(self.world.zone_of(name)) == "signed"

    def publish_tlsa(self, provider, host):
        """All hosts of a provider or none."""
        publishes = number("tlsa", provider) % 1000 < SHARES["tlsa"]
        if provider.startswith("big-"):
            publishes = provider == f"big-{BIG_WITH_TLSA}.providers"
        if host in self.tlsa or not publishes or not self.secure(host) \
                or self.hosts[host][1] is None:
            return
        self.tlsa[host] = pick(TLSA, "record", provider)
        usage, selector, matching, of = self.tlsa[host]
        self.world.tlsa.append(tlsa.read_record([host, usage, selector, matching, f"of={of}"]))

    def provider_hosts(self, name, count, faulty):
        hosts = []
        for i in range(count):
            host = f"mx{i + 1}.{name}"
            fault = pick(FAULTS, "fault", name) if faulty else None
            self.host(host, *(fault or ("good", KINDS[number("kind", name) % len(KINDS)])))
            self.publish_tlsa(name, host)
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
            "dns": "ok", "mx": "ok", "secure": self.secure(domain),
            "mta_sts": self.publish_policy(domain, hosts), "tlsrpt": self.publish_tlsrpt(domain),
            "servers": {host: self.server_truth(host) for host in hosts}}

    def server_truth(self, host):
        script, kind = self.hosts[host]
        return {"script": script, "kind": kind, "secure": self.secure(host),
                "tlsa": self.tlsa.get(host)}

    def publish_policy(self, domain, hosts):
        """What is published, for the truth, or None."""
        if number("mta-sts", domain) % 1000 >= SHARES["mta-sts"]:
            return None
        mode, = pick(MODES, "mode", domain)
        fault, = pick(STS_FAULTS, "policy", domain) or (None,)
        patterns = ["mail.elsewhere.example"] if fault == "unlisted" else hosts
        words = [f"mode={mode}", f"mx={','.join(patterns)}"]
        if fault in ("expired", "wrong-name"):
            words.append(f"certificate={fault}")
        elif fault in ("404", "redirect"):
            words.append(f"how={'301' if fault == 'redirect' else fault}")
        elif fault == "no-id":
            words.append("record=no")
            self.world.add_record(f"_mta-sts.{domain}", "TXT", '"v=STSv1;"')
        hosted = number("hosted", domain) % 1000 < HOSTED_POLICIES
        if hosted and f"mta-sts.{domain}" not in self.names:
            words.append(f"at={POLICY_HOST}")
        self.world.policies.append(policies.Policy(domain, words))
        return {"mode": mode, "fault": fault}

    def publish_tlsrpt(self, domain):
        publishes = number("tlsrpt", domain) % 1000 < SHARES["tlsrpt"]
        if publishes:
            self.world.add_record(f"_smtp._tls.{domain}", "TXT",
                                  f'"v=TLSRPTv1; rua=mailto:tls-reports@{domain}"')
        return publishes

    def faulty(self, domain, what):
        truth = {"dns": "ok", "mx": what, "servers": {}, "mta_sts": None, "tlsrpt": False,
                 "secure": self.secure(domain)}
        if what in ("nxdomain", "temporary"):
            truth.update(dns=what, mx=None)
        if what == "temporary":
            self.world.zones[domain] = "lame"
        elif what == "null":
            self.world.add_record(domain, "MX", "0 .")
        elif what == "none":
            self.world.add_record(domain, "TXT", '"no mail here"')
        elif what == "implicit":
            self.host(domain, "good", "good")
            truth["servers"][domain] = self.server_truth(domain)
        elif what == "no-address":
            self.world.add_record(domain, "MX", f"10 nowhere.{domain}.")
            truth["mx"] = "ok"
        elif what == "bad-target":
            self.world.add_record(domain, "MX", "10 localhost.")
        self.world.truth[domain] = truth


def invent(path):
    inventor = Inventor()
    domains = read_list(path)
    inventor.names.update(domains)
    inventor.world.zones["providers"] = "signed"
    inventor.world.add_address(POLICY_HOST, policies.ADDRESSES[0])
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
    policies.prepare(inventor.world)
    tlsa.issue(inventor.world)
    return inventor.world
