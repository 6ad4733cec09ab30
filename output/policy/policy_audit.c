/* SPDX-License-Identifier: Apache-2.0 */
#include "output/policy/policy_audit.h"

#include <stdlib.h>

#include "output/policy/policy_audit_parts.h"
#include "output/report/tally.h"
#include "output/sql.h"
#include "scanner/mem.h"

/* What became of an entry.  LISTED and FAILING are those that the sweep's rows tell. */
enum finding { NOT_SWEPT, LISTED, FAILING };

struct finding_of {
	int64_t number; /* of the domain's name; 0: the database does not know it */
	size_t entry;
	enum finding finding;
};

static int
by_number(const void *a, const void *b)
{
	int64_t x = ((const struct finding_of *)a)->number;
	int64_t y = ((const struct finding_of *)b)->number;

	return (x > y) - (x < y);
}

static int
by_entry(const void *a, const void *b)
{
	size_t x = ((const struct finding_of *)a)->entry;
	size_t y = ((const struct finding_of *)b)->entry;

	return (x > y) - (x < y);
}

static enum finding
count(struct policy_audit_counts *counts, const struct eligibility *e, enum policy_mode mode)
{
	counts->entries++;
	if (e->reason == REASON_NOT_SWEPT) {
		counts->not_swept++;
		return NOT_SWEPT;
	}
	if (e->word == NOT_ELIGIBLE && mode != POLICY_NONE) {
		counts->failing++;
		return FAILING;
	}
	if (e->word == NOT_TESTED)
		counts->not_tested++;
	else
		counts->passing++;
	return LISTED;
}

/* In the order of the numbers, which is that of the rows: the database is read once from
 * its beginning to its end, however long the list is. */
static bool
judge_entries(struct eligibility_desk *desk, int64_t sweep, const struct policy_list *list,
	      struct finding_of *found, struct policy_audit_counts *counts)
{
	for (size_t i = 0; i < list->entry_count; i++) {
		int64_t number = eligibility_number(desk, list->entries[i].domain);

		if (number < 0)
			return false;
		found[i] = (struct finding_of){ number, i, NOT_SWEPT };
	}
	if (list->entry_count > 0)
		qsort(found, list->entry_count, sizeof *found, by_number);
	for (size_t i = 0; i < list->entry_count; i++) {
		const struct policy_demand *demand =
		    policy_demand_of(&list->entries[found[i].entry]);
		struct eligibility e;

		if (!eligibility_judge_number(desk, sweep, found[i].number, demand, &e))
			return false;
		found[i].finding = count(counts, &e, demand->mode);
		eligibility_clear(&e);
	}
	return true;
}

static bool
mark_absent(sqlite3 *db, int64_t sweep)
{
	sqlite3_stmt *s = sql_prepare(db, "UPDATE domain_verdict SET policy_list = 'absent'"
					  " WHERE sweep = ?1 AND policy_list IS NOT 'absent'");
	bool ok;

	sqlite3_bind_int64(s, 1, sweep);
	ok = sql_finish(s);
	sqlite3_finalize(s);
	return ok;
}

/* A domain that was left out has a row too, and stands on the list. */
static bool
mark_found(sqlite3 *db, int64_t sweep, const struct finding_of *found, size_t many)
{
	sqlite3_stmt *s = sql_prepare(db, "UPDATE domain_verdict SET policy_list = ?3"
					  " WHERE sweep = ?1 AND name = ?2");
	bool ok = true;

	sqlite3_bind_int64(s, 1, sweep);
	for (size_t i = 0; ok && i < many; i++) {
		sqlite3_bind_int64(s, 2, found[i].number);
		sql_bind_text(s, 3, found[i].finding == FAILING ? "failing" : "listed");
		ok = sql_finish(s);
	}
	sqlite3_finalize(s);
	return ok;
}

static bool
judge_all(sqlite3 *db, struct eligibility_desk *desk, int64_t sweep,
	  const struct policy_list *list, struct finding_of *found,
	  struct policy_audit_counts *counts)
{
	bool ok = sql_run(db, "BEGIN IMMEDIATE") &&
		  judge_entries(desk, sweep, list, found, counts) && mark_absent(db, sweep) &&
		  mark_found(db, sweep, found, list->entry_count) &&
		  tally_again(db, sweep, "policy_list") && sql_run(db, "COMMIT");

	if (!sqlite3_get_autocommit(db))
		sql_run(db, "ROLLBACK");
	return ok;
}

static bool
tell(struct eligibility_desk *desk, int64_t sweep, const struct policy_list *list,
     struct finding_of *found, policy_audit_line *line, void *arg)
{
	if (list->entry_count > 0)
		qsort(found, list->entry_count, sizeof *found, by_entry);
	for (size_t i = 0; i < list->entry_count; i++) {
		char *says;

		if (found[i].finding != FAILING)
			continue;
		says = policy_audit_failure(desk, sweep, &list->entries[i]);
		if (says == NULL)
			return false;
		line(says, arg);
		free(says);
	}
	return true;
}

bool
policy_audit(sqlite3 *db, int64_t sweep, const struct policy_list *list,
	     policy_audit_line *line, void *arg, struct policy_audit_counts *counts)
{
	struct eligibility_desk *desk = eligibility_open(db);
	struct finding_of *found = mem_alloc((list->entry_count + 1) * sizeof *found);
	bool ok;

	*counts = (struct policy_audit_counts){ 0 };
	ok = judge_all(db, desk, sweep, list, found, counts);
	if (ok && line != NULL)
		ok = tell(desk, sweep, list, found, line, arg);
	free(found);
	eligibility_close(desk);
	return ok;
}
