/* SPDX-License-Identifier: Apache-2.0 */
/* Databases united: shards, vantage points, and what must be refused. */
#include <fcntl.h>
#include <sys/stat.h>

#include "output/merge/merge_parts.h"
#include "output/schema.h"
#include "output/store.h"
#include "tests/unit/ask.h"
#include "tests/unit/sample.h"
#include "tests/unit/test.h"
#include "tests/unit/version_1.h"

static const struct output *const out = &output_sqlite;
static volatile sig_atomic_t stop;
static struct merge_counts counts;
static char *folder, error[512], merged[256];
static sqlite3 *db;

static char *
file(const char *name)
{
	static char paths[8][256];
	static int at;

	at = (at + 1) % 8;
	snprintf(paths[at], sizeof paths[at], "%s/%s", folder, name);
	return paths[at];
}

/* A sweep of one domain at a host that others have too. */
static void
make(const char *name, struct sweep_info info, const char *domain)
{
	void *store = out->open(file(name));
	struct record *target = sample_domain(domain, 1, 10);
	struct record *host =
	    sample_host(1, "mx.shared.example", sample_server("192.0.2.1", "leaf"));

	sample_add_tlsa(host);
	target->target.sts = sample_sts("version: STSv1\n");
	CHECK(out->begin(store, &info, true, &sample_no_resume).sweep > 0);
	CHECK(sample_put(out, store, host) && sample_put(out, store, target));
	CHECK(out->commit(store));
	CHECK(sql_run(store_database(store),
		      "UPDATE sweep SET state = 'complete', finished = started + 60,"
		      " judged = started + 60, targets = 1, domains = 1, servers = 1"
		      " WHERE id = (SELECT max(id) FROM sweep)"));
	out->close(store);
}

static struct sweep_info
shard(unsigned number, int64_t started)
{
	struct sweep_info info = sample_info("list");

	info.shards = 3;
	info.shard = number;
	info.started = started;
	return info;
}

static bool
merge(char *const *paths, size_t count)
{
	static int number;
	bool ok;

	error[0] = '\0';
	sqlite3_close(db);
	db = NULL;
	snprintf(merged, sizeof merged, "%s/out%d.db", folder, ++number);
	ok = merge_files(merged, paths, count, &stop, &counts, error);
	CHECK(ok == (error[0] == '\0'));
	CHECK(ok == (access(merged, F_OK) == 0));
	if (ok && sqlite3_open(merged, &db) == SQLITE_OK) {
		CHECK_TEXT(ask(db, "PRAGMA integrity_check"), "ok");
		CHECK_TEXT(ask(db, "SELECT count(*) FROM pragma_foreign_key_check"), "0");
	}
	return ok;
}

static void
refused(char *path, const char *words)
{
	CHECK(!merge(&path, 1));
	if (strstr(error, words) == NULL || strstr(error, path) == NULL)
		CHECK_TEXT(error, words);
}

static void
shards_become_one(void)
{
	make("s0.db", shard(0, 1790000000), "a.example");
	make("s1.db", shard(1, 1790000010), "b.example");
	make("s2.db", shard(2, 1790000005), "c.example");
	CHECK(merge((char *[]){ file("s1.db"), file("s0.db"), file("s2.db") }, 3));
	CHECK(counts.sweeps == 1 && counts.united == 1 && counts.incomplete == 0);
	CHECK_TEXT(ask(db, "SELECT json_array(started, finished, state, targets, domains,"
			   " servers, shards, shard, judged, version) FROM sweeps"),
		   "[\"2026-09-21T14:13:20Z\",\"2026-09-21T14:14:30Z\",\"complete\",3,3,3,1,0,"
		   "\"2026-09-21T14:14:30Z\",\"0.1.0\"]");
	CHECK_TEXT(ask(db, "SELECT group_concat(domain || mx || address || tls_version) FROM"
			   " (SELECT * FROM servers ORDER BY domain)"),
		   "a.examplemx.shared.example192.0.2.1TLSv1.3,"
		   "b.examplemx.shared.example192.0.2.1TLSv1.3,"
		   "c.examplemx.shared.example192.0.2.1TLSv1.3");
	CHECK_TEXT(ask(db, "SELECT count(*) FROM host"), "3");
	CHECK_TEXT(ask(db, "SELECT count(*) FROM chain"), "1");
	CHECK_TEXT(ask(db, "SELECT count(*) FROM certificate"), "2");
	CHECK_TEXT(ask(db, "SELECT count(*) FROM policy"), "1");
	CHECK_TEXT(ask(db, "SELECT count(mta_sts_policy_text) FROM domains"), "3");
	CHECK_TEXT(ask(db, "SELECT count(*) FROM tlsa_records"), "6");
	CHECK_TEXT(ask(db, "SELECT n FROM tally WHERE topic = 'dns' AND a = 'ok'"), "3");
}

