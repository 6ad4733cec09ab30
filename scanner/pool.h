/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The prober threads.  Each has an event loop of its own, a desk of each probe,
 * and holds the conversations it was given; jobs go to the thread that has the
 * fewest.  The pool is used on the coordinator's thread, and done is called there.
 */
#ifndef SCANNER_POOL_H
#define SCANNER_POOL_H

#include "scanner/mailbox.h"
#include "scanner/probe.h"

struct pool;
struct prober;

/* Lent to the pool from pool_start until done. */
struct pool_job {
	struct probe_job job; /* what to ask; set by the owner, as is done */
	void (*done)(struct pool_job *job);
	void *facts;          /* what was learnt; NULL: a local failure */
	int local_error;      /* its errno */
	struct letter letter; /* the rest is the pool's */
	struct prober *prober;
	void *conversation;
	struct pool_job *previous, *next;
};

/* base is the coordinator's; table is by enum probe_kind. */
struct pool *pool_open(struct event_base *base, const struct probe *const table[PROBE_COUNT],
		       const struct options *options);
void pool_start(struct pool *pool, struct pool_job *job);
/* Ends all threads; conversations still open are cancelled without a done, and
 * their jobs are their owner's again. */
void pool_close(struct pool *pool);

#endif
