# SPDX-License-Identifier: Apache-2.0
"""Real mail servers that send: each is set up as the comments of an export say, is
given messages, and tells what waits in its queue and why.

They are those of tests/lab/real.py, inside a laboratory; its root is one of the
machine's certificate authorities, where all of them look for these.
"""

import json
import os
import re
import shutil
import signal
import subprocess
import sys

import scenario
from scenario import check

sys.path.insert(0, scenario.LAB)
import processes  # noqa: E402
import real  # noqa: E402

DAEMONS = processes.Daemons(scenario.DAEMONS)
LIBRARIES = ("/usr/lib/postfix", "/usr/lib/x86_64-linux-gnu")
SENDER = "somebody@here.listed"
AUTHORITIES = "/etc/ssl/certs"


def possible():
    return real.possible(DAEMONS)


def environment():
    return dict(os.environ, LD_LIBRARY_PATH=":".join(LIBRARIES))


def run(*command, stdin="", code=0):
    done = subprocess.run(command, input=stdin, capture_output=True, text=True,
                          timeout=scenario.PATIENCE, env=environment())
    check(code is None or done.returncode == code,
          f"{command}: {done.returncode}\n{done.stdout}{done.stderr}")
    return done.stdout + done.stderr


def run_all(commands, stdin):
    """Commands at the same time, each with its own text."""
    started = [subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL,
                                stderr=subprocess.PIPE, text=True, env=environment())
               for command in commands]
    try:
        for process, text in zip(started, stdin):
            process.stdin.write(text)
            process.stdin.close()
        for process in started:
            process.wait(scenario.PATIENCE)
    finally:
        for process in started:
            if process.poll() is None:
                process.kill()
                process.wait()
            process.stderr.close()


def set_up():
    """This laboratory's /usr and /etc are those of a machine with all the servers."""
    real.cover_folders(DAEMONS)
    real.add_users()
    real.write("/etc/resolv.conf", "nameserver 127.0.0.1\noptions trust-ad\n")
    real.write("/etc/hosts", f"127.0.0.1 localhost here.listed {os.uname().nodename}\n")
    real.write("/etc/mail/local-host-names", "localhost\n")
    for folder in ("postfix", "exim4"):
        os.makedirs("/etc/" + folder, exist_ok=True)
    trust(os.environ["LAB_ROOT_CAS"])


def trust(root):
    """As update-ca-certificates would."""
    name = run("openssl", "x509", "-in", root, "-noout", "-hash").strip()
    shutil.copy(root, f"{AUTHORITIES}/{name}.0")
    with open(root, encoding="ascii") as file, \
            open(f"{AUTHORITIES}/ca-certificates.crt", "a", encoding="ascii") as all_of_them:
        all_of_them.write(file.read())


def settings(lines):
    """What an export's comments tell the operator to write, without their margin."""
    return "\n".join(line[4:] for line in lines if line.startswith("#   ")) + "\n"


def message(token):
    return f"From: {SENDER}\nSubject: {token}\n\nThe body of {token}.\n"


class Mailer:
    """take(lines) sets it up with an export; send({recipient: token}) returns when each
    message is under way or over; queue() is {recipient: why it waits}."""
    name = None
    tells_sender = False    # to a server before it compares its name with the policy

    def __init__(self):
        self.running = processes.Processes(os.environ.get("LAB_DIR"), DAEMONS)

    def end(self):
        """Ends what take() started."""
        self.running.end()


class Postfix(Mailer):
    name = "postfix"
    policy = "/etc/postfix/starttls-policy"
    services = """pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
showq unix n - n - - showq
error unix - - n - - error
retry unix - - n - - error
smtp unix - - n - - smtp
scache unix - - n - 1 scache
tlsmgr unix - - n 1000? 1 tlsmgr
proxymap unix - - n - - proxymap
postlog unix-dgram n - n - 1 postlogd
"""

    def take(self, lines):
        real.write("/etc/postfix/main.cf", f"""compatibility_level = 3.6
myhostname = here.listed
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
queue_directory = /var/spool/postfix
command_directory = /usr/sbin
daemon_directory = /usr/lib/postfix/sbin
data_directory = /var/lib/postfix
mail_owner = postfix
setgid_group = postdrop
alias_maps =
alias_database =
maillog_file = /dev/stdout
smtp_tls_security_level = may
{settings(lines)}""")
        real.write("/etc/postfix/master.cf", self.services)
        if "postfix" in self.running.running:
            run("/usr/sbin/postmap", self.policy)
            self.running.running["postfix"].send_signal(signal.SIGHUP)
            return
        real.make_postfix_queue()
        run("/usr/sbin/postmap", self.policy)
        self.running.start("postfix", ["/usr/lib/postfix/sbin/master", "-s", "-c",
                                       "/etc/postfix"], environment())
        self.running.wait_for("postfix",
                              lambda: os.path.exists("/var/spool/postfix/public/pickup"))

    def send(self, mail):
        run_all([("/usr/sbin/sendmail", "-i", "-f", SENDER, to) for to in mail],
                [message(token) for token in mail.values()])

    def queue(self):
        found = {}
        for line in run("/usr/sbin/postqueue", "-j").splitlines():
            entry = json.loads(line)
            for to in entry["recipients"]:
                if entry["queue_name"] == "deferred":
                    found[to["address"]] = to.get("delay_reason", "")
        return found


