# SPDX-License-Identifier: Apache-2.0
"""The scenario world: reads the file `world` and says what it consists of.

A World is plain data: zones and their records, the plan of the scripted peer,
the target list, the real mail servers, and what a sweep of it should find.
"""

import ipaddress

import names
import policies
import tlsa

DOMAIN_COLUMNS = {"dns", "mx", "mx_security", "headline", "rank", "tag",
                  "domain.starttls", "domain.certificate", "domain.dane", "domain.mta_sts",
                  "mta_sts_record", "mta_sts_fetch", "mta_sts_policy", "mta_sts_mode",
                  "mta_sts_max_age", "mta_sts_id", "mta_sts_alias", "mta_sts_address",
                  "mta_sts_http_status", "mta_sts_content_type", "mta_sts_lint",
                  "tlsrpt", "tlsrpt_rua"}
REAL_KIND = "rsa2048"      # of certificate, which all of them can use
FIRST_PEER = int(ipaddress.ip_address("127.1.0.1"))


class World:
    def __init__(self):
        self.zones = {}          # origin -> one of names.STATES
        self.records = {}        # origin -> ["owner. TTL IN TYPE data"]
        self.spoiled = set()     # (owner, type) whose signature is broken
        self.plan = []           # "address host script kind"
        self.kinds = {}          # host -> the kind of its certificate
        self.tlsa = []           # tlsa.Record
        self.policies = []       # policies.Policy
        self.issued = {}         # host -> kind: what the peer writes for other servers
        self.targets = []
        self.real = []           # (name of the server, host, address)
        self.unreachable = []    # addresses the kernel knows no way to
        self.blocked = []        # lines of the block list
        self.expected = {}       # domain -> {"domain": words, "rows": [...]}
        self.truth = {}          # of an invented world, domain -> what it is

    def zone_of(self, name):
        labels = name.rstrip(".").split(".")
        for i in range(len(labels)):
            if ".".join(labels[i:]) in self.zones:
                return ".".join(labels[i:])
        return ""

    def add_record(self, owner, kind, data, ttl=300):
        line = f"{owner}. {ttl} IN {kind} {data}"
        self.records.setdefault(self.zone_of(owner), []).append(line)

    def add_address(self, host, address):
        kind = "AAAA" if ":" in address else "A"
        self.add_record(host, kind, address)


class Mistake(Exception):
    pass


class Reader:
    """Obeys the lines of the file, one method for each statement."""

    def __init__(self, world, with_real):
        self.world = world
        self.with_real = with_real
        self.groups = {}         # names for several words
        self.next_peer = FIRST_PEER

    def words(self, texts):
        found = {}
        for text in texts:
            key, equals, value = text.partition("=")
            if equals:
                found[key] = value
            elif text in self.groups:
                found.update(self.groups[text])
            else:
                raise Mistake(f"no such words: {text}")
        return found

    def words_statement(self, arguments, texts):
        self.groups[arguments[0]] = self.words(texts)

    def zone_statement(self, arguments, _):
        origin, state = arguments
        if state not in names.STATES:
            raise Mistake(f"no such state: {state}")
        self.world.zones[origin] = state

    def record_statement(self, arguments, _):
        owner, kind, *data = arguments
        self.world.add_record(owner, kind, " ".join(data))

    def spoil_statement(self, arguments, _):
        owner, kind = arguments
        self.world.spoiled.add((owner, kind))

    def host_statement(self, arguments, _):
        """host NAME SCRIPT KIND [ADDRESS...]"""
        name, script, kind, *addresses = arguments
        if not addresses:
            addresses = [self.new_address()]
        self.world.kinds[name] = kind
        for address in addresses:
            self.world.add_address(name, address)
            self.world.plan.append(f"{address} {name} {script} {kind}")

    def new_address(self):
        self.next_peer += 1
        return str(ipaddress.ip_address(self.next_peer - 1))

    def tlsa_statement(self, arguments, _):
        self.world.tlsa.append(tlsa.read_record(arguments))

    def policy_statement(self, arguments, _):
        domain, *words = arguments
        policy = policies.Policy(domain, words)
        if policy.words["script"] is not None:
            policy.words["at"] = self.new_address()
        self.world.policies.append(policy)

    def domain_statement(self, arguments, texts):
        self.world.targets.append(arguments[0])
        self.expect_statement(arguments, texts)

    def expect_statement(self, arguments, texts):
        entry = self.world.expected.setdefault(arguments[0], {"domain": {}, "rows": []})
        entry["domain"].update(self.words(texts))

    def row_statement(self, arguments, texts):
        """row DOMAIN HOST [ADDRESS|-] : words"""
        domain, host, *address = arguments
        row = {"mx": None if host == "-" else host, "words": self.words(texts)}
        if address:
            row["address"] = None if address[0] == "-" else address[0]
        self.world.expected.setdefault(domain, {"domain": {}, "rows": []})["rows"].append(row)

    def server_statement(self, arguments, texts):
        """server DOMAIN SCRIPT [KIND]: a domain with one MX host mx.DOMAIN"""
        domain, script, kind = (arguments + ["good"])[:3]
        self.one_host(domain, texts)
        self.host_statement([f"mx.{domain}", script, kind], None)

    def one_host(self, domain, texts):
        words = self.words(texts)
        secure = self.world.zones.get(self.world.zone_of(domain)) == "signed"
        of_domain = {"dns": "ok", "mx": "ok", "mx_security": "secure" if secure else "insecure"}
        of_domain.update({k: v for k, v in words.items() if k in DOMAIN_COLUMNS})
        row = {k: v for k, v in words.items() if k not in DOMAIN_COLUMNS}
        self.world.add_record(domain, "MX", f"10 mx.{domain}.")
        self.world.targets.append(domain)
        self.world.expected[domain] = {
            "domain": of_domain, "rows": [{"mx": f"mx.{domain}", "words": row}]}

    def real_statement(self, arguments, texts):
        """real SERVER DOMAIN ADDRESS: one of the real mail servers"""
        server, domain, address = arguments
        self.world.kinds[f"mx.{domain}"] = REAL_KIND
        if not self.with_real:
            return
        self.one_host(domain, texts)
        self.world.add_address(f"mx.{domain}", address)
        self.world.real.append((server, f"mx.{domain}", address))
        self.world.issued[f"mx.{domain}"] = REAL_KIND

    def target_statement(self, arguments, _):
        self.world.targets.append(" ".join(arguments))

    def unreachable_statement(self, arguments, _):
        self.world.unreachable += arguments

    def blocked_statement(self, arguments, _):
        self.world.blocked += arguments


def read_world(path, with_real):
    world = World()
    reader = Reader(world, with_real)
    for number, line in enumerate(open(path, encoding="utf-8"), 1):
        line = line.split(" #")[0].strip()
        if not line or line.startswith("#"):
            continue
        left, _, right = line.partition(" : ")
        statement, *arguments = left.split()
        method = getattr(reader, statement + "_statement", None)
        try:
            if method is None:
                raise Mistake("no such statement")
            method(arguments, right.split())
        except (Mistake, ValueError, IndexError) as problem:
            raise SystemExit(f"{path}:{number}: {statement}: {problem}")
    policies.prepare(world)
    tlsa.issue(world)
    return world
