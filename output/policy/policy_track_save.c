/* SPDX-License-Identifier: Apache-2.0 */
/* What is known of the domains, back into the tables. */
#include <stdlib.h>

#include "output/policy/policy_compare.h"
#include "output/policy/policy_track.h"
#include "output/sql.h"

enum statement { PUT_DOMAIN, FORGET_SIGHTS, ADD_SIGHT, ADD_MOVE, STATEMENTS };

static const char *const texts[STATEMENTS] = {
	[PUT_DOMAIN] = "INSERT OR REPLACE INTO list_domain(domain, state, source, mode,"
		       " patterns, asked_mode, asked_patterns, since, eligible_since,"
		       " failing_since, failing, failing_detail)"
		       " VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
	[FORGET_SIGHTS] = "DELETE FROM list_sight WHERE domain = ?1",
	[ADD_SIGHT] = "INSERT INTO list_sight(domain, vantage, sweep, started, said, demand,"
		      " said_before, demand_before) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
	[ADD_MOVE] = "INSERT INTO list_move(domain, at, sweep, came_from, went_to, reason,"
		     " detail) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7)",
};

/* NULL where there is no demand. */
static char *
bind_demand(sqlite3_stmt *s, int index, const struct policy_demand *demand)
{
	char *patterns = demand->count > 0 ? policy_demand_patterns(demand) : NULL;

	sql_bind_text(s, index,
		      demand->mode != POLICY_NONE ? policy_mode_names[demand->mode] : NULL);
	sql_bind_text(s, index + 1, patterns);
	return patterns;
}

static bool
put_domain(sqlite3_stmt *s, const struct tracked *tracked)
{
	const struct policy_known *known = &tracked->known;
	char *patterns, *asked;
	bool ok;

	sql_bind_text(s, 1, tracked->domain);
	sql_bind_text(s, 2, policy_state_names[known->state]);
	sql_bind_text(s, 3, policy_source_names[known->source]);
	patterns = bind_demand(s, 4, &known->demand);
	asked = bind_demand(s, 6, &known->asked);
	sqlite3_bind_int64(s, 8, known->since);
	sql_bind_id(s, 9, known->eligible_since);
	sql_bind_id(s, 10, known->failing_since);
	sql_bind_text(s, 11, known->failing);
	sql_bind_text(s, 12, known->failing_detail);
	ok = sql_finish(s);
	free(patterns);
	free(asked);
	return ok;
}

static void
bind_said(sqlite3_stmt *s, int index, const struct policy_said *said)
{
	sql_bind_text(s, index, policy_testimony_names[said->what]);
	sql_bind_text(s, index + 1, said->demand);
}

static bool
add_sight(sqlite3_stmt *s, const char *domain, const struct policy_sight *sight)
{
	sql_bind_text(s, 1, domain);
	sql_bind_text(s, 2, sight->vantage);
	sqlite3_bind_int64(s, 3, sight->sweep);
	sqlite3_bind_int64(s, 4, sight->started);
	bind_said(s, 5, &sight->last);
	bind_said(s, 7, &sight->before);
	return sql_finish(s);
}

static bool
save_domain(sqlite3_stmt *s[STATEMENTS], const struct tracked *tracked)
{
	const struct policy_known *known = &tracked->known;

	if (!put_domain(s[PUT_DOMAIN], tracked))
		return false;
	sql_bind_text(s[FORGET_SIGHTS], 1, tracked->domain);
	if (!sql_finish(s[FORGET_SIGHTS]))
		return false;
	for (size_t i = 0; i < known->sight_count; i++)
		if (!add_sight(s[ADD_SIGHT], tracked->domain, &known->sights[i]))
			return false;
	return true;
}

static bool
save_move(sqlite3_stmt *s, const struct track_move *move)
{
	enum policy_state from = move->move.from;

	sql_bind_text(s, 1, move->tracked->domain);
	sqlite3_bind_int64(s, 2, move->at);
	sql_bind_id(s, 3, move->sweep);
	sql_bind_text(s, 4, from != STATE_NEW ? policy_state_names[from] : NULL);
	sql_bind_text(s, 5, policy_state_names[move->move.to]);
	sql_bind_text(s, 6, move->move.reason);
	sql_bind_text(s, 7, move->move.detail);
	return sql_finish(s);
}

bool
track_save(const struct track *track)
{
	sqlite3_stmt *s[STATEMENTS];
	bool ok = true;

	for (int i = 0; i < STATEMENTS; i++)
		s[i] = sql_prepare(track->db, texts[i]);
	for (size_t i = 0; ok && i < track->count; i++)
		if (track->domains[i]->changed && track->domains[i]->known.state != STATE_NEW)
			ok = save_domain(s, track->domains[i]);
	for (size_t i = 0; ok && i < track->move_count; i++)
		ok = save_move(s[ADD_MOVE], &track->moves[i]);
	for (int i = 0; i < STATEMENTS; i++)
		sqlite3_finalize(s[i]);
	return ok;
}
