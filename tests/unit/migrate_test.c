/* SPDX-License-Identifier: Apache-2.0 */
/* What becomes of a database that an older mxsweep wrote. */
#include <sys/wait.h>

#include "output/store.h"
#include "tests/unit/ask.h"
#include "tests/unit/sample.h"
#include "tests/unit/test.h"
#include "tests/unit/version_1.h"

static const struct output *const out = &output_sqlite;
static char *folder, path[128];

/* In WAL mode, as a sweep leaves it. */
static void
make_old(const char *more)
{
	static int count;
	sqlite3 *db;

	snprintf(path, sizeof path, "%s/%d.db", folder, ++count);
	CHECK(sqlite3_open(path, &db) == SQLITE_OK);
	CHECK(sql_run(db, old_tables) && sql_run(db, old_rows) && sql_run(db, more));
	CHECK(sql_run(db, "PRAGMA journal_mode = WAL"));
	sqlite3_close(db);
}

static void
keeps_every_row(void)
{
	void *store;
	sqlite3 *db;

	make_old("");
	store = out->open(path);
	db = store_database(store);
	CHECK_TEXT(ask(db, "PRAGMA user_version"), "5");
	CHECK_TEXT(ask(db, "SELECT count(*) FROM pragma_foreign_key_check"), "0");
	CHECK_TEXT(ask(db, "PRAGMA integrity_check"), "ok");
	CHECK_TEXT(ask(db, "SELECT json_array(sweep, started, finished, state, targets,"
			   " domains, servers, judged) FROM sweeps"),
		   "[1,\"2026-09-21T14:13:20Z\",\"2026-09-21T15:13:20Z\",\"complete\",2,1,2,"
		   "\"2026-09-21T15:13:20Z\"]");
	CHECK_TEXT(ask(db, "SELECT json_array(domain, rank, tag, dns, mx, mx_security,"
			   " headline, starttls, certificate) FROM domains"),
		   "[\"a.example\",7,\"news\",\"ok\",\"ok\",\"secure\",\"authenticated\","
		   "\"all\",\"all\"]");
	CHECK_TEXT(ask(db, "SELECT json_array(domain, preference, mx, address, asn, as_name,"
			   " tcp, ehlo_text, starttls, cipher, chain_sha256, leaf_sha256,"
			   " trusted, name_match, certificate, duration_ms)"
			   " FROM servers WHERE host = 1"),
		   "[\"a.example\",10,\"mx.example\",\"192.0.2.1\",64500,\"Example Net\","
		   "\"connected\",\"mx.example\\nSTARTTLS\",\"ok\",\"TLS_AES_256_GCM_SHA384\","
		   "\"bb\",\"aa\",1,1,\"ok\",82]");
	CHECK_TEXT(ask(db, "SELECT json_array(domain, address, tcp) FROM servers"
			   " WHERE host = 2"),
		   "[null,\"192.0.2.2\",\"timeout\"]");
	out->close(store);
}

/* What was never asked for is NULL, and no word. */
static void
knows_nothing_new_of_it(void)
{
	void *store;
	sqlite3 *db;

	make_old("");
	store = out->open(path);
	db = store_database(store);
	CHECK_TEXT(ask(db, "SELECT coalesce(dane, mta_sts_record, mta_sts_fetch,"
			   " mta_sts_policy, mta_sts_mode, mta_sts_max_age, mta_sts, tlsrpt,"
			   " tlsrpt_rua, policy_list, mta_sts_id, mta_sts_text, mta_sts_alias,"
			   " mta_sts_address, mta_sts_http_status, mta_sts_content_type,"
			   " mta_sts_detail, mta_sts_policy_text, mta_sts_lint, tlsrpt_text)"
			   " FROM domains"),
		   "(null)");
	CHECK_TEXT(ask(db, "SELECT count(*) || ' ' || count(coalesce(dane, mta_sts,"
			   " dane_reason, dane_lint)) FROM servers"),
		   "2 0");
	CHECK_TEXT(ask(db, "SELECT count(*) FROM tlsa_records"), "0");
	out->close(store);
}

static void
list_schema(sqlite3 *db, char text[65536])
{
	sqlite3_stmt *s = sql_prepare(db, "SELECT name || ': ' || coalesce(sql, '') FROM"
					  " sqlite_schema WHERE name NOT GLOB 'sqlite_*'"
					  " AND type <> 'index'"
					  " ORDER BY name");
	size_t length = 0;

	while (sqlite3_step(s) == SQLITE_ROW)
		length +=
		    (size_t)snprintf(text + length, 65536 - length, "%s\n", sql_text(s, 0));
	CHECK(length > 1000 && length < 65536);
	sqlite3_finalize(s);
}

