/* SPDX-License-Identifier: Apache-2.0 */
#include <fcntl.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "output/sql.h"
#include "output/store.h"
#include "tests/unit/ask.h"
#include "tests/unit/pki.h"
#include "tests/unit/sample.h"
#include "tests/unit/test.h"

static char *folder, *trust, path[128];
static const struct output *const out = &output_sqlite;

static void
new_path(void)
{
	static int count;

	snprintf(path, sizeof path, "%s/%d.db", folder, ++count);
}

static struct begun
begin(void *store, const char *input, bool fresh)
{
	struct sweep_info info = sample_info(input);

	info.root_cas = trust;
	return out->begin(store, &info, fresh, &sample_no_resume);
}

static bool
finish(void *store, enum sweep_state state)
{
	struct sweep_end end = { state, 1790003600, 0 };

	return out->finish(store, &end);
}

/* As a reader does while the sweep goes on. */
static const char *
ask_file(const char *sql)
{
	sqlite3 *db;
	const char *answer;

	CHECK(sqlite3_open_v2(path, &db, SQLITE_OPEN_READONLY, NULL) == SQLITE_OK);
	answer = ask(db, sql);
	sqlite3_close(db);
	return answer;
}

/* Columns may be appended, and nothing else. */
static void
check_columns(sqlite3 *db, const char *view, const char *want)
{
	char sql[128], got[2048] = "";
	sqlite3_stmt *s;

	snprintf(sql, sizeof sql, "SELECT * FROM %s", view);
	s = sql_prepare(db, sql);
	for (int i = 0; i < sqlite3_column_count(s); i++) {
		strcat(got, i > 0 ? " " : "");
		strcat(got, sqlite3_column_name(s, i));
	}
	sqlite3_finalize(s);
	CHECK_TEXT(got, want);
}

static void
views_have_their_columns(void)
{
	void *store = out->open(":memory:");
	sqlite3 *db = store_database(store);

	check_columns(db, "sweeps",
		      "sweep vantage started finished state targets domains servers version "
		      "options trust_store resolver notes "
		      "input shards shard seed judged");
	check_columns(db, "domains",
		      "sweep domain rank tag dns mx mx_security headline starttls certificate "
		      "dane mta_sts_record mta_sts_fetch mta_sts_policy mta_sts_mode "
		      "mta_sts_max_age mta_sts tlsrpt tlsrpt_rua policy_list "
		      "mta_sts_id mta_sts_text mta_sts_alias mta_sts_address "
		      "mta_sts_http_status mta_sts_content_type mta_sts_detail "
		      "mta_sts_policy_text mta_sts_lint tlsrpt_text "
		      "registrable_domain mta_sts_provider");
	check_columns(
	    db, "servers",
	    "sweep domain preference mx address asn as_name country tcp greeting "
	    "greeting_code greeting_text ehlo ehlo_text starttls starttls_offer "
	    "starttls_reply_code starttls_reply_text handshake alert tls_version cipher "
	    "key_exchange chain_sha256 leaf_sha256 trusted name_match in_validity "
	    "self_signed certificate dane mta_sts attempts started duration_ms "
	    "ehlo_tls_text starttls_echo bare_lf legacy cn_only verify_error host "
	    "dane_reason dane_lint provider");
	check_columns(db, "certificates",
		      "sha256 spki_sha256 subject issuer serial not_before not_after key_type "
		      "key_bits signature names der");
	check_columns(db, "chains", "chain_sha256 position sha256");
	check_columns(db, "tlsa_records",
		      "sweep mx base_domain usage selector matching data security usable");
	CHECK_TEXT(ask(db, "PRAGMA application_id"), "1297634135");
	CHECK_TEXT(ask(db, "PRAGMA user_version"), "5");
	CHECK_TEXT(ask(db, "PRAGMA foreign_keys"), "1");
	out->close(store);
}

