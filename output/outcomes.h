/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What each server of a sweep came to, in memory, to be looked up by its host: every
 * domain is judged, and counted, by the servers of its hosts.  Sixteen bytes a host and
 * nine a server.  Who judges the servers adds them on the way; who has not judged them
 * reads them.
 */
#ifndef OUTPUT_OUTCOMES_H
#define OUTPUT_OUTCOMES_H

#include <sqlite3.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "scanner/judge.h"

struct outcomes;

/* Servers of one host by position, each as it is by itself: dane is that of
 * server_verdict, mta_sts is 0. */
struct host_outcomes {
	size_t count;
	const struct server_outcome *servers;
};

struct outcomes *outcomes_new(void);
void outcomes_free(struct outcomes *outcomes); /* NULL is fine */
/* The next server, of the host added last or one with a greater id. */
void outcomes_add(struct outcomes *outcomes, const struct server_outcome *server);
/* All servers of a sweep that was judged.  false: the database failed. */
bool outcomes_read(struct outcomes *outcomes, sqlite3 *db, int64_t sweep);
/* Lent until the next call; none of a host that was not added. */
struct host_outcomes outcomes_of(struct outcomes *outcomes, int64_t host);

/* Six columns of a row from first on: tcp, greeting, ehlo, starttls, handshake and
 * certificate.  The rest is 0. */
struct server_outcome outcome_of_row(sqlite3_stmt *row, int first);

/* Has the host h secure TLSA records that can be used? */
#define TLSA_USABLE_OF_HOST                                                                    \
	"h.tlsa = 'found' AND EXISTS (SELECT 1 FROM tlsa t WHERE t.host = h.id AND t.usable)"

#endif
