# SPDX-License-Identifier: Apache-2.0
"""What the tables of a report must hold, counted again from the rows of the public views:
TABLES has a function for each table, and what it gives are the rows, a meaning in words
being None where any text will do."""

import collections
import datetime

import scenario

ANY = None  # a text for people
DATABASE = "weeks.db"
ANSWERED = ("all", "partial", "none", "stripped")
DANE = ("all", "partial", "none", "broken", "half")
STS = ("ok", "partial", "failing", "none", "broken-record", "broken-policy")
RPT = ("ok", "none", "multiple", "bad-version", "no-rua", "bad-syntax", "unusable-rua")
JUDGED = ("stripped", "broken-dane", "broken-mta-sts", "plaintext", "partial", "secure-dane",
          "secure-mta-sts", "authenticated", "encrypted")
STRIPPED = ("stripped", "corrupted")
BROKEN = ("mismatch", "name-mismatch", "expired", "ta-missing", "no-starttls", "lookup-failed")


def working(d):
    return d["mta_sts_policy"] == "ok"


# What is counted, of what, and who could be either.
MEASURES = {
    "starttls": (lambda d: d["starttls"] == "all", lambda d: d["starttls"] in ANSWERED,
                 lambda d: d["starttls"] == "unknown" and d["headline"] != "no-mail"),
    "certificate": (lambda d: d["certificate"] == "all",
                    lambda d: d["certificate"] in ANSWERED[:3],
                    lambda d: d["starttls"] == "unknown" and d["headline"] != "no-mail"),
    "stripped": (lambda d: d["starttls"] == "stripped", lambda d: d["starttls"] in ANSWERED,
                 lambda d: d["starttls"] == "unknown" and d["headline"] != "no-mail"),
    "dane": (lambda d: d["dane"] == "all", lambda d: d["dane"] in DANE,
             lambda d: d["dane"] == "unknown"),
    "mta_sts": (lambda d: d["mta_sts"] == "ok", lambda d: d["mta_sts"] in STS,
                lambda d: d["mta_sts"] == "unknown"),
    "broken": (lambda d: d["headline"] in ("broken-dane", "broken-mta-sts"),
               lambda d: d["headline"] in JUDGED, lambda d: d["headline"] == "untestable"),
    "mta_sts_record": (lambda d: d["mta_sts_record"] == "ok", lambda d: d["mta_sts"] in STS,
                       None),
    "mta_sts_enforce": (lambda d: working(d) and d["mta_sts_mode"] == "enforce",
                        lambda d: d["mta_sts"] in STS, None),
    "tlsrpt": (lambda d: d["tlsrpt"] == "ok", lambda d: d["tlsrpt"] in RPT, None),
}
NUMBERS = list(MEASURES)[:6]


def share(n, of):
    return n / of if of else None


def points(before, now):
    return 100 * (now[0] / now[1] - before[0] / before[1]) if before[1] and now[1] else None


def count(rows, key):
    return collections.Counter(key(row) for row in rows)


def ranked(counts, of=None):
    """Rows of words: the most first; n and share."""
    whole = sum(counts.values()) if of is None else of
    return [[word, ANY, n, share(n, whole)]
            for word, n in sorted(counts.items(), key=lambda c: (-c[1], c[0]))]


class Sweep:
    def __init__(self, number):
        self.number = number
        self.row = scenario.rows(DATABASE, "sweeps", f"sweep = {number}")[0]
        self.domains = {d["domain"]: d for d in
                        scenario.rows(DATABASE, "domains", f"sweep = {number}")}
        self.links = scenario.rows(DATABASE, "servers", f"sweep = {number}")
        self.servers = list({(s["host"], s["address"]): s for s in self.links}.values())
        self.answered = [s for s in self.servers
                         if s["starttls"] not in (None, "refused-temporary")]
        self.stripped = [s for s in self.answered if s["starttls"] in STRIPPED]
        self.tls = [s for s in self.servers if s["handshake"] == "ok"]
        leaves = {s["leaf_sha256"] for s in self.servers if s["leaf_sha256"]}
        self.leaves = [c for c in scenario.rows(DATABASE, "certificates")
                       if c["sha256"] in leaves]
        self.day = self.row["started"][:10]

    def words(self, column):
        return count([d for d in self.domains.values() if d[column] is not None],
                     lambda d: d[column])

    def figure(self, name, among=None):
        n, of, _ = MEASURES[name]
        rows = [d for d in self.domains.values() if among is None or d["domain"] in among]
        return sum(map(n, rows)), sum(map(of, rows))


