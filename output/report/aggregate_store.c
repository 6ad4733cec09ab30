/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "output/report/aggregate_parts.h"
#include "output/sql.h"
#include "scanner/mem.h"

const char *
aggregate_keep(struct aggregate *aggregate, const char *text)
{
	char *copy = mem_strdup(text);

	aggregate->texts = mem_realloc(aggregate->texts,
				       (aggregate->text_count + 1) * sizeof *aggregate->texts);
	aggregate->texts[aggregate->text_count++] = copy;
	return copy;
}

void
aggregate_free(struct aggregate *aggregate)
{
	if (aggregate == NULL)
		return;
	for (size_t i = 0; i < aggregate->text_count; i++)
		free(aggregate->texts[i]);
	free(aggregate->texts);
	free(aggregate->tallies);
	free(aggregate->vantage);
	free(aggregate->version);
	free(aggregate);
}

static bool
insert_head(sqlite3 *db, const struct aggregate *aggregate)
{
	sqlite3_stmt *s =
	    sql_prepare(db, "INSERT INTO aggregate(sha256, vantage, week, version, k)"
			    " VALUES(?1, ?2, ?3, ?4, ?5) ON CONFLICT(sha256) DO NOTHING");
	bool ok;

	sql_bind_bytes(s, 1, aggregate->sha256, sizeof aggregate->sha256);
	sql_bind_text(s, 2, aggregate->vantage);
	sql_bind_text(s, 3, aggregate->week);
	sql_bind_text(s, 4, aggregate->version);
	sqlite3_bind_int64(s, 5, aggregate->k);
	ok = sql_finish(s);
	sqlite3_finalize(s);
	return ok;
}

static bool
insert_tallies(sqlite3 *db, int64_t id, const struct aggregate *aggregate)
{
	sqlite3_stmt *s =
	    sql_prepare(db, "INSERT INTO aggregate_tally VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7)");
	bool ok = true;

	for (size_t i = 0; i < aggregate->count && ok; i++) {
		const struct aggregate_tally *tally = &aggregate->tallies[i];

		sqlite3_bind_int64(s, 1, id);
		sql_bind_text(s, 2, tally->topic);
		sql_bind_text(s, 3, tally->a);
		sql_bind_text(s, 4, tally->b);
		sql_bind_text(s, 5, tally->c);
		sqlite3_bind_int64(s, 6, tally->n);
		sqlite3_bind_int64(s, 7, tally->total);
		ok = sql_finish(s);
	}
	sqlite3_finalize(s);
	return ok;
}

bool
aggregate_store(sqlite3 *db, const struct aggregate *aggregate)
{
	if (!insert_head(db, aggregate))
		return false;
	return sqlite3_changes(db) == 0 ||
	       insert_tallies(db, sqlite3_last_insert_rowid(db), aggregate);
}
