/* SPDX-License-Identifier: Apache-2.0 */
#include "output/store.h"

#include <stdlib.h>

#include "output/assess/assess.h"
#include "output/database.h"
#include "output/policy/policy_audit.h"
#include "output/rows.h"
#include "output/schema.h"
#include "output/sql.h"
#include "output/summary.h"
#include "scanner/log.h"
#include "scanner/mem.h"

struct store {
	struct database database;
	char *path, *root_cas;
	char *options; /* that the sweep began with, where it goes on */
	int64_t sweep; /* 0: none has begun */
	struct rows *rows;
	struct policy_list *list; /* to compare domains with; NULL: none */
	char error[512];
};

static const char *const states[] = {
	[SWEEP_RUNNING] = "running",
	[SWEEP_INTERRUPTED] = "interrupted",
	[SWEEP_COMPLETE] = "complete",
};

sqlite3 *
store_database(void *self)
{
	return ((struct store *)self)->database.db;
}

int64_t
store_sweep(void *self)
{
	return ((struct store *)self)->sweep;
}

static void *
open_store(const char *path)
{
	struct store *store = mem_alloc(sizeof *store);

	database_open(&store->database, path, true);
	store->path = mem_strdup(path);
	return store;
}

/* Ends the batch without keeping it; SQLite may have done so by itself. */
static bool
fail(struct store *store)
{
	sqlite3 *db = store->database.db;

	rows_forget(store->rows);
	snprintf(store->error, sizeof store->error, "%s: %s", store->path, sqlite3_errmsg(db));
	if (!sqlite3_get_autocommit(db))
		sql_run(db, "ROLLBACK");
	return false;
}

static void
die_of_database(const struct store *store)
{
	die("%s: %s", store->path, sqlite3_errmsg(store->database.db));
}

/* A list given in the command line has no path. */
static const char *
input_name(const struct sweep_info *info)
{
	return info->input != NULL ? info->input : "";
}

/* The last sweep, if it is of the same list and did not end; 0 if not. */
static int64_t
find_unfinished(struct store *store, const struct sweep_info *info)
{
	sqlite3_stmt *s =
	    sql_prepare(store->database.db,
			"SELECT id FROM sweep WHERE id = (SELECT max(id) FROM sweep) AND"
			" state <> 'complete' AND input = ?1 AND shards = ?2 AND shard = ?3");
	int64_t sweep;

	sql_bind_text(s, 1, input_name(info));
	sqlite3_bind_int64(s, 2, info->shards);
	sqlite3_bind_int64(s, 3, info->shard);
	sweep = sql_find(s);
	sqlite3_finalize(s);
	return sweep;
}

static bool
insert_sweep(sqlite3 *db, const struct sweep_info *info)
{
	sqlite3_stmt *s =
	    sql_prepare(db, "INSERT INTO sweep(input, shards, shard, seed, vantage, version,"
			    " resolver, trust_store, options, notes, started, state)"
			    " VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, 'running')");
	bool ok;

	sql_bind_text(s, 1, input_name(info));
	sqlite3_bind_int64(s, 2, info->shards);
	sqlite3_bind_int64(s, 3, info->shard);
	sqlite3_bind_int64(s, 4, (int64_t)info->seed);
	sql_bind_text(s, 5, info->vantage);
	sql_bind_text(s, 6, info->version);
	sql_bind_text(s, 7, info->resolver);
	sql_bind_text(s, 8, info->root_cas);
	sql_bind_text(s, 9, info->options);
	sql_bind_text(s, 10, info->notes);
	sqlite3_bind_int64(s, 11, info->started);
	ok = sql_finish(s);
	sqlite3_finalize(s);
	return ok;
}

/* Counts and verdicts of a sweep that goes on are known again at its end.  We
 * hold the lock, so whatever else says "running" was killed. */
static bool
set_running(sqlite3 *db, int64_t sweep)
{
	char sql[256];

	snprintf(sql, sizeof sql,
		 "UPDATE sweep SET state = 'interrupted' WHERE state = 'running';"
		 "UPDATE sweep SET state = 'running', finished = NULL, judged = NULL,"
		 " targets = NULL, domains = NULL, servers = NULL WHERE id = %lld",
		 (long long)sweep);
	return sql_run(db, sql);
}

/* Answers the sweep that has begun; 0 on failure. */
static int64_t
begin_sweep(struct store *store, const struct sweep_info *info, bool fresh, bool *continued)
{
	sqlite3 *db = store->database.db;
	int64_t sweep = fresh ? 0 : find_unfinished(store, info);

	*continued = sweep > 0;
	if (sweep < 0 || !sql_run(db, "BEGIN IMMEDIATE"))
		return 0;
	if (sweep == 0) {
		if (!insert_sweep(db, info))
			return 0;
		sweep = sqlite3_last_insert_rowid(db);
	}
	return set_running(db, sweep) && sql_run(db, "COMMIT") ? sweep : 0;
}