class Both:
    """The sweep of the report and the one before, or None."""

    def __init__(self, now, before):
        self.now = Sweep(now)
        self.before = Sweep(before) if before else None
        self.both = set(self.now.domains) & set(self.before.domains) if before else set()

    def figures(self, name):
        """Of all; of the domains in both: now, and before."""
        if self.before is None:
            return self.now.figure(name), (None, None), (None, None)
        return (self.now.figure(name), self.now.figure(name, self.both),
                self.before.figure(name, self.both))

    def change(self, name):
        _, now, before = self.figures(name)
        return points(before, now) if self.before else None


def adoption_now(b):
    rows = []
    for name in MEASURES:
        now, both, before = b.figures(name)
        rows.append([ANY, *now, ANY, share(*now), *both, *before, b.change(name)])
    return rows


def headline_moves(b):
    moved = count([d for d in b.both if b.before.domains[d]["headline"]
                   != b.now.domains[d]["headline"]],
                  lambda d: (b.before.domains[d]["headline"], b.now.domains[d]["headline"]))
    return [[*pair, n] for pair, n in sorted(moved.items(), key=lambda m: (-m[1], m[0]))]


def history(b, columns):
    numbers = scenario.select(DATABASE, "SELECT sweep FROM sweeps WHERE vantage IS ? AND started"
                              " <= ? AND state = 'complete' AND judged IS NOT NULL ORDER BY"
                              " started", b.now.row["vantage"], b.now.row["started"])
    rows = []
    for number in numbers:
        sweep = Sweep(number)
        figures = [column(sweep) for column in columns]
        rows.append([sweep.day, *(cell for f in figures for cell in (*f, share(*f)))])
    return rows


def version(*words):
    return lambda s: (sum(r["tls_version"] in words for r in s.tls), len(s.tls))


def mode(word):
    return lambda s: (sum(working(d) and d["mta_sts_mode"] == word
                          for d in s.domains.values()), s.figure("mta_sts")[1])


def strip_forms(b):
    def form(s):
        echo = s["starttls_echo"]
        masked = echo and len(echo) > 2 and set(echo[:-1]) == {"X"}
        return (s["starttls_offer"],
                "not echoed" if echo is None else "XXXXXXXX" if masked else "other")
    counts = count(b.now.stripped, form)
    return [[*key, n, len(b.now.stripped), n / len(b.now.stripped)]
            for key, n in sorted(counts.items(), key=lambda c: (-c[1], c[0]))]


def places(b, key):
    """Stripped and answered of each."""
    lost, whole = count(b.now.stripped, key), count(b.now.answered, key)
    return [(place, n, whole[place]) for place, n in
            sorted(lost.items(), key=lambda c: (-c[1], c[0]))]


def network(s):
    return "AS" + str(s["asn"]), s["as_name"], s["country"]


def strip_countries(b):
    return [[place, n, of, n / of] for place, n, of in places(b, lambda s: s["country"])
            if place]


def strip_networks(b):
    return [[*place, n, of, n / of] for place, n, of in places(b, network)
            if place[0] != "ASNone"]


def strip_whole_networks(b):
    return [row for row in strip_networks(b) if row[3] == row[4] >= 2]


def found_in(sweep, server):
    """How the same server was found there; None: it did not come to STARTTLS."""
    words = [s["starttls"] for s in sweep.servers
             if (s["mx"], s["address"]) == (server["mx"], server["address"])]
    return words[0] if words else None


def behind(b, mx):
    return len({s["domain"] for s in b.now.links if s["mx"] == mx})


def strip_new(b):
    rows = [[s["mx"], s["address"], *network(s), s["starttls"],
             found_in(b.before, s) or "not tested", behind(b, s["mx"])]
            for s in b.now.stripped if found_in(b.before, s) not in STRIPPED]
    return sorted(rows, key=lambda row: (-row[-1], row[0], row[1]))


def others(b):
    """The last sweep of each other vantage point within a week."""
    def moment(row):
        return datetime.datetime.strptime(row["started"], "%Y-%m-%dT%H:%M:%SZ")
    last = {}
    for row in scenario.rows(DATABASE, "sweeps", "state = 'complete'"):
        if row["vantage"] != b.now.row["vantage"] and abs(
                moment(row) - moment(b.now.row)).total_seconds() <= 7 * 86400:
            if row["sweep"] > last.get(row["vantage"], 0):
                last[row["vantage"]] = row["sweep"]
    return [Sweep(number) for _, number in sorted(last.items())]


