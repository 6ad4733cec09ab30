/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The tables behind a policy list, in memory while a list is built: what is known of each
 * domain that was ever asked for, and each of its moves.  Nothing is written but by
 * track_save, within the caller's transaction.  The database failing is a line in error
 * and false.
 */
#ifndef OUTPUT_POLICY_TRACK_H
#define OUTPUT_POLICY_TRACK_H

#include <sqlite3.h>

#include "output/policy/policy_state.h"
#include "scanner/table.h"

struct tracked {
	struct table_entry entry;
	char *domain;
	int64_t number; /* of the name in this database; 0: not there */
	int64_t met;    /* the last sweep whose MTA-STS policy admits it */
	bool stored;    /* in the tables */
	bool changed;   /* otherwise than in the tables */
	struct policy_known known;
};

struct track_move {
	const struct tracked *tracked;
	int64_t at, sweep;    /* 0: no sweep made it */
	int64_t steady_since; /* unbroken success, as it was then */
	struct policy_move move;
};

struct track {
	sqlite3 *db;
	struct table table;
	size_t count, room;
	struct tracked **domains; /* in no order but what track_sort made */
	size_t move_count, move_room;
	struct track_move *moves; /* of this build, in the order in which they came */
};

/* Reads the tables. */
bool track_open(struct track *track, sqlite3 *db);
void track_close(struct track *track); /* idempotent */
/* The domain, which is tracked from now on. */
struct tracked *track_add(struct track *track, const char *domain);
/* Keeps a move, and takes its detail. */
void track_note(struct track *track, const struct tracked *tracked, int64_t at, int64_t sweep,
		const struct policy_move *move);
void track_sort(struct track *track, int (*compare)(const void *, const void *));
/* For track_sort: by domain. */
int track_by_domain(const void *a, const void *b);
/* Writes what has changed, and the moves. */
bool track_save(const struct track *track);

#endif
