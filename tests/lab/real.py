# SPDX-License-Identifier: Apache-2.0
"""The real mail servers: Postfix (with and without a certificate), Exim,
Sendmail and OpenSMTPD, as unpacked by install-daemons.

They want to be in /usr, with their users and configuration in /etc and their
queues in /var: overlays and empty file systems, which only this laboratory
sees, make it look so.  OpenSMTPD as Debian 12 builds it offers STARTTLS and
then breaks off every handshake, and is here for just that.
"""

import os
import pwd
import shutil
import socket
import subprocess

GROUPS = ("postfix", "exim", "sendmail", "opensmtpd")
USERS = ("postfix", "postdrop", "Debian-exim", "smmta", "smmsp", "opensmtpd", "opensmtpq")
FIRST_ID = 64000
CERTIFICATES = "/etc/laboratory"


def possible(daemons):
    return (os.geteuid() == 0 and shutil.which("m4") is not None
            and all(daemons.has(group) for group in GROUPS))


def mount(*words):
    subprocess.run(["mount", *words], check=True)


def cover_folders(daemons):
    """What /usr, /etc and /var look like from now on, in here."""
    roots = [daemons.root(group) for group in (*GROUPS, "libraries")]
    usr = ":".join(os.path.join(root, "usr") for root in roots)
    mount("-t", "overlay", "overlay", "-o", f"lowerdir={usr}:/usr", "/usr")
    for place in ("/var/spool", "/run"):
        mount("-t", "tmpfs", "tmpfs", place)
        os.chmod(place, 0o755)
    for place in ("/etc", "/var/lib"):
        upper, work = (os.path.join("/run/laboratory", place[1:] + end)
                       for end in ("", ".work"))
        os.makedirs(upper)
        os.makedirs(work)
        options = f"lowerdir={place},upperdir={upper},workdir={work}"
        mount("-t", "overlay", "overlay", "-o", options, place)


def write(path, text, mode=0o644):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="ascii") as file:
        file.write(text)
    os.chmod(path, mode)


def add_users():
    known = {user.pw_name for user in pwd.getpwall()}
    with open("/etc/passwd", "a", encoding="ascii") as users, \
            open("/etc/group", "a", encoding="ascii") as groups:
        for number, name in enumerate(USERS, FIRST_ID):
            if name not in known:
                users.write(f"{name}:x:{number}:{number}::/:/usr/sbin/nologin\n")
                groups.write(f"{name}:x:{number}:\n")


def place_certificates(folder, world):
    for server, host, _ in world.real:
        source = open(os.path.join(folder, "issued", host + ".pem"), encoding="ascii").read()
        path = f"{CERTIFICATES}/{server}.pem"
        write(path, source, 0o600)
        if server == "exim":
            shutil.chown(path, "Debian-exim")


def make_postfix_queue():
    write("/etc/postfix/dynamicmaps.cf", "")
    for queue in ("active", "bounce", "corrupt", "defer", "deferred", "flush", "hold",
                  "incoming", "private", "saved", "trace"):
        os.makedirs(f"/var/spool/postfix/{queue}")
        shutil.chown(f"/var/spool/postfix/{queue}", "postfix")
    os.makedirs("/var/spool/postfix/pid")
    for queue, mode in (("maildrop", 0o730), ("public", 0o710)):
        os.makedirs(f"/var/spool/postfix/{queue}")
        shutil.chown(f"/var/spool/postfix/{queue}", "postfix", "postdrop")
        os.chmod(f"/var/spool/postfix/{queue}", mode)
    os.makedirs("/var/lib/postfix", exist_ok=True)
    shutil.chown("/var/lib/postfix", "postfix")


def start_postfix(hosts, running):
    host, address = hosts["postfix"]
    other_host, other_address = hosts["anonymous"]
    write("/etc/postfix/main.cf", f"""compatibility_level = 3.6
myhostname = {host}
inet_interfaces = {address}, {other_address}
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
smtpd_peername_lookup = no
smtpd_tls_security_level = may
smtpd_tls_chain_files = {CERTIFICATES}/postfix.pem
""")
    # "none" as the certificate: Postfix does TLS with anonymous ciphers only.
    write("/etc/postfix/master.cf", f"""{address}:25 inet n - n - - smtpd
{other_address}:25 inet n - n - - smtpd
  -o myhostname={other_host} -o smtpd_tls_chain_files= -o smtpd_tls_cert_file=none
cleanup unix n - n - 0 cleanup
rewrite unix - - n - - trivial-rewrite
anvil unix - - n - 1 anvil
tlsmgr unix - - n 1000? 1 tlsmgr
proxymap unix - - n - - proxymap
postlog unix-dgram n - n - 1 postlogd
""")
    make_postfix_queue()
    running.start("postfix", ["/usr/lib/postfix/sbin/master", "-s", "-c", "/etc/postfix"])


