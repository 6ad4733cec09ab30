/* SPDX-License-Identifier: Apache-2.0 */
/* The document of a report: every number by hand, and the shape that its writers
 * rely on. */
#include "output/report/report_collect.h"

#include <jansson.h>

#include "tests/unit/assessing.h"

static json_t *document;

static const json_t *
table(const char *id)
{
	const json_t *section, *one;
	size_t i, j;

	json_array_foreach (json_object_get(document, "sections"), i, section)
		json_array_foreach (json_object_get(section, "tables"), j, one)
			if (strcmp(json_string_value(json_object_get(one, "id")), id) == 0)
				return one;
	return NULL;
}

static const char *
dump(const json_t *json)
{
	static char text[4096];
	char *made = json_dumps(json, JSON_COMPACT | JSON_ENCODE_ANY | JSON_REAL_PRECISION(3));

	snprintf(text, sizeof text, "%s", made != NULL ? made : "(none)");
	free(made);
	return text;
}

static const char *
rows(const char *id)
{
	return dump(json_object_get(table(id), "rows"));
}

static const char *
title(const char *id)
{
	return json_string_value(json_object_get(table(id), "title"));
}

/* What a section says before its tables. */
static const char *
sentences(const char *id)
{
	const json_t *section;
	size_t i;

	json_array_foreach (json_object_get(document, "sections"), i, section)
		if (strcmp(json_string_value(json_object_get(section, "id")), id) == 0)
			return dump(json_object_get(section, "text"));
	return "(no such section)";
}

static const char *
number(const char *id, const char *key)
{
	const json_t *one;
	size_t i;

	json_array_foreach (json_object_get(document, "numbers"), i, one)
		if (strcmp(json_string_value(json_object_get(one, "id")), id) == 0)
			return dump(json_object_get(one, key));
	return "(no such number)";
}

static const char *
headline(void)
{
	return json_string_value(json_object_get(document, "headline"));
}

static bool
cautions_have(const char *text)
{
	return strstr(dump(json_object_get(document, "cautions")), text) != NULL;
}

static bool
cell_fits(const json_t *cell, const char *kind)
{
	if (json_is_null(cell))
		return true;
	if (strcmp(kind, "count") == 0)
		return json_is_integer(cell);
	if (strcmp(kind, "share") == 0 || strcmp(kind, "points") == 0)
		return json_is_real(cell);
	return json_is_string(cell);
}

static void
check_table(const json_t *one)
{
	const json_t *columns = json_object_get(one, "columns"), *row, *cell;
	size_t i, j;

	CHECK(table(json_string_value(json_object_get(one, "id"))) == one);
	json_array_foreach (json_object_get(one, "rows"), i, row) {
		CHECK(json_array_size(row) == json_array_size(columns));
		json_array_foreach (row, j, cell)
			CHECK(cell_fits(cell, json_string_value(json_object_get(
						  json_array_get(columns, j), "kind"))));
	}
}

static bool
has_column(const json_t *one, const char *id)
{
	const json_t *column;
	size_t i;

	json_array_foreach (json_object_get(one, "columns"), i, column)
		if (strcmp(json_string_value(json_object_get(column, "id")), id) == 0)
			return true;
	return false;
}

static void
check_plot(const json_t *plot)
{
	const json_t *of = table(json_string_value(json_object_get(plot, "table"))), *y;
	size_t i;

	CHECK(of != NULL && json_array_size(json_object_get(of, "rows")) > 0);
	CHECK(has_column(of, json_string_value(json_object_get(plot, "x"))));
	json_array_foreach (json_object_get(plot, "y"), i, y)
		CHECK(has_column(of, json_string_value(y)));
}

/* What report_collect.h promises. */
static void
check_shape(void)
{
	static const char *const ids[] = { "adoption",  "stripping", "certificates",
					   "dane",      "mta-sts",   "policy-list",
					   "providers", "untested",  "method" };
	const json_t *sections = json_object_get(document, "sections"), *section, *one;
	size_t i, j;

	CHECK(json_array_size(json_object_get(document, "numbers")) == 6);
	CHECK(json_array_size(sections) == 9);
	json_array_foreach (sections, i, section) {
		CHECK_TEXT(json_string_value(json_object_get(section, "id")), ids[i]);
		json_array_foreach (json_object_get(section, "tables"), j, one)
			check_table(one);
		json_array_foreach (json_object_get(section, "plots"), j, one)
			check_plot(one);
	}
}