def strip_seen(b):
    kinds = collections.Counter()
    for server in b.now.stripped:
        words = [w for w in (found_in(o, server) for o in others(b)) if w]
        too = sum(w in STRIPPED for w in words)
        kinds["tested from here only" if not words else "stripped from here only" if not too
              else "stripped from all that tested it" if too == len(words)
              else "stripped from some"] += 1
    return [[kind, n, len(b.now.stripped), n / len(b.now.stripped)]
            for kind, n in sorted(kinds.items(), key=lambda k: (-k[1], k[0]))]


def strip_vantages(b):
    rows = []
    for other in others(b):
        words = [w for w in (found_in(other, s) for s in b.now.stripped) if w]
        too = sum(w in STRIPPED for w in words)
        quiet = sum(d["starttls"] == "none" and name in other.domains and
                    other.domains[name]["starttls"] == "all"
                    for name, d in b.now.domains.items())
        rows.append([other.row["vantage"], other.day, len(words), too, share(too, len(words)),
                     quiet])
    return rows


def of_all(counts, order=lambda c: (-c[1], c[0])):
    whole = sum(counts.values())
    return [[*(key if isinstance(key, tuple) else (key,)), n, whole, n / whole]
            for key, n in sorted(counts.items(), key=order)]


def trust_name(b):
    word = {1: "yes", 0: "no"}
    return of_all(count([s for s in b.now.servers if None not in (s["trusted"], s["name_match"])],
                        lambda s: (word[s["trusted"]], word[s["name_match"]])),
                  lambda c: (c[0][0] == "no", c[0][1] == "no"))


def days_left(b, certificate):
    end, now = (datetime.datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ")
                for text in (certificate["not_after"], b.now.row["judged"]))
    return (end - now).total_seconds() / 86400


def expiry(b):
    buckets = {"expired": (-1e9, 0), "0-7": (0, 8), "8-30": (8, 31), "31-90": (31, 91),
               "more": (91, 1e9)}
    counts = count(b.now.leaves, lambda c: next(
        name for name, (low, high) in buckets.items() if low <= days_left(b, c) < high))
    return of_all(counts, lambda c: list(buckets).index(c[0]))


def expiry_soon(b):
    ends = {c["sha256"]: c for c in b.now.leaves if 0 <= days_left(b, c) < 8}
    found = collections.Counter((ends[s["leaf_sha256"]]["not_after"], s["mx"],
                                 ends[s["leaf_sha256"]]["issuer"]) for s in b.now.servers
                                if s["leaf_sha256"] in ends and s["certificate"] == "ok")
    return [[*key, n, behind(b, key[1])] for key, n in sorted(found.items())]


def dane_servers(b):
    """By the names of the server itself, also where a domain's MX is not signed."""
    words = {}
    for link in b.now.links:
        key = link["host"], link["address"]
        if link["dane"] and words.get(key) in (None, "insecure-mx"):
            words[key] = link["dane"]
    return ranked(collections.Counter(words.values()))


def dane_failing(b, domains):
    found = collections.defaultdict(set)
    for link in b.now.links:
        if link["domain"] in domains and link["dane"] in BROKEN:
            found[link["mx"], link["dane"], link["dane_reason"]].add(link["domain"])
    return [[*key, len(names), min(names)] for key, names in
            sorted(found.items(), key=lambda f: (-len(f[1]), f[0][:2]))]


def dane_broken(b):
    return dane_failing(b, {n for n, d in b.now.domains.items() if d["dane"] == "broken"})


def dane_rollovers(b):
    return dane_failing(b, {n for n in b.both if b.now.domains[n]["dane"] == "broken" and
                            b.before.domains[n]["dane"] in ("all", "partial")})


def tlsa(b):
    records = scenario.rows(DATABASE, "tlsa_records",
                            f"sweep = {b.now.number} AND security = 'secure'")
    hosts = collections.defaultdict(set)
    for r in records:
        hosts[tuple(str(r[k]) for k in ("usage", "selector", "matching"))].add(r["mx"])
    whole = len({r["mx"] for r in records})
    return [[*key, len(names), whole, len(names) / whole] for key, names in
            sorted(hosts.items(), key=lambda h: (-len(h[1]), h[0]))]


def manager(d):
    away = d["mta_sts_provider"] not in (None, d["registrable_domain"])
    return "third" if away else "self"