static void
tell_targets(struct store *store, const struct resume *resume)
{
	sqlite3_stmt *s = sql_prepare(
	    store->database.db, "SELECT n.name FROM domain d JOIN name n ON n.id = d.name"
				" WHERE d.sweep = ?1"
				" UNION ALL SELECT key FROM address_target WHERE sweep = ?1");

	sqlite3_bind_int64(s, 1, store->sweep);
	while (sqlite3_step(s) == SQLITE_ROW)
		resume->target(resume->arg, sql_text(s, 0));
	if (sqlite3_finalize(s) != SQLITE_OK)
		die_of_database(store);
}

/* The host of an address target was asked at one address only, so it does not
 * stand for the MX host of that name. */
static void
tell_hosts(struct store *store, const struct resume *resume)
{
	sqlite3_stmt *s = sql_prepare(
	    store->database.db,
	    "SELECT h.id, n.name, (SELECT count(*) = 1 AND max(v.tcp) = 'no-address'"
	    "  FROM server v WHERE v.host = h.id)"
	    " FROM host h JOIN name n ON n.id = h.name"
	    " WHERE h.sweep = ?1 AND h.of_address IS NULL");

	sqlite3_bind_int64(s, 1, store->sweep);
	while (sqlite3_step(s) == SQLITE_ROW)
		resume->host(resume->arg, sqlite3_column_int64(s, 0), sql_text(s, 1),
			     sqlite3_column_int(s, 2) != 0);
	if (sqlite3_finalize(s) != SQLITE_OK)
		die_of_database(store);
}

/* The host of an address belongs to one target; a kill between the commits of the
 * two leaves it alone, and the target is asked again. */
static bool
drop_orphans(struct store *store)
{
	char sql[640];

	snprintf(sql, sizeof sql,
		 "CREATE TEMP TABLE orphan AS SELECT id FROM host WHERE sweep = %lld"
		 " AND (of_address IS NOT NULL OR name IS NULL)"
		 " AND id NOT IN (SELECT host FROM mx_host)"
		 " AND id NOT IN (SELECT host FROM address_target WHERE sweep = %lld"
		 "  AND host IS NOT NULL);"
		 "DELETE FROM server_verdict WHERE host IN (SELECT id FROM orphan);"
		 "DELETE FROM server WHERE host IN (SELECT id FROM orphan);"
		 "DELETE FROM tlsa WHERE host IN (SELECT id FROM orphan);"
		 "DELETE FROM host WHERE id IN (SELECT id FROM orphan);"
		 "DROP TABLE orphan",
		 (long long)store->sweep, (long long)store->sweep);
	return sql_run(store->database.db, sql);
}

/* A row's parents are in its batch or one before it: that is how records are made
 * (facts.h), and the tests look (foreign_key_check).  Looking for them again at each
 * row would cost a fifth of all writing. */
static void
trust_parents(struct store *store)
{
	if (!sql_run(store->database.db, "PRAGMA foreign_keys = OFF"))
		die_of_database(store);
}

static bool
leaves_room(sqlite3 *db, const char *column, const char *table)
{
	char sql[256];

	snprintf(sql, sizeof sql,
		 "SELECT id IS NULL OR (typeof(id) = 'integer' AND id BETWEEN 0 AND %lld)"
		 " FROM (SELECT max(%s) AS id FROM %s)",
		 (long long)SCHEMA_ID_MAX - 1, column, table);
	return sql_number(db, sql, 0) == 1;
}

/* Ids go on from the largest in the file, which somebody else may have written. */
static void
check_ids(struct store *store)
{
	static const struct {
		const char *what, *column, *table;
	} ids[] = {
		{ "sweep", "id", "sweep" },
		{ "host", "id", "host" },
		{ "name", "id", "name" },
		{ "set of MX hosts", "mx_set", "mx_host" },
	};

	for (size_t i = 0; i < sizeof ids / sizeof *ids; i++) {
		if (leaves_room(store->database.db, ids[i].column, ids[i].table))
			continue;
		database_close(&store->database);
		die("%s: has a %s with an id that no sweep gave", store->path, ids[i].what);
	}
}

static void
read_begun(struct store *store, struct begun *begun)
{
	sqlite3_stmt *s =
	    sql_prepare(store->database.db, "SELECT seed, options FROM sweep WHERE id = ?1");

	sqlite3_bind_int64(s, 1, begun->sweep);
	if (sqlite3_step(s) == SQLITE_ROW) {
		begun->seed = (uint64_t)sqlite3_column_int64(s, 0);
		begun->options = store->options = mem_strdup(sql_text(s, 1));
	}
	sqlite3_finalize(s);
}

