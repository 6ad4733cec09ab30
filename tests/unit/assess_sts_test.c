/* SPDX-License-Identifier: Apache-2.0 */
/* assess over MTA-STS policies: of servers, of domains, and their history. */
#include "tests/unit/assessing.h"

#define ENFORCED "version: STSv1\nmode: enforce\nmx: *.example\nmax_age: 604800\n"

static const char *next_id; /* NULL: that of sample_sts, which is as long */

/* A domain with a policy, its one host has another name. */
static void
add_sts(const char *domain, const char *mx, const char *body, struct server_facts *facts)
{
	struct record *target;
	struct sts_policy policy;
	struct sts_facts *sts = sample_sts(body);

	judge.policy(sts->body, sts->body_length, &policy);
	sts->policy = policy.word;
	sts->mode = policy.mode;
	sts->max_age = policy.max_age;
	sts->started = now * 1000000;
	if (next_id != NULL)
		strcpy(sts->id, next_id);
	judge.policy_clear(&policy);
	put(sample_host(++hosts, mx, facts));
	target = sample_domain(domain, hosts, 0);
	target->target.sts = sts;
	put(target);
}

static void
add_record_only(const char *domain, enum sts_record_word word, enum sts_fetch_word fetch)
{
	struct record *target = sample_domain(domain, 0, 0);

	target->target.sts = sts_facts_new();
	target->target.sts->record = word;
	target->target.sts->fetch = fetch;
	put(target);
}

static struct server_facts *
good_server(const char *name)
{
	return sample_server("192.0.2.1", name);
}

#define STS "s.mta_sts, d.mta_sts, headline"

static void
judges_servers_by_policy(void)
{
	static const char testing[] =
	    "version: STSv1\r\nmode: testing\r\nmx: mx.example\r\nmax_age: 86400\r\n";
	static const char none[] = "version: STSv1\nmode: none\nmax_age: 86400\n";

	begin_first();
	add_sts("good", "a.example", ENFORCED, good_server("a.example"));
	add_sts("unlisted", "mx.elsewhere", ENFORCED, good_server("mx.elsewhere"));
	add_sts("wrong", "b.example", ENFORCED, good_server("other"));
	add_sts("common", "c.example", ENFORCED, good_server("c.example cn-only"));
	add_sts("plain", "d.example", ENFORCED,
		sample_plain("192.0.2.1", OFFER_ABSENT, STARTTLS_NOT_OFFERED));
	add_sts("silent", "e.example", ENFORCED, sample_failure(NULL, TCP_NO_ADDRESS));
	add_sts("tested", "f.example", testing, good_server("f.example"));
	add_sts("nothing", "g.example", none, good_server("g.example"));
	add_sts("broken", "h.example", "version: STSv2\n", good_server("h.example"));
	assess();
	CHECK_TEXT(server(STS, "good"), "[\"ok\",\"ok\",\"secure-mta-sts\"]");
	CHECK_TEXT(server(STS, "unlisted"), "[\"unlisted\",\"failing\",\"broken-mta-sts\"]");
	CHECK_TEXT(server(STS, "wrong"),
		   "[\"bad-certificate\",\"failing\",\"broken-mta-sts\"]");
	CHECK_TEXT(server(STS, "common"),
		   "[\"bad-certificate\",\"failing\",\"broken-mta-sts\"]");
	CHECK_TEXT(server(STS, "plain"), "[\"no-starttls\",\"failing\",\"broken-mta-sts\"]");
	CHECK_TEXT(server(STS, "silent"), "[\"unknown\",\"unknown\",\"untestable\"]");
	CHECK_TEXT(server(STS, "tested"), "[\"unlisted\",\"failing\",\"authenticated\"]");
	CHECK_TEXT(server(STS, "nothing"), "[null,\"none\",\"authenticated\"]");
	CHECK_TEXT(server(STS, "broken"), "[null,\"broken-policy\",\"broken-mta-sts\"]");
	end();
}

static const char *
lints(const char *domain)
{
	char *sql = mem_printf("SELECT mta_sts_lint FROM domains WHERE sweep = %lld AND"
			       " domain = '%s'",
			       (long long)sweep, domain);
	const char *answer = ask(db, sql);

	free(sql);
	return answer;
}