static void
a_shard_that_is_missing_is_told(void)
{
	CHECK(merge((char *[]){ file("s0.db"), file("s2.db") }, 2));
	CHECK(counts.united == 1 && counts.incomplete == 1);
	CHECK_TEXT(ask(db, "SELECT state || shards || shard || domains FROM sweeps"),
		   "interrupted3-12");
}

/* A week later the same shards are another sweep, and a shard of it alone too. */
static void
next_week_is_another_sweep(void)
{
	make("t0.db", shard(0, 1790604800), "a.example");
	make("t1.db", shard(1, 1790604805), "b.example");
	CHECK(
	    merge((char *[]){ file("t1.db"), file("s0.db"), file("t0.db"), file("s2.db") }, 4));
	CHECK(counts.sweeps == 2 && counts.united == 2);
	CHECK_TEXT(ask(db, "SELECT group_concat(sweep || domain) FROM (SELECT * FROM domains"
			   " ORDER BY sweep, domain)"),
		   "1a.example,1c.example,2a.example,2b.example");
	CHECK(merge((char *[]){ file("s0.db"), file("t1.db") }, 2) && counts.united == 0);
}

static void
vantage_points_stand_beside_each_other(void)
{
	struct sweep_info there = sample_info("list");

	there.vantage = "there";
	there.started = 1790000000 - 5;
	make("here.db", sample_info("list"), "a.example");
	make("there.db", there, "a.example");
	CHECK(merge((char *[]){ file("here.db"), file("there.db"), file("here.db") }, 3));
	CHECK(counts.sweeps == 2 && counts.repeated == 1);
	CHECK_TEXT(ask(db, "SELECT group_concat(sweep || vantage || domains) FROM sweeps"),
		   "1there1,2here1");
	CHECK_TEXT(ask(db, "SELECT count(*) FROM servers"), "2");
}

/* What was merged can be merged again, and says the same. */
static void
merging_again_changes_nothing(void)
{
	char first[256];

	CHECK(merge((char *[]){ file("here.db"), file("there.db") }, 2));
	snprintf(first, sizeof first, "%s", merged);
	CHECK(merge((char *[]){ first, file("there.db") }, 2));
	CHECK(counts.sweeps == 2 && counts.repeated == 1);
	CHECK_TEXT(ask(db, "SELECT count(*) FROM servers"), "2");
}

static void
write_file(const char *path, const char *text, size_t length)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	CHECK(fd >= 0 && write(fd, text, length) == (ssize_t)length);
	close(fd);
}

