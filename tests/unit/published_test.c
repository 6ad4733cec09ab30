/* SPDX-License-Identifier: Apache-2.0 */
/* DANE, MTA-STS and TLSRPT in the database: from records to the public views. */
#include <jansson.h>

#include "output/record_json.h"
#include "output/store.h"
#include "tests/unit/ask.h"
#include "tests/unit/sample.h"
#include "tests/unit/test.h"

static const struct output *const out = &output_sqlite;

static void *
begin(void)
{
	struct sweep_info info = sample_info("list");
	void *store = out->open(":memory:");

	CHECK(out->begin(store, &info, false, &sample_no_resume).sweep == 1);
	return store;
}

static void
put_domain(void *store, const char *name, int64_t host, struct sts_facts *sts)
{
	struct record *domain = sample_domain(name, host, 10);

	domain->target.sts = sts;
	CHECK(sample_put(out, store, domain) && out->commit(store));
}

/* Every foreign key holds, and the database lets go of everything. */
static void
end(void *store)
{
	CHECK(out->commit(store));
	CHECK_TEXT(ask(store_database(store), "SELECT count(*) FROM pragma_foreign_key_check"),
		   "0");
	out->close(store);
}

static void
keeps_what_a_host_publishes(void)
{
	void *store = begin();
	sqlite3 *db = store_database(store);
	struct record *host = sample_host(1, "mx.example", sample_server("192.0.2.1", "leaf"));

	sample_add_tlsa(host);
	tlsa_set_add(&host->host.tlsa, (const uint8_t *)"\3\1\1", 3);
	tlsa_set_add(&host->host.tlsa, (const uint8_t *)"", 0);
	CHECK(sample_put(out, store, host));
	CHECK_TEXT(ask(db, "SELECT json_array(h.tlsa, h.tlsa_secure, b.name, e.name)"
			   " FROM host h JOIN name b ON b.id = h.tlsa_base"
			   " JOIN name e ON e.id = h.expanded"),
		   "[\"found\",1,\"mx.hoster.example\",\"mx.hoster.example\"]");
	CHECK_TEXT(ask(db, "SELECT json_array(sweep, mx, base_domain, usage, selector,"
			   " matching, data, security, usable) FROM tlsa_records"
			   " WHERE length(data) = 64"),
		   "[1,\"mx.example\",\"mx.hoster.example\",3,1,1,\"ab"
		   "000000000000000000000000000000000000000000000000000000000000"
		   "cd\",\"secure\",1]");
	CHECK_TEXT(ask(db, "SELECT group_concat(coalesce(usage || selector || matching, '-')"
			   " || ':' || data || ':' || usable) FROM tlsa_records"
			   " WHERE length(data) < 64"),
		   "-:0301:0,311::0,-::0");
	put_domain(store, "a.example", 1, NULL);
	end(store);
}

static void
keeps_the_word_of_the_look_up(void)
{
	void *store = begin();
	sqlite3 *db = store_database(store);
	char sql[64];

	for (int i = 0; i < words_count(WORDS_TLSA); i++) {
		struct record *host =
		    sample_host(i + 1, NULL, sample_failure("192.0.2.1", TCP_TIMEOUT));

		host->host.tlsa.lookup = (enum tlsa_word)i;
		CHECK(sample_put(out, store, host));
		snprintf(sql, sizeof sql, "SELECT tlsa FROM host WHERE id = %d", i + 1);
		CHECK_TEXT(ask(db, sql), i > 0 ? word(WORDS_TLSA, i) : "(null)");
	}
	CHECK_TEXT(ask(db, "SELECT group_concat(tlsa_secure) FROM host"), "0,0,0,0,0");
	CHECK_TEXT(ask(db, "SELECT count(*) FROM tlsa_records"), "0");
	end(store);
}