static void
collect(int64_t against)
{
	char error[256] = "";

	json_decref(document);
	document = report_collect(db, sweep, against, error);
	CHECK_TEXT(error, "");
	check_shape();
}

static void
complete(void)
{
	CHECK(sql_run(db, "UPDATE sweep SET state = 'complete', finished = started + 100"));
}

static void
add(const char *domain, const char *mx, struct server_facts *server)
{
	put(sample_host(++hosts, mx, server));
	put(sample_domain(domain, hosts, 10));
}

/* a.example is well, b.example becomes stripped; one domain goes, another comes. */
static void
add_two_weeks(void)
{
	begin_file();
	add("a.example", "mx.a.example", sample_server("192.0.2.1", "mx.a.example"));
	add("b.example", "mx.b.example", sample_server("192.0.2.2", "mx.b.example"));
	add("gone.example", "mx.gone.example", sample_server("192.0.2.3", "mx.gone.example"));
	assess();
	complete();
	end();
	begin(7);
	add("a.example", "mx.a.example", sample_server("192.0.2.1", "mx.a.example"));
	add("b.example", "mx.b.example",
	    sample_plain("192.0.2.2", OFFER_MASKED, STARTTLS_STRIPPED));
	add("new.example", "mx.new.example", sample_failure("192.0.2.4", TCP_TIMEOUT));
	assess();
	complete();
}

static void
compares_over_the_domains_in_both(void)
{
	add_two_weeks();
	collect(1);
	CHECK_TEXT(headline(),
		   "50.0 % of the 2 domains that answered do STARTTLS on every server,"
		   " 50.0 points less than on 2026-09-21; 1 has it stripped on the way,"
		   " 1 more than then.");
	CHECK_TEXT(number("starttls", "n"), "1");
	CHECK_TEXT(number("starttls", "of"), "2");
	CHECK_TEXT(number("starttls", "both"), "{\"n\":1,\"of\":2,\"share\":0.5}");
	CHECK_TEXT(number("starttls", "before"), "{\"n\":2,\"of\":2,\"share\":1.0}");
	CHECK_TEXT(number("starttls", "change"), "-50.0");
	CHECK_TEXT(number("stripped", "change"), "50.0");
	CHECK_TEXT(number("stripped", "good"), "\"down\"");
	CHECK(cautions_have("1 domain added, 1 gone; compared over the 2 in both."));
	CHECK(!cautions_have("vantage point differs"));
	CHECK_TEXT(rows("headline-moves"), "[[\"authenticated\",\"stripped\",1]]");
	CHECK_TEXT(rows("strip-new"), "[[\"mx.b.example\",\"192.0.2.2\",null,null,null,"
				      "\"stripped\",\"ok\",1]]");
	CHECK_TEXT(title("strip-new"), "1 server is stripped that was not on 2026-09-21");
	CHECK_TEXT(rows("strip-forms"), "[[\"masked\",\"not echoed\",1,1,1.0]]");
	CHECK_TEXT(rows("history-starttls"), "[[\"2026-09-21\",3,3,1.0,3,3,1.0,0,3,0.0],"
					     "[\"2026-09-28\",1,2,0.5,1,1,1.0,1,2,0.5]]");
	CHECK(strstr(rows("bounds"), "\"STARTTLS on every server\",1,2,0.5,1,0.333,0.667") !=
	      NULL);
	CHECK(strstr(rows("untested"), "[\"tcp\",\"timeout\"") != NULL);
	end_file();
}

static void
says_what_differs(void)
{
	add_two_weeks();
	CHECK(sql_run(db, "UPDATE sweep SET trust_store = 'other', vantage = 'there',"
			  " version = '9', options = '{\"retries\": 3, \"threads\": 8}'"
			  " WHERE id = 1"));
	collect(1);
	CHECK(cautions_have("The vantage point differs: here now, there on 2026-09-21."));
	CHECK(cautions_have("The trust store differs: store now, other on 2026-09-21."));
	CHECK(cautions_have("The version of mxsweep differs"));
	CHECK(cautions_have("Other options than on 2026-09-21: retries."));
	end_file();
}

