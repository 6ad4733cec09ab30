/* SPDX-License-Identifier: Apache-2.0 */
/* A list against two sweeps, a week apart: what is told, counted and marked. */
#include "output/policy/policy_audit.h"

#include "tests/unit/assessing.h"

#define HEAD                                                                                   \
	"{\"timestamp\": \"2026-01-01T00:00:00Z\", \"expires\": \"2026-01-15T00:00:00Z\","     \
	" \"version\": \"0.1\", \"policy-aliases\": {\"all\": {\"mode\": \"testing\","         \
	" \"mxs\": [\".example.org\"]}}, \"policies\": {"

static char told[4096];
static struct policy_audit_counts counts;

static void
note(const char *says, void *arg)
{
	size_t used = strlen(told);

	CHECK(arg == told);
	snprintf(told + used, sizeof told - used, "%s\n", says);
}

static void
add(const char *domain, const char *mx, struct server_facts *facts)
{
	put(sample_host(++hosts, mx, facts));
	put(sample_domain(domain, hosts, 0));
}

static void
add_good(const char *domain, const char *mx)
{
	add(domain, mx, sample_server("192.0.2.1", mx));
}

static struct server_facts *
plain(enum offer_word offer, enum starttls_word starttls)
{
	return sample_plain("192.0.2.1", offer, starttls);
}

static void
finish(void)
{
	assess();
	CHECK(sql_run(db, "UPDATE sweep SET state = 'complete', finished = started"
			  " WHERE id = (SELECT max(id) FROM sweep)"));
}

/* The last sweep against policies, a text of the list's entries. */
static void
audit(const char *policies)
{
	char *text = mem_printf(HEAD "%s}}", policies), error[512] = "";
	struct policy_list *list =
	    policy_list_parse(text, strlen(text), "list", NULL, NULL, error);

	told[0] = '\0';
	CHECK_TEXT(error, "");
	CHECK(list != NULL && policy_audit(db, sweep, list, note, told, &counts));
	CHECK(sqlite3_get_autocommit(db) != 0);
	policy_list_free(list);
	free(text);
}

static const char *
marks(void)
{
	char *sql = mem_printf("SELECT group_concat(domain || ' ' || policy_list, ', ') FROM"
			       " (SELECT * FROM domains WHERE sweep = %lld ORDER BY domain)",
			       (long long)sweep);
	const char *answer = ask(db, sql);

	free(sql);
	return answer;
}

#define ENTRY(domain, mx) "\"" domain "\": {\"mode\": \"enforce\", \"mxs\": [\"" mx "\"]}"

static void
counts_and_marks(void)
{
	begin_first();
	add_good("a.example", "mx.example.org");
	add_good("b.example", "mx.example.net");
	add_good("c.example", "mx.example.org");
	add("d.example", "mx.example.org", sample_failure("192.0.2.1", TCP_TIMEOUT));
	add("e.example", "mx.example.org", plain(OFFER_ABSENT, STARTTLS_NOT_OFFERED));
	add("f.example", "mx.example.org", plain(OFFER_MASKED, STARTTLS_STRIPPED));
	finish();
	CHECK_TEXT(marks(), "(null)");
	audit(ENTRY("a.example", "mx.example.org") ", " ENTRY(
	    "d.example", "mx.example.org") ", \"c.example\": {\"policy-alias\": \"all\"}"
					   ", \"e.example\": {\"mode\": \"none\"}"
					   ", \"f.example\": {\"policy-alias\": \"all\"}"
					   ", " ENTRY("z.example", "mx.example.org"));
	CHECK(counts.entries == 6 && counts.passing == 3 && counts.failing == 1);
	CHECK(counts.not_tested == 1 && counts.not_swept == 1);
	CHECK_TEXT(marks(), "a.example listed, b.example absent, c.example listed,"
			    " d.example listed, e.example listed, f.example failing");
	CHECK_TEXT(told, "f.example (testing): STARTTLS stripped at mx.example.org"
			 " [192.0.2.1]; not tested before\n");
	CHECK_TEXT(ask(db, "SELECT group_concat(a || ' ' || n || ' of ' || total) FROM"
			   " (SELECT * FROM tally WHERE topic = 'policy_list' ORDER BY a)"),
		   "absent 1 of 6,failing 1 of 6,listed 4 of 6");
	audit(ENTRY("b.example", "mx.example.net"));
	CHECK_TEXT(marks(), "a.example absent, b.example listed, c.example absent,"
			    " d.example absent, e.example absent, f.example absent");
	CHECK_TEXT(told, "");
	audit("");
	CHECK(counts.entries == 0);
	end();
}

