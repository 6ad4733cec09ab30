/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What waits for its time, the first to come at the front: a binary heap of members that
 * are embedded in what waits.
 */
#ifndef SCANNER_DEADLINES_H
#define SCANNER_DEADLINES_H

#include <stddef.h>
#include <stdint.h>

struct deadline {
	int64_t
	    at; /* monotonic, microseconds; while it waits only deadlines_postpone sets it */
	size_t index; /* in the heap */
};

/* Zeroed before its first use. */
struct deadlines {
	struct deadline **heap;
	size_t count, capacity;
};

void deadlines_add(struct deadlines *deadlines, struct deadline *deadline);
/* The first to come, which goes on waiting; NULL: nothing waits. */
struct deadline *deadlines_first(const struct deadlines *deadlines);
/* Takes it out; something waits. */
struct deadline *deadlines_pop(struct deadlines *deadlines);
/* One that waits comes later: at is not before its own. */
void deadlines_postpone(struct deadlines *deadlines, struct deadline *deadline, int64_t at);
void deadlines_free(struct deadlines *deadlines); /* not what waits */

#endif