/* The same sweep a day apart, from elsewhere. */
static void
tells_one_vantage_point_from_all(void)
{
	add_two_weeks();
	CHECK(sql_run(db, "UPDATE sweep SET vantage = 'there', started = started + 86400 * 6"
			  " WHERE id = 1"));
	collect(0);
	CHECK_TEXT(rows("strip-seen"), "[[\"stripped from here only\",1,1,1.0]]");
	CHECK_TEXT(rows("strip-vantages"), "[[\"there\",\"2026-09-27\",1,0,0.0,0]]");
	CHECK(
	    sql_run(db, "UPDATE server SET starttls = 'stripped' WHERE address = '192.0.2.2'"));
	collect(0);
	CHECK_TEXT(rows("strip-seen"), "[[\"stripped from all that tested it\",1,1,1.0]]");
	CHECK(sql_run(db, "UPDATE sweep SET started = started - 86400 * 9 WHERE id = 1"));
	collect(0);
	CHECK(table("strip-seen") == NULL);
	end_file();
}

static void
shows_what_ends_soon_and_what_was_rolled_over(void)
{
	struct record *host, *target;

	for (int week = 0; week < 2; week++) {
		if (week == 0)
			begin_file();
		else
			begin(7);
		host = sample_host(
		    ++hosts, "mx.hoster.example",
		    sample_server("192.0.2.1", week == 0 ? "mx.hoster.example dane=ok-ee;"
							 : "mx.hoster.example dane=mismatch;"));
		sample_add_tlsa(host);
		put(host);
		target = sample_domain("d.example", hosts, 10);
		target->target.mx_security = SECURITY_SECURE;
		put(target);
		assess();
		complete();
		if (week == 0)
			end();
	}
	CHECK(sql_run(db, "UPDATE certificate SET not_after = '1970-01-03T00:00:00Z'"));
	collect(1);
	CHECK_TEXT(rows("expiry-soon"), "[[\"1970-01-03T00:00:00Z\",\"mx.hoster.example\",null,"
					"1,1]]");
	CHECK_TEXT(rows("dane-rollovers"), "[[\"mx.hoster.example\",\"mismatch\",\"data\",1,"
					   "\"d.example\"]]");
	CHECK_TEXT(title("dane-rollovers"), "1 server on which DANE broke since 2026-09-21");
	CHECK_TEXT(number("dane", "change"), "-100.0");
	end_file();
}

/* The words of the tally are no numbers to sort by. */
static void
lists_lifetimes_from_short_to_long(void)
{
	add_two_weeks();
	CHECK(sql_run(db, "DELETE FROM tally WHERE sweep = 2 AND topic = 'expiry';"
			  "INSERT INTO tally VALUES(2, 'expiry', 'more', '', '', 1, 10),"
			  " (2, 'expiry', '31-90', '', '', 1, 10),"
			  " (2, 'expiry', '8-30', '', '', 2, 10),"
			  " (2, 'expiry', 'expired', '', '', 2, 10),"
			  " (2, 'expiry', '0-7', '', '', 4, 10)"));
	collect(1);
	CHECK_TEXT(rows("expiry"), "[[\"expired\",2,10,0.2],[\"0-7\",4,10,0.4],"
				   "[\"8-30\",2,10,0.2],[\"31-90\",1,10,0.1],"
				   "[\"more\",1,10,0.1]]");
	end_file();
}

/* Of three that count here, one did TLS without a certificate, and one showed its
 * certificate and did no TLS. */
static void
says_whose_certificates_are_judged(void)
{
	add_two_weeks();
	CHECK(sql_run(db, "DELETE FROM tally WHERE sweep = 2 AND topic IN"
			  " ('handshake', 'server_certificate');"
			  "INSERT INTO tally VALUES(2, 'handshake', 'ok', '', '', 2, 3),"
			  " (2, 'handshake', 'alert', '', '', 1, 3),"
			  " (2, 'server_certificate', 'ok', '', '', 1, 3),"
			  " (2, 'server_certificate', 'none', '', '', 1, 3),"
			  " (2, 'server_certificate', 'untrusted', '', '', 1, 3)"));
	collect(1);
	CHECK_TEXT(sentences("certificates"),
		   "[\"33.3 % of the 3 servers that did TLS or showed a certificate prove"
		   " their name with a trusted certificate within its dates.\"]");
	end_file();
}