static void
keeps_what_a_domain_publishes(void)
{
	void *store = begin();
	sqlite3 *db = store_database(store);
	struct record *domain = sample_domain("a.example", 0, 0);

	domain->target.expanded = mem_strdup("b.example");
	domain->target.sts = sample_sts("version: STSv1\nmode: enforce\n");
	domain->target.tlsrpt = sample_tlsrpt();
	CHECK(sample_put(out, store, domain) && out->commit(store));
	CHECK_TEXT(ask(db, "SELECT json_array(mta_sts_record, mta_sts_fetch, mta_sts_policy,"
			   " mta_sts_mode, mta_sts_max_age, mta_sts_id, mta_sts_text,"
			   " mta_sts_alias, mta_sts_address, mta_sts_http_status,"
			   " mta_sts_content_type, mta_sts_detail, mta_sts_policy_text)"
			   " FROM domains"),
		   "[\"ok\",\"ok\",\"ok\",\"enforce\",604800,\"20260921\","
		   "\"v=STSv1; id=20260921;\",\"sts.hoster.example\",\"2001:db8::80\",200,"
		   "\"text/plain; charset=utf-8\",null,"
		   "\"version: STSv1\\nmode: enforce\\n\"]");
	CHECK_TEXT(ask(db, "SELECT json_array(tlsrpt, tlsrpt_rua, tlsrpt_text, dane, mta_sts,"
			   " mta_sts_lint, policy_list) FROM domains"),
		   "[\"ok\",\"mailto:a@example.org,https://x.example/\","
		   "\"v=TLSRPTv1; rua=mailto:a@example.org,https://x.example/\","
		   "null,null,null,null]");
	CHECK_TEXT(ask(db, "SELECT json_array(attempts, started, duration_ms) FROM mta_sts"),
		   "[2,1790000001,250]");
	CHECK_TEXT(ask(db, "SELECT expanded FROM domain"), "b.example");
	end(store);
}

static void
keeps_why_there_is_no_policy(void)
{
	void *store = begin();
	sqlite3 *db = store_database(store);
	struct sts_facts *sts = sts_facts_new();

	sts->record = STS_RECORD_OK;
	sts->fetch = STS_FETCH_TLS_EXPIRED;
	sts->detail = mem_strdup("certificate has expired");
	sts->attempts = 1;
	put_domain(store, "a.example", 0, sts);
	CHECK_TEXT(ask(db, "SELECT json_array(mta_sts_record, mta_sts_fetch, mta_sts_detail,"
			   " mta_sts_policy, mta_sts_mode, mta_sts_max_age, mta_sts_address,"
			   " mta_sts_http_status, mta_sts_policy_text) FROM domains"),
		   "[\"ok\",\"tls-expired\",\"certificate has expired\",null,null,null,null,"
		   "null,null]");
	CHECK_TEXT(ask(db, "SELECT json_array(attempts, started, duration_ms) FROM mta_sts"),
		   "[1,null,null]");
	end(store);
}

/* The word of the record says it all where there is no record. */
static void
tells_more_only_of_records(void)
{
	void *store = begin();
	sqlite3 *db = store_database(store);
	char name[] = "a.example";

	put_domain(store, "not-asked.example", 0, NULL);
	for (int i = 1; i < words_count(WORDS_STS_RECORD); i++) {
		struct sts_facts *sts = sts_facts_new();

		name[0] = (char)('a' + i);
		sts->record = (enum sts_record_word)i;
		sts->record_text = mem_strdup(i == STS_RECORD_NONE ? NULL : "v=STSv1");
		put_domain(store, name, 0, sts);
	}
	CHECK_TEXT(ask(db, "SELECT group_concat(mta_sts_record) FROM domains"
			   " WHERE mta_sts_text IS NULL"),
		   "none,temporary");
	CHECK_TEXT(ask(db, "SELECT count(*) FROM mta_sts WHERE attempts IS NULL"), "7");
	CHECK_TEXT(ask(db, "SELECT mta_sts_record IS NULL FROM domains"
			   " WHERE domain = 'not-asked.example'"),
		   "1");
	end(store);
}

/* Tranco lists have their doubles; the first that came stays. */
static void
same_domain_twice_is_one_row(void)
{
	void *store = begin();

	put_domain(store, "a.example", 0, sample_sts("one"));
	put_domain(store, "a.example", 0, sample_sts("two"));
	CHECK_TEXT(ask(store_database(store), "SELECT group_concat(mta_sts_policy_text)"
					      " FROM domains"),
		   "one");
	end(store);
}

struct body {
	const char *bytes;
	size_t length;
	const char *text;
};

#define BODY(bytes, text)                                                                      \
	{                                                                                      \
		bytes, sizeof bytes - 1, text                                                  \
	}

