/* SPDX-License-Identifier: Apache-2.0 */
#include "output/merge/merge.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "output/merge/merge_parts.h"
#include "output/report/aggregate_read.h"
#include "output/schema.h"
#include "output/sql.h"
#include "scanner/mem.h"

#define LOOK_EVERY 100000 /* of SQLite's steps, for an interrupt */

struct merging {
	const char *out;
	char *folder, *file; /* where it is made */
	sqlite3 *db;
	struct merge_input *inputs;
	size_t count;
	struct merge_plan plan;
	struct merge_ids ids;
	const volatile sig_atomic_t *stop;
	char *error; /* [MERGE_ERROR] */
};

static bool
fail(struct merging *m, const char *path, const char *what)
{
	snprintf(m->error, MERGE_ERROR, "%s: %s", path, what);
	return false;
}

static int
is_stopped(void *arg)
{
	return *((struct merging *)arg)->stop != 0;
}

/* A folder beside it, so that it can be put in place by a rename. */
static bool
make_folder(struct merging *m)
{
	if (access(m->out, F_OK) == 0)
		return fail(m, m->out, "is there already; merge makes a new database");
	m->folder = mem_printf("%s.merge-XXXXXX", m->out);
	if (mkdtemp(m->folder) == NULL) {
		free(m->folder);
		m->folder = NULL;
		return fail(m, m->out, strerror(errno));
	}
	m->file = mem_printf("%s/merged.db", m->folder);
	return true;
}

/* Nothing of it is worth a journal: it is there when it is done. */
static bool
make_database(struct merging *m)
{
	if (sqlite3_open_v2(m->file, &m->db,
			    SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_URI,
			    NULL) != SQLITE_OK ||
	    !sql_run(m->db, "PRAGMA cache_size = -131072; PRAGMA synchronous = OFF;"
			    "PRAGMA journal_mode = OFF; PRAGMA locking_mode = EXCLUSIVE;"
			    "PRAGMA trusted_schema = OFF") ||
	    !schema_prepare(m->db) || !merge_ids_prepare(&m->ids, m->db))
		return fail(m, m->out, sqlite3_errmsg(m->db));
	sqlite3_progress_handler(m->db, LOOK_EVERY, is_stopped, m);
	return true;
}

static bool
open_inputs(struct merging *m, char *const *paths)
{
	for (size_t i = 0; i < m->count; i++)
		if (!merge_input_open(&m->inputs[i], paths[i], m->folder, i, m->error))
			return false;
	return merge_plan_make(&m->plan, m->inputs, m->count, m->error);
}

static bool
attach(struct merging *m, const struct merge_input *input)
{
	sqlite3_stmt *s;
	bool ok = sqlite3_prepare_v2(m->db, "ATTACH ?1 AS source", -1, &s, NULL) == SQLITE_OK;

	sql_bind_text(s, 1, input->uri);
	ok = ok && sql_finish(s);
	sqlite3_finalize(s);
	return ok;
}

/* Refuses the input when the question finds something. */
static bool
find_none(struct merging *m, const struct merge_input *input, const char *question,
	  const char *what)
{
	int64_t found = sql_number(m->db, question, 0);

	if (found < 0)
		return fail(m, input->path, sqlite3_errmsg(m->db));
	return found == 0 || fail(m, input->path, what);
}

/* Its tables must be those that we would make: nothing else stands behind their names. */
static bool
check_tables(struct merging *m, const struct merge_input *input)
{
	return find_none(m, input,
			 "SELECT count(*) FROM main.sqlite_schema o LEFT JOIN"
			 " source.sqlite_schema s ON s.name = o.name AND s.type = 'table'"
			 " WHERE o.type = 'table' AND o.name NOT GLOB 'sqlite_*'"
			 "  AND s.sql IS NOT o.sql",
			 "its tables are not those of mxsweep");
}

/* No key guards what domains say of sets of MX hosts; once ids are new, one that is none
 * may be another's. */
static bool
check_sets(struct merging *m, const struct merge_input *input)
{
	return find_none(
	    m, input,
	    "SELECT EXISTS(SELECT 1 FROM source.domain d WHERE d.mx_set NOT NULL"
	    " AND NOT EXISTS (SELECT 1 FROM source.mx_host e"
	    "  WHERE e.mx_set = d.mx_set))",
	    "damaged: a row of its table domain points to a row that is not there");
}

/* Why the database failed: an id that is none is told with its table. */
static bool
fail_rows(struct merging *m, const struct merge_input *input)
{
	char text[256];

	if (m->ids.problem != NULL)
		snprintf(text, sizeof text, "damaged: a row of its table %s %s", m->ids.table,
			 m->ids.problem);
	else if (sqlite3_extended_errcode(m->db) == SQLITE_CONSTRAINT_PRIMARYKEY &&
		 strcmp(m->ids.table, "domain") == 0)
		snprintf(text, sizeof text,
			 "has a domain twice, or one that another shard of its sweep has too");
	else
		snprintf(text, sizeof text, "%s (table %s)", sqlite3_errmsg(m->db),
			 m->ids.table);
	return fail(m, input->path, text);
}

