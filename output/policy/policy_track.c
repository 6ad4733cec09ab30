/* SPDX-License-Identifier: Apache-2.0 */
#include "output/policy/policy_track.h"

#include <stdlib.h>
#include <string.h>

#include "output/policy/policy_compare.h"
#include "output/policy/policy_parts.h"
#include "output/sql.h"
#include "scanner/mem.h"

static bool
is_domain(const struct table_entry *entry, const void *key)
{
	return strcmp(table_owner(entry, struct tracked, entry)->domain, key) == 0;
}

/* NULL: it is not tracked. */
static struct tracked *
find(const struct track *track, const char *domain)
{
	struct table_entry *entry =
	    table_find(&track->table, table_hash(domain, strlen(domain)), domain);

	return entry != NULL ? table_owner(entry, struct tracked, entry) : NULL;
}

struct tracked *
track_add(struct track *track, const char *domain)
{
	struct tracked *tracked = find(track, domain);

	if (tracked != NULL)
		return tracked;
	tracked = mem_alloc(sizeof *tracked);
	tracked->domain = mem_strdup(domain);
	if (track->count == track->room) {
		track->room = track->room * 2 + 256;
		track->domains =
		    mem_realloc(track->domains, track->room * sizeof *track->domains);
	}
	track->domains[track->count++] = tracked;
	table_add(&track->table, &tracked->entry, table_hash(domain, strlen(domain)));
	return tracked;
}

void
track_note(struct track *track, const struct tracked *tracked, int64_t at, int64_t sweep,
	   const struct policy_move *move)
{
	if (track->move_count == track->move_room) {
		track->move_room = track->move_room * 2 + 64;
		track->moves =
		    mem_realloc(track->moves, track->move_room * sizeof *track->moves);
	}
	track->moves[track->move_count++] =
	    (struct track_move){ tracked, at, sweep, tracked->known.eligible_since, *move };
}

void
track_sort(struct track *track, int (*compare)(const void *, const void *))
{
	if (track->count > 0)
		qsort(track->domains, track->count, sizeof *track->domains, compare);
}

int
track_by_domain(const void *a, const void *b)
{
	return strcmp((*(struct tracked *const *)a)->domain,
		      (*(struct tracked *const *)b)->domain);
}

/* The place of a word in a table; 0, which stands for nothing, where it has none. */
static int
place_of(const char *word, const char *const names[], int count)
{
	for (int i = 0; i < count; i++)
		if (word != NULL && strcmp(word, names[i]) == 0)
			return i;
	return 0;
}

static void
read_domain(struct track *track, sqlite3_stmt *row)
{
	struct tracked *tracked = track_add(track, sql_text(row, 0));
	struct policy_known *known = &tracked->known;

	tracked->stored = true;
	known->state =
	    (enum policy_state)place_of(sql_text(row, 1), policy_state_names, POLICY_STATES);
	known->source =
	    (enum policy_source)place_of(sql_text(row, 2), policy_source_names, POLICY_SOURCES);
	policy_demand_parse(&known->demand, policy_mode_parse(sql_text(row, 3)),
			    sql_text(row, 4));
	policy_demand_parse(&known->asked, policy_mode_parse(sql_text(row, 5)),
			    sql_text(row, 6));
	known->since = sqlite3_column_int64(row, 7);
	known->eligible_since = sqlite3_column_int64(row, 8);
	known->failing_since = sqlite3_column_int64(row, 9);
	known->failing = mem_strdup(sql_text(row, 10));
	known->failing_detail = mem_strdup(sql_text(row, 11));
}

static struct policy_said
read_said(sqlite3_stmt *row, int first)
{
	return (struct policy_said){
		(enum policy_testimony)place_of(sql_text(row, first), policy_testimony_names,
						POLICY_TESTIMONIES),
		mem_strdup(sql_text(row, first + 1)),
	};
}

/* The rows come in the order of domain and vantage point. */
static void
read_sight(struct track *track, sqlite3_stmt *row)
{
	struct policy_known *known = &track_add(track, sql_text(row, 0))->known;

	known->sights =
	    mem_realloc(known->sights, (known->sight_count + 1) * sizeof *known->sights);
	known->sights[known->sight_count++] = (struct policy_sight){
		.vantage = mem_strdup(sql_text(row, 1)),
		.sweep = sqlite3_column_int64(row, 2),
		.started = sqlite3_column_int64(row, 3),
		.last = read_said(row, 4),
		.before = read_said(row, 6),
	};
}

static bool
read_rows(struct track *track, const char *sql, void (*read)(struct track *, sqlite3_stmt *))
{
	sqlite3_stmt *row = sql_prepare(track->db, sql);
	bool ok;

	while (sqlite3_step(row) == SQLITE_ROW)
		read(track, row);
	ok = sqlite3_reset(row) == SQLITE_OK;
	sqlite3_finalize(row);
	return ok;
}

bool
track_open(struct track *track, sqlite3 *db)
{
	*track = (struct track){ .db = db };
	table_init(&track->table, is_domain);
	return read_rows(track,
			 "SELECT domain, state, source, mode, patterns, asked_mode,"
			 " asked_patterns, since, eligible_since, failing_since, failing,"
			 " failing_detail FROM list_domain",
			 read_domain) &&
	       read_rows(track,
			 "SELECT domain, vantage, sweep, started, said, demand, said_before,"
			 " demand_before FROM list_sight ORDER BY domain, vantage",
			 read_sight);
}

void
track_close(struct track *track)
{
	table_clear(&track->table);
	for (size_t i = 0; i < track->count; i++) {
		policy_known_clear(&track->domains[i]->known);
		free(track->domains[i]->domain);
		free(track->domains[i]);
	}
	for (size_t i = 0; i < track->move_count; i++)
		free(track->moves[i].move.detail);
	free(track->domains);
	free(track->moves);
	*track = (struct track){ .db = NULL };
}
