/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An IPv4 or IPv6 address as a value.  IPv4 uses the first four bytes, the
 * rest is zero, so addresses compare and hash as plain bytes.
 */
#ifndef SCANNER_ADDRESS_H
#define SCANNER_ADDRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#define ADDRESS_TEXT 46 /* INET6_ADDRSTRLEN */

struct address {
	uint8_t family; /* 4, 6, or 0: no address */
	uint8_t bytes[16];
};

/* Dotted IPv4 or IPv6 text, without brackets; false leaves *a as no address. */
bool address_parse(struct address *a, const char *text);
/* Canonical text (RFC 5952) into text; "" for no address. */
const char *address_format(const struct address *a, char text[ADDRESS_TEXT]);
bool address_equal(const struct address *a, const struct address *b);
/* The length to pass beside the socket address. */
socklen_t address_socket(const struct address *a, uint16_t port, struct sockaddr_storage *to);
struct address address_of_socket(const struct sockaddr *sa);
/* a with all but its first prefix bits cleared. */
struct address address_network(const struct address *a, unsigned prefix);
/* The unit of politeness: the /24 or /48 that a is in. */
struct address address_neighbourhood(const struct address *a);
bool address_is_loopback(const struct address *a);

#endif
