/* SPDX-License-Identifier: Apache-2.0 */
/* A domain's eligibility through the sweeps of a database. */
#include "output/policy/eligibility_parts.h"
#include "output/sql.h"

bool
eligibility_sweep(struct eligibility_desk *desk, int64_t sweep, unsigned back, int64_t *id,
		  int64_t *finished)
{
	sqlite3_stmt *s = desk->statements[ELIGIBILITY_SWEEP];
	bool found;

	sqlite3_bind_int64(s, 1, sweep);
	sqlite3_bind_int64(s, 2, back);
	found = sqlite3_step(s) == SQLITE_ROW;
	*id = found ? sqlite3_column_int64(s, 0) : 0;
	*finished = found ? sqlite3_column_int64(s, 1) : 0;
	return sqlite3_reset(s) == SQLITE_OK;
}

/* true: go on with the sweep before it. */
static bool
add_sweep(struct eligibility_history *history, int64_t sweep, int64_t finished,
	  enum eligibility_word word)
{
	if (word == NOT_ELIGIBLE) {
		history->failed = finished;
		history->failed_sweep = sweep;
		return false;
	}
	if (word == NOT_TESTED) {
		history->not_tested++;
		return true;
	}
	history->sweeps++;
	history->since = finished;
	if (history->last == 0)
		history->last = finished;
	return true;
}

bool
eligibility_since(struct eligibility_desk *desk, int64_t sweep, const char *domain,
		  const struct policy_demand *demand, struct eligibility_history *history)
{
	int64_t number = eligibility_number(desk, domain), id, finished;
	bool more = true;

	*history = (struct eligibility_history){ 0 };
	for (unsigned back = 0; more; back++) {
		struct eligibility e;

		if (!eligibility_sweep(desk, sweep, back, &id, &finished))
			return false;
		if (id == 0)
			break;
		if (!eligibility_judge_number(desk, id, number, demand, &e))
			return false;
		more = add_sweep(history, id, finished, e.word);
		eligibility_clear(&e);
	}
	return number >= 0;
}