static const struct body bodies[] = {
	BODY("", ""),
	BODY("version: STSv1\r\nmx: a\r\n", "version: STSv1\r\nmx: a\r\n"),
	BODY("a\rb\r\r\n", "a\\x0db\\x0d\r\n"),
	BODY("caf\xc3\xa9\n", "caf\xc3\xa9\n"),
	BODY("\0hidden\n", "\\x00hidden\n"),
	BODY("mode: enforce\n\0", "mode: enforce\n\\x00"),
	BODY("\xff\xfe\x1b[2J", "\\xff\\xfe\\x1b[2J"),
	BODY("\\x0d\n", "\\x5cx0d\n"),
	BODY("\r", "\\x0d"),
	BODY("'); DROP TABLE policy; --", "'); DROP TABLE policy; --"),
};
enum { BODIES = sizeof bodies / sizeof *bodies };

static void
put_bodies(void *store, char first)
{
	char name[] = "a.example";

	for (int i = 0; i < BODIES; i++) {
		struct sts_facts *sts = sample_sts("");

		name[0] = (char)(first + i);
		free(sts->body);
		sts->body = mem_dup(bodies[i].bytes, bodies[i].length);
		sts->body_length = bodies[i].length;
		put_domain(store, name, 0, sts);
	}
}

static void
keeps_each_body_once_as_it_came(void)
{
	void *store = begin();
	sqlite3 *db = store_database(store);
	char sql[128];

	put_bodies(store, 'a');
	put_bodies(store, 'A');
	CHECK_TEXT(ask(db, "SELECT count(*) || ' ' || total(typeof(body) = 'blob')"
			   " FROM policy"),
		   "10 10.0");
	/* printf '' | sha256sum */
	CHECK_TEXT(ask(db, "SELECT lower(hex(sha256)) FROM policy WHERE body = x''"),
		   "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
	for (int i = 0; i < BODIES; i++) {
		sqlite3_stmt *s = sql_prepare(db, "SELECT p.body FROM policy p WHERE id = ?1");

		sqlite3_bind_int(s, 1, i + 1);
		CHECK(sqlite3_step(s) == SQLITE_ROW);
		CHECK((size_t)sqlite3_column_bytes(s, 0) == bodies[i].length);
		CHECK(bodies[i].length == 0 || memcmp(sqlite3_column_blob(s, 0),
						      bodies[i].bytes, bodies[i].length) == 0);
		sqlite3_finalize(s);
		snprintf(sql, sizeof sql,
			 "SELECT mta_sts_policy_text FROM domains WHERE domain = '%c.example'",
			 'A' + i);
		CHECK_TEXT(ask(db, sql), bodies[i].text);
	}
	end(store);
}

/* Whatever bytes a policy host gives, they come back, and their text is text. */
static void
keeps_any_byte(void)
{
	void *store = begin();
	sqlite3 *db = store_database(store);
	struct sts_facts *sts = sample_sts("");
	size_t length = 65536;

	free(sts->body);
	sts->body = mem_alloc(length);
	sts->body_length = length;
	for (size_t i = 0; i < length; i++)
		sts->body[i] = (uint8_t)(i * 2654435761U >> 13);
	put_domain(store, "a.example", 0, sts);
	CHECK_TEXT(ask(db, "SELECT length(body) FROM policy"), "65536");
	CHECK_TEXT(ask(db, "SELECT mta_sts_policy_text GLOB '*' || char(27) || '*' FROM"
			   " domains"),
		   "0");
	CHECK_TEXT(ask(db, "SELECT length(mta_sts_policy_text) > 65536 FROM domains"), "1");
	end(store);
}

/* The word of a server, by its host's look-up, its domain's MX records and, where
 * records were found, what was judged of it and of the link. */
static const struct {
	enum tlsa_word tlsa;
	enum security_word mx;
	const char *server, *link, *want;
} danes[] = {
	{ 0, SECURITY_SECURE, NULL, NULL, NULL },
	{ 0, SECURITY_INSECURE, NULL, NULL, NULL },
	{ TLSA_FOUND, SECURITY_INSECURE, "mismatch", NULL, "insecure-mx" },
	{ TLSA_NONE, SECURITY_INSECURE, NULL, NULL, "insecure-mx" },
	{ TLSA_FOUND, SECURITY_BOGUS, "ok-ee", NULL, "unknown" },
	{ TLSA_FOUND, SECURITY_INDETERMINATE, "ok-ee", NULL, "unknown" },
	{ TLSA_NONE, 0, NULL, NULL, "unknown" },
	{ TLSA_NONE, SECURITY_SECURE, NULL, NULL, "no-tlsa" },
	{ TLSA_FAILED, SECURITY_SECURE, NULL, NULL, "lookup-failed" },
	{ TLSA_INSECURE_HOST, SECURITY_SECURE, NULL, NULL, "insecure-host" },
	{ TLSA_UNKNOWN, SECURITY_SECURE, NULL, NULL, "unknown" },
	{ TLSA_FOUND, SECURITY_SECURE, "ok-ee", NULL, "ok-ee" },
	{ TLSA_FOUND, SECURITY_SECURE, "name-mismatch", NULL, "name-mismatch" },
	{ TLSA_FOUND, SECURITY_SECURE, "name-mismatch", "ok-ta", "ok-ta" },
};
enum { DANES = sizeof danes / sizeof *danes };

static void
put_dane(void *store, int i)
{
	sqlite3 *db = store_database(store);
	char name[] = "a.example", sql[160];
	struct record *host =
	    sample_host(i + 1, name, sample_failure("192.0.2.1", TCP_TIMEOUT));
	struct record *domain;

	name[0] = (char)('a' + i);
	domain = sample_domain(name, i + 1, 10);
	domain->target.mx_security = danes[i].mx;
	host->host.tlsa.lookup = danes[i].tlsa;
	CHECK(sample_put(out, store, host) && sample_put(out, store, domain));
	CHECK(out->commit(store));
	snprintf(sql, sizeof sql,
		 "INSERT INTO server_verdict(host, position, dane, dane_reason, dane_lint)"
		 " VALUES(%d, 0, nullif('%s', ''), 'stale', 'no-spare,full')",
		 i + 1, danes[i].server != NULL ? danes[i].server : "");
	CHECK(sql_run(db, sql));
	if (danes[i].link == NULL)
		return;
	snprintf(sql, sizeof sql,
		 "INSERT INTO link_verdict SELECT 1, name, host, 0, '%s', 'unlisted'"
		 " FROM domain JOIN mx_host USING(mx_set) WHERE host = %d",
		 danes[i].link, i + 1);
	CHECK(sql_run(db, sql));
}

static void
shows_dane_of_each_server(void)
{
	void *store = begin();
	sqlite3 *db = store_database(store);
	char sql[64];

	for (int i = 0; i < DANES; i++)
		put_dane(store, i);
	CHECK_TEXT(ask(db, "SELECT count(*) || ' ' || count(dane) FROM servers"), "14 0");
	CHECK(sql_run(db, "UPDATE sweep SET judged = 1790000000"));
	for (int i = 0; i < DANES; i++) {
		snprintf(sql, sizeof sql, "SELECT dane FROM servers WHERE host = %d", i + 1);
		CHECK_TEXT(ask(db, sql), danes[i].want != NULL ? danes[i].want : "(null)");
	}
	CHECK_TEXT(ask(db, "SELECT group_concat(mta_sts || host) FROM servers"), "unlisted14");
	CHECK_TEXT(ask(db, "SELECT group_concat(DISTINCT dane_reason || ' ' || dane_lint)"
			   " FROM servers"),
		   "stale no-spare,full");
	end(store);
}

/* One host of two domains: what one domain's name excuses, the other's does not. */
static void
link_verdicts_are_of_their_domain(void)
{
	void *store = begin();
	sqlite3 *db = store_database(store);
	struct record *host = sample_host(1, "mx.example", sample_server("192.0.2.1", "leaf"));

	record_add_server(host, sample_server("192.0.2.2", "leaf"));
	host->host.tlsa.lookup = TLSA_FOUND;
	CHECK(sample_put(out, store, host));
	for (int i = 0; i < 2; i++) {
		struct record *domain =
		    sample_domain(i == 0 ? "a.example" : "b.example", 1, 10);

		domain->target.mx_security = SECURITY_SECURE;
		CHECK(sample_put(out, store, domain));
	}
	CHECK(out->commit(store));
	CHECK(sql_run(
	    db,
	    "UPDATE sweep SET judged = 1;"
	    "INSERT INTO server_verdict(host, position, dane) VALUES(1, 0, 'name-mismatch'),"
	    " (1, 1, 'ok-ee');"
	    "INSERT INTO link_verdict SELECT 1, id, 1, 0, 'ok-ta', NULL FROM name"
	    " WHERE name = 'b.example'"));
	CHECK_TEXT(ask(db, "SELECT group_concat(line) FROM (SELECT domain || ' ' || address ||"
			   " ' ' || dane AS line FROM servers ORDER BY domain, address)"),
		   "a.example 192.0.2.1 name-mismatch,a.example 192.0.2.2 ok-ee,"
		   "b.example 192.0.2.1 ok-ta,b.example 192.0.2.2 ok-ee");
	end(store);
}

static void
address_targets_have_neither(void)
{
	void *store = begin();
	sqlite3 *db = store_database(store);

	CHECK(sample_put(out, store, sample_host(1, NULL, sample_server("192.0.2.1", "leaf"))));
	CHECK(sample_put(out, store, sample_address("192.0.2.1", NULL, 1)));
	CHECK(sql_run(db, "UPDATE sweep SET judged = 1"));
	CHECK_TEXT(ask(db, "SELECT json_array(dane, mta_sts, dane_reason, dane_lint)"
			   " FROM servers"),
		   "[null,null,null,null]");
	end(store);
}

static void
shows_verdicts_of_domains(void)
{
	void *store = begin();
	sqlite3 *db = store_database(store);

	put_domain(store, "a.example", 0, NULL);
	CHECK(sql_run(db, "INSERT INTO verdict(id, headline, dane, mta_sts)"
			  " VALUES(7, 'broken-dane', 'broken', 'failing');"
			  "INSERT INTO domain_verdict SELECT sweep, name, 7,"
			  " 'content-type,blank-line', NULL FROM domain"));
	CHECK_TEXT(ask(db, "SELECT json_array(headline, dane, mta_sts, mta_sts_lint)"
			   " FROM domains"),
		   "[\"broken-dane\",\"broken\",\"failing\",\"content-type,blank-line\"]");
	end(store);
}

/* The keys of an object are columns of a view, but for those that are left out. */
static void
check_keys(sqlite3 *db, const char *view, json_t *object, const char *left_out)
{
	char sql[160];
	const char *key;
	json_t *value;
	int columns = 0;

	json_object_foreach (object, key, value) {
		if (strstr(left_out, key) != NULL)
			continue;
		snprintf(sql, sizeof sql,
			 "SELECT name FROM pragma_table_info('%s') WHERE name = '%s'", view,
			 key);
		CHECK_TEXT(ask(db, sql), key);
		columns++;
	}
	CHECK(columns > 5);
	json_decref(object);
}

static void
json_lines_have_the_same_names(void)
{
	void *store = begin();
	sqlite3 *db = store_database(store);
	struct record *host = sample_host(1, "mx.example", sample_server("::1", "leaf"));
	struct record *domain = sample_domain("a.example", 1, 10);
	json_t *object;

	sample_add_tlsa(host);
	object = record_json_server(host, 0);
	check_keys(db, "tlsa_records",
		   json_deep_copy(json_array_get(json_object_get(object, "tlsa_records"), 0)),
		   "");
	check_keys(db, "servers", object, "record certificates tlsa tlsa_base tlsa_records");
	check_keys(db, "domains", record_json_target(domain), "record target");
	record_free(host);
	record_free(domain);
	end(store);
}

int
main(void)
{
	RUN(keeps_what_a_host_publishes);
	RUN(keeps_the_word_of_the_look_up);
	RUN(keeps_what_a_domain_publishes);
	RUN(keeps_why_there_is_no_policy);
	RUN(tells_more_only_of_records);
	RUN(same_domain_twice_is_one_row);
	RUN(keeps_each_body_once_as_it_came);
	RUN(keeps_any_byte);
	RUN(shows_dane_of_each_server);
	RUN(link_verdicts_are_of_their_domain);
	RUN(address_targets_have_neither);
	RUN(shows_verdicts_of_domains);
	RUN(json_lines_have_the_same_names);
	return test_end();
}