static void
keeps_every_fact(void)
{
	void *store = out->open(":memory:");
	sqlite3 *db = store_database(store);
	struct record *host =
	    sample_host(1, "mx.example.org", sample_server("192.0.2.1", "leaf"));
	struct record *domain = sample_domain("example.org", 1, 10);

	record_add_server(host, sample_failure(NULL, TCP_ADDRESS_TEMPORARY));
	host->host.servers[0]->legacy = LEGACY_VERSION | LEGACY_CIPHER;
	domain->target.rank = 7;
	domain->target.tag = mem_strdup("news");
	CHECK(begin(store, "list", false).sweep == 1);
	CHECK(sample_put(out, store, host) && sample_put(out, store, domain));
	CHECK(out->commit(store));
	CHECK_TEXT(ask(db, "SELECT json_array(sweep, domain, rank, tag, dns, mx, mx_security,"
			   " headline, dane, policy_list) FROM domains"),
		   "[1,\"example.org\",7,\"news\",\"ok\",\"ok\",\"insecure\",null,null,null]");
	CHECK_TEXT(
	    ask(db, "SELECT json_array(sweep, domain, preference, mx, address, asn,"
		    " as_name, country, tcp, greeting, greeting_code, greeting_text, ehlo,"
		    " ehlo_text) FROM servers"),
	    "[1,\"example.org\",10,\"mx.example.org\",\"192.0.2.1\",64500,\"Example Net\","
	    "\"NL\",\"connected\",\"ok\",220,\"mx ESMTP ready\",\"ok\","
	    "\"mx.example.org hello\\nPIPELINING\\nSTARTTLS\"]");
	CHECK_TEXT(ask(db,
		       "SELECT json_array(starttls, starttls_offer, starttls_reply_code,"
		       " starttls_reply_text, handshake, alert, tls_version, cipher,"
		       " key_exchange, trusted, name_match, in_validity, self_signed,"
		       " certificate, attempts, started, duration_ms, ehlo_tls_text, bare_lf,"
		       " legacy) FROM servers"),
		   "[\"ok\",\"offered\",220,\"2.0.0 go ahead\",\"ok\",null,\"TLSv1.3\","
		   "\"TLS_AES_256_GCM_SHA384\",\"X25519\",null,null,null,null,null,1,"
		   "\"2026-09-21T14:13:20Z\",82,\"mx.example.org hello\\nPIPELINING\",0,"
		   "\"version,cipher\"]");
	CHECK_TEXT(ask(db,
		       "SELECT json_array(address, tcp, greeting, ehlo_text, chain_sha256,"
		       " started, duration_ms, bare_lf) FROM servers WHERE address IS NULL"),
		   "[null,\"address-temporary\",null,null,null,null,null,null]");
	out->close(store);
}

static void
keeps_each_certificate_once(void)
{
	void *store = out->open(":memory:");
	sqlite3 *db = store_database(store);

	begin(store, "list", false);
	sample_put(out, store, sample_host(1, "a.example", sample_server("192.0.2.1", "one")));
	sample_put(out, store, sample_host(2, "b.example", sample_server("192.0.2.2", "one")));
	sample_put(out, store, sample_host(3, "c.example", sample_server("192.0.2.3", "two")));
	for (int64_t i = 1; i <= 3; i++) {
		char name[] = "1.example";

		name[0] = (char)('0' + i);
		sample_put(out, store, sample_domain(name, i, 0));
	}
	CHECK(out->commit(store));
	CHECK_TEXT(ask(db, "SELECT count(*) FROM certificates"), "3");
	CHECK_TEXT(ask(db, "SELECT count(DISTINCT chain_sha256) FROM chains"), "2");
	CHECK_TEXT(ask(db, "SELECT group_concat(position, '') FROM chains"), "0101");
	/* printf one | sha256sum */
	CHECK_TEXT(ask(db, "SELECT leaf_sha256 FROM servers WHERE mx = 'a.example'"),
		   "7692c3ad3540bb803c020b3aee66cd8887123234ea0c6e7143c0add73ff431ed");
	CHECK_TEXT(ask(db, "SELECT count(*) FROM servers s JOIN chains c USING(chain_sha256)"
			   " WHERE c.position = 0 AND c.sha256 <> s.leaf_sha256"),
		   "0");
	CHECK_TEXT(
	    ask(db, "SELECT CAST(der AS TEXT) FROM certificates WHERE sha256 LIKE '7692%'"),
	    "one");
	out->close(store);
}

