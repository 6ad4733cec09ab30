/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The plan of the benchmark's Internet: rules instead of tables, so that a list
 * of a million domains needs no file and no memory.  The resolver asks what a
 * name is, the server asks how an address behaves; both get the same answers
 * because both follow from the number in the name.
 *
 * A domain is <region letter><number>.bench, with anything between from a hyphen on, to
 * make it longer; a mail host is m<address in hex>.<its certificate>.bench.  Each region
 * has its own twelfth of 127/8; addresses are numbers in host order.  Everything here is
 * pure.
 */
#ifndef TESTS_BENCH_WORLD_H
#define TESTS_BENCH_WORLD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define WORLD_LEAVES 4096 /* distinct certificates of each key type */
#define WORLD_HOSTS  4    /* at most, of one domain */
#define WORLD_NAME   64   /* bytes of a host's name, with the end */

/* By the letters of the domains: r e p u x s t n. */
enum world_region {
	WORLD_RSA = 1,  /* r: each server its own host, RSA leaf */
	WORLD_EC,       /* e: the same, P-256 leaf */
	WORLD_PROVIDER, /* p: RSA, ten servers with one leaf */
	WORLD_USUAL,    /* u: the realistic list, nobody slow */
	WORLD_ROUGH,    /* x: the same with slow and silent servers */
	WORLD_SILENT,   /* s: no greeting ever */
	WORLD_STALLED,  /* t: no answer to ClientHello ever */
	WORLD_WITHOUT,  /* n: each server its own host, no STARTTLS */
	WORLD_REGIONS,
};

enum world_manner {
	MANNER_GOOD,
	MANNER_PLAIN,   /* no STARTTLS */
	MANNER_REJECTS, /* 554 instead of a greeting */
	MANNER_CLOSES,
	MANNER_SLOW, /* greets after a second */
	MANNER_SILENT,
	MANNER_STALLS,
};

struct world_server {
	enum world_manner manner;
	bool ec;
	unsigned leaf;
};

struct world_server world_server(uint32_t address);
/* The name of the host at an address. */
void world_host_name(uint32_t address, char name[WORLD_NAME]);

enum world_domain_kind {
	WORLD_NO_SUCH_NAME,
	WORLD_NULL_MX,
	WORLD_NO_MX, /* an address instead */
	WORLD_WITH_MX,
};

struct world_domain {
	enum world_domain_kind kind;
	unsigned count;
	uint32_t hosts[WORLD_HOSTS]; /* the first address of each */
};

/* What a name is, as dot-separated text in lower case.  A name is a domain, or
 * a host of one or two addresses, or nothing. */
struct world_domain world_domain(const char *name);
unsigned world_addresses(const char *name, uint32_t addresses[2]);

#endif
