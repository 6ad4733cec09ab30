/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the resolvers show at the start: do they answer, do they validate, and do
 * they reach the Internet?  The root is signed, so a validating resolver answers
 * for the root's SOA with AD; a name nobody can have stored is looked up only if
 * there is a way out.
 */
#ifndef SCANNER_PROOF_H
#define SCANNER_PROOF_H

#include <event2/event.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PROOF_ZONE 64
#define PROOF_NAME (32 + PROOF_ZONE)

struct proof {
	unsigned answered;   /* of the servers */
	unsigned validating; /* of those that answered */
	unsigned reaching;   /* of those, too */
	char *silent;        /* "A,…" of those that did not; NULL: none.  Owned */
};

/* Asks each of servers ("A[:PORT],…") and runs base meanwhile, for at most twice
 * the timeout (seconds) a server. */
struct proof proof_of(struct event_base *base, const char *servers, double timeout);

/* A random name right below a zone ("" is the root): no cache has it, so the answer
 * NXDOMAIN comes from the zone itself.  It begins with what is random, lest the
 * NSEC record around one such name answers for the next (RFC 8198). */
const char *proof_name(char name[PROOF_NAME], const char *zone);
/* Is this the answer of a resolver that reaches the zone? */
bool proof_reaches(const uint8_t *bytes, size_t length);

#endif