static void
describes_a_certificate(void)
{
	struct pki *leaf = pki_make(NULL, &(struct pki_spec){ .dns = "mx.example,*.example" });
	struct server_facts *f = sample_server("192.0.2.1", "leaf");
	void *store = out->open(":memory:");
	sqlite3 *db = store_database(store);

	free(f->chain);
	f->chain = pki_chain(1, leaf);
	begin(store, "list", false);
	CHECK(sample_put(out, store, sample_host(1, "mx.example", f)));
	CHECK_TEXT(ask(db,
		       "SELECT json_array(key_bits, signature, json(names), length(der) > 100,"
		       " length(sha256), length(spki_sha256), not_after) FROM certificates"),
		   "[256,\"ecdsa-with-SHA256\",[\"mx.example\",\"*.example\"],1,64,64,"
		   "\"2025-12-14T15:06:40Z\"]");
	pki_free(leaf);
	out->close(store);
}

static void
put_replies(void *store, const char *name, int host, const char *greeting, const char *ehlo,
	    const char *ehlo_tls)
{
	struct server_facts *f = sample_plain("192.0.2.1", OFFER_ABSENT, STARTTLS_HIDDEN);

	free(f->greeting_text);
	free(f->ehlo_text);
	f->greeting_text = mem_strdup(greeting);
	f->ehlo_text = mem_strdup(ehlo);
	f->ehlo_tls_text = mem_strdup(ehlo_tls);
	CHECK(sample_put(out, store, sample_host(host, name, f)));
	CHECK(sample_put(out, store, sample_domain(name, host, 0)));
	CHECK(out->commit(store));
}

/* The texts must come back as they were, wherever the first line ends, and whether or
 * not the greeting begins with it, which is when it is not stored again. */
static void
joins_the_reply_to_ehlo(void)
{
	enum { REPLIES = 5, GREETINGS = 6 };
	static const char *const replies[] = { "", "one", "one\n", "\n", "one\ntwo\n\nthree" };
	static const char *const greetings[] = { "one ESMTP", "one",         "",
						 " x",        "one\nmore x", NULL };
	void *store = out->open(":memory:");
	sqlite3 *db = store_database(store);

	begin(store, "list", false);
	for (int i = 0; i < REPLIES * GREETINGS; i++) {
		const char *ehlo = replies[i % REPLIES], *tls = replies[4 - i % REPLIES];
		const char *greeting = greetings[i / REPLIES];
		char name[32], sql[128];

		snprintf(name, sizeof name, "%d.example", i);
		put_replies(store, name, i + 1, greeting, ehlo, tls);
		snprintf(sql, sizeof sql, "SELECT ehlo_text FROM servers WHERE domain = '%s'",
			 name);
		CHECK_TEXT(ask(db, sql), ehlo);
		snprintf(sql, sizeof sql, "SELECT ehlo_tls_text FROM servers WHERE mx = '%s'",
			 name);
		CHECK_TEXT(ask(db, sql), tls);
	}
	/* Three replies begin with "one", as two greetings do; two with nothing. */
	CHECK_TEXT(ask(db, "SELECT count(*) FROM server WHERE ehlo_line IS NULL"), "10");
	out->close(store);
}

static void
address_targets_have_no_domain_row(void)
{
	void *store = out->open(":memory:");
	sqlite3 *db = store_database(store);
	struct record *named = sample_host(2, "mx.example", sample_server("192.0.2.2", "leaf"));

	named->host.of_address = true;
	begin(store, "list", false);
	sample_put(out, store, sample_host(1, NULL, sample_server("192.0.2.1", "leaf")));
	sample_put(out, store, sample_address("192.0.2.1", NULL, 1));
	sample_put(out, store, named);
	sample_put(out, store, sample_address("192.0.2.2,mx.example", "mx.example", 2));
	sample_put(out, store, sample_host(3, "a.example", sample_server("192.0.2.3", "leaf")));
	sample_put(out, store, sample_domain("a.example", 3, -1));
	CHECK(finish(store, SWEEP_COMPLETE));
	CHECK_TEXT(ask(db, "SELECT count(*) FROM domains"), "1");
	CHECK_TEXT(ask(db, "SELECT json_array(targets, domains, servers) FROM sweeps"),
		   "[3,1,3]");
	CHECK_TEXT(ask(db, "SELECT json_array(domain, mx, preference) FROM servers"
			   " WHERE address = '192.0.2.1'"),
		   "[null,null,null]");
	CHECK_TEXT(ask(db, "SELECT json_array(domain, mx, preference) FROM servers"
			   " WHERE address = '192.0.2.2'"),
		   "[\"mx.example\",\"mx.example\",null]");
	CHECK_TEXT(ask(db, "SELECT json_array(domain, mx, preference) FROM servers"
			   " WHERE address = '192.0.2.3'"),
		   "[\"a.example\",\"a.example\",null]");
	out->close(store);
}

