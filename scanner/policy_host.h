/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The addresses of a policy host: both families are asked for, what must be left
 * alone is dropped, and the rest put in the order in which to try them.  A plain
 * value inside its owner.
 */
#ifndef SCANNER_POLICY_HOST_H
#define SCANNER_POLICY_HOST_H

#include "scanner/dns.h"

#define ADDRESSES_MAX 4 /* tried of one host */
#define FAMILIES      2

struct sweep;

struct policy_host {
	struct sweep *sweep; /* set by the owner, as are the next two */
	const char *name;    /* lent until the end */
	void (*done)(struct policy_host *host);

	struct address addresses[ADDRESSES_MAX]; /* the result */
	size_t count;
	bool blocked; /* an address was found that must be left alone */
	char *alias;  /* where the CNAME chain ends; NULL: no alias */

	struct dns_question *questions[FAMILIES]; /* the rest is its own */
	enum answer_status failures[FAMILIES];
	struct address found[FAMILIES][ADDRESSES_MAX];
	size_t found_count[FAMILIES];
};

/* done is called once, never before this has returned, never after the clear. */
void policy_host_ask(struct policy_host *host);
/* Idempotent. */
void policy_host_clear(struct policy_host *host);
/* One family was not asked for, and the other has no address. */
bool policy_host_half_asked(const struct policy_host *host);
/* Why no address was found, for a person. */
const char *policy_host_missing(const struct policy_host *host);

#endif
