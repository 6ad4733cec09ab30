/* SPDX-License-Identifier: Apache-2.0 */
/* assess over a judge that knows no certificates: what it says of a chain is
 * written in the leaf, and each question is counted. */
#include <sched.h>
#include <sqlite3.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "output/assess/assess.h"
#include "output/sql.h"
#include "output/store.h"
#include "tests/unit/sample.h"
#include "tests/unit/test.h"

struct bench {
	int64_t at;
};

static struct bench bench;
static atomic_int chains_judged, chains_cut;
static int names_asked, benches_open, benches_shared;

static struct bench *
fake_open(const char *root_cas, int64_t at, char error[256])
{
	if (strcmp(root_cas, "broken") == 0) {
		snprintf(error, 256, "broken store");
		return NULL;
	}
	bench.at = at;
	benches_open++;
	return &bench;
}

static struct bench *
fake_share(const struct bench *b)
{
	CHECK(b == &bench);
	benches_open++;
	benches_shared++;
	return mem_dup(b, sizeof *b);
}

static void
fake_close(struct bench *b)
{
	benches_open--;
	if (b != &bench)
		free(b);
}

static bool
leaf_says(const struct chain *chain, const char *word)
{
	return memmem(chain->certificates[0].bytes, chain->certificates[0].length, word,
		      strlen(word)) != NULL;
}

/* On any thread.  A leaf that says "expired" does so from second 1000 on. */
static void
fake_chain(struct bench *b, const struct chain *chain, struct chain_verdict *v)
{
	chains_judged++;
	chains_cut += chain->count != 2;
	v->parsed = !leaf_says(chain, "garbage");
	v->trusted = leaf_says(chain, "trusted");
	v->expired = leaf_says(chain, "expired") && b->at >= 1000;
	v->self_signed = leaf_says(chain, "self");
	v->error = v->trusted ? 0 : 20;
}

static bool
fake_names(const uint8_t *leaf, size_t length, const char *host, bool *cn_only)
{
	names_asked++;
	*cn_only = memmem(leaf, length, "cn", 2) != NULL;
	return memmem(leaf, length, host, strlen(host)) != NULL;
}

static struct judge
fake(void)
{
	struct judge fake_judge = judge;

	fake_judge.open = fake_open;
	fake_judge.share = fake_share;
	fake_judge.close = fake_close;
	fake_judge.chain = fake_chain;
	fake_judge.names = fake_names;
	return fake_judge;
}

static void *store;
static sqlite3 *db;
static int64_t hosts;

static void
begin(void)
{
	struct sweep_info info = sample_info("list");

	hosts = 0;
	store = output_sqlite.open(":memory:");
	db = store_database(store);
	output_sqlite.begin(store, &info, false, &sample_no_resume);
}

/* A domain with one host of its name and one server. */
static void
add(const char *domain, struct server_facts *facts)
{
	hosts++;
	CHECK(sample_put(&output_sqlite, store, sample_host(hosts, domain, facts)));
	CHECK(sample_put(&output_sqlite, store, sample_domain(domain, hosts, 0)));
}

static bool
assess(const char *trust, int64_t at)
{
	struct judge fake_judge = fake();
	char error[256] = "";
	bool ok;

	CHECK(output_sqlite.commit(store));
	ok = assess_sweep(db, 1, &fake_judge, trust, at, error);
	CHECK(ok == (error[0] == '\0'));
	CHECK(benches_open == 0 && chains_cut == 0 && sqlite3_get_autocommit(db));
	return ok;
}

static const char *
verdict(const char *columns, const char *domain)
{
	static char answer[256];
	char *sql = mem_printf("SELECT json_array(%s) FROM servers s JOIN domains d"
			       " USING(sweep, domain) WHERE domain IS '%s'",
			       columns, domain);
	sqlite3_stmt *s = sql_prepare(db, sql);

	strcpy(answer, "(no row)");
	if (sqlite3_step(s) == SQLITE_ROW)
		snprintf(answer, sizeof answer, "%s", sql_text(s, 0));
	sqlite3_finalize(s);
	free(sql);
	return answer;
}

#define FLAGS                                                                                  \
	"trusted, name_match, in_validity, self_signed, s.certificate, cn_only, verify_error"