def mta_sts_stages(b):
    rows = []
    for stage, column in (("record", "mta_sts_record"), ("fetch", "mta_sts_fetch"),
                          ("policy", "mta_sts_policy")):
        here = [d for d in b.now.domains.values() if d[column] is not None
                and not (stage == "record" and d[column] == "none")]
        whole = count(here, manager) if stage != "record" else {}
        for word, n in sorted(count(here, lambda d: d[column]).items(),
                              key=lambda c: (-c[1], c[0])):
            cells = []
            for who in ("self", "third"):
                if not whole.get(who):
                    cells += [None] * 3
                    continue
                of = whole[who]
                k = sum(d[column] == word and manager(d) == who for d in here)
                cells += [k, of, k / of]
            rows.append([stage, word, n, n / len(here), *cells])
    return rows


def mta_sts_managers(b):
    rows = []
    for who, text in (("self", "their own"), ("third", "a third party's")):
        here = [d for d in b.now.domains.values()
                if d["mta_sts_fetch"] is not None and manager(d) == who]
        if not here:
            continue
        fails = collections.Counter()
        for d in here:
            word = d["mta_sts_fetch"]
            fails["dns" if word == "dns" else "tcp" if word in ("tcp", "blocked") else
                  "tls" if word.startswith("tls-") else
                  "ok" if word == "ok" and d["mta_sts_policy"] == "ok" else
                  "syntax" if word == "ok" else "http"] += 1
        rows.append([text, len(here), *(fails[k] / len(here) for k in
                                        ("ok", "dns", "tcp", "tls", "http", "syntax"))])
    return rows


def mta_sts_lints(b):
    lints = collections.Counter(word for d in b.now.domains.values() if d["mta_sts_lint"]
                                for word in d["mta_sts_lint"].split(","))
    of = sum(d["mta_sts_policy"] is not None for d in b.now.domains.values())
    return [[word, ANY, n, of, share(n, of)]
            for word, n in sorted(lints.items(), key=lambda c: (-c[1], c[0]))]


def mta_sts_stale(b):
    rows = [[d["domain"], d["mta_sts_mode"], d["headline"], d["mta_sts_lint"]]
            for d in b.now.domains.values() if "stale-pattern" in (d["mta_sts_lint"] or "")]
    return sorted(rows, key=lambda row: (row[1] != "enforce", row[0]))


def list_states(_):
    states = count(scenario.rows(DATABASE, "policy_list_states"),
                   lambda d: (d["state"], d["source"]))
    return of_all(states)


def moves(b, wanted):
    rows = []
    for at, *move in scenario.select(
            DATABASE, "SELECT at, domain, came_from, went_to, reason, detail FROM"
            " policy_list_moves WHERE at > ? AND at <= ? ORDER BY at, domain",
            b.before.row["finished"], b.now.row["finished"]):
        listed = [word in ("testing", "enforce") for word in move[1:3]]
        if listed == wanted or wanted is None and listed[0] == listed[1]:
            rows.append([at[:10], *move])
    return rows


def list_failing(b):
    states = {d["domain"]: d for d in scenario.rows(DATABASE, "policy_list_states")}
    last = {m[0]: m for m in scenario.select(
        DATABASE, "SELECT domain, at, reason, detail FROM policy_list_moves ORDER BY at")}
    rows = []
    for name in {n for n, d in b.now.domains.items() if d["policy_list"] == "failing"} | {
            n for n, d in states.items() if d["failing_since"]
            and d["state"] in ("testing", "enforce")}:
        entry = states.get(name, collections.defaultdict(lambda: None))
        since = entry["failing_since"], entry["failing"], entry["failing_detail"]
        if entry["state"] == "failed":
            since = last[name][1:]
        domain = b.now.domains.get(name, {})
        headline = domain.get("headline") if domain.get("policy_list") == "failing" else None
        rows.append([name, entry["state"], headline, since[0] and since[0][:10], *since[1:]])
    return sorted(rows)


def providers(b):
    users = collections.defaultdict(set)
    for link in b.now.links:
        if link["mx"] and link["provider"]:
            users[link["provider"]].add(link["domain"])
    whole, rows = len(set().union(*users.values())), []
    for name, domains in sorted(users.items(), key=lambda u: (-len(u[1]), u[0])):
        here = [b.now.domains[d] for d in domains if b.now.domains[d]["starttls"] != "unknown"]
        good = [sum(map(test, here)) for test in (
            lambda d: d["starttls"] == "all",
            lambda d: d["starttls"] == "all" and d["certificate"] == "all",
            lambda d: d["dane"] == "all", lambda d: d["mta_sts"] == "ok")]
        rows.append([name, len(domains), whole, len(domains) / whole, len(here),
                     *(share(n, len(here)) for n in good)])
    return rows