struct told {
	char targets[256], hosts[256];
};

static void
hear_target(void *arg, const char *key)
{
	struct told *told = arg;

	strcat(strcat(told->targets, key), ";");
}

static void
hear_host(void *arg, int64_t id, const char *name, bool addressless)
{
	struct told *told = arg;
	size_t length = strlen(told->hosts);

	snprintf(told->hosts + length, sizeof told->hosts - length, "%lld %s%s;", (long long)id,
		 name, addressless ? " addressless" : "");
}

/* Two targets are committed, one is not, and the process is gone. */
static void
sweep_and_die(void)
{
	void *store = out->open(path);
	struct record *told = sample_domain("a.example", 1, 0);
	struct record *lost = sample_domain("c.example", 5, 0);
	struct record *named = sample_host(4, "mx.example", sample_server("192.0.2.9", "leaf"));

	named->host.of_address = true;
	begin(store, "list", false);
	sample_put(out, store, sample_host(1, "a.example", sample_server("192.0.2.1", "leaf")));
	sample_put(out, store,
		   sample_host(2, "b.example", sample_failure(NULL, TCP_NO_ADDRESS)));
	told->target.sts = sample_sts("version: STSv1\n");
	sample_put(out, store, told);
	sample_put(out, store, named);
	sample_put(out, store, sample_address("192.0.2.9,mx.example", "mx.example", 4));
	out->commit(store);
	sample_put(out, store, sample_host(5, "c.example", sample_server("192.0.2.3", "new")));
	lost->target.sts = sample_sts("version: STSv1\nmode: none\n");
	sample_put(out, store, lost);
	_exit(0);
}

static void
continues_a_killed_sweep(void)
{
	struct told told = { "", "" };
	struct resume resume = { hear_target, hear_host, &told };
	struct sweep_info info = sample_info("list");
	struct begun begun;
	void *store;
	pid_t child;

	new_path();
	child = fork();
	if (child == 0)
		sweep_and_die();
	waitpid(child, NULL, 0);
	CHECK_TEXT(ask_file("SELECT state || count(*) FROM sweeps"), "running1");
	CHECK_TEXT(ask_file("SELECT targets || ' ' || servers FROM sweeps"), "2 2");
	CHECK_TEXT(ask_file("SELECT group_concat(domain || mta_sts_fetch) FROM domains"),
		   "a.exampleok");
	CHECK_TEXT(ask_file("SELECT count(*) FROM policy"), "1");
	info.seed = 5;
	info.root_cas = trust;
	store = out->open(path);
	begun = out->begin(store, &info, false, &resume);
	CHECK(begun.continued && begun.sweep == 1 && begun.next_host == 5);
	CHECK(begun.seed == 0xfedcba9876543210);
	CHECK_TEXT(told.targets, "a.example;192.0.2.9,mx.example;");
	CHECK_TEXT(told.hosts, "1 a.example;2 b.example addressless;");
	sample_put(out, store, sample_host(5, "c.example", sample_server("192.0.2.3", "new")));
	sample_put(out, store, sample_domain("c.example", 5, 0));
	CHECK(finish(store, SWEEP_COMPLETE));
	out->close(store);
	CHECK_TEXT(
	    ask_file("SELECT json_array(sweep, started, finished, state, targets, domains,"
		     " servers) FROM sweeps"),
	    "[1,\"2026-09-21T14:13:20Z\",\"2026-09-21T15:13:20Z\",\"complete\",3,2,3]");
}

