/* SPDX-License-Identifier: Apache-2.0 */
/* The rows of the table sweep: those of one input, and how parts become a whole. */
#include <stdio.h>
#include <stdlib.h>

#include "output/merge/merge_parts.h"
#include "output/report/tally.h"
#include "output/sql.h"
#include "scanner/mem.h"

/* What shards say differently stands side by side. */
#define BESIDE(column)                                                                         \
	column " = CASE WHEN p." column " IS NULL OR"                                          \
	       " instr('; ' || w." column " || '; ', '; ' || p." column " || '; ') > 0"        \
	       " THEN w." column " ELSE coalesce(w." column " || '; ', '') || p." column       \
	       " END"

static bool
run_bound(sqlite3 *db, const char *sql, int64_t target, int64_t id)
{
	sqlite3_stmt *s;
	bool ok = sqlite3_prepare_v2(db, sql, -1, &s, NULL) == SQLITE_OK;

	sqlite3_bind_int64(s, 1, target);
	sqlite3_bind_int64(s, 2, id);
	ok = ok && sql_finish(s);
	sqlite3_finalize(s);
	return ok;
}

/* Nobody writes to an input: a sweep that says it runs was killed. */
static bool
insert_sweep(sqlite3 *db, int64_t target, int64_t id)
{
	return run_bound(
	    db,
	    "INSERT INTO main.sweep(id, input, shards, shard, seed, vantage, version, resolver,"
	    " trust_store, options, notes, started, finished, judged, state, targets, domains,"
	    " servers) SELECT ?1, input, shards, shard, seed, vantage, version, resolver,"
	    " trust_store, options, notes, started, finished, judged,"
	    " CASE state WHEN 'running' THEN 'interrupted' ELSE state END,"
	    " targets, domains, servers FROM source.sweep WHERE id = ?2",
	    target, id);
}

/* A part that was not judged, or did not end, makes the whole so. */
static bool
add_part(sqlite3 *db, int64_t target, int64_t id)
{
	return run_bound(
	    db,
	    "UPDATE main.sweep AS w SET started = min(w.started, p.started),"
	    " finished = max(w.finished, p.finished), judged = max(w.judged, p.judged),"
	    " state = CASE WHEN p.state = 'complete' THEN w.state ELSE 'interrupted' END,"
	    " targets = w.targets + p.targets, domains = w.domains + p.domains,"
	    " servers = w.servers + p.servers," BESIDE("version") "," BESIDE(
		"resolver") "," BESIDE("trust_store") "," BESIDE("notes") " FROM (SELECT * "
									  "FROM source.sweep "
									  "WHERE id = ?2) AS p "
									  "WHERE w.id = ?1",
	    target, id);
}

bool
merge_sweeps(sqlite3 *db, struct merge_ids *ids, const struct merge_plan *plan, size_t input)
{
	ids->table = "sweep";
	for (int64_t id = 0;;) {
		const struct merge_sweep *next = NULL;

		/* In the order of their ids, as maps are made. */
		for (size_t i = 0; i < plan->count; i++)
			if (plan->sweeps[i].input == input &&
			    (id == 0 || plan->sweeps[i].id > id) &&
			    (next == NULL || plan->sweeps[i].id < next->id))
				next = &plan->sweeps[i];
		if (next == NULL)
			return true;
		id = next->id;
		if (id < 1 ||
		    !merge_map_add(&ids->maps[IDS_SWEEP], id,
				   next->repeated ? 0 : next->whole->target) ||
		    !merge_map_add(&ids->stand, id, next->whole->target) ||
		    !merge_map_add(&ids->shards, id, next->whole->parts > 1))
			return false;
		if (next->repeated)
			continue;
		if (sql_number(db, "SELECT count(*) FROM main.sweep WHERE id = ?1",
			       next->whole->target) == 0
			? !insert_sweep(db, next->whole->target, id)
			: !add_part(db, next->whole->target, id))
			return false;
	}
}

bool
merge_wholes(sqlite3 *db, const struct merge_plan *plan, struct merge_counts *counts)
{
	for (size_t i = 0; i < plan->count; i++) {
		const struct merge_sweep *whole = &plan->sweeps[i];
		bool all = (int64_t)whole->parts == whole->shards, judged;

		counts->repeated += whole->repeated;
		if (whole->repeated || whole->whole != whole)
			continue;
		counts->sweeps++;
		if (whole->parts < 2)
			continue;
		/* Shard -1: several of them, which no sweep can continue. */
		if (!run_bound(db,
			       all ? "UPDATE sweep SET shards = 1, shard = 0 WHERE id = ?1"
				   : "UPDATE sweep SET shard = -1, state = 'interrupted'"
				     " WHERE id = ?1",
			       whole->target, 0))
			return false;
		judged = sql_number(db, "SELECT judged IS NOT NULL FROM sweep WHERE id = ?1",
				    whole->target) == 1;
		if (judged && !tally_sweep(db, whole->target))
			return false;
		counts->united++;
		counts->incomplete +=
		    sql_number(db, "SELECT state <> 'complete' FROM sweep WHERE id = ?1",
			       whole->target) == 1;
	}
	return true;
}