static void
finds_what_is_odd(void)
{
	struct record *target;

	begin_first();
	add_sts("good", "a.example", ENFORCED, good_server("a.example"));
	add_sts("unlisted", "mx.elsewhere", ENFORCED, good_server("mx.elsewhere"));
	put(sample_host(++hosts, "b.example", good_server("b.example")));
	target = sample_domain("html", hosts, 0);
	target->target.sts = sample_sts(ENFORCED);
	free(target->target.sts->content_type);
	target->target.sts->content_type = mem_strdup("text/html");
	put(target);
	assess();
	CHECK_TEXT(lints("good"), "(null)");
	CHECK(strstr(lints("unlisted"), "unlisted-mx") != NULL);
	CHECK_TEXT(lints("html"), "content-type");
	end();
}

/* Weeks 0, 1 and 2 of one database; sample_sts gives every record the same id. */
static void
remembers_policies(void)
{
	static const char other[] =
	    "version: STSv1\nmode: enforce\nmx: *.example\nmax_age: 2592000\n";
	static const char short_lived[] =
	    "version: STSv1\nmode: enforce\nmx: *.example\nmax_age: 90000\n";
	static const char *const all[] = { "bumped", "same",    "gone",   "noted",
					   "late",   "lost",    "broken", "silent",
					   "empty",  "renewed", "came" };

	begin_file();
	for (size_t i = 0; i < sizeof all / sizeof *all - 1; i++)
		add_sts(all[i], "mx.example", i == 4 ? short_lived : other,
			good_server("mx.example"));
	assess();
	CHECK_TEXT(ask(db, "SELECT count(mta_sts_lint) FROM domains"), "0");
	end();
	begin(7);
	add_sts("bumped", "mx.example", ENFORCED, good_server("mx.example"));
	add_sts("same", "mx.example", other, good_server("mx.example"));
	add_sts("came", "mx.example", other, good_server("mx.example"));
	add_sts("noted", "mx.example", "version: STSv1\nmode: none\nmax_age: 2592000\n",
		good_server("mx.example"));
	add_sts("empty", "mx.example", "", good_server("mx.example"));
	add_record_only("gone", STS_RECORD_NONE, 0);
	add_record_only("late", STS_RECORD_NONE, 0);
	add_record_only("lost", STS_RECORD_OK, STS_FETCH_HTTP_404);
	add_record_only("broken", STS_RECORD_OK, STS_FETCH_TLS_EXPIRED);
	add_record_only("silent", STS_RECORD_OK, STS_FETCH_TCP);
	next_id = "20261001";
	add_sts("renewed", "mx.example", ENFORCED, good_server("mx.example"));
	next_id = NULL;
	for (int again = 0; again < 2; again++) {
		assess();
		CHECK_TEXT(lints("bumped"), "id-not-bumped");
		CHECK_TEXT(lints("same"), "(null)");
		CHECK_TEXT(lints("renewed"), "(null)");
		CHECK_TEXT(lints("came"), "(null)");
		CHECK_TEXT(lints("noted"), "id-not-bumped");
		CHECK_TEXT(lints("gone"), "removed-improperly");
		CHECK_TEXT(lints("late"), "(null)");
		CHECK_TEXT(lints("lost"), "removed-improperly");
		CHECK_TEXT(lints("broken"), "(null)");
		CHECK_TEXT(lints("silent"), "(null)");
		CHECK(strstr(lints("empty"), "id-not-bumped,removed-improperly") != NULL);
	}
	end();
	begin(14);
	add_record_only("gone", STS_RECORD_NONE, 0);
	add_record_only("noted", STS_RECORD_NONE, 0);
	add_record_only("silent", STS_RECORD_TEMPORARY, 0);
	add_record_only("same", STS_RECORD_OK, STS_FETCH_DNS);
	add_sts("empty", "mx.example", "", good_server("mx.example"));
	add_record_only("bumped", STS_RECORD_NONE, 0); /* of week 1: a week, just over */
	assess();
	CHECK_TEXT(lints("gone"), "removed-improperly");
	CHECK_TEXT(lints("noted"), "(null)");
	CHECK_TEXT(lints("silent"), "(null)");
	CHECK(strstr(lints("empty"), "removed-improperly") != NULL);
	CHECK(strstr(lints("empty"), "id-not-bumped") == NULL); /* last week's body */
	CHECK_TEXT(lints("same"), "(null)");                    /* DNS may only be down */
	CHECK_TEXT(lints("bumped"), "(null)");
	end_file();
}

int
main(void)
{
	folder = sample_folder();
	RUN(judges_servers_by_policy);
	RUN(finds_what_is_odd);
	RUN(remembers_policies);
	CHECK(rmdir(folder) == 0);
	return test_end();
}