/* The hosts of two address targets are committed, the second target is not. */
static void
commit_between_host_and_target(void)
{
	void *store = out->open(path);
	struct record *named = sample_host(2, "mx.example", sample_server("192.0.2.2", "leaf"));
	struct record *kept = sample_host(4, "a.example", sample_server("192.0.2.4", "leaf"));

	named->host.of_address = true;
	begin(store, "list", false);
	sample_put(out, store, sample_host(1, NULL, sample_server("192.0.2.1", "leaf")));
	sample_put(out, store, sample_address("192.0.2.1", NULL, 1));
	sample_add_tlsa(named);
	sample_put(out, store, named);
	sample_put(out, store, sample_host(3, NULL, sample_server("192.0.2.3", "leaf")));
	sample_add_tlsa(kept);
	sample_put(out, store, kept);
	CHECK(out->commit(store));
	out->close(store);
}

/* Those targets are asked again, and their servers count once; the host of a name
 * stays for the domains that will want it. */
static void
continues_without_orphans(void)
{
	struct told told = { "", "" };
	struct resume resume = { hear_target, hear_host, &told };
	struct sweep_info info = sample_info("list");
	struct record *named = sample_host(5, "mx.example", sample_server("192.0.2.2", "leaf"));
	void *store;

	new_path();
	commit_between_host_and_target();
	info.root_cas = trust;
	store = out->open(path);
	CHECK(out->begin(store, &info, false, &resume).next_host == 5);
	CHECK_TEXT(told.targets, "192.0.2.1;");
	CHECK_TEXT(told.hosts, "4 a.example;");
	CHECK_TEXT(ask(store_database(store), "SELECT group_concat(DISTINCT host) FROM tlsa"),
		   "4");
	named->host.of_address = true;
	sample_put(out, store, named);
	sample_put(out, store, sample_address("192.0.2.2,mx.example", "mx.example", 5));
	sample_put(out, store, sample_host(6, NULL, sample_server("192.0.2.3", "leaf")));
	sample_put(out, store, sample_address("192.0.2.3", NULL, 6));
	sample_put(out, store, sample_domain("a.example", 4, -1));
	CHECK(finish(store, SWEEP_COMPLETE));
	CHECK_TEXT(ask(store_database(store), "SELECT count(*) FROM server"), "4");
	CHECK_TEXT(ask(store_database(store), "SELECT count(*) FROM pragma_foreign_key_check"),
		   "0");
	out->close(store);
	CHECK_TEXT(ask_file("SELECT json_array(targets, domains, servers) FROM sweeps"),
		   "[4,1,4]");
	CHECK_TEXT(ask_file("SELECT count(*) || ' ' || count(DISTINCT address) FROM servers"),
		   "4 4");
}

static void
begins_another_sweep_when_it_should(void)
{
	void *store;

	new_path();
	store = out->open(path);
	CHECK(begin(store, "list", false).sweep == 1);
	out->close(store);
	store = out->open(path);
	CHECK(begin(store, "other list", false).sweep == 2);
	CHECK_TEXT(ask_file("SELECT group_concat(state) FROM sweeps"), "interrupted,running");
	CHECK(finish(store, SWEEP_INTERRUPTED));
	out->close(store);
	CHECK_TEXT(ask_file("SELECT count(judged) FROM sweeps"), "1");
	store = out->open(path);
	CHECK(begin(store, "other list", false).sweep == 2);
	CHECK_TEXT(ask_file("SELECT count(judged) FROM sweeps"), "0");
	out->close(store);
	store = out->open(path);
	CHECK(begin(store, "other list", true).sweep == 3);
	out->close(store);
	store = out->open(path);
	CHECK(begin(store, "other list", false).sweep == 3);
	CHECK(finish(store, SWEEP_COMPLETE));
	out->close(store);
	store = out->open(path);
	CHECK(begin(store, "other list", false).sweep == 4);
	out->close(store);
}

static void
two_sweeps_do_not_mix(void)
{
	void *store;

	new_path();
	for (int i = 0; i < 2; i++) {
		struct begun begun;

		store = out->open(path);
		begun = begin(store, "list", false);
		CHECK(begun.next_host == i + 1);
		sample_put(out, store,
			   sample_host(begun.next_host, "mx.example",
				       i == 0 ? sample_server("192.0.2.1", "leaf")
					      : sample_failure("192.0.2.1", TCP_TIMEOUT)));
		sample_put(out, store, sample_domain("a.example", begun.next_host, 5));
		CHECK(finish(store, SWEEP_COMPLETE));
		out->close(store);
	}
	CHECK_TEXT(ask_file("SELECT group_concat(sweep || headline) FROM domains"),
		   "1encrypted,2untestable");
	CHECK_TEXT(ask_file("SELECT group_concat(sweep || tcp) FROM servers"
			    " WHERE mx = 'mx.example'"),
		   "1connected,2timeout");
}

