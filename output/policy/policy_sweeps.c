/* SPDX-License-Identifier: Apache-2.0 */
#include "output/policy/policy_sweeps.h"

#include "output/sql.h"
#include "scanner/log.h"

static int64_t
last_complete(struct database *database, const char *path)
{
	int64_t sweep = sql_number(database->db,
				   "SELECT id FROM sweep WHERE state = 'complete'"
				   " ORDER BY started DESC, id DESC LIMIT 1",
				   0);

	if (sweep < 0)
		die("%s: %s", path, sqlite3_errmsg(database->db));
	if (sweep == 0)
		die("%s: there is no complete sweep in it", path);
	return sweep;
}

int64_t
policy_sweeps_open(struct database *database, const struct options *options)
{
	const char *path = options->db;
	int64_t sweep;

	database_open(database, path, false);
	sweep = options->sweep != 0 ? database_sweep(database, path, options->sweep)
				    : last_complete(database, path);
	if (sql_number(database->db, "SELECT judged IS NULL FROM sweep WHERE id = ?1", sweep) !=
	    0)
		die("%s: sweep %lld has not been assessed (mxsweep assess)", path,
		    (long long)sweep);
	return sweep;
}
