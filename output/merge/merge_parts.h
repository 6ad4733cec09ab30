/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The parts of a merge: inputs (merge_input.c), which of their sweeps become which of
 * the new database (merge_plan.c), new ids for old (merge_ids.c) and the rows
 * (merge_rows.c).  Whoever answers false has filled in error.
 */
#ifndef OUTPUT_MERGE_PARTS_H
#define OUTPUT_MERGE_PARTS_H

#include <sqlite3.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "output/merge/merge.h"

#define MERGE_ERROR 512

struct merge_input {
	const char *path; /* as it was given */
	char *uri;        /* how SQLite reads it; NULL: an aggregate */
	char *copy;       /* NULL: it is read itself */
	int lock;         /* descriptor; -1: not open */
};

/* Finds out what it is, and makes a copy in the folder where one is needed.  Nobody of
 * ours writes to it until it is closed. */
bool merge_input_open(struct merge_input *input, const char *path, const char *folder,
		      size_t number, char error[MERGE_ERROR]);
void merge_input_close(struct merge_input *input);
/* A connection of its own to a database, which the caller closes also where false.  Only
 * tables can be read: a view may stand behind one's name and never end. */
bool merge_input_read(const struct merge_input *input, sqlite3 **db);

struct merge_sweep {
	size_t input;
	int64_t id, shards, shard, seed, started, finished, judged; /* judged 0: was not */
	bool complete;
	char *list, *vantage;
	bool repeated;             /* another one stands for it */
	struct merge_sweep *whole; /* what it becomes a part of: itself, or the first part */
	size_t parts;              /* of a whole */
	int64_t target;            /* of a whole: the new id */
};

struct merge_plan {
	size_t count;
	struct merge_sweep *sweeps; /* by the time they started */
};

bool merge_plan_make(struct merge_plan *plan, const struct merge_input *inputs, size_t count,
		     char error[MERGE_ERROR]);
void merge_plan_clear(struct merge_plan *plan);
/* Do two sweeps hold the same facts? */
bool merge_same_facts(const struct merge_input *a, int64_t sweep_a, const struct merge_input *b,
		      int64_t sweep_b, bool *same);

/* The new ids of one input's rows. */
enum merge_kind {
	IDS_NAME,
	IDS_TEXT,
	IDS_CERTIFICATE,
	IDS_CHAIN,
	IDS_POLICY,
	IDS_ANSWERS,
	IDS_VERDICT,
	IDS_SWEEP,
	IDS_KINDS
};

struct merge_map {
	size_t count, room;
	int64_t *old, *fresh; /* by old; fresh 0: is not taken */
};

struct merge_ids {
	struct merge_map maps[IDS_KINDS];
	struct merge_map shards; /* sweeps that become a part of one; fresh is 1 */
	struct merge_map stand;  /* where each sweep stands, those not taken too */
	int64_t hosts, mx_sets;  /* what is added to the id of a host, of a set */
	int64_t chains;          /* chains up to this id were there before */
	const char *table;       /* that is being copied */
	const char *problem;     /* why a function failed; NULL: none did */
};

/* Makes SQL functions new_name(id) and so on, which answer NULL for NULL and fail for an
 * id that is not there; is_shard(sweep) and is_new_chain(new id) ask. */
bool merge_ids_prepare(struct merge_ids *ids, sqlite3 *db);
/* Must come in the order of their ids. */
bool merge_map_add(struct merge_map *map, int64_t old, int64_t fresh);
void merge_ids_clear(struct merge_ids *ids); /* forgets the input */

/* What repeats: into the new database where it is not, and the ids of all of it. */
bool merge_interned(sqlite3 *db, struct merge_ids *ids);
/* All the rest of the attached database `source`; the state of the policy list only when
 * the new database has none. */
bool merge_rows(sqlite3 *db, struct merge_ids *ids);
/* The sweeps of the input, and their new ids. */
bool merge_sweeps(sqlite3 *db, struct merge_ids *ids, const struct merge_plan *plan,
		  size_t input);
/* When all inputs are in: what wholes are that were made of parts. */
bool merge_wholes(sqlite3 *db, const struct merge_plan *plan, struct merge_counts *counts);
/* Tables that merge knows, for the test that none was forgotten; ends with NULL. */
extern const char *const merge_tables[];

#endif