/* Everything since the last commit is gone and can be put again. */
static void
failed_batch_is_put_again(void)
{
	char name[32], sql[64];
	void *store;
	sqlite3 *db;
	int kept = 0, failed = 0;

	new_path();
	store = out->open(path);
	db = store_database(store);
	begin(store, "list", false);
	snprintf(sql, sizeof sql, "PRAGMA max_page_count = %d",
		 atoi(ask(db, "PRAGMA page_count")) + 12);
	ask(db, sql);
	for (int i = 1; i < 3000 && failed == 0; i++) {
		snprintf(name, sizeof name, "host-%d.example", i);
		if (!sample_put(out, store,
				sample_host(i, name, sample_server("192.0.2.1", name))) ||
		    !sample_put(out, store, sample_domain(name, i, 0)) ||
		    (i % 10 == 0 && !out->commit(store)))
			failed = i;
		else if (i % 10 == 0)
			kept = i;
	}
	CHECK(failed > 0 && kept > 0);
	CHECK(strstr(out->error(store), "full") != NULL);
	snprintf(sql, sizeof sql, "%d", kept);
	CHECK_TEXT(ask_file("SELECT count(*) FROM servers"), sql);
	ask(db, "PRAGMA max_page_count = 1000000");
	for (int i = kept + 1; i <= failed; i++) {
		snprintf(name, sizeof name, "host-%d.example", i);
		CHECK(sample_put(out, store,
				 sample_host(i, name, sample_server("192.0.2.1", name))));
		CHECK(sample_put(out, store, sample_domain(name, i, 0)));
	}
	CHECK(out->commit(store));
	CHECK_TEXT(ask(db, "PRAGMA integrity_check"), "ok");
	CHECK_TEXT(ask(db, "SELECT count(*) FROM pragma_foreign_key_check"), "0");
	snprintf(sql, sizeof sql, "%d", failed);
	CHECK_TEXT(ask_file("SELECT count(*) FROM servers"), sql);
	out->close(store);
}

static bool
put_batch(void *store)
{
	char name[32];

	if (!sample_put(out, store,
			sample_host(1, "mx.example", sample_server("192.0.2.1", "leaf"))))
		return false;
	for (int i = 0; i < 1000; i++) {
		snprintf(name, sizeof name, "domain-%d.example", i);
		if (!sample_put(out, store, sample_domain(name, 1, 10)))
			return false;
	}
	return out->commit(store);
}

/* Wherever in a batch the disk is full, SQLite has ended the transaction, and what comes
 * after must not be written by itself. */
static void
disk_fills_anywhere(void)
{
	char sql[64];
	int full = 0;
	bool ok = false;

	for (int room = 0; !ok; room++) {
		void *store = out->open(":memory:");
		sqlite3 *db = store_database(store);

		begin(store, "list", false);
		snprintf(sql, sizeof sql, "PRAGMA max_page_count = %d",
			 atoi(ask(db, "PRAGMA page_count")) + room);
		ask(db, sql);
		ok = put_batch(store);
		full += !ok;
		CHECK(ok || strstr(out->error(store), "full") != NULL);
		CHECK_TEXT(ask(db, "SELECT count(*) FROM domain"), ok ? "1000" : "0");
		CHECK_TEXT(ask(db, "SELECT count(*) FROM name"), ok ? "1001" : "0");
		ask(db, "PRAGMA max_page_count = 1000000");
		CHECK(ok || put_batch(store));
		CHECK_TEXT(ask(db, "SELECT count(*) FROM servers WHERE mx = 'mx.example'"),
			   "1000");
		CHECK_TEXT(ask(db, "SELECT count(*) FROM pragma_foreign_key_check"), "0");
		out->close(store);
	}
	CHECK(full > 10);
}

/* Somebody's own trigger would run within our statements. */
static void
triggers_are_not_run(void)
{
	void *store;
	sqlite3 *db;

	new_path();
	out->close(out->open(path));
	CHECK(sqlite3_open(path, &db) == SQLITE_OK);
	CHECK(sql_run(db, "CREATE TRIGGER theirs AFTER INSERT ON domain BEGIN"
			  " SELECT RAISE(ABORT, 'no'); END"));
	sqlite3_close(db);
	store = out->open(path);
	begin(store, "list", false);
	CHECK(put_batch(store));
	CHECK_TEXT(ask_file("SELECT count(*) FROM domains"), "1000");
	out->close(store);
}