def start_exim(hosts, running):
    host, address = hosts["exim"]
    write("/etc/exim4/exim4.conf", f"""primary_hostname = {host}
local_interfaces = {address}
daemon_smtp_ports = 25
disable_ipv6 = true
host_lookup =
rfc1413_query_timeout = 0s
smtp_accept_max = 100
spool_directory = /var/spool/exim4
log_file_path = /var/spool/exim4/%slog
tls_advertise_hosts = *
tls_certificate = {CERTIFICATES}/exim.pem
tls_privatekey = {CERTIFICATES}/exim.pem
acl_smtp_rcpt = nobody
begin acl
nobody:
  deny
""")
    os.makedirs("/var/spool/exim4")
    shutil.chown("/var/spool/exim4", "Debian-exim")
    running.start("exim", ["/usr/sbin/exim4", "-bdf"])


def start_sendmail(hosts, running):
    host, address = hosts["sendmail"]
    certificate = f"{CERTIFICATES}/sendmail.pem"
    write("/etc/mail/laboratory.mc", f"""divert(0)dnl
OSTYPE(`linux')dnl
define(`confDOMAIN_NAME', `{host}')dnl
define(`confSERVER_CERT', `{certificate}')dnl
define(`confSERVER_KEY', `{certificate}')dnl
define(`confCACERT', `{certificate}')dnl
define(`confCACERT_PATH', `{CERTIFICATES}')dnl
define(`confTO_IDENT', `0')dnl
define(`confPID_FILE', `/run/sendmail.pid')dnl
undefine(`ALIAS_FILE')dnl
FEATURE(`no_default_msa')dnl
DAEMON_OPTIONS(`Name=MTA, Addr={address}, Port=25')dnl
MAILER(`smtp')dnl
""")
    macros = "/usr/share/sendmail/cf"
    made = subprocess.run(
        ["m4", f"-D_CF_DIR_={macros}/", f"{macros}/m4/cf.m4", "/etc/mail/laboratory.mc"],
        check=True, capture_output=True, text=True)
    write("/etc/mail/sendmail.cf", made.stdout)
    write("/etc/mail/local-host-names", "localhost\n")
    os.makedirs("/var/spool/mqueue", 0o700)
    running.start("sendmail", ["/usr/libexec/sendmail/sendmail", "-bD",
                               "-C/etc/mail/sendmail.cf"])


def start_opensmtpd(hosts, running):
    host, address = hosts["opensmtpd"]
    certificate = f"{CERTIFICATES}/opensmtpd.pem"
    write("/etc/opensmtpd.conf", f"""pki "{host}" cert "{certificate}"
pki "{host}" key "{certificate}"
listen on {address} port 25 tls pki "{host}" hostname "{host}"
action "local" mbox
match for local action "local"
""")
    os.makedirs("/var/lib/opensmtpd/empty", exist_ok=True)
    os.makedirs("/run/opensmtpd", exist_ok=True)
    running.start("opensmtpd", ["/usr/sbin/smtpd", "-d", "-f", "/etc/opensmtpd.conf"])


def greets(address):
    try:
        with socket.create_connection((address, 25), 5) as connection:
            connection.settimeout(10)
            answer = connection.recv(100)
            connection.sendall(b"QUIT\r\n")
            return answer.startswith(b"220")
    except OSError:
        return False


def start(world, folder, running):
    hosts = {server: (host, address) for server, host, address in world.real}
    add_users()
    place_certificates(folder, world)
    for _, address in hosts.values():
        subprocess.run(["ip", "address", "add", f"{address}/32", "dev", "lo"], check=True)
    for begin in (start_postfix, start_exim, start_sendmail, start_opensmtpd):
        begin(hosts, running)
    for server, (_, address) in hosts.items():
        name = "postfix" if server == "anonymous" else server
        running.wait_for(name, lambda at=address: greets(at))