static void
tells_what_changed(void)
{
	begin_file();
	add_good("expired.example", "mx1.example.org");
	add_good("gone.example", "mx2.example.org");
	add_good("hop.example", "mx3.example.org");
	add_good("moved.example", "mx.old.example");
	add("never.example", "mx4.example.org", plain(OFFER_ABSENT, STARTTLS_NOT_OFFERED));
	add_good("null.example", "mx5.example.org");
	add_good("two.example", "mx.old.example");
	finish();
	end();
	begin(7);
	add_good("expired.example", "mx1.example.org");
	add("gone.example", "mx2.example.org", plain(OFFER_ABSENT, STARTTLS_NOT_OFFERED));
	add("hop.example", "mx6.example.org", plain(OFFER_MASKED, STARTTLS_STRIPPED));
	add_good("moved.example", "mx.new.example");
	add("never.example", "mx4.example.org", plain(OFFER_ABSENT, STARTTLS_NOT_OFFERED));
	put(sample_domain("null.example", 0, 0));
	add("two.example", "mx.new.example", plain(OFFER_ABSENT, STARTTLS_REFUSED));
	finish();
	CHECK(sql_run(db, "UPDATE certificate SET not_after = '2026-09-30T12:00:00Z';"
			  "UPDATE server_verdict SET certificate = 'expired' WHERE host ="
			  " (SELECT max(host) FROM servers WHERE domain = 'expired.example');"
			  "INSERT INTO answers(id, dns, mx) VALUES(77, 'ok', 'null');"
			  "UPDATE domain SET answers = 77 WHERE sweep = 2 AND name ="
			  " (SELECT id FROM name WHERE name = 'null.example')"));
	audit(ENTRY("expired.example", "mx1.example.org") ", " ENTRY(
	    "gone.example",
	    "mx2.example.org") ", " ENTRY("hop.example",
					  ".example.org") ", " ENTRY("moved.example",
								     ".old.example") ", " ENTRY("never.example",
												"mx4.example.org") ", " ENTRY("null.example",
															      "mx5.example.org") ", " ENTRY("two.example",
																			    "mx.old.example"));
#define BEFORE "; last passed 2026-09-21T14:13:20Z (sweep 1)\n"
	CHECK_TEXT(told,
		   "expired.example (enforce): certificate expired on 2026-09-30 at"
		   " mx1.example.org [192.0.2.1]" BEFORE
		   "gone.example (enforce): STARTTLS gone (not-offered) at mx2.example.org"
		   " [192.0.2.1]" BEFORE
		   "hop.example (enforce): MX moved from mx3.example.org to mx6.example.org;"
		   " STARTTLS stripped at mx6.example.org [192.0.2.1]" BEFORE
		   "moved.example (enforce): MX moved from mx.old.example to mx.new.example;"
		   " outside the entry's patterns: mx.new.example" BEFORE
		   "never.example (enforce): no STARTTLS (not-offered) at mx4.example.org"
		   " [192.0.2.1]; did not pass in 1 sweep before\n"
		   "null.example (enforce): MX gone: mx5.example.org; it takes no mail"
		   " (null)" BEFORE
		   "two.example (enforce): MX moved from mx.old.example to mx.new.example;"
		   " outside the entry's patterns: mx.new.example and 1 more fault" BEFORE);
	end_file();
}

int
main(void)
{
	folder = sample_folder();
	RUN(counts_and_marks);
	RUN(tells_what_changed);
	CHECK(rmdir(folder) == 0);
	return test_end();
}