/* SQLite ends a transaction by itself when the disk is full, but not when a row
 * cannot be. */
static void
failed_row_takes_its_batch_along(void)
{
	void *store = out->open(":memory:");
	sqlite3 *db = store_database(store);

	begin(store, "list", false);
	CHECK(
	    sample_put(out, store, sample_host(1, "a.example", sample_server("::1", "leaf"))));
	CHECK(sample_put(out, store, sample_domain("a.example", 1, 0)));
	CHECK(
	    !sample_put(out, store, sample_host(1, "b.example", sample_server("::2", "new"))));
	CHECK(strstr(out->error(store), "UNIQUE") != NULL);
	CHECK(sqlite3_get_autocommit(db) && out->commit(store));
	CHECK_TEXT(ask(db, "SELECT count(*) FROM domains"), "0");
	CHECK_TEXT(ask(db, "SELECT count(*) FROM certificates"), "0");
	CHECK(
	    sample_put(out, store, sample_host(1, "a.example", sample_server("::1", "leaf"))));
	CHECK(out->commit(store));
	CHECK_TEXT(ask(db, "SELECT count(*) FROM certificates"), "2");
	out->close(store);
}

static void
list_may_have_no_path(void)
{
	void *store = out->open(":memory:");

	CHECK(begin(store, NULL, false).sweep == 1);
	CHECK_TEXT(ask(store_database(store), "SELECT '<' || input || '>' FROM sweeps"), "<>");
	out->close(store);
}

static void
readers_see_a_batch_at_once(void)
{
	void *store;

	new_path();
	store = out->open(path);
	begin(store, "list", false);
	sample_put(out, store,
		   sample_host(1, "mx.example", sample_server("192.0.2.1", "leaf")));
	sample_put(out, store, sample_domain("a.example", 1, 5));
	CHECK_TEXT(ask_file("SELECT count(*) FROM servers"), "0");
	CHECK(out->commit(store));
	CHECK_TEXT(ask_file("SELECT count(*) FROM servers"), "1");
	CHECK_TEXT(ask_file("SELECT servers FROM sweeps"), "1");
	CHECK_TEXT(ask_file("SELECT headline IS NULL FROM domains"), "1");
	out->close(store);
}

/* What opening the path says on stderr before it ends with 2. */
static const char *
refusal(void)
{
	static char line[512];
	int ends[2], status;
	ssize_t length;
	pid_t child;

	CHECK(pipe(ends) == 0);
	fflush(stdout);
	child = fork();
	if (child == 0) {
		dup2(ends[1], STDERR_FILENO);
		out->open(path);
		_exit(0);
	}
	close(ends[1]);
	length = read(ends[0], line, sizeof line - 1);
	line[length > 0 ? length : 0] = '\0';
	close(ends[0]);
	waitpid(child, &status, 0);
	CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 2);
	CHECK(length > 0 && strchr(line, '\n') == line + length - 1);
	return line;
}

static void
make_database(const char *sql)
{
	sqlite3 *db;

	CHECK(sqlite3_open(path, &db) == SQLITE_OK);
	CHECK(sql_run(db, sql));
	sqlite3_close(db);
}

/* The path is refused with these words, and the file stays as it was. */
static void
check_refused(const char *words)
{
	char before[8192], after[8192];
	int fd = open(path, O_RDONLY);
	ssize_t length = read(fd, before, sizeof before);
	char wal[160];

	CHECK(strstr(refusal(), words) != NULL);
	CHECK(pread(fd, after, sizeof after, 0) == length);
	CHECK(length > 0 && memcmp(before, after, (size_t)length) == 0);
	close(fd);
	snprintf(wal, sizeof wal, "%s-wal", path);
	CHECK(access(wal, F_OK) != 0);
}