static bool
copy_input(struct merging *m, size_t number)
{
	const struct merge_input *input = &m->inputs[number];
	bool ok;

	m->ids.table = "";
	m->ids.problem = NULL;
	m->ids.hosts = sql_number(m->db, "SELECT coalesce(max(id), 0) FROM main.host", 0);
	m->ids.mx_sets =
	    sql_number(m->db, "SELECT coalesce(max(mx_set), 0) FROM main.mx_host", 0);
	if (!attach(m, input))
		return fail(m, input->path, sqlite3_errmsg(m->db));
	if (!check_tables(m, input))
		return false;
	if (!check_sets(m, input))
		return false;
	ok = sql_run(m->db, "BEGIN") && merge_sweeps(m->db, &m->ids, &m->plan, number) &&
	     merge_interned(m->db, &m->ids) && merge_rows(m->db, &m->ids) &&
	     sql_run(m->db, "COMMIT");
	merge_ids_clear(&m->ids);
	return ok ? sql_run(m->db, "DETACH source") || fail_rows(m, input)
		  : fail_rows(m, input);
}

static bool
take_aggregate(struct merging *m, const struct merge_input *input)
{
	struct aggregate *aggregate = aggregate_read(input->path, m->error);
	bool ok;

	if (aggregate == NULL)
		return false;
	ok = sql_run(m->db, "BEGIN") && aggregate_store(m->db, aggregate) &&
	     sql_run(m->db, "COMMIT");
	aggregate_free(aggregate);
	return ok || fail(m, input->path, sqlite3_errmsg(m->db));
}

static bool
copy_inputs(struct merging *m)
{
	for (size_t i = 0; i < m->count; i++) {
		const struct merge_input *input = &m->inputs[i];

		if (input->uri == NULL ? !take_aggregate(m, input) : !copy_input(m, i))
			return false;
	}
	return true;
}

/* What ids point to was looked at only where they were translated. */
static bool
check_keys(struct merging *m)
{
	static const char dangling[] =
	    "SELECT \"table\" FROM pragma_foreign_key_check UNION ALL SELECT 'domain'"
	    " FROM domain d WHERE d.mx_set IS NOT NULL"
	    "  AND NOT EXISTS (SELECT 1 FROM mx_host e WHERE e.mx_set = d.mx_set)";
	sqlite3_stmt *s = NULL;
	char text[128];
	int step = SQLITE_ERROR;

	if (sqlite3_prepare_v2(m->db, dangling, -1, &s, NULL) == SQLITE_OK)
		step = sqlite3_step(s);
	if (step == SQLITE_ROW)
		snprintf(text, sizeof text,
			 "an input is damaged: a row of its table %s points to a row that is"
			 " not there",
			 sql_text(s, 0));
	else
		snprintf(text, sizeof text, "%s", sqlite3_errmsg(m->db));
	sqlite3_finalize(s);
	return step == SQLITE_DONE || fail(m, m->out, text);
}

static bool
complete(struct merging *m, struct merge_counts *counts)
{
	bool ok = sql_run(m->db, "BEGIN") && merge_wholes(m->db, &m->plan, counts) &&
		  sql_run(m->db, "COMMIT") && schema_index(m->db) &&
		  sql_run(m->db, "PRAGMA journal_mode = WAL");
	bool whole = ok && check_keys(m);

	counts->aggregates =
	    (size_t)sql_number(m->db, "SELECT count(*) FROM main.aggregate", 0);
	if (!ok)
		fail(m, m->out, sqlite3_errmsg(m->db));
	if (sqlite3_close(m->db) != SQLITE_OK)
		return fail(m, m->out, "SQLite does not let go of it");
	m->db = NULL;
	return whole;
}

static bool
sync_path(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	bool ok = fd >= 0 && fsync(fd) == 0;

	if (fd >= 0)
		close(fd);
	return ok;
}

/* Whoever made a file of that name meanwhile keeps it. */
static bool
put_in_place(struct merging *m)
{
	char *copy = mem_strdup(m->out);
	bool ok =
	    sync_path(m->file) &&
	    (renameat2(AT_FDCWD, m->file, AT_FDCWD, m->out, RENAME_NOREPLACE) == 0 ||
	     (errno == EINVAL && access(m->out, F_OK) != 0 && rename(m->file, m->out) == 0)) &&
	    sync_path(dirname(copy));

	free(copy);
	return ok || fail(m, m->out, strerror(errno));
}

static void
clean_up(struct merging *m)
{
	static const char *const ends[] = { "", "-wal", "-shm", "-journal" };

	if (m->db != NULL)
		sqlite3_close(m->db);
	for (size_t i = 0; i < m->count; i++)
		merge_input_close(&m->inputs[i]);
	for (size_t i = 0; i < sizeof ends / sizeof *ends && m->folder != NULL; i++) {
		char *path = mem_printf("%s%s", m->file, ends[i]);

		unlink(path);
		free(path);
	}
	if (m->folder != NULL)
		rmdir(m->folder);
	merge_plan_clear(&m->plan);
	merge_ids_clear(&m->ids);
	free(m->folder);
	free(m->file);
	free(m->inputs);
}

bool
merge_files(const char *out, char *const *inputs, size_t count,
	    const volatile sig_atomic_t *stop, struct merge_counts *counts,
	    char error[MERGE_ERROR])
{
	struct merging m = { .out = out, .count = count, .stop = stop, .error = error };
	bool ok;

	*counts = (struct merge_counts){ 0 };
	m.inputs = mem_alloc((count + 1) * sizeof *m.inputs);
	for (size_t i = 0; i < count; i++)
		m.inputs[i].lock = -1;
	ok = make_folder(&m) && open_inputs(&m, inputs) && make_database(&m) &&
	     copy_inputs(&m) && complete(&m, counts) && put_in_place(&m);
	clean_up(&m);
	if (!ok && *stop != 0)
		error[0] = '\0';
	return ok;
}
