/* SPDX-License-Identifier: Apache-2.0 */
/* Aggregates of others: what is read of them, and what is refused. */
#include <stdlib.h>

#include "output/report/aggregate_read.h"
#include "output/schema.h"
#include "tests/unit/ask.h"
#include "tests/unit/test.h"

#define HEAD                                                                                   \
	"{\"format\":\"mxsweep-aggregate-1\",\"vantage\":\"ams\",\"week\":\"2026-W39\","       \
	"\"version\":\"0.1.0\",\"k\":10,"
#define SERVER(country, network, name, fault, n)                                               \
	"{\"country\":\"" country "\",\"network\":\"" network "\",\"name\":" name              \
	",\"fault\":\"" fault "\",\"n\":" n "}"
#define DOMAIN(provider, headline, n)                                                          \
	"{\"provider\":\"" provider "\",\"headline\":\"" headline "\",\"n\":" n "}"
#define TABLES(servers, domains) "\"servers\":[" servers "],\"domains\":[" domains "]}"
#define GOOD_SERVER              SERVER("NL", "64500", "\"Net\"", "stripped", "12")
#define GOOD_DOMAIN              DOMAIN("hoster.example", "encrypted", "10")

static char error[512];

static struct aggregate *
parse(const char *text)
{
	error[0] = '\0';
	return aggregate_parse(text, strlen(text), "file", error);
}

/* It is refused, and the reason has these words. */
static void
refused(const char *text, const char *words)
{
	struct aggregate *aggregate = parse(text);

	CHECK(aggregate == NULL);
	if (strstr(error, words) == NULL)
		CHECK_TEXT(error, words);
	aggregate_free(aggregate);
}

static void
is_kept_as_tallies(void)
{
	static const char text[] = HEAD TABLES(
	    GOOD_SERVER "," SERVER("NL", "64500", "\"Net\"", "ok",
				   "990") "," SERVER("NL", "other", "null", "corrupted", "11"),
	    GOOD_DOMAIN "," DOMAIN("self", "encrypted", "30"));
	/* The same, in another order. */
	static const char again[] = HEAD TABLES(
	    SERVER("NL", "other", "null", "corrupted",
		   "11") "," GOOD_SERVER "," SERVER("NL", "64500", "\"Net\"", "ok", "990"),
	    DOMAIN("self", "encrypted", "30") "," GOOD_DOMAIN);
	struct aggregate *aggregate = parse(text), *same = parse(again);
	sqlite3 *db;

	CHECK_TEXT(error, "");
	CHECK(sqlite3_open(":memory:", &db) == SQLITE_OK && schema_prepare(db));
	CHECK(aggregate_store(db, aggregate) && aggregate_store(db, same));
	CHECK_TEXT(ask(db, "SELECT count(*) FROM aggregate"), "1");
	CHECK_TEXT(ask(db, "SELECT json_array(vantage, week, version, k) FROM aggregate"),
		   "[\"ams\",\"2026-W39\",\"0.1.0\",10]");
	CHECK_TEXT(ask(db, "SELECT json_group_array(json_array(topic, a, b, c, n, total)) FROM"
			   " (SELECT * FROM aggregates WHERE topic IN ('network', 'country')"
			   "  ORDER BY topic, a)"),
		   "[[\"country\",\"NL\",\"\",\"\",23,1013],[\"network\",\"64500\",\"Net\","
		   "\"NL\",12,1002],[\"network\",\"other\",\"\",\"NL\",11,11]]");
	CHECK_TEXT(ask(db, "SELECT group_concat(a || ' ' || n || '/' || total) FROM (SELECT *"
			   " FROM aggregates WHERE topic = 'fault' ORDER BY a)"),
		   "corrupted 11/1013,ok 990/1013,stripped 12/1013");
	CHECK_TEXT(ask(db,
		       "SELECT group_concat(a || b || c || n || '/' || total) FROM (SELECT *"
		       " FROM aggregates WHERE topic = 'network_fault' ORDER BY a, c)"),
		   "64500NLok990/1002,64500NLstripped12/1002,otherNLcorrupted11/11");
	CHECK_TEXT(ask(db, "SELECT group_concat(topic || a || b || n || '/' || total) FROM"
			   " (SELECT * FROM aggregates WHERE topic LIKE '%headline'"
			   "  ORDER BY topic, a)"),
		   "headlineencrypted40/40,provider_headlinehoster.exampleencrypted10/10,"
		   "provider_headlineselfencrypted30/30");
	CHECK_TEXT(ask(db, "SELECT min(n <= total) FROM aggregates"), "1");
	aggregate_free(aggregate);
	aggregate_free(same);
	sqlite3_close(db);
}

