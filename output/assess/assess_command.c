/* SPDX-License-Identifier: Apache-2.0 */
/* `mxsweep assess`: verdicts again over a stored sweep. */
#include <stdio.h>

#include "output/assess/assess.h"
#include "output/database.h"
#include "output/policy/policy_audit.h"
#include "output/sql.h"
#include "output/summary.h"
#include "scanner/log.h"

/* With no list the sweep's domains are compared with none. */
static bool
compare(sqlite3 *db, int64_t sweep, const struct policy_list *list, char error[256])
{
	struct policy_audit_counts counts;

	if (list == NULL || policy_audit(db, sweep, list, NULL, NULL, &counts))
		return true;
	snprintf(error, 256, "%s", sqlite3_errmsg(db));
	return false;
}

int
assess_command(const struct options *options)
{
	struct database database;
	const char *path = options->word_count == 1 ? options->words[0] : NULL;
	struct policy_list *list = NULL;
	char error[256];
	int64_t sweep, at;
	size_t faults;

	if (path == NULL)
		die("assess: name one database (mxsweep assess SWEEP.db)");
	database_open(&database, path, false);
	/* We hold the lock: a sweep that says it runs was killed. */
	if (!sql_run(database.db, "UPDATE sweep SET state = 'interrupted'"
				  " WHERE state = 'running'"))
		die("%s: %s", path, sqlite3_errmsg(database.db));
	sweep = database_sweep(&database, path, options->sweep);
	at = options->at != 0
		 ? options->at
		 : sql_number(database.db,
			      "SELECT coalesce(finished, started) FROM sweep WHERE id = ?1",
			      sweep);
	if (options->policy_list != NULL)
		list = policy_list_open(options->policy_list, at, &faults);
	if (!assess_sweep(database.db, sweep, &judge, options->root_cas, at, error) ||
	    !compare(database.db, sweep, list, error)) {
		database_close(&database);
		die("%s: %s", path, error);
	}
	summary_print(database.db, sweep, path, stdout);
	database_close(&database);
	flush_stdout();
	policy_list_free(list);
	return 0;
}