static void
bad_input_leaves_nothing(void)
{
	char bytes[8192] = "SQLite format 3";
	sqlite3 *bad;

	refused(file("nowhere.db"), "No such file");
	refused(folder, "is a directory");
	write_file(file("empty"), "", 0);
	refused(file("empty"), "is empty");
	write_file(file("text"), "hello", 5);
	refused(file("text"), "neither");
	write_file(file("short.db"), bytes, 20);
	refused(file("short.db"), "cut short");
	write_file(file("zeros.db"), bytes, sizeof bytes);
	refused(file("zeros.db"), "not one of mxsweep");
	write_file(file("a.json"), "{\"format\":1}", 12);
	refused(file("a.json"), "");
	make("dangling.db", sample_info("list"), "a.example");
	CHECK(sqlite3_open(file("dangling.db"), &bad) == SQLITE_OK);
	CHECK(sql_run(bad, "UPDATE domain SET name = 77"));
	sqlite3_close(bad);
	refused(file("dangling.db"), "domain points to a row that is not there");
	make("setless.db", sample_info("list"), "a.example");
	CHECK(sqlite3_open(file("setless.db"), &bad) == SQLITE_OK);
	CHECK(sql_run(bad, "UPDATE domain SET mx_set = 77"));
	sqlite3_close(bad);
	refused(file("setless.db"), "domain points to a row that is not there");
	make("hostless.db", sample_info("list"), "a.example");
	CHECK(sqlite3_open(file("hostless.db"), &bad) == SQLITE_OK);
	CHECK(sql_run(bad, "UPDATE mx_host SET host = 77"));
	sqlite3_close(bad);
	refused(file("hostless.db"), "mx_host points to a row that is not there");
	make("forged.db", sample_info("list"), "a.example");
	CHECK(sqlite3_open(file("forged.db"), &bad) == SQLITE_OK);
	CHECK(sql_run(bad, "UPDATE certificate SET der = x'00'"));
	sqlite3_close(bad);
	refused(file("forged.db"), "digest");
	make("view.db", sample_info("list"), "a.example");
	CHECK(sqlite3_open(file("view.db"), &bad) == SQLITE_OK);
	CHECK(sql_run(bad, "DROP TABLE tally; CREATE VIEW tally AS SELECT 1"));
	sqlite3_close(bad);
	refused(file("view.db"), "tables are not those");
	make("endless.db", sample_info("list"), "a.example");
	CHECK(sqlite3_open(file("endless.db"), &bad) == SQLITE_OK);
	CHECK(sql_run(bad,
		      "PRAGMA foreign_keys = OFF; DROP TABLE sweep;"
		      "CREATE VIEW sweep AS WITH RECURSIVE n(id) AS (VALUES(1) UNION ALL"
		      " SELECT id + 1 FROM n) SELECT id, 1 AS shards, 0 AS shard, 7 AS seed,"
		      " 1 AS started, 1 AS finished, 1 AS judged, '' AS state, '' AS input,"
		      " '' AS vantage FROM n WHERE id < 0"));
	sqlite3_close(bad);
	refused(file("endless.db"), "");
}

/* A host may have any id, and the number of hosts decides what counting them costs. */
static void
ids_far_apart_are_counted(void)
{
	sqlite3 *far;

	make("far.db", shard(1, 1790000010), "b.example");
	CHECK(sqlite3_open(file("far.db"), &far) == SQLITE_OK);
	CHECK(sql_run(far, "UPDATE host SET id = 1 << 50; UPDATE mx_host SET host = 1 << 50;"
			   "UPDATE server SET host = 1 << 50; UPDATE tlsa SET host = 1 << 50"));
	sqlite3_close(far);
	CHECK(merge((char *[]){ file("s0.db"), file("far.db") }, 2));
	CHECK_TEXT(ask(db, "SELECT n FROM tally WHERE topic = 'dns' AND a = 'ok'"), "2");
}

/* Two that say they are different shards, with the same domain. */
static void
shards_that_overlap_are_refused(void)
{
	make("u1.db", shard(1, 1790000010), "a.example");
	CHECK(!merge((char *[]){ file("s0.db"), file("u1.db") }, 2));
	CHECK(strstr(error, "u1.db: has a domain twice") != NULL);
}