static void
refuses_what_is_not_ours(void)
{
	new_path();
	make_database("PRAGMA journal_mode = WAL; CREATE TABLE t(a)");
	check_refused("not one of mxsweep");
	new_path();
	make_database("PRAGMA application_id = 1297634135; PRAGMA user_version = 99;"
		      "CREATE TABLE t(a)");
	check_refused("newer mxsweep (schema 99, this one knows 5)");
	new_path();
	CHECK(close(open(path, O_CREAT | O_WRONLY, 0600)) == 0);
	CHECK(truncate(path, 50) == 0);
	check_refused("not a database");
	CHECK(truncate(path, 5000) == 0);
	check_refused("not a database");
}

/* Version 0: ours by its id, with a view of another day that the tables of today do
 * not fit. */
static void
migrates_from_nothing(void)
{
	void *store;
	sqlite3 *db;

	new_path();
	make_database("PRAGMA application_id = 1297634135;"
		      "CREATE VIEW sweeps AS SELECT 1 AS of_another_day");
	store = out->open(path);
	db = store_database(store);
	CHECK_TEXT(ask(db, "PRAGMA user_version"), "5");
	CHECK_TEXT(ask(db, "SELECT count(*) FROM pragma_table_info('sweeps')"
			   " WHERE name = 'of_another_day'"),
		   "0");
	CHECK_TEXT(ask(db, "SELECT count(*) FROM sweeps"), "0");
	out->close(store);
}

static void
refuses_what_is_no_file(void)
{
	snprintf(path, sizeof path, "%s", folder);
	CHECK(strstr(refusal(), "is a directory") != NULL);
	snprintf(path, sizeof path, "/dev/null");
	CHECK(strstr(refusal(), "is not a regular file") != NULL);
	snprintf(path, sizeof path, "%s/none/x.db", folder);
	CHECK(strstr(refusal(), "No such file") != NULL);
	snprintf(path, sizeof path, "/proc/x.db");
	CHECK(strstr(refusal(), "/proc") != NULL);
}

static void
refuses_a_database_in_use(void)
{
	void *store;

	new_path();
	store = out->open(path);
	begin(store, "list", false);
	CHECK(strstr(refusal(), "another mxsweep is writing to it") != NULL);
	CHECK(sample_put(out, store, sample_domain("a.example", 0, 0)));
	CHECK(out->commit(store));
	out->close(store);
	CHECK_TEXT(ask_file("SELECT count(*) FROM domains"), "1");
}

/* A host may have more than one way to be named by a target. */
static void
same_host_twice_is_one_row(void)
{
	void *store = out->open(":memory:");
	struct record *domain = sample_domain("a.example", 1, 20);

	record_add_link(domain, 10, 1);
	begin(store, "list", false);
	sample_put(out, store,
		   sample_host(1, "mx.example", sample_server("192.0.2.1", "leaf")));
	CHECK(sample_put(out, store, domain));
	CHECK(sample_put(out, store, sample_domain("a.example", 1, 30)));
	CHECK(out->commit(store));
	CHECK_TEXT(ask(store_database(store), "SELECT group_concat(preference) FROM servers"),
		   "10");
	out->close(store);
}

int
main(void)
{
	struct pki *root = pki_make(NULL, &(struct pki_spec){ .cn = "Root", .ca = true });
	char command[160];

	folder = sample_folder();
	trust = pki_store(1, root);
	RUN(views_have_their_columns);
	RUN(keeps_every_fact);
	RUN(keeps_each_certificate_once);
	RUN(describes_a_certificate);
	RUN(joins_the_reply_to_ehlo);
	RUN(address_targets_have_no_domain_row);
	RUN(continues_a_killed_sweep);
	RUN(continues_without_orphans);
	RUN(begins_another_sweep_when_it_should);
	RUN(two_sweeps_do_not_mix);
	RUN(failed_batch_is_put_again);
	RUN(disk_fills_anywhere);
	RUN(triggers_are_not_run);
	RUN(failed_row_takes_its_batch_along);
	RUN(list_may_have_no_path);
	RUN(readers_see_a_batch_at_once);
	RUN(refuses_what_is_not_ours);
	RUN(migrates_from_nothing);
	RUN(refuses_what_is_no_file);
	RUN(refuses_a_database_in_use);
	RUN(same_host_twice_is_one_row);
	snprintf(command, sizeof command, "rm -r %s", folder);
	unlink(trust);
	free(trust);
	pki_free(root);
	return test_end() | system(command);
}
