/* SPDX-License-Identifier: Apache-2.0 */
/* `mxsweep policy audit`: which entries of a list would stop mail today? */
#include <stdio.h>
#include <time.h>

#include "output/policy/policy_audit.h"
#include "output/policy/policy_command.h"
#include "output/policy/policy_parts.h"
#include "output/policy/policy_sweeps.h"
#include "output/sql.h"
#include "output/summary.h"
#include "scanner/log.h"

static void
print_line(const char *says, void *arg)
{
	(void)arg;
	summary_text(stdout, says);
	putchar('\n');
}

static void
print_counts(sqlite3 *db, int64_t sweep, const struct policy_audit_counts *counts)
{
	char at[POLICY_TIME_SIZE];
	int64_t finished = sql_number(
	    db, "SELECT coalesce(finished, started) FROM sweep WHERE id = ?1", sweep);

	printf("%zu entries: %zu passing, %zu failing, %zu not tested, %zu not swept; "
	       "sweep %lld of %s\n",
	       counts->entries, counts->passing, counts->failing, counts->not_tested,
	       counts->not_swept, (long long)sweep, policy_time_text(finished, at));
}

int
policy_audit_command(const struct options *options)
{
	int64_t at = options->at != 0 ? options->at : (int64_t)time(NULL), sweep;
	struct policy_audit_counts counts;
	struct policy_list *list;
	struct database database;
	size_t faults;

	if (options->db == NULL)
		die("policy audit: name the database of the sweeps (--db SWEEP.db)");
	list = policy_list_open(options->words[1], at, &faults);
	sweep = policy_sweeps_open(&database, options);
	if (!policy_audit(database.db, sweep, list, print_line, NULL, &counts))
		die("%s: %s", options->db, sqlite3_errmsg(database.db));
	print_counts(database.db, sweep, &counts);
	database_close(&database);
	policy_list_free(list);
	flush_stdout();
	return counts.failing > 0 || faults > 0;
}
