# SPDX-License-Identifier: Apache-2.0
"""A small world over four weeks, swept from two vantage points, for the tests of reports:
each week first from the south, then from the north, so that a server's seventh visitor
is the south of the last week and its eighth the north.  What changes in between is in
the servers' scripts (...-after-six), in the files of the policies, and in the list."""

import datetime
import os
import sys

import scenario

sys.path.insert(0, scenario.LAB)
import mmdb  # noqa: E402

WEEKS, DAY, HOUR = 4, 86400, 3600
VANTAGES = ("south", "<b>=north\u202e")  # to be escaped: markup, a formula, a turn of direction
NORTH = 2 * WEEKS  # the number of the north's last sweep; the one before is two less
NOTES = "<img src=x onerror=alert(1)>"
EVIL_NETWORK = '=HYPERLINK("http://evil.invalid","<script>alert(1)</script>")\u202e\u0007'
NETWORKS = (
    ("127.1.0.0/16", 64501, "Laboratory of scripted servers", "DE"),
    ("127.16.0.0/16", 64504, EVIL_NETWORK, "US"),
    ("127.17.0.0/16", 64505, "Half of it", "JP"),
    ("127.4.0.0/16", 64510, "Policies", "NL"),
)
SIX = ("one", "two", "three", "four", "five", "six")  # customers of one provider

WORLD = """
zone weeks signed
zone plain unsigned
# As it should be, all weeks.
server steady.weeks good
tlsa mx.steady.weeks 3 1 1
policy steady.weeks max-age=10886400
record _smtp._tls.steady.weeks TXT "v=TLSRPTv1; rua=mailto:tls@steady.weeks"
server quiet.weeks good
tlsa mx.quiet.weeks 3 1 1
# The key changed, the record did not; one MX host of two has records; nobody signs MX.
server rolled.weeks certificate-changed-after-six good
tlsa mx.rolled.weeks 3 1 1 of=other
domain partial.weeks :
record partial.weeks MX 10 mx.steady.weeks.
record partial.weeks MX 20 mx.bare.weeks.
server bare.weeks tls-1.2 rsa2048
domain half.plain :
record half.plain MX 10 mx.steady.weeks.
server usage.weeks good
tlsa mx.usage.weeks 3 0 1 made=1,1
# Certificates.
server short.weeks expired-after-six
server ends.weeks good ends-soon
server old.weeks tls-1.0
server selfs.weeks good self-signed
server wrong.weeks good wrong-name
# Stripping: a network that begins to, from everywhere; one server from the north only;
# one always, with an echo.
domain net1.weeks :
record net1.weeks MX 10 mx.net1.weeks.
host mx.net1.weeks masked-after-six good 127.16.0.1
domain net2.weeks :
record net2.weeks MX 10 mx.net2.weeks.
host mx.net2.weeks masked-after-six good 127.16.0.2
domain near.weeks :
record near.weeks MX 10 mx.near.weeks.
host mx.near.weeks masked-after-seven good 127.17.0.1
domain far.weeks :
record far.weeks MX 10 mx.far.weeks.
host mx.far.weeks good good 127.17.0.2
server echo.weeks absent-echo-x
# No TLS, no answer, no mail.
server open.weeks absent
server busy.weeks busy-after-six
domain nomail.weeks :
record nomail.weeks MX 0 .
# MTA-STS.
server modes.weeks good
policy modes.weeks mode=testing max-age=10886400
server fallen.weeks good
policy fallen.weeks max-age=10886400
server lost.weeks good
policy lost.weeks max-age=86400
server third.weeks good
policy third.weeks at=policies.hosting.weeks
record policies.hosting.weeks A 127.4.0.1
server stale.weeks good
policy stale.weeks mx=mx.stale.weeks,gone.stale.weeks
server badtls.weeks good
policy badtls.weeks certificate=expired
server evil.weeks good
record _mta-sts.evil.weeks TXT "v=STSv1; id=<script>alert(2)</script>"
# On the list for some weeks only.
server came.weeks good
server went.weeks good
host mx.hosting.weeks good good
""" + "".join(f"domain {name}.weeks :\nrecord {name}.weeks MX 10 mx.hosting.weeks.\n"
              for name in SIX)
ONLY_LAST, NOT_LAST = "came.weeks", "went.weeks"
MODES = {"modes.weeks": ("testing", "testing", "testing", "enforce"),
         "fallen.weeks": ("enforce", "enforce", "enforce", "testing")}
GONE = "lost.weeks"  # its policy, in the last week
REQUESTS = "".join(f"{name}.weeks enforce mx.{name}.weeks\n" for name in (
    "short", "net1", "near", "wrong")) + "".join(
        f"{name}.weeks testing .hosting.weeks\n" for name in SIX)


def began(week, vantage):
    """On the same hour of a day; the last week is this one."""
    last = int(scenario.now()) // DAY * DAY
    return last - (WEEKS - 1 - week) * 7 * DAY + (2 * vantage - 4) * HOUR


def time_text(seconds):
    return datetime.datetime.fromtimestamp(seconds, datetime.timezone.utc).strftime(
        "%Y-%m-%dT%H:%M:%SZ")


def write_policies(week):
    for domain, modes in MODES.items():
        scenario.write(f"policies/mta-sts.{domain}", "version: STSv1\nmode: "
                       f"{modes[week]}\nmx: mx.{domain}\nmax_age: 10886400\n")
    if week == WEEKS - 1:
        os.remove(scenario.path(f"policies/mta-sts.{GONE}"))


def write_list(week):
    with open(os.environ["LAB_LIST"], encoding="utf-8") as file:
        targets = file.read().split()
    missing = NOT_LAST if week == WEEKS - 1 else ONLY_LAST
    return scenario.write("of-week", "".join(f"{t}\n" for t in targets if t != missing))


def sweep(week, vantage, *more):
    scenario.sweep("weeks.db", "--new", "--quiet", "--vantage", VANTAGES[vantage], "--retries",
                   "0", "--name-servers", "127.0.0.1", "--mta-sts-timeout", "5", "--asn-db",
                   scenario.path("asn.db"), "--geo-db", scenario.path("geo.db"), "--notes",
                   NOTES, *more, targets=write_list(week))
    at = began(week, vantage)
    scenario.change("weeks.db", ["UPDATE sweep SET started = ?, finished = ?"
                                 " WHERE id = (SELECT max(id) FROM sweep)", at, at + HOUR])


def build(week):
    """On the day after the sweeps, as a week's list out of that of the week before."""
    before = ["--from", scenario.path(f"list{week - 1}.json")] if week > 0 else []
    scenario.Run("policy", "build", "--db", scenario.path("weeks.db"), "--requests",
                 scenario.write("requests", REQUESTS), *before, "--queue-weeks", "1", "--at",
                 time_text(began(week, 1) + 12 * HOUR), "-o",
                 scenario.path(f"list{week}.json")).finish(0)


def make():
    """weeks.db, and the list of each week; the last sweep is audited."""
    mmdb.NETWORKS = NETWORKS
    mmdb.write_databases(scenario.path("asn.db"), scenario.path("geo.db"))
    for week in range(WEEKS):
        write_policies(week)
        for vantage in range(len(VANTAGES)):
            sweep(week, vantage)
        build(week)
    scenario.Run("policy", "audit", "--db", scenario.path("weeks.db"), "--at",
                 time_text(began(WEEKS - 1, 1)), scenario.path(f"list{WEEKS - 2}.json")).finish(1)