/* An old schema, in a copy; the file itself stays as it was, to the byte. */
static void
inputs_are_not_changed(void)
{
	struct stat before, after;
	char *path = file("old.db");
	sqlite3 *old;

	CHECK(sqlite3_open(path, &old) == SQLITE_OK);
	CHECK(sql_run(old, old_tables) && sql_run(old, old_rows));
	CHECK(sql_run(old, "DELETE FROM chain_verdict; UPDATE server SET chain = NULL;"
			   "DELETE FROM chain_certificate; DELETE FROM chain;"
			   "DELETE FROM certificate; PRAGMA journal_mode = WAL"));
	sqlite3_close(old);
	CHECK(stat(path, &before) == 0);
	CHECK(merge(&path, 1));
	CHECK(stat(path, &after) == 0 && before.st_mtim.tv_nsec == after.st_mtim.tv_nsec &&
	      before.st_size == after.st_size);
	CHECK_TEXT(ask(db, "SELECT domain || headline FROM domains"), "a.exampleauthenticated");
	CHECK(access(file("old.db-wal"), F_OK) != 0 && access(file("old.db-shm"), F_OK) != 0);
}

/* What a killed sweep left in its log counts, and stays there. */
static void
logs_are_read(void)
{
	char command[1100];
	char *path = file("killed.db");
	sqlite3 *live;

	make("live.db", sample_info("list"), "a.example");
	CHECK(sqlite3_open(file("live.db"), &live) == SQLITE_OK);
	CHECK(sql_run(live, "UPDATE sweep SET notes = 'in the log'"));
	snprintf(command, sizeof command, "cp %s %s && cp %s-wal %s-wal", file("live.db"), path,
		 file("live.db"), path);
	CHECK(system(command) == 0);
	sqlite3_close(live);
	CHECK(merge(&path, 1));
	CHECK_TEXT(ask(db, "SELECT notes FROM sweeps"), "in the log");
	CHECK(access(file("killed.db-wal"), F_OK) == 0);
}

static void
an_interrupt_leaves_nothing(void)
{
	char *path = file("here.db");

	stop = 1;
	CHECK(!merge_files(file("stopped.db"), &path, 1, &stop, &counts, error) ||
	      access(file("stopped.db"), F_OK) == 0);
	stop = 0;
	CHECK(!merge_files(path, &path, 1, &stop, &counts, error));
	CHECK(strstr(error, "is there already") != NULL);
}

/* Whoever adds a table to the schema tells merge what to do with it. */
static void
no_table_is_forgotten(void)
{
	sqlite3_stmt *s;
	int count = 0;

	CHECK(sqlite3_open(":memory:", &db) == SQLITE_OK && schema_prepare(db));
	s = sql_prepare(db, "SELECT name FROM sqlite_schema WHERE type = 'table'"
			    " AND name NOT GLOB 'sqlite_*'");
	for (; sqlite3_step(s) == SQLITE_ROW; count++) {
		bool known = false;

		for (int i = 0; merge_tables[i] != NULL; i++)
			known = known || strcmp(merge_tables[i], sql_text(s, 0)) == 0;
		if (!known)
			CHECK_TEXT(sql_text(s, 0), "known to merge");
	}
	CHECK(count > 20);
	sqlite3_finalize(s);
}

int
main(void)
{
	char command[300];

	folder = sample_folder();
	RUN(no_table_is_forgotten);
	RUN(shards_become_one);
	RUN(a_shard_that_is_missing_is_told);
	RUN(next_week_is_another_sweep);
	RUN(vantage_points_stand_beside_each_other);
	RUN(merging_again_changes_nothing);
	RUN(bad_input_leaves_nothing);
	RUN(shards_that_overlap_are_refused);
	RUN(ids_far_apart_are_counted);
	RUN(inputs_are_not_changed);
	RUN(logs_are_read);
	RUN(an_interrupt_leaves_nothing);
	sqlite3_close(db);
	snprintf(command, sizeof command, "ls -d %s/*.merge-* 2>/dev/null", folder);
	CHECK(system(command) != 0); /* no folder is left */
	snprintf(command, sizeof command, "rm -r %s", folder);
	CHECK(system(command) == 0);
	return test_end();
}
