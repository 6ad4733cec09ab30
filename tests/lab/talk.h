/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One conversation of the scripted peer: runs the script of the address that
 * was contacted over one accepted connection, in plaintext and then, if the
 * script says so, over TLS.  talk_start takes the descriptor; the conversation
 * ends by itself (its script ends, the client goes, or its life is over),
 * writes its line to the log and frees itself.  talk_end_all ends those that
 * are left.  Times are in seconds.
 */
#ifndef TESTS_LAB_TALK_H
#define TESTS_LAB_TALK_H

#include <event2/event.h>
#include <stdio.h>

#include "scanner/address.h"
#include "tests/lab/pki.h"
#include "tests/lab/script.h"

/* An address of the plan, and what has happened at it. */
struct place {
	struct address address;
	uint16_t port; /* 0: the peer's */
	char *host, *kind;
	const struct script *script;
	unsigned long contacts;
	struct place *next;
};

struct talks {
	struct event_base *base;
	struct pki *pki;
	FILE *log; /* a line for each connection, or NULL */
	double life;
	struct talk *first;
	unsigned long contacts;
};

/* there: the address contacted, which for a wildcard place is not its own. */
void talk_start(struct talks *talks, struct place *place, const struct address *there, int fd);
void talk_end_all(struct talks *talks);

#endif
