# SPDX-License-Identifier: Apache-2.0
"""TLSA records of the laboratory's mail servers, from the certificates that the
peer wrote for them (RFC 6698 section 2)."""

import base64
import collections
import hashlib
import os
import re

ISSUER, OTHER = "issuer.lab", "other.lab"  # names of certificates made for their data
DIGESTS = {1: hashlib.sha256, 2: hashlib.sha512}
PEM = re.compile(r"-----BEGIN CERTIFICATE-----(.*?)-----END CERTIFICATE-----", re.DOTALL)

# A record at a name.  Its data is of `of` (leaf, issuer, root, other, nothing) unless it
# is given, made as selector and matching type want it unless `made` says others.
Record = collections.namedtuple("Record", "host at usage selector matching of data made")


def read_record(arguments):
    """HOST USAGE SELECTOR MATCHING [of=WHAT] [made=SELECTOR,MATCHING] [data=HEX] [at=NAME]"""
    host, usage, selector, matching, *rest = arguments
    words = {"at": host, "of": "leaf", "data": None,
             "made": f"{selector},{matching}"}
    for word in rest:
        key, equals, value = word.partition("=")
        if not equals or key not in words:
            raise ValueError(f"no such word: {word}")
        words[key] = value
    return Record(host, words["at"], int(usage), int(selector), int(matching), words["of"],
                  words["data"], [int(number) for number in words["made"].split(",")])


def certificates(path):
    with open(path, encoding="ascii") as file:
        return [base64.b64decode(text) for text in PEM.findall(file.read())]


def element(der, at):
    """Where the content of a DER element begins, and where it ends."""
    length, begin = der[at + 1], at + 2
    if length >= 0x80:
        begin += length - 0x80
        length = int.from_bytes(der[at + 2:begin], "big")
    return begin, begin + length


def public_key(certificate):
    """Its SubjectPublicKeyInfo: after version, serial number, signature, issuer,
    validity and subject (RFC 5280 section 4.1)."""
    at, _ = element(certificate, 0)
    at, _ = element(certificate, at)
    before = 6 if certificate[at] == 0xa0 else 5
    for _ in range(before):
        _, at = element(certificate, at)
    return certificate[at:element(certificate, at)[1]]


def certificate_of(record, folder):
    def path(name):
        return os.path.join(folder, name)

    if record.of == "root":
        return certificates(path("root.pem"))[0]
    if record.of == "issuer":
        return certificates(path(f"issued/{ISSUER}.pem"))[1]
    name = OTHER if record.of == "other" else record.host
    return certificates(path(f"issued/{name}.pem"))[0]


def data_of(record, folder):
    if record.data is not None:
        return bytes.fromhex(record.data)
    data, (selector, matching) = b"", record.made
    if record.of != "nothing":
        data = certificate_of(record, folder)
        if selector == 1:
            data = public_key(data)
    digest = DIGESTS.get(matching)
    return digest(data).digest() if digest else data


def issue(world):
    """Asks for the certificates that the records speak of."""
    for record in world.tlsa:
        if record.of == "leaf" and record.data is None:
            if record.host not in world.kinds:
                raise SystemExit(f"lab: tlsa: no such host: {record.host}")
            world.issued.setdefault(record.host, world.kinds[record.host])
    if world.tlsa:
        world.issued.update({ISSUER: "good", OTHER: "ed25519"})


def publish(world, folder):
    for record in world.tlsa:
        data = data_of(record, folder)
        numbers = bytes((record.usage, record.selector, record.matching))
        rdata = (numbers + data).hex()
        world.add_record(f"_25._tcp.{record.at}", "TYPE52", f"\\# {len(rdata) // 2} {rdata}")
