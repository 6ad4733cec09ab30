/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The built-in ranges that are never contacted (address_is_reserved, declared in
 * blocklist.h), and the IPv4 address inside an IPv6 one, so that whoever opted
 * out with the one is not reached by the other.  Pure.
 */
#ifndef SCANNER_RESERVED_H
#define SCANNER_RESERVED_H

#include "scanner/address.h"

/* That of an IPv4-mapped, 6to4 or NAT64 address; else no address. */
struct address address_embedded(const struct address *address);

#endif