static void
judges_each_server(void)
{
	struct server_facts *anonymous = sample_server("192.0.2.5", "x");
	struct server_facts *cut = sample_server("192.0.2.6", "f.example trusted");

	free(anonymous->chain);
	anonymous->chain = NULL;
	cut->handshake = HANDSHAKE_ALERT;
	begin();
	add("a.example", sample_server("192.0.2.1", "a.example trusted"));
	add("b.example", sample_server("192.0.2.2", "other.example trusted cn"));
	add("c.example", sample_server("192.0.2.3", "c.example self"));
	add("d.example", sample_server("192.0.2.4", "garbage"));
	add("e.example", anonymous);
	add("f.example", cut);
	add("g.example", sample_plain("192.0.2.7", OFFER_ABSENT, STARTTLS_NOT_OFFERED));
	CHECK(assess("store", 10));
	CHECK_TEXT(verdict(FLAGS, "a.example"), "[1,1,1,0,\"ok\",0,0]");
	CHECK_TEXT(verdict(FLAGS, "b.example"), "[1,0,1,0,\"name-mismatch\",1,0]");
	CHECK_TEXT(verdict(FLAGS, "c.example"), "[0,1,1,1,\"self-signed\",0,20]");
	CHECK_TEXT(verdict(FLAGS, "d.example"), "[0,null,null,null,\"unparsable\",null,20]");
	CHECK_TEXT(verdict(FLAGS, "e.example"), "[null,null,null,null,\"none\",null,null]");
	CHECK_TEXT(verdict(FLAGS, "f.example"), "[1,1,1,0,\"ok\",0,0]");
	CHECK_TEXT(verdict(FLAGS, "g.example"), "[null,null,null,null,null,null,null]");
	output_sqlite.close(store);
}

#define DOMAIN "headline, d.starttls, d.certificate"

static void
judges_each_domain(void)
{
	struct record *host, *none = sample_domain("none.example", 0, 0);

	none->target.mx = MX_NULL;
	begin();
	add("good.example", sample_server("192.0.2.1", "good.example trusted"));
	add("masked.example", sample_plain("192.0.2.2", OFFER_MASKED, STARTTLS_STRIPPED));
	add("silent.example", sample_failure("192.0.2.3", TCP_TIMEOUT));
	host = sample_host(90, "both.example", sample_server("192.0.2.4", "both.example self"));
	record_add_server(host, sample_plain("192.0.2.5", OFFER_ABSENT, STARTTLS_NOT_OFFERED));
	sample_put(&output_sqlite, store, host);
	sample_put(&output_sqlite, store, sample_domain("both.example", 90, 0));
	sample_put(&output_sqlite, store, none);
	CHECK(assess("store", 10));
	CHECK_TEXT(verdict(DOMAIN, "good.example"), "[\"authenticated\",\"all\",\"all\"]");
	CHECK_TEXT(verdict(DOMAIN, "masked.example"),
		   "[\"stripped\",\"stripped\",\"unknown\"]");
	CHECK_TEXT(verdict(DOMAIN, "silent.example"),
		   "[\"untestable\",\"unknown\",\"unknown\"]");
	CHECK_TEXT(verdict(DOMAIN, "both.example"), "[\"partial\",\"partial\",\"none\"]");
	CHECK(sql_number(db,
			 "SELECT count(*) FROM domains WHERE domain = 'none.example' AND"
			 " headline = 'no-mail'",
			 0) == 1);
	output_sqlite.close(store);
}

static void
judges_each_chain_once(void)
{
	begin();
	for (int i = 0; i < 20; i++) {
		char name[] = "a.example";

		name[0] = (char)('a' + i);
		add(name,
		    sample_server("192.0.2.1", i < 15 ? "shared trusted" : "other trusted"));
	}
	chains_judged = names_asked = 0;
	CHECK(assess("store", 10));
	CHECK(chains_judged == 2);
	CHECK(names_asked == 20);
	output_sqlite.close(store);
}

/* Servers of several batches: two of three share their leaf with the one before. */
static void
add_many(int count)
{
	static const char *const kinds[] = { "trusted", "expired trusted", "self", "garbage" };
	char name[32], leaf[64];

	for (int i = 0; i < count; i++) {
		int which = i - (i % 3 == 1);

		snprintf(name, sizeof name, "host-%d.example", i);
		snprintf(leaf, sizeof leaf, "host-%d.example %s", which, kinds[which % 4]);
		add(name, sample_server("192.0.2.1", leaf));
	}
}

#define DIGEST(table, columns)                                                                 \
	"SELECT group_concat(" columns ", ' ') FROM (SELECT * FROM " table " ORDER BY 1, 2)"

/* All verdicts on chains and servers, as one text. */
static char *
all_verdicts(void)
{
	sqlite3_stmt *s = sql_prepare(
	    db,
	    "SELECT (" DIGEST("chain_verdict",
			      "chain||parsed||trusted||expired||"
			      "self_signed||error") ") || (" DIGEST("server_verdict",
								    "host||coalesce(name_match,"
								    " '-')||certificate") ")");
	char *text;

	CHECK(sqlite3_step(s) == SQLITE_ROW);
	text = mem_strdup(sql_text(s, 0));
	sqlite3_finalize(s);
	return text;
}