/* A view of the user's own, over one of ours, is there before and after. */
static void
keeps_views_of_others(void)
{
	void *store;

	make_old("CREATE VIEW mine AS SELECT domain || starttls AS line FROM servers;"
		 "CREATE VIEW theirs AS SELECT domain || headline AS line FROM domains");
	store = out->open(path);
	CHECK_TEXT(ask(store_database(store), "SELECT line FROM mine WHERE line IS NOT NULL"),
		   "a.exampleok");
	CHECK_TEXT(ask(store_database(store), "SELECT line FROM theirs"),
		   "a.exampleauthenticated");
	out->close(store);
}

/* SQLite takes a view from a file by its first statement; what stands behind it is not
 * run when the view is made again. */
static void
runs_nothing_behind_a_view(void)
{
	void *store;

	make_old("CREATE VIEW mine AS SELECT domain FROM domains;"
		 "PRAGMA writable_schema = ON;"
		 "UPDATE sqlite_schema SET sql = sql || '; CREATE TABLE evil(x)'"
		 " WHERE name = 'mine'; PRAGMA writable_schema = OFF");
	store = out->open(path);
	CHECK_TEXT(ask(store_database(store), "SELECT count(*) FROM mine"), "1");
	CHECK_TEXT(ask(store_database(store),
		       "SELECT count(*) FROM sqlite_schema WHERE name = 'evil'"),
		   "0");
	out->close(store);
}

/* Whoever reads next needs them, and a sweep may be long in coming. */
static void
has_its_indexes(void)
{
	void *store;

	make_old("CREATE INDEX link_host ON link(host)");
	store = out->open(path);
	CHECK_TEXT(ask(store_database(store),
		       "SELECT group_concat(name) FROM (SELECT name FROM sqlite_schema WHERE"
		       " type = 'index' AND name IN ('mx_host_host', 'domain_mx_set',"
		       " 'link_host') ORDER BY 1)"),
		   "domain_mx_set,mx_host_host");
	out->close(store);
}

/* Tables and views are those of a new database, to the letter. */
static void
becomes_as_a_new_one(void)
{
	static char migrated[65536], fresh[65536];
	void *store;

	make_old("");
	store = out->open(path);
	list_schema(store_database(store), migrated);
	out->close(store);
	store = out->open(":memory:");
	list_schema(store_database(store), fresh);
	out->close(store);
	CHECK_TEXT(migrated, fresh);
}

static void
ignore_host(void *arg, int64_t id, const char *name, bool addressless)
{
	(void)name;
	(void)addressless;
	*(int64_t *)arg += id;
}

/* What is told by another column since is told the same. */
static void
keeps_the_reply_to_ehlo(void)
{
	void *store;
	sqlite3 *db;

	make_old("UPDATE server SET greeting_text = 'mx.example ESMTP' WHERE host = 1");
	store = out->open(path);
	db = store_database(store);
	CHECK_TEXT(ask(db, "SELECT ehlo_text FROM servers WHERE host = 1"),
		   "mx.example\nSTARTTLS");
	CHECK_TEXT(ask(db, "SELECT count(ehlo_line) FROM server"), "0");
	out->close(store);
}

/* Of a.example there is the same in the first sweep and the next; b.example has its MX
 * hosts and its verdict, c.example another preference, d.example a second host. */
static const char neighbours[] =
    "INSERT INTO name VALUES(3, 'b.example'), (4, 'c.example'), (5, 'd.example'),"
    " (6, 'e.example');"
    "INSERT INTO domain SELECT 1, id, NULL, NULL, 'ok', 'ok', 'secure' FROM name"
    " WHERE id > 2;"
    "INSERT INTO host VALUES(3, 1, 1, NULL), (4, 2, 2, NULL);"
    "INSERT INTO link VALUES(1, 3, 1, 10), (1, 4, 1, NULL), (1, 5, 1, 10), (1, 5, 3, 20);"
    "INSERT INTO domain_verdict VALUES(1, 3, 'authenticated', 'all', 'all'),"
    " (1, 4, 'encrypted', 'all', NULL), (1, 5, 'encrypted', 'all', NULL),"
    " (1, 6, 'no-mail', NULL, NULL);"
    "INSERT INTO sweep SELECT 2, input, shards, shard, seed, vantage, version, resolver,"
    " trust_store, options, notes, started, finished, judged, state, 1, 1, 1 FROM sweep;"
    "INSERT INTO domain VALUES(2, 1, NULL, NULL, 'ok', 'ok', 'secure');"
    "INSERT INTO link VALUES(2, 1, 4, 10);"
    "INSERT INTO domain_verdict VALUES(2, 1, 'authenticated', 'all', 'all')";

