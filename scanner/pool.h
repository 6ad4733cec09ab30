/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The prober threads.  Each has an event loop of its own and holds the
 * conversations it was given; jobs go to the thread that has the fewest.  The
 * pool is used on the coordinator's thread, and done is called there.
 */
#ifndef SCANNER_POOL_H
#define SCANNER_POOL_H

#include "scanner/mailbox.h"
#include "scanner/probe.h"

struct pool;
struct prober;

/* Lent to the pool from pool_start until done. */
struct pool_job {
	struct probe_job job;       /* what to ask; set by the owner */
	struct server_facts *facts; /* what was learnt; NULL: a local failure */
	int local_error;            /* its errno */
	struct letter letter;       /* the rest is the pool's */
	struct prober *prober;
	void *conversation;
	struct pool_job *previous, *next;
};

typedef void pool_done(struct pool_job *job, void *arg);

/* base is the coordinator's. */
struct pool *pool_open(struct event_base *base, const struct probe *probe,
		       const struct options *options, pool_done *done, void *arg);
void pool_start(struct pool *pool, struct pool_job *job);
/* Ends all threads; conversations still open are cancelled without a done, and
 * their jobs are their owner's again. */
void pool_close(struct pool *pool);

#endif