def bounds(b):
    rows = []
    for name in NUMBERS:
        n, of = b.now.figure(name)
        unknown = sum(map(MEASURES[name][2], b.now.domains.values()))
        rows.append([ANY, n, of, share(n, of), unknown, share(n, of + unknown),
                     share(n + unknown, of + unknown)])
    return rows


# Outcomes after which nothing is known of TLS, where this world has them.
UNTESTED = {"dns": ("temporary", "bogus"), "tcp": ("refused", "timeout", "no-address"),
            "greeting": ("temporary", "rejected", "timeout", "closed", "not-smtp"),
            "ehlo": ("temporary", "rejected", "timeout", "closed", "malformed"),
            "starttls": ("refused-temporary",)}


def untested(b):
    rows = []
    for stage, words in UNTESTED.items():
        here, unit = (b.now.domains.values(), "domains") if stage == "dns" else \
            (b.now.servers, "servers")
        counts = count([row for row in here if row[stage] is not None], lambda r: r[stage])
        rows += [[stage, word, ANY, unit, n, sum(counts.values()), n / sum(counts.values())]
                 for word, n in sorted(counts.items(), key=lambda c: (-c[1], c[0]))
                 if word in words]
    return rows


METHOD = ("sweep", "input", "shards", "shard", "targets", "domains", "servers", "vantage",
          "started", "finished", "state", "judged", "trust_store", "resolver", "version",
          "notes")


def method(b):
    def text(sweep, key):
        value = sweep.row[key] if sweep else None
        return None if value is None else str(value)
    return [[ANY, text(b.now, key), text(b.before, key)] for key in METHOD]


def domain_words(column):
    return lambda b: ranked(b.now.words(column))


def server_words(column):
    return lambda b: ranked(count([s for s in b.now.servers if s[column] is not None],
                                  lambda s: s[column]))


TABLES = {
    "adoption-now": adoption_now,
    "headlines": domain_words("headline"),
    "headline-moves": headline_moves,
    "history-starttls": lambda b: history(b, [
        lambda s, name=name: s.figure(name) for name in ("starttls", "certificate", "stripped")]),
    "history-tls": lambda b: history(b, [version("TLSv1.3"), version("TLSv1.2"),
                                         version("TLSv1", "TLSv1.1")]),
    "history-standards": lambda b: history(b, [
        lambda s: s.figure("dane"), mode("enforce"), mode("testing"), mode("none"),
        lambda s: s.figure("tlsrpt")]),
    "strip-forms": strip_forms,
    "strip-countries": strip_countries,
    "strip-networks": strip_networks,
    "strip-whole-networks": strip_whole_networks,
    "strip-new": strip_new,
    "strip-seen": strip_seen,
    "strip-vantages": strip_vantages,
    "certificates": server_words("certificate"),
    "trust-name": trust_name,
    "expiry": expiry,
    "expiry-soon": expiry_soon,
    "keys": lambda b: of_all(count(b.now.leaves,
                                   lambda c: (c["key_type"], str(c["key_bits"])))),
    "signatures": lambda b: of_all(count(b.now.leaves, lambda c: c["signature"])),
    "dane-domains": domain_words("dane"),
    "dane-servers": dane_servers,
    "dane-reasons": server_words("dane_reason"),
    "dane-broken": dane_broken,
    "dane-rollovers": dane_rollovers,
    "tlsa": tlsa,
    "mta-sts-domains": domain_words("mta_sts"),
    "mta-sts-modes": lambda b: ranked(count(filter(working, b.now.domains.values()),
                                            lambda d: d["mta_sts_mode"])),
    "mta-sts-stages": mta_sts_stages,
    "mta-sts-managers": mta_sts_managers,
    "mta-sts-lints": mta_sts_lints,
    "mta-sts-stale": mta_sts_stale,
    "list-domains": domain_words("policy_list"),
    "list-failing": list_failing,
    "list-states": list_states,
    "list-added": lambda b: moves(b, [False, True]),
    "list-removed": lambda b: moves(b, [True, False]),
    "list-moved": lambda b: moves(b, None),
    "providers": providers,
    "bounds": bounds,
    "untested": untested,
    "method": method,
}
