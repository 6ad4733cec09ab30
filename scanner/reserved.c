/* SPDX-License-Identifier: Apache-2.0 */
/* Addresses that are nobody's mail server, by IANA's special-purpose registries. */
#include <string.h>

#include "scanner/blocklist.h"
#include "scanner/reserved.h"

struct reserved {
	uint8_t bytes[16];
	unsigned prefix;
};

static const struct reserved reserved4[] = {
	{ { 0 }, 8 },             /* this network, RFC 1122 */
	{ { 10 }, 8 },            /* private, RFC 1918 */
	{ { 100, 64 }, 10 },      /* carrier-grade NAT, RFC 6598 */
	{ { 127 }, 8 },           /* loopback */
	{ { 169, 254 }, 16 },     /* link-local, RFC 3927 */
	{ { 172, 16 }, 12 },      /* private */
	{ { 192, 0, 0 }, 24 },    /* protocol assignments, RFC 6890 */
	{ { 192, 0, 2 }, 24 },    /* documentation, RFC 5737 */
	{ { 192, 31, 196 }, 24 }, /* AS112, RFC 7535 */
	{ { 192, 52, 193 }, 24 }, /* AMT, RFC 7450 */
	{ { 192, 88, 99 }, 24 },  /* 6to4 relays, RFC 7526 */
	{ { 192, 168 }, 16 },     /* private */
	{ { 192, 175, 48 }, 24 }, /* AS112, RFC 7534 */
	{ { 198, 18 }, 15 },      /* benchmarks, RFC 2544 */
	{ { 198, 51, 100 }, 24 }, /* documentation */
	{ { 203, 0, 113 }, 24 },  /* documentation */
	{ { 224 }, 4 },           /* multicast */
	{ { 240 }, 4 },           /* future use, broadcast */
};

static const struct reserved reserved6[] = {
	{ { 0 }, 128 },                        /* unspecified */
	{ { [15] = 1 }, 128 },                 /* loopback */
	{ { [10] = 0xff, 0xff }, 96 },         /* IPv4-mapped, RFC 4291 */
	{ { 0, 0x64, 0xff, 0x9b }, 96 },       /* NAT64, RFC 6052 */
	{ { 0, 0x64, 0xff, 0x9b, 0, 1 }, 48 }, /* local NAT64, RFC 8215 */
	{ { 0x01 }, 64 },                      /* discard, RFC 6666 */
	{ { 0x20, 0x01 }, 23 },                /* Teredo and others, RFC 2928 */
	{ { 0x20, 0x01, 0x0d, 0xb8 }, 32 },    /* documentation, RFC 3849 */
	{ { 0x26, 0x20, 0, 0x4f, 0x80 }, 48 }, /* AS112, RFC 7534 */
	{ { 0x3f, 0xff }, 20 },                /* documentation, RFC 9637 */
	{ { 0x5f }, 16 },                      /* segment routing, RFC 9602 */
	{ { 0xfc }, 7 },                       /* unique local, RFC 4193 */
	{ { 0xfe, 0x80 }, 10 },                /* link-local */
	{ { 0xfe, 0xc0 }, 10 },                /* site-local, RFC 3879 */
	{ { 0xff }, 8 },                       /* multicast */
};

static bool
is_within(const struct address *address, const struct reserved *range)
{
	struct address network = address_network(address, range->prefix);

	return memcmp(network.bytes, range->bytes, sizeof network.bytes) == 0;
}

static bool
is_reserved4(const struct address *address)
{
	for (size_t i = 0; i < sizeof reserved4 / sizeof reserved4[0]; i++)
		if (is_within(address, &reserved4[i]))
			return true;
	return false;
}

/* The IPv4 address at byte offset of an IPv6 one. */
static struct address
inner(const struct address *address, size_t offset)
{
	struct address inside = { .family = 4 };

	memcpy(inside.bytes, address->bytes + offset, 4);
	return inside;
}

struct address
address_embedded(const struct address *address)
{
	static const uint8_t mapped[12] = { [10] = 0xff, 0xff };
	static const uint8_t nat64[12] = { 0, 0x64, 0xff, 0x9b };

	if (address->family != 6)
		return (struct address){ 0 };
	if (address->bytes[0] == 0x20 && address->bytes[1] == 0x02)
		return inner(address, 2);
	if (memcmp(address->bytes, mapped, 12) == 0 || memcmp(address->bytes, nat64, 12) == 0)
		return inner(address, 12);
	return (struct address){ 0 };
}

bool
address_is_reserved(const struct address *address)
{
	struct address embedded = address_embedded(address);

	if (address->family == 4)
		return is_reserved4(address);
	for (size_t i = 0; i < sizeof reserved6 / sizeof reserved6[0]; i++)
		if (is_within(address, &reserved6[i]))
			return true;
	return embedded.family == 4 && is_reserved4(&embedded); /* 6to4 */
}
