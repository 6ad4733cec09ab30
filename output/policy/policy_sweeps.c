/* SPDX-License-Identifier: Apache-2.0 */
#include "output/policy/policy_sweeps.h"

#include "output/sql.h"
#include "scanner/log.h"

int64_t
policy_sweeps_open(struct database *database, const struct options *options)
{
	const char *path = options->db;
	sqlite3 *db;
	int64_t sweep;

	database_open(database, path, false);
	db = database->db;
	if (options->sweep != 0)
		sweep = sql_number(db, "SELECT id FROM sweep WHERE id = ?1", options->sweep);
	else
		sweep = sql_number(db,
				   "SELECT id FROM sweep WHERE state = 'complete'"
				   " ORDER BY started DESC, id DESC LIMIT 1",
				   0);
	if (sweep < 0)
		die("%s: %s", path, sqlite3_errmsg(db));
	if (sweep == 0 && options->sweep != 0)
		die("%s: there is no sweep %lld", path, (long long)options->sweep);
	if (sweep == 0)
		die("%s: there is no complete sweep in it", path);
	if (sql_number(db, "SELECT judged IS NULL FROM sweep WHERE id = ?1", sweep) != 0)
		die("%s: sweep %lld has not been assessed (mxsweep assess)", path,
		    (long long)sweep);
	return sweep;
}