static void
shares_sets_and_verdicts(void)
{
	void *store;
	sqlite3 *db;

	make_old(neighbours);
	store = out->open(path);
	db = store_database(store);
	CHECK_TEXT(ask(db, "SELECT group_concat(line) FROM (SELECT sweep || ' ' || name || ' '"
			   " || host || ' ' || coalesce(preference, '-') AS line FROM domain"
			   " JOIN mx_host USING(mx_set) ORDER BY sweep, name, host)"),
		   "1 1 1 10,1 3 1 10,1 4 1 -,1 5 1 10,1 5 3 20,2 1 4 10");
	CHECK_TEXT(ask(db, "SELECT count(DISTINCT mx_set) || ' ' || count(mx_set) FROM domain"),
		   "4 5");
	CHECK_TEXT(ask(db, "SELECT count(*) FROM mx_host"), "5");
	CHECK_TEXT(ask(db, "SELECT group_concat(line) FROM (SELECT sweep || ' ' || domain ||"
			   " ' ' || headline || ' ' || coalesce(certificate, '-') AS line"
			   " FROM domains ORDER BY sweep, domain)"),
		   "1 a.example authenticated all,1 b.example authenticated all,"
		   "1 c.example encrypted -,1 d.example encrypted -,1 e.example no-mail -,"
		   "2 a.example authenticated all");
	CHECK_TEXT(ask(db, "SELECT count(*) FROM verdict"), "3");
	CHECK_TEXT(ask(db, "SELECT group_concat(words) || ' ' || (SELECT count(answers) FROM"
			   " domain) FROM answers"),
		   "ok ok secure - - 6");
	CHECK_TEXT(ask(db, "SELECT count(*) FROM pragma_foreign_key_check"), "0");
	out->close(store);
}

/* A sweep that the older one began is continued by this one. */
static void
continues_an_old_sweep(void)
{
	int64_t hosts = 0;
	struct resume resume = { sample_ignore_target, ignore_host, &hosts };
	struct sweep_info info = sample_info("list");
	struct record *domain = sample_domain("b.example", 3, 10);
	struct record *host = sample_host(3, "mx.b.example", sample_server("192.0.2.3", "new"));
	struct begun begun;
	void *store;
	sqlite3 *db;

	make_old("UPDATE sweep SET state = 'interrupted'");
	store = out->open(path);
	db = store_database(store);
	begun = out->begin(store, &info, false, &resume);
	CHECK(begun.continued && begun.next_host == 3 && begun.seed == 5 && hosts == 1);
	sample_add_tlsa(host);
	domain->target.sts = sample_sts("version: STSv1\n");
	domain->target.tlsrpt = sample_tlsrpt();
	CHECK(sample_put(out, store, host) && sample_put(out, store, domain));
	CHECK(out->commit(store));
	CHECK_TEXT(ask(db, "SELECT group_concat(domain || coalesce(mta_sts_record, '-') ||"
			   " coalesce(tlsrpt, '-')) FROM domains"),
		   "a.example--,b.exampleokok");
	CHECK_TEXT(ask(db, "SELECT group_concat(mx || data) FROM tlsa_records"
			   " WHERE usage IS NULL"),
		   "mx.b.example0301");
	CHECK_TEXT(ask(db, "SELECT count(judged) FROM sweeps"), "0");
	CHECK_TEXT(ask(db, "SELECT count(*) FROM pragma_foreign_key_check"), "0");
	out->close(store);
}

/* A step that fails leaves the file as it was: version 1, with all its rows. */
static void
fails_as_a_whole(void)
{
	sqlite3 *db;

	make_old("CREATE TABLE policy(in_the_way)");
	fflush(stdout);
	if (fork() == 0) {
		fclose(stderr);
		out->open(path);
		_exit(0);
	}
	wait(NULL);
	CHECK(sqlite3_open(path, &db) == SQLITE_OK);
	CHECK_TEXT(ask(db, "PRAGMA user_version"), "1");
	CHECK_TEXT(ask(db, "SELECT count(*) FROM pragma_table_info('domain')"), "7");
	CHECK_TEXT(ask(db, "SELECT count(*) FROM server"), "2");
	sqlite3_close(db);
}

int
main(void)
{
	char command[160];

	folder = sample_folder();
	RUN(keeps_every_row);
	RUN(keeps_the_reply_to_ehlo);
	RUN(knows_nothing_new_of_it);
	RUN(shares_sets_and_verdicts);
	RUN(keeps_views_of_others);
	RUN(runs_nothing_behind_a_view);
	RUN(has_its_indexes);
	RUN(becomes_as_a_new_one);
	RUN(continues_an_old_sweep);
	RUN(fails_as_a_whole);
	snprintf(command, sizeof command, "rm -r %s", folder);
	return test_end() | system(command);
}