static void
an_empty_one_is_fine(void)
{
	struct aggregate *aggregate =
	    parse("{\"format\":\"mxsweep-aggregate-1\",\"vantage\":null,\"week\":\"2026-W01\","
		  "\"version\":null,\"k\":2," TABLES("", ""));

	CHECK(aggregate != NULL && aggregate->count == 0 && aggregate->vantage == NULL);
	aggregate_free(aggregate);
}

static void
hostile_ones_are_refused(void)
{
	refused("", "line");
	refused("[]", "not an object");
	refused("{}", "format");
	refused("{\"format\":\"mxsweep-aggregate-2\"}", "format");
	refused(HEAD "\"x\":1," TABLES("", ""), "keys");
	refused(HEAD "\"servers\":{},\"domains\":[]}", "tables");
	refused(HEAD TABLES("1", ""), "servers[0]");
	refused(HEAD TABLES(GOOD_SERVER "," GOOD_SERVER, ""), "twice");
	refused(HEAD TABLES("", GOOD_DOMAIN "," GOOD_DOMAIN), "twice");
	refused(HEAD TABLES(SERVER("nl", "1", "null", "ok", "10"), ""), "country");
	refused(HEAD TABLES(SERVER("NL", "4294967296", "null", "ok", "10"), ""), "network");
	refused(HEAD TABLES(SERVER("NL", "-1", "null", "ok", "10"), ""), "network");
	refused(HEAD TABLES(SERVER("NL", "1", "\"\"", "ok", "10"), ""), "name");
	refused(HEAD TABLES(SERVER("NL", "1", "null", "<b>", "10"), ""), "fault");
	refused(HEAD TABLES(SERVER("NL", "1", "null", "ok", "9"), ""), "n is not");
	refused(HEAD TABLES(SERVER("NL", "1", "null", "ok", "-10"), ""), "n is not");
	refused(HEAD TABLES(SERVER("NL", "1", "null", "ok", "10.5"), ""), "n is not");
	refused(HEAD TABLES(SERVER("NL", "1", "null", "ok", "1e30"), ""), "n is not");
	refused(HEAD TABLES(SERVER("NL", "1", "null", "ok", "1000000001"), ""), "n is not");
	refused(HEAD TABLES("", DOMAIN("Hoster.example", "ok", "10")), "provider");
	refused(HEAD TABLES("", DOMAIN("<img src=x>.de", "ok", "10")), "provider");
	refused("{\"format\":\"mxsweep-aggregate-1\",\"vantage\":7,\"week\":\"2026-W39\","
		"\"version\":null,\"k\":10," TABLES("", ""),
		"vantage");
	refused("{\"format\":\"mxsweep-aggregate-1\",\"vantage\":null,\"week\":\"2026-W54\","
		"\"version\":null,\"k\":10," TABLES("", ""),
		"week");
	refused("{\"format\":\"mxsweep-aggregate-1\",\"vantage\":null,\"week\":\"2026-W39\","
		"\"version\":null,\"k\":1," TABLES("", ""),
		"k is not");
}

static void
texts_are_fit_to_be_shown(void)
{
	struct aggregate *aggregate =
	    parse("{\"format\":\"mxsweep-aggregate-1\",\"vantage\":\"a\\u001b[2J\",\"week\":"
		  "\"2026-W39\",\"version\":null,\"k\":10," TABLES(
		      SERVER("NL", "1", "\"x\\u202ey\"", "ok", "10"), ""));

	CHECK(aggregate != NULL);
	if (aggregate == NULL)
		return;
	CHECK_TEXT(aggregate->vantage, "a\\x1b[2J");
	for (size_t i = 0; i < aggregate->count; i++)
		CHECK(strstr(aggregate->tallies[i].b, "\xe2\x80\xae") == NULL);
	aggregate_free(aggregate);
	refused("{\"\\u001b[2J", "line");
	CHECK(strchr(error, '\x1b') == NULL);
}

static void
size_is_bounded(void)
{
	size_t length = 20u << 20;
	char *text = malloc(length + 1);

	if (text == NULL)
		return;
	memset(text, '[', length);
	text[length] = '\0';
	refused(text, "too large");
	text[900000] = '\0'; /* deep, but not too many */
	refused(text, "line");
	free(text);
	CHECK(aggregate_read("/nonexistent", error) == NULL && strstr(error, "No such file"));
}

int
main(void)
{
	RUN(is_kept_as_tallies);
	RUN(an_empty_one_is_fine);
	RUN(hostile_ones_are_refused);
	RUN(texts_are_fit_to_be_shown);
	RUN(size_is_bounded);
	return test_end();
}