static struct begun
begin_store(void *self, const struct sweep_info *info, bool fresh, const struct resume *resume)
{
	struct store *store = self;
	sqlite3 *db = store->database.db;
	struct begun begun = { .seed = info->seed };
	size_t faults;

	check_ids(store);
	if (info->policy_list != NULL)
		store->list = policy_list_open(info->policy_list, info->started, &faults);
	begun.sweep = store->sweep = begin_sweep(store, info, fresh, &begun.continued);
	if (begun.sweep == 0)
		die_of_database(store);
	if (begun.continued) {
		read_begun(store, &begun);
		if (!drop_orphans(store))
			die_of_database(store);
		tell_targets(store, resume);
		tell_hosts(store, resume);
	}
	trust_parents(store);
	begun.next_host = sql_number(db, "SELECT coalesce(max(id), 0) + 1 FROM host", 0);
	store->root_cas = mem_strdup(info->root_cas);
	store->rows = rows_new(db, begun.sweep);
	return begun;
}

static bool
put_record(void *self, const struct record *record)
{
	struct store *store = self;
	sqlite3 *db = store->database.db;

	if (sqlite3_get_autocommit(db) && !sql_run(db, "BEGIN IMMEDIATE"))
		return fail(store);
	return rows_put(store->rows, record) || fail(store);
}

static bool
commit(void *self)
{
	struct store *store = self;
	sqlite3 *db = store->database.db;

	if (sqlite3_get_autocommit(db))
		return true;
	return (rows_flush(store->rows) && sql_run(db, "COMMIT")) || fail(store);
}

static const char *
last_error(void *self)
{
	return ((struct store *)self)->error;
}

/* Sets of hosts are fewer than domains, and domain_mx_set is there. */
static bool
close_books(struct store *store, const struct sweep_end *end)
{
	char sql[1024];

	snprintf(sql, sizeof sql,
		 "UPDATE sweep SET state = '%s', finished = %lld, domains = all_of.domains,"
		 " targets = all_of.domains +"
		 "  (SELECT count(*) FROM address_target WHERE sweep = sweep.id),"
		 " servers = (SELECT coalesce(sum("
		 "   (SELECT count(*) FROM domain d WHERE d.mx_set = e.mx_set) *"
		 "   (SELECT count(*) FROM server v WHERE v.host = h.id)), 0)"
		 "  FROM host h JOIN mx_host e ON e.host = h.id WHERE h.sweep = sweep.id) +"
		 "  (SELECT count(*) FROM address_target a JOIN server v ON v.host = a.host"
		 "   WHERE a.sweep = sweep.id)"
		 " FROM (SELECT count(*) AS domains FROM domain WHERE sweep = %lld) all_of"
		 " WHERE id = %lld",
		 states[end->state], (long long)end->finished, (long long)store->sweep,
		 (long long)store->sweep);
	return sql_run(store->database.db, sql);
}

static bool
judge_sweep(struct store *store, int64_t at, char why[256])
{
	sqlite3 *db = store->database.db;
	struct policy_audit_counts counts;

	if (!assess_sweep(db, store->sweep, &judge, store->root_cas, at, why))
		return false;
	if (store->list == NULL ||
	    policy_audit(db, store->sweep, store->list, NULL, NULL, &counts))
		return true;
	snprintf(why, 256, "%s: %s", store->path, sqlite3_errmsg(db));
	return false;
}

/* The books are closed even if there is nothing to judge with; but then the sweep
 * is not complete, so that the same command goes on with it and judges. */
static bool
finish_store(void *self, const struct sweep_end *end)
{
	struct store *store = self;
	sqlite3 *db = store->database.db;
	struct sweep_end books = *end;
	char why[256];
	bool judged;

	if (!commit(self))
		return false;
	judged = judge_sweep(store, end->finished, why);
	if (!judged)
		books.state = SWEEP_INTERRUPTED;
	if (!schema_index(db) || !close_books(store, &books))
		return fail(store);
	/* Readers may keep it from ending; the next commit goes on with it. */
	sqlite3_wal_checkpoint_v2(db, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
	if (!judged)
		snprintf(store->error, sizeof store->error, "%s", why);
	return judged;
}

static void
summarize(void *self, FILE *out)
{
	struct store *store = self;

	summary_print(store->database.db, store->sweep, store->path, out);
}

static void
close_store(void *self)
{
	struct store *store = self;

	rows_free(store->rows);
	policy_list_free(store->list);
	database_close(&store->database);
	free(store->path);
	free(store->root_cas);
	free(store->options);
	free(store);
}

const struct output output_sqlite = {
	.name = "sqlite",
	.help = "a database of many sweeps, with verdicts",
	.open = open_store,
	.begin = begin_store,
	.put = put_record,
	.commit = commit,
	.error = last_error,
	.finish = finish_store,
	.summary = summarize,
	.close = close_store,
};