static void
judges_on_several_threads(void)
{
	cpu_set_t all, one;
	char *alone, *together;

	CHECK(sched_getaffinity(0, sizeof all, &all) == 0);
	CPU_ZERO(&one);
	for (int i = 0; CPU_COUNT(&one) == 0; i++)
		if (CPU_ISSET(i, &all))
			CPU_SET(i, &one);
	begin();
	add_many(1500);
	CHECK(sched_setaffinity(0, sizeof one, &one) == 0);
	chains_judged = benches_shared = 0;
	CHECK(assess("store", 1000));
	CHECK(chains_judged == 1000 && benches_shared == 0);
	alone = all_verdicts();
	CHECK(sched_setaffinity(0, sizeof all, &all) == 0);
	chains_judged = 0;
	CHECK(assess("store", 1000));
	CHECK(chains_judged == 1000);
	CHECK((benches_shared > 0) == (CPU_COUNT(&all) > 1));
	together = all_verdicts();
	CHECK_TEXT(together, alone);
	CHECK(strstr(alone, "ok") != NULL && strstr(alone, "expired") != NULL);
	free(alone);
	free(together);
	output_sqlite.close(store);
}

static void
can_be_repeated(void)
{
	begin();
	add("a.example", sample_server("192.0.2.1", "a.example trusted expired"));
	CHECK(assess("store", 10));
	CHECK_TEXT(verdict("s.certificate, headline", "a.example"),
		   "[\"ok\",\"authenticated\"]");
	CHECK(assess("other store", 1000));
	CHECK_TEXT(verdict("s.certificate, headline, in_validity", "a.example"),
		   "[\"expired\",\"encrypted\",0]");
	CHECK(sql_number(db,
			 "SELECT trust_store = 'other store' AND judged ="
			 " '1970-01-01T00:16:40Z' FROM sweeps",
			 0) == 1);
	CHECK(!assess("broken", 10));
	CHECK_TEXT(verdict("s.certificate, headline", "a.example"),
		   "[\"expired\",\"encrypted\"]");
	output_sqlite.close(store);
}

/* A disk that fills in the middle leaves the verdicts that were there. */
static void
failure_changes_nothing(void)
{
	char *sql;

	begin();
	for (int i = 0; i < 500; i++) {
		char name[32];

		snprintf(name, sizeof name, "host-%d.example", i);
		add(name, sample_server("192.0.2.1", "trusted example"));
	}
	CHECK(output_sqlite.commit(store));
	sql = mem_printf("PRAGMA max_page_count = %lld",
			 (long long)sql_number(db, "PRAGMA page_count", 0) + 2);
	CHECK(sql_run(db, sql));
	free(sql);
	CHECK(!assess("store", 10));
	CHECK(sql_number(db, "SELECT count(*) FROM server_verdict", 0) == 0);
	CHECK(sql_number(db, "SELECT count(*) FROM servers WHERE trusted IS NOT NULL", 0) == 0);
	CHECK(sql_run(db, "PRAGMA max_page_count = 1000000"));
	CHECK(assess("store", 10));
	CHECK(sql_number(db, "SELECT count(*) FROM server_verdict", 0) == 500);
	CHECK(sql_number(db, "SELECT count(*) FROM domains WHERE headline IS NULL", 0) == 0);
	output_sqlite.close(store);
}

/* The same where SQLite leaves the transaction open. */
static void
failed_row_changes_nothing(void)
{
	begin();
	add("a.example", sample_server("192.0.2.1", "a.example trusted expired"));
	CHECK(assess("store", 10));
	CHECK(sql_run(db, "CREATE TEMP TRIGGER t BEFORE INSERT ON domain_verdict"
			  " BEGIN SELECT RAISE(ABORT, 'not now'); END"));
	CHECK(!assess("store", 1000));
	CHECK_TEXT(verdict("s.certificate, headline", "a.example"),
		   "[\"ok\",\"authenticated\"]");
	output_sqlite.close(store);
}

/* Without a name beside the address there is none to compare. */
static void
judges_address_targets(void)
{
	struct record *named =
	    sample_host(2, "mx.example", sample_server("192.0.2.2", "trusted"));

	begin();
	named->host.of_address = true;
	sample_put(&output_sqlite, store,
		   sample_host(1, NULL, sample_server("192.0.2.1", "trusted")));
	sample_put(&output_sqlite, store, sample_address("192.0.2.1", NULL, 1));
	sample_put(&output_sqlite, store, named);
	sample_put(&output_sqlite, store,
		   sample_address("192.0.2.2,mx.example", "mx.example", 2));
	CHECK(assess("store", 10));
	CHECK(sql_number(db,
			 "SELECT name_match IS NULL AND certificate = 'ok' FROM servers"
			 " WHERE address = '192.0.2.1'",
			 0) == 1);
	CHECK(sql_number(db,
			 "SELECT name_match = 0 AND certificate = 'name-mismatch' FROM servers"
			 " WHERE address = '192.0.2.2'",
			 0) == 1);
	output_sqlite.close(store);
}

int
main(void)
{
	RUN(judges_each_server);
	RUN(judges_each_domain);
	RUN(judges_each_chain_once);
	RUN(judges_on_several_threads);
	RUN(can_be_repeated);
	RUN(failure_changes_nothing);
	RUN(failed_row_changes_nothing);
	RUN(judges_address_targets);
	return test_end();
}
