/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The conversations with the addresses of one host: each waits for its turn, is
 * held, and is held again after a back-off when the server only asked for
 * patience (4xx, 421, a time-out), at once when it was we who had no means, and
 * once more when the server may be one that does TLS without a certificate.
 */
#ifndef SCANNER_SERVERS_H
#define SCANNER_SERVERS_H

#include "scanner/facts.h"

struct server;
struct sweep;

/* Called once for each address added; the facts are the receiver's. */
typedef void servers_done(struct server_facts *facts, void *arg);

/* Embedded in its owner, who zeroes it. */
struct servers {
	struct sweep *sweep; /* set by the owner, as are done and arg */
	servers_done *done;
	void *arg;
	struct server *list;
};

/* Only after pool and pace have let go: when none is in progress, or at the end. */
void servers_clear(struct servers *servers);
/* host: for SNI, NULL: none; lent until the last done. */
void servers_add(struct servers *servers, const struct address *address, const char *host);

#endif