class Exim(Mailer):
    name = "exim"
    policy = "/etc/exim4/starttls-policy"

    def take(self, lines):
        parts = settings(lines).split("starttls_policy:\n")
        check(len(parts) == 3, f"not two routers and a transport: {lines}")
        routers, transport = ("starttls_policy:\n" + part for part in parts[1:])
        real.write("/etc/exim4/exim4.conf", f"""primary_hostname = here.listed
domainlist local_domains = here.listed
disable_ipv6 = true
keep_environment =
spool_directory = /var/spool/exim4
log_file_path = /var/spool/exim4/%slog
begin routers
{routers}
all:
  driver = dnslookup
  transport = smtp
begin transports
{transport}
smtp:
  driver = smtp
begin retry
* * F,2h,15m
""")
        os.makedirs("/var/spool/exim4", exist_ok=True)
        shutil.chown("/var/spool/exim4", "Debian-exim")
        shutil.rmtree("/var/spool/exim4/db", ignore_errors=True)  # hosts that failed

    def send(self, mail):
        run_all([("/usr/sbin/exim4", "-odf", "-oi", "-f", SENDER, to) for to in mail],
                [message(token) for token in mail.values()])

    def queue(self):
        found = {}
        for entry in run("/usr/sbin/exim4", "-bp").split("\n\n"):
            lines = entry.strip().splitlines()
            if len(lines) < 2:
                continue
            number = lines[0].split()[2]
            with open(f"/var/spool/exim4/msglog/{number}", encoding="utf-8") as log:
                found[lines[1].strip()] = " ".join(
                    line.strip() for line in log if "defer" in line)
        return found


class Sendmail(Mailer):
    name = "sendmail"
    tells_sender = True
    policy = "/etc/mail/starttls-policy"
    command = ("/usr/libexec/sendmail/sendmail", "-Am", "-C/etc/mail/sendmail.cf")

    def take(self, lines):
        macros = "/usr/share/sendmail/cf"
        real.write("/etc/mail/here.mc", "divert(0)dnl\nOSTYPE(`linux')dnl\n"
                   "define(`confDOMAIN_NAME', `here.listed')dnl\nundefine(`ALIAS_FILE')dnl\n"
                   "define(`confTO_STARTTLS', `10s')dnl\n"
                   + settings(lines) + "MAILER(`smtp')dnl\n")
        real.write("/etc/mail/sendmail.cf", run(
            "m4", f"-D_CF_DIR_={macros}/", f"{macros}/m4/cf.m4", "/etc/mail/here.mc"))
        os.makedirs("/var/spool/mqueue", 0o700, exist_ok=True)
        run("/usr/sbin/makemap", "hash", self.policy, stdin="\n".join(lines) + "\n")

    def send(self, mail):
        run_all([(*self.command, "-odi", "-oi", "-f", SENDER, to) for to in mail],
                [message(token) for token in mail.values()])

    def queue(self):
        """A queue file has the reason as M and recipients as R with flags before a colon."""
        found = {}
        for name in os.listdir("/var/spool/mqueue"):
            if not name.startswith("qf"):
                continue
            with open(f"/var/spool/mqueue/{name}", encoding="latin-1") as file:
                text = file.read()
            reason = re.search(r"^M(.*)", text, re.MULTILINE)
            for to in re.findall(r"^R[A-Z]*:<?([^>\n]+)", text, re.MULTILINE):
                found[to] = reason.group(1) if reason else ""
        return found
