/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The TLSA records of one MX host (RFC 7672 section 2.2): which names are asked for
 * them, in which order, depends on what DNSSEC says of the host's addresses and of
 * its CNAME chain.
 */
#ifndef SCANNER_TLSA_H
#define SCANNER_TLSA_H

#include <stdbool.h>

#include "scanner/facts.h"

struct sweep;
struct tlsa_search;

/* What the address look-ups of a host showed. */
struct tlsa_basis {
	bool found;           /* it has an address */
	bool secure;          /* every answer with addresses was authenticated */
	bool aliased;         /* there is a CNAME on the way */
	const char *expanded; /* where the CNAME chain ends; lent for the call */
};

typedef void tlsa_done(void *arg);

/* Fills set, which is lent until done.  NULL: it is complete at once, for nothing
 * needs to be asked, and done is not called; otherwise done is called exactly once,
 * later, unless the search is cancelled. */
struct tlsa_search *tlsa_search(struct sweep *sweep, const char *host,
				const struct tlsa_basis *basis, struct tlsa_set *set,
				tlsa_done *done, void *arg);
void tlsa_cancel(struct tlsa_search *search); /* NULL is fine */

#endif
