# SPDX-License-Identifier: Apache-2.0
"""Network and country databases for the laboratory's addresses, in MaxMind's
format (version 2.0): a binary tree over the bits of an address whose leaves
point into a section of values."""

import ipaddress
import struct
import time

# Network, AS number (for documentation, RFC 5398), its name, country.
NETWORKS = (
    ("127.1.0.0/16", 64501, "Laboratory of scripted servers", "DE"),
    ("127.2.0.0/16", 64502, "Laboratory of real servers", "FR"),
    ("127.3.0.0/16", 64503, "Laboratory of nobody", "NL"),
    ("127.16.0.0/13", 64504, "Invented providers", "US"),
    ("127.24.0.0/13", 64505, "More invented providers", "JP"),
    ("2001:db8:25::/48", 64506, "Laboratory of longer addresses", "SE"),
)
STRING, UINT16, UINT32, MAP, UINT64, ARRAY = 2, 5, 6, 7, 9, 11
SEPARATOR = b"\0" * 16       # between the tree and the values
METADATA = b"\xab\xcd\xefMaxMind.com"


def control(kind, size):
    extra = b""
    if size > 28:
        size, extra = 29, bytes([size - 29])
    if kind > MAP:
        return bytes([size, kind - MAP]) + extra
    return bytes([kind << 5 | size]) + extra


def encode(value, kind=None):
    if isinstance(value, str):
        text = value.encode()
        return control(STRING, len(text)) + text
    if isinstance(value, dict):
        return control(MAP, len(value)) + b"".join(
            encode(key) + encode(entry) for key, entry in value.items())
    if isinstance(value, list):
        return control(ARRAY, len(value)) + b"".join(map(encode, value))
    if isinstance(value, tuple):  # (number, its type)
        value, kind = value
    data = value.to_bytes((value.bit_length() + 7) // 8, "big")
    return control(kind or UINT32, len(data)) + data


class Tree:
    def __init__(self):
        self.nodes = [[None, None]]  # each side: None, ("node", i) or ("value", offset)
        self.values = b""

    def add(self, network, value):
        network = ipaddress.ip_network(network)
        length = network.prefixlen + (96 if network.version == 4 else 0)
        bits = format(int(network.network_address), "0128b")[:length]
        at = 0
        for bit in map(int, bits[:-1]):
            if self.nodes[at][bit] is None:
                self.nodes.append([None, None])
                self.nodes[at][bit] = ("node", len(self.nodes) - 1)
            at = self.nodes[at][bit][1]
        self.nodes[at][int(bits[-1])] = ("value", len(self.values))
        self.values += encode(value)

    def pointer(self, side):
        if side is None:
            return len(self.nodes)
        what, number = side
        return number if what == "node" else len(self.nodes) + len(SEPARATOR) + number

    def write(self, path, name):
        metadata = {
            "binary_format_major_version": (2, UINT16),
            "binary_format_minor_version": (0, UINT16),
            "build_epoch": (int(time.time()), UINT64), "database_type": name,
            "description": {"en": name}, "ip_version": (6, UINT16), "languages": ["en"],
            "node_count": (len(self.nodes), UINT32), "record_size": (32, UINT16)}
        with open(path, "wb") as file:
            for left, right in self.nodes:
                file.write(struct.pack(">II", self.pointer(left), self.pointer(right)))
            file.write(SEPARATOR + self.values + METADATA + encode(metadata))


def write_databases(asn_path, geo_path):
    asn, geo = Tree(), Tree()
    for network, number, name, country in NETWORKS:
        asn.add(network, {"autonomous_system_number": (number, UINT32),
                          "autonomous_system_organization": name})
        geo.add(network, {"country": {"iso_code": country}})
    asn.write(asn_path, "Laboratory-ASN")
    geo.write(geo_path, "Laboratory-Country")
