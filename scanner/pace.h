/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who is contacted next, and when: so many conversations at once in all, one at
 * a time and so many a second to one address, few at once to one /24 or /48, and
 * a rate over all.  It runs on the coordinator, so its limits hold exactly and
 * need no lock.  Jobs are their owner's; pace links them from pace_submit until
 * it calls start, and counts them until pace_finished.
 */
#ifndef SCANNER_PACE_H
#define SCANNER_PACE_H

#include <event2/event.h>
#include <stddef.h>

#include "scanner/address.h"

struct pace;
struct lane;

struct pace_job {
	struct address address;              /* set by the owner */
	void (*start)(struct pace_job *job); /* its turn has come; set by the owner */
	struct lane *lane;                   /* the rest is pace's */
	struct pace_job *next;
};

struct pace_config {
	unsigned senders;     /* conversations at once */
	double rate;          /* a second over all, 0: no limit */
	double server_rate;   /* a second to one address, 0: no limit */
	unsigned per_network; /* at once to one neighbourhood, 0: no limit */
};

struct pace *pace_new(struct event_base *base, const struct pace_config *config);
void pace_free(struct pace *pace); /* forgets the jobs that wait */
/* Queues a job; its address is left alone for the next delay seconds.  start is
 * never called before this returns. */
void pace_submit(struct pace *pace, struct pace_job *job, double delay);
/* Queues a job that was started once more, before pace_finished: the others at its
 * address wait until it is through, so that they may profit from what it learns. */
void pace_submit_again(struct pace *pace, struct pace_job *job, double delay);
/* The conversation of a job that was started in this lane is over. */
void pace_finished(struct pace *pace, struct lane *lane);
/* The same when nobody was contacted: the next in the lane need not wait. */
void pace_skipped(struct pace *pace, struct lane *lane);
/* Starts nothing for a while: we are short of something ourselves. */
void pace_hold(struct pace *pace, double seconds);
/* Starts nothing any more. */
void pace_stop(struct pace *pace);
/* Changes the rate by a factor; the new rate, 0 if there is no limit. */
double pace_scale_rate(struct pace *pace, double factor);
size_t pace_active(const struct pace *pace);
size_t pace_waiting(const struct pace *pace);
/* Addresses whose next job waits for nothing but one of the senders. */
size_t pace_ready(const struct pace *pace);

#endif
