/* SPDX-License-Identifier: Apache-2.0 */
/* Which sweep of the inputs becomes which of the new database. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "output/merge/merge_parts.h"
#include "output/sql.h"
#include "scanner/mem.h"

/* Shards begin at most this long after those before them were over: those of next
 * week's sweep, which may have the same list and seed, are another sweep's. */
#define SHARDS_APART 86400

static const char sweeps_query[] =
    "SELECT id, shards, shard, seed, started, coalesce(finished, started),"
    " coalesce(judged, 0), state = 'complete', input, vantage FROM sweep ORDER BY id";

static struct merge_sweep *
add_sweep(struct merge_plan *plan)
{
	plan->sweeps = mem_realloc(plan->sweeps, (plan->count + 1) * sizeof *plan->sweeps);
	plan->sweeps[plan->count] = (struct merge_sweep){ 0 };
	return &plan->sweeps[plan->count++];
}

static void
read_sweep(struct merge_sweep *sweep, size_t input, sqlite3_stmt *row)
{
	const char *list = sql_text(row, 8);

	sweep->input = input;
	sweep->id = sqlite3_column_int64(row, 0);
	sweep->shards = sqlite3_column_int64(row, 1);
	sweep->shard = sqlite3_column_int64(row, 2);
	sweep->seed = sqlite3_column_int64(row, 3);
	sweep->started = sqlite3_column_int64(row, 4);
	sweep->finished = sqlite3_column_int64(row, 5);
	sweep->judged = sqlite3_column_int64(row, 6);
	sweep->complete = sqlite3_column_int(row, 7) != 0;
	sweep->list = mem_strdup(list != NULL ? list : "");
	sweep->vantage = mem_strdup(sql_text(row, 9));
}

static bool
read_sweeps(struct merge_plan *plan, const struct merge_input *input, size_t number,
	    char error[MERGE_ERROR])
{
	sqlite3_stmt *s = NULL;
	sqlite3 *db;
	bool ok = merge_input_read(input, &db) &&
		  sqlite3_prepare_v2(db, sweeps_query, -1, &s, NULL) == SQLITE_OK;

	while (ok && sqlite3_step(s) == SQLITE_ROW)
		read_sweep(add_sweep(plan), number, s);
	if (!ok || sqlite3_finalize(s) != SQLITE_OK) {
		snprintf(error, MERGE_ERROR, "%s: %s", input->path, sqlite3_errmsg(db));
		ok = false;
	}
	sqlite3_close(db);
	return ok;
}

static int
compare(const void *left, const void *right)
{
	const struct merge_sweep *a = left, *b = right;

	if (a->started != b->started)
		return a->started < b->started ? -1 : 1;
	if (a->input != b->input)
		return a->input < b->input ? -1 : 1;
	return (a->id > b->id) - (a->id < b->id);
}

static bool
same_vantage(const struct merge_sweep *a, const struct merge_sweep *b)
{
	return a->vantage == NULL || b->vantage == NULL ? a->vantage == b->vantage
							: strcmp(a->vantage, b->vantage) == 0;
}

/* Of the same list, divided alike, seen from the same place. */
static bool
same_work(const struct merge_sweep *a, const struct merge_sweep *b)
{
	return a->seed == b->seed && a->shards == b->shards && strcmp(a->list, b->list) == 0 &&
	       same_vantage(a, b);
}

/* Of two that say the same, that stays which was judged last. */
static bool
find_repeated(struct merge_plan *plan, size_t number, const struct merge_input *inputs,
	      char error[MERGE_ERROR])
{
	struct merge_sweep *b = &plan->sweeps[number], *a = b;
	bool same;

	while (a-- > plan->sweeps && a->started == b->started) {
		if (a->repeated || a->shard != b->shard || !same_work(a, b))
			continue;
		if (!merge_same_facts(&inputs[a->input], a->id, &inputs[b->input], b->id,
				      &same)) {
			snprintf(error, MERGE_ERROR, "%s: cannot be compared with %s",
				 inputs[b->input].path, inputs[a->input].path);
			return false;
		}
		if (!same)
			continue;
		if (b->judged > a->judged) {
			a->repeated = true;
			a->whole = b;
		} else {
			b->repeated = true;
			b->whole = a;
			return true;
		}
	}
	return true;
}

/* Has the whole this shard already, and when were its parts over? */
static bool
has_shard(const struct merge_plan *plan, const struct merge_sweep *whole, int64_t shard,
	  int64_t *over)
{
	bool has = false;

	*over = whole->finished;
	for (size_t i = 0; i < plan->count; i++) {
		const struct merge_sweep *part = &plan->sweeps[i];

		if (part->repeated || part->whole != whole)
			continue;
		has = has || part->shard == shard;
		*over = part->finished > *over ? part->finished : *over;
	}
	return has;
}

/* The whole that the shard at number is missing from; itself, if there is none. */
static struct merge_sweep *
find_whole(struct merge_plan *plan, size_t number)
{
	struct merge_sweep *sweep = &plan->sweeps[number];
	int64_t over;

	if (sweep->shards < 2 || sweep->shard < 0)
		return sweep;
	for (size_t i = number; i-- > 0;) {
		struct merge_sweep *whole = &plan->sweeps[i];

		if (!whole->repeated && whole->whole == whole && whole->shard >= 0 &&
		    same_work(whole, sweep) && !has_shard(plan, whole, sweep->shard, &over) &&
		    sweep->started - over <= SHARDS_APART)
			return whole;
	}
	return sweep;
}

static void
unite_shards(struct merge_plan *plan)
{
	int64_t target = 0;

	for (size_t i = 0; i < plan->count; i++) {
		struct merge_sweep *sweep = &plan->sweeps[i];

		if (sweep->repeated)
			continue;
		sweep->whole = find_whole(plan, i);
		sweep->whole->parts++;
		if (sweep->whole == sweep)
			sweep->target = ++target;
	}
	for (size_t i = 0; i < plan->count; i++) {
		struct merge_sweep *sweep = &plan->sweeps[i];

		while (sweep->repeated && sweep->whole->whole != sweep->whole)
			sweep->whole = sweep->whole->whole;
	}
}

bool
merge_plan_make(struct merge_plan *plan, const struct merge_input *inputs, size_t count,
		char error[MERGE_ERROR])
{
	*plan = (struct merge_plan){ 0 };
	for (size_t i = 0; i < count; i++)
		if (inputs[i].uri != NULL && !read_sweeps(plan, &inputs[i], i, error))
			return false;
	if (plan->count > 0)
		qsort(plan->sweeps, plan->count, sizeof *plan->sweeps, compare);
	for (size_t i = 0; i < plan->count; i++)
		if (!find_repeated(plan, i, inputs, error))
			return false;
	unite_shards(plan);
	return true;
}

void
merge_plan_clear(struct merge_plan *plan)
{
	for (size_t i = 0; i < plan->count; i++) {
		free(plan->sweeps[i].list);
		free(plan->sweeps[i].vantage);
	}
	free(plan->sweeps);
	*plan = (struct merge_plan){ 0 };
}
