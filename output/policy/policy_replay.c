/* SPDX-License-Identifier: Apache-2.0 */
#include "output/policy/policy_replay.h"

#include <stdlib.h>
#include <string.h>

#include "output/policy/policy_compare.h"
#include "output/policy/policy_parts.h"
#include "output/sql.h"
#include "scanner/mem.h"

struct replay {
	struct track *track;
	struct eligibility_desk *desk;
	unsigned weeks;
	struct policy_facts facts; /* of the sweep at hand, and of no domain yet */
	bool sorted;               /* the domains are in the order of their numbers */
};

/* By the MTA-STS policy where there is one, whatever the entry says: it is judged again
 * when the first judgement was by other patterns. */
static bool
judge_domain(const struct replay *replay, const struct tracked *tracked, struct eligibility *e)
{
	const struct policy_demand *measure = policy_measure(&tracked->known);
	struct policy_demand sts = { .mode = POLICY_NONE };
	int64_t sweep = replay->facts.sweep;
	bool ok = eligibility_judge_number(replay->desk, sweep, tracked->number, measure, e);

	if (!ok)
		return false;
	if (measure == NULL || e->sts != ELIGIBILITY_STS_VALID ||
	    e->sts_demand.mode == POLICY_NONE || policy_patterns_equal(measure, &e->sts_demand))
		return true;
	policy_demand_set(&sts, e->sts_demand.mode, e->sts_demand.mxs, e->sts_demand.count);
	eligibility_clear(e);
	ok = eligibility_judge_number(replay->desk, sweep, tracked->number, &sts, e);
	policy_demand_clear(&sts);
	return ok;
}

static bool
tell_domain(const struct replay *replay, struct tracked *tracked)
{
	struct policy_known *known = &tracked->known;
	struct policy_facts facts = replay->facts;
	struct eligibility e;
	struct policy_move move;

	if (!judge_domain(replay, tracked, &e))
		return false;
	facts.eligibility = &e;
	facts.odd_hosts = eligibility_odd_host(&e) != NULL;
	if (policy_step(known, &facts, replay->weeks, &move))
		track_note(replay->track, tracked, facts.finished, facts.sweep, &move);
	if (e.reason != REASON_NOT_SWEPT || known->state != move.from)
		tracked->changed = true;
	eligibility_clear(&e);
	return true;
}

static int
by_number(const void *a, const void *b)
{
	const struct tracked *x = *(struct tracked *const *)a;
	const struct tracked *y = *(struct tracked *const *)b;

	return x->number != y->number ? (x->number > y->number) - (x->number < y->number)
				      : strcmp(x->domain, y->domain);
}

/* Those whose policy admits them; a domain with a name that no list can hold is passed
 * over. */
static bool
meet_policies(struct replay *replay)
{
	char name[FOLD_NAME_MAX + 1];
	sqlite3_stmt *row =
	    sql_prepare(replay->track->db,
			"SELECT m.name, n.name FROM mta_sts m JOIN name n ON n.id = m.name"
			" WHERE m.sweep = ?1 AND m.word = 'ok' AND m.max_age >= ?2"
			" AND m.mode IN ('testing', 'enforce')");
	bool ok;

	sqlite3_bind_int64(row, 1, replay->facts.sweep);
	sqlite3_bind_int64(row, 2, ELIGIBILITY_MAX_AGE);
	while (sqlite3_step(row) == SQLITE_ROW) {
		const char *domain = sql_text(row, 1);
		size_t before = replay->track->count;
		struct tracked *tracked;

		if (policy_fold_domain(domain, name) != NULL || strcmp(domain, name) != 0)
			continue;
		tracked = track_add(replay->track, domain);
		tracked->number = sqlite3_column_int64(row, 0);
		tracked->met = replay->facts.sweep;
		replay->sorted = replay->sorted && replay->track->count == before;
	}
	ok = sqlite3_reset(row) == SQLITE_OK;
	sqlite3_finalize(row);
	return ok;
}

/* Can the sweep make a difference? */
static bool
matters(const struct replay *replay, const struct tracked *tracked)
{
	const struct policy_known *known = &tracked->known;

	if (tracked->met == replay->facts.sweep || known->asked.mode != POLICY_NONE)
		return true;
	return known->state != STATE_NEW && known->state != STATE_FAILED;
}

static bool
tell_all(struct replay *replay)
{
	struct track *track = replay->track;

	if (!meet_policies(replay))
		return false;
	if (!replay->sorted)
		track_sort(track, by_number);
	replay->sorted = true;
	for (size_t i = 0; i < track->count; i++)
		if (matters(replay, track->domains[i]) &&
		    !tell_domain(replay, track->domains[i]))
			return false;
	return true;
}

static bool
count_vantages(struct replay *replay)
{
	sqlite3_stmt *s = sql_prepare(
	    replay->track->db, "SELECT count(DISTINCT coalesce(vantage, '')) FROM sweep"
			       " WHERE state = 'complete' AND started BETWEEN ?1 AND ?2");
	int64_t vantages;

	sqlite3_bind_int64(s, 1, replay->facts.started - POLICY_WINDOW);
	sqlite3_bind_int64(s, 2, replay->facts.started);
	vantages = sql_find(s);
	sqlite3_finalize(s);
	replay->facts.vantages = (unsigned)vantages;
	return vantages > 0;
}

static bool
take_sweep(struct replay *replay, sqlite3_stmt *row, sqlite3_stmt *done)
{
	char *vantage = mem_strdup(sql_text(row, 3));
	bool ok;

	replay->facts = (struct policy_facts){
		.sweep = sqlite3_column_int64(row, 0),
		.started = sqlite3_column_int64(row, 1),
		.finished = sqlite3_column_int64(row, 2),
		.vantage = vantage,
	};
	sqlite3_bind_int64(done, 1, replay->facts.sweep);
	ok = count_vantages(replay) && tell_all(replay) && sql_finish(done);
	free(vantage);
	return ok;
}

static bool
number_domains(struct replay *replay)
{
	struct track *track = replay->track;

	for (size_t i = 0; i < track->count; i++) {
		struct tracked *tracked = track->domains[i];

		tracked->number = eligibility_number(replay->desk, tracked->domain);
		if (tracked->number < 0)
			return false;
	}
	return true;
}

bool
policy_replay(struct track *track, int64_t until, unsigned weeks)
{
	struct replay replay = { .track = track, .weeks = weeks };
	sqlite3_stmt *row = sql_prepare(
	    track->db, "SELECT id, started, coalesce(finished, started), coalesce(vantage, '')"
		       " FROM sweep WHERE state = 'complete' AND judged IS NOT NULL"
		       " AND coalesce(finished, started) <= ?1"
		       " AND id NOT IN (SELECT sweep FROM list_sweep) ORDER BY started, id");
	sqlite3_stmt *done =
	    sql_prepare(track->db, "INSERT OR IGNORE INTO list_sweep(sweep) VALUES(?1)");
	bool ok;

	replay.desk = eligibility_open(track->db);
	ok = number_domains(&replay);
	sqlite3_bind_int64(row, 1, until);
	while (ok && sqlite3_step(row) == SQLITE_ROW)
		ok = take_sweep(&replay, row, done);
	ok = sqlite3_reset(row) == SQLITE_OK && ok;
	sqlite3_finalize(row);
	sqlite3_finalize(done);
	eligibility_close(replay.desk);
	return ok;
}
