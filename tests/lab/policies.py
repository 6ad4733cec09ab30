# SPDX-License-Identifier: Apache-2.0
"""The policy hosts of the laboratory (RFC 8461 section 3.3): one nginx serves all
policies, each host name with its own certificate; those that answer what no web
server would are scripted peers."""

import os
import re
import socket
import subprocess

ADDRESSES = ("127.4.0.1", "2001:db8:25::443")
PATH = "/.well-known/mta-sts.txt"
NOBODY = "nobody.lab"      # whose certificate those see who do not say whom they want
BIG = 100000               # bytes; RFC 8461 suggests to read no more than 65536
ESCAPES = {"\\n": "\n", "\\r": "\r", "\\t": "\t", "\\s": " ", "\\0": "\0", "\\\\": "\\"}
WORDS = {"certificate": "good", "how": "ok", "mode": "enforce", "mx": None,
         "max-age": "604800", "type": "text/plain", "record": "yes", "at": ADDRESSES[0],
         "script": None, "port": "443", "text": None}

# What a host does but give its policy.
HOWS = {
    "close": "return 444;",
    "slow": "limit_rate 1;",
    "chunked": "ssi on; ssi_types text/plain;",  # the length is not known before
    "big": "", "big-chunked": "ssi on; ssi_types text/plain;",
}


def unescape(text):
    return re.sub(r"\\.", lambda found: ESCAPES[found[0]], text)


class Policy:
    """A domain's policy host, and what it gives."""

    def __init__(self, domain, arguments=()):
        self.domain = domain
        self.host = f"mta-sts.{domain}"
        self.words = dict(WORDS, mx=f"mx.{domain}")
        self.read(arguments)

    def read(self, arguments):
        for i, word in enumerate(arguments):
            key, equals, value = word.partition("=")
            if not equals or key not in self.words:
                raise ValueError(f"no such word: {word}")
            self.words[key] = value
            if key == "text":  # the rest of the line
                self.words[key] = " ".join([value, *arguments[i + 1:]])
                return

    def body(self):
        if self.words["text"] is not None:
            return unescape(self.words["text"])
        fields = [("version", "STSv1"), ("mode", self.words["mode"])]
        fields += [("mx", pattern) for pattern in self.words["mx"].split(",") if pattern]
        fields.append(("max_age", self.words["max-age"]))
        body = "".join(f"{key}: {value}\n" for key, value in fields)
        if self.words["how"].startswith("big"):
            body += "comment: this is a long policy\n" * (BIG // 31)
        return body

    def usual(self):
        return self.words["how"] == "ok" and self.words["type"] == WORDS["type"]

    def answer(self):
        """What nginx is told to do."""
        how = self.words["how"]
        if how.isdigit():
            away = how.startswith("3")
            return f"return {how}{f' https://mta-sts.good.test{PATH}' if away else ''};"
        return "" if how == "ok" else HOWS[how]


def prepare(world):
    """The records, certificates and scripted peers of all policies."""
    for policy in world.policies:
        words = policy.words
        if words["record"] == "yes":
            world.add_record(f"_mta-sts.{policy.domain}", "TXT", '"v=STSv1; id=20260101"')
        for place in words["at"].split(","):
            if re.fullmatch(r"[0-9.]+|[0-9a-f:]+", place):
                world.add_address(policy.host, place)
            elif place != "-":
                world.add_record(policy.host, "CNAME", f"{place}.")
        if words["script"] is None:
            world.issued[policy.host] = words["certificate"]
            world.issued[NOBODY] = "good"
        else:
            world.plan.append(f"{words['at']}/{words['port']} {policy.host} {words['script']} "
                              f"{words['certificate']}")


# nginx.

HEAD = """user root root;
daemon off;
master_process off;
pid {folder}/nginx.pid;
error_log stderr warn;
events {{ worker_connections 4096; }}
http {{
  log_format plain '$msec\t$ssl_server_name\t$status\t$request_method $request_uri';
  access_log {folder}/policies.log plain;
  client_body_temp_path {folder}/nginx.body;
  proxy_temp_path {folder}/nginx.proxy;
  fastcgi_temp_path {folder}/nginx.fastcgi;
  uwsgi_temp_path {folder}/nginx.uwsgi;
  scgi_temp_path {folder}/nginx.scgi;
  server_names_hash_max_size 4096;
  server_names_hash_bucket_size 512;
  map $ssl_server_name $owner {{ "" {nobody}; default $ssl_server_name; }}
  ssl_certificate {folder}/issued/$owner.pem;
  ssl_certificate_key {folder}/issued/$owner.pem;
  root {folder}/policies;
"""

SERVER = """  server {{
    {listen}
    server_name {name};
    types {{ }}
    default_type "{type}";
    location = {path} {{
      {answer}
      try_files /$host =404;
    }}
  }}
"""


def listen(options=""):
    return " ".join(f"listen {f'[{address}]' if ':' in address else address}:443 ssl{options};"
                    for address in ADDRESSES)


def configuration(world, folder):
    parts = [HEAD.format(folder=folder, nobody=NOBODY),
             SERVER.format(listen=listen(" default_server"), name="_", type=WORDS["type"],
                           path=PATH, answer="")]
    for policy in world.policies:
        if policy.words["script"] is None and not policy.usual():
            parts.append(SERVER.format(listen=listen(), name=policy.host, path=PATH,
                                       type=policy.words["type"], answer=policy.answer()))
    return "".join(parts) + "}\n"


def accepts():
    try:
        socket.create_connection((ADDRESSES[0], 443), 1).close()
        return True
    except OSError:
        return False


def start(world, folder, running):
    if not any(policy.words["script"] is None for policy in world.policies):
        return
    os.makedirs(os.path.join(folder, "policies"), exist_ok=True)
    for policy in world.policies:
        if policy.words["script"] is None:
            path = os.path.join(folder, "policies", policy.host)
            with open(path, "w", encoding="utf-8", newline="") as file:
                file.write(policy.body())
    path = os.path.join(folder, "nginx.conf")
    with open(path, "w", encoding="ascii") as file:
        file.write(configuration(world, folder))
    subprocess.run(["ip", "address", "add", f"{ADDRESSES[1]}/128", "dev", "lo", "nodad"],
                   check=True)
    running.start("nginx", [running.daemons.find("nginx"), "-p", folder, "-c", path,
                            "-e", "stderr"])
    running.wait_for("nginx", accepts)