static void
follows_the_policy_list(void)
{
	add_two_weeks();
	collect(1);
	CHECK(table("list-states") == NULL && table("list-failing") == NULL);
	CHECK(sql_run(db, "INSERT INTO list_domain(domain, state, source, since, failing_since,"
			  " failing) VALUES('b.example', 'enforce', 'mta-sts', 5, 1790604900,"
			  " 'stripped'), ('c.example', 'failed', 'list', 5, NULL, NULL)"));
	CHECK(sql_run(db, "INSERT INTO list_move(domain, at, came_from, went_to, reason) VALUES"
			  "('b.example', 1790604900, 'queued', 'testing', 'weeks'),"
			  "('c.example', 1790604900, 'testing', 'failed', 'stripped'),"
			  "('old.example', 1790000100, 'queued', 'testing', 'weeks')"));
	collect(1);
	CHECK_TEXT(rows("list-failing"), "[[\"b.example\",\"enforce\",null,\"2026-09-28\","
					 "\"stripped\",null]]");
	CHECK_TEXT(title("list-added"), "1 entry was added to the list");
	CHECK_TEXT(title("list-removed"), "1 entry was removed from the list");
	CHECK_TEXT(title("list-moved"), "No other step was taken");
	end_file();
}

static void
makes_do_with_little(void)
{
	begin_first();
	collect(0);
	CHECK_TEXT(headline(), "This sweep holds no domains.");
	CHECK_TEXT(number("starttls", "share"), "null");
	CHECK(cautions_have("There is no earlier sweep"));
	CHECK(cautions_have("did not come to its end"));
	put(sample_domain("dead.example", 0, 0));
	CHECK(output_sqlite.commit(store));
	collect(0);
	CHECK_TEXT(headline(), "This sweep of 1 domains has not been judged yet.");
	CHECK(cautions_have("has no verdicts"));
	assess();
	collect(0);
	CHECK_TEXT(headline(), "None of the 1 domains could be tested.");
	CHECK_TEXT(number("mta_sts", "share"), "null");
	CHECK(table("headline-moves") == NULL);
	end();
}

static void
gives_the_command_again(void)
{
	add_two_weeks();
	CHECK(sql_run(db, "UPDATE sweep SET options = '{\"input-file\": \"my list\","
			  " \"new\": true, \"dryrun\": false, \"retries\": 2,"
			  " \"notes\": \"it''s; rm\", \"x y\": 1}' WHERE id = 2"));
	collect(0);
	CHECK_TEXT(
	    json_string_value(json_object_get(json_object_get(document, "method"), "command")),
	    "mxsweep sweep --input-file 'my list' --new --retries 2 --notes"
	    " 'it'\\''s; rm'");
	end_file();
}

/* Of each vantage point the latest week, beside what was counted here. */
static void
shows_what_others_gave(void)
{
	add_two_weeks();
	collect(0);
	CHECK(table("strip-aggregates") == NULL);
	CHECK(sql_run(
	    db, "DELETE FROM tally WHERE sweep = 2 AND topic = 'network';"
		"INSERT INTO tally VALUES(2, 'network', '64500', 'Net', 'NL', 2, 3);"
		"INSERT INTO aggregate VALUES(1, x'01', 'ams', '2026-W38', NULL, 10),"
		" (2, x'02', 'ams', '2026-W39', NULL, 10), (3, x'03', NULL, '2026-W39',"
		" NULL, 10);"
		"INSERT INTO aggregate_tally VALUES(1, 'network', '64500', 'Net', 'NL', 50,"
		" 90), (2, 'network', '64500', 'Net', 'NL', 11, 40),"
		" (3, 'network', '64500', 'Net', 'BE', 0, 12)"));
	collect(0);
	CHECK_TEXT(rows("strip-aggregates"), "[[\"AS64500\",\"Net\",2,3,2,1,11,52]]");
	end_file();
}

int
main(void)
{
	folder = sample_folder();
	RUN(compares_over_the_domains_in_both);
	RUN(says_what_differs);
	RUN(tells_one_vantage_point_from_all);
	RUN(shows_what_others_gave);
	RUN(shows_what_ends_soon_and_what_was_rolled_over);
	RUN(lists_lifetimes_from_short_to_long);
	RUN(says_whose_certificates_are_judged);
	RUN(follows_the_policy_list);
	RUN(makes_do_with_little);
	RUN(gives_the_command_again);
	json_decref(document);
	CHECK(rmdir(folder) == 0);
	return test_end();
}
