/* SPDX-License-Identifier: Apache-2.0 */
#include "output/policy/policy_list.h"

#include <stdlib.h>
#include <unistd.h>

#include "output/policy/policy_parts.h"
#include "tests/unit/test.h"

#define HEAD                                                                                   \
	"{\"timestamp\": \"2026-01-01T00:00:00Z\",\n\"expires\": \"2026-01-15T00:00:00Z\",\n"  \
	"\"version\": \"0.1\",\n"
#define OWN "{\"mode\": \"enforce\", \"mxs\": [\"mx.example.org\"]}"

static char findings[4096], error[512];

static void
note(enum policy_level level, const char *place, const char *says, void *arg)
{
	size_t used = strlen(findings);

	CHECK(arg == findings);
	snprintf(findings + used, sizeof findings - used, "%s %s: %s\n",
		 level == POLICY_FAULT ? "FAULT" : "odd", place, says);
}

static struct policy_list *
parse(const char *text)
{
	struct policy_list *list;
	char *exact = malloc(strlen(text) + 1); /* no byte more than is told */

	memcpy(exact, text, strlen(text));
	findings[0] = error[0] = '\0';
	list = policy_list_parse(exact, strlen(text), "list", note, findings, error);
	free(exact);
	return list;
}

static struct policy_list *
parse_parts(const char *aliases, const char *policies)
{
	char text[8192];

	snprintf(text, sizeof text, HEAD "\"policy-aliases\": {%s},\n\"policies\": {%s}}\n",
		 aliases, policies);
	return parse(text);
}

static void
reads_a_list(void)
{
	struct policy_list *list = parse_parts(
	    "\"big\": {\"mode\": \"testing\", \"mxs\": [\".b.example\", \"a.b.example\"]}",
	    "\"z.example\": " OWN ", \"a.example\": {\"policy-alias\": \"big\"}, "
	    "\"none.example\": {\"mode\": \"none\"}");
	const struct policy_entry *entry;

	CHECK_TEXT(findings, "odd policies.none.example.mode: asks for nothing, and is no mode "
			     "of format 0.1\n");
	CHECK(list != NULL && list->entry_count == 3 && list->alias_count == 1);
	CHECK(list->timestamp == 1767225600 && list->expires == 1768435200);
	CHECK(list->author == NULL);
	CHECK_TEXT(list->entries[0].domain, "a.example");
	CHECK_TEXT(list->entries[2].domain, "z.example");
	entry = policy_list_find(list, "a.example");
	CHECK(entry == &list->entries[0] && entry->alias == &list->aliases[0]);
	CHECK(policy_demand_of(entry)->mode == POLICY_TESTING);
	CHECK(policy_demand_of(entry)->count == 2 && entry->demand.count == 0);
	CHECK_TEXT(policy_demand_of(entry)->mxs[0], ".b.example");
	entry = policy_list_find(list, "z.example");
	CHECK(policy_demand_of(entry) == &entry->demand);
	CHECK(entry->demand.mode == POLICY_ENFORCE && entry->demand.count == 1);
	CHECK_TEXT(entry->demand.mxs[0], "mx.example.org");
	CHECK(policy_list_find(list, "none.example")->demand.count == 0);
	CHECK(policy_list_find(list, "b.example") == NULL);
	CHECK(policy_list_find(list, "") == NULL);
	CHECK(!policy_list_expired(list, 1768435199) && policy_list_expired(list, 1768435200));
	policy_list_free(list);
	list = parse_parts("", "");
	CHECK(list != NULL && policy_list_find(list, "a.example") == NULL);
	CHECK_TEXT(findings, "");
	policy_list_free(list);
	policy_list_free(NULL);
}

#define D            "\"a.example\": "
#define ENFORCE(mxs) D "{\"mode\": \"enforce\", \"mxs\": [" mxs "]}"

/* What is wrong in the aliases and the policies, where, and how many entries stay. */
static const struct {
	const char *aliases, *policies, *findings;
	size_t entries;
} faulty[] = {
	{ "", "\"A.Example\": " OWN, "odd policies.A.Example: is read as a.example\n", 1 },
	{ "", "\"a.example.\": " OWN, "odd policies.a.example.: is read as a.example\n", 1 },
	{ "", "\"m\xc3\xbcnchen.example\": " OWN,
	  "odd policies.m\xc3\xbcnchen.example: is read as xn--mnchen-3ya.example\n", 1 },
	{ "", "\"A.example\": " OWN ", \"b.example\": " OWN ", " D OWN,
	  "odd policies.A.example: is read as a.example\n"
	  "FAULT policies.a.example: is the domain of A.example again\n",
	  2 },
	{ "", "\"A.example\": 1, " D OWN ", \"a.example.\": " OWN,
	  "odd policies.A.example: is read as a.example\n"
	  "FAULT policies.A.example: is not an object\n"
	  "odd policies.a.example.: is read as a.example\n"
	  "FAULT policies.a.example: is the domain of A.example again\n"
	  "FAULT policies.a.example.: is the domain of A.example again\n",
	  0 },
	{ "", "\"example\": " OWN, "FAULT policies.example: no mail domain: a single label\n",
	  0 },
	{ "", "\"\": " OWN, "FAULT policies.: no mail domain: an empty label\n", 0 },
	{ "", "\"a..example\": " OWN,
	  "FAULT policies.a..example: no mail domain: an empty label\n", 0 },
	{ "", "\"a_b.example\": " OWN,
	  "FAULT policies.a_b.example: no mail domain: an underscore\n", 0 },
	{ "", "\"-a.example\": " OWN,
	  "FAULT policies.-a.example: no mail domain: a label that begins or ends with a "
	  "hyphen\n",
	  0 },
	{ "", "\"a-.example\": " OWN,
	  "FAULT policies.a-.example: no mail domain: a label that begins or ends with a "
	  "hyphen\n",
	  0 },
	{ "", "\"a b.example\": " OWN,
	  "FAULT policies.a b.example: no mail domain: white space inside\n", 0 },
	{ "", "\"a.example\\n\": " OWN,
	  "FAULT policies.a.example\\x0a: no mail domain: white space inside\n", 0 },
	{ "", "\"192.0.2.10\": " OWN,
	  "FAULT policies.192.0.2.10: no mail domain: a last label of digits only, like an "
	  "address\n",
	  0 },
	{ "", D "[]", "FAULT policies.a.example: is not an object\n", 0 },
	{ "", D "{}",
	  "FAULT policies.a.example: has no mode\nFAULT policies.a.example: has no mxs\n", 0 },
	{ "", D "{\"mode\": \"enforce\"}", "FAULT policies.a.example: has no mxs\n", 0 },
	{ "", D "{\"mode\": \"Enforce\", \"mxs\": [\"b.example\"]}",
	  "FAULT policies.a.example.mode: is neither testing nor enforce\n", 0 },
	{ "", D "{\"mode\": 1, \"mxs\": {}}",
	  "FAULT policies.a.example.mode: is neither testing nor enforce\n"
	  "FAULT policies.a.example.mxs: is not an array\n",
	  0 },
	{ "", ENFORCE(""), "FAULT policies.a.example.mxs: is empty: no MX host would do\n", 0 },
	{ "", ENFORCE("\"b.example\", null, \"c_d.example\", \"*.example.org\""),
	  "FAULT policies.a.example.mxs[1]: is not a text\n"
	  "FAULT policies.a.example.mxs[2]: c_d.example: an underscore\n"
	  "FAULT policies.a.example.mxs[3]: *.example.org: a wildcard of MTA-STS, which is a "
	  "leading dot here\n",
	  0 },
	{ "", ENFORCE("\".example\", \"..b.example\", \"mx\", \".\""),
	  "FAULT policies.a.example.mxs[0]: .example: a single label\n"
	  "FAULT policies.a.example.mxs[1]: ..b.example: an empty label\n"
	  "FAULT policies.a.example.mxs[2]: mx: a single label\n"
	  "FAULT policies.a.example.mxs[3]: .: an empty label\n",
	  0 },
	{ "", ENFORCE("\"b.example\", \"c.example\", \"B.example\""),
	  "odd policies.a.example.mxs[2]: is read as b.example\n"
	  "odd policies.a.example.mxs[2]: stands there twice: b.example\n",
	  1 },
	{ "", ENFORCE("\"b.example\", \".b.example\""), "", 1 },
	{ "", D "{\"mode\": \"testing\", \"mxs\": [\"b.example\"], \"tls\": 1}",
	  "odd policies.a.example.tls: is no key of this format\n", 1 },
	{ "", D "{\"policy-alias\": \"big\"}",
	  "FAULT policies.a.example.policy-alias: there is no alias big\n", 0 },
	{ "", D "{\"policy-alias\": {}}",
	  "FAULT policies.a.example.policy-alias: is not a text\n", 0 },
	{ "\"big\": " OWN, D "{\"policy-alias\": \"big\", \"mode\": 1, \"x\": 1}",
	  "odd policies.a.example.mode: is ignored beside policy-alias\n"
	  "odd policies.a.example.x: is no key of this format\n",
	  1 },
	{ "\"big\": " OWN ", \"Big\": " OWN, D "{\"policy-alias\": \"big\"}",
	  "odd policy-aliases.Big: no domain has this alias\n", 1 },
	{ "\"big\": {\"mode\": \"enforce\", \"mxs\": []}", D "{\"policy-alias\": \"big\"}",
	  "FAULT policy-aliases.big.mxs: is empty: no MX host would do\n"
	  "FAULT policies.a.example.policy-alias: the alias big has a fault\n",
	  0 },
	{ "\"big\": 7, \"\": " OWN, "",
	  "FAULT policy-aliases.big: is not an object\n"
	  "FAULT policy-aliases.: has an empty name\n",
	  0 },
	{ "\"big\": {\"policy-alias\": \"big\"}", "",
	  "odd policy-aliases.big.policy-alias: is no key of this format\n"
	  "FAULT policy-aliases.big: has no mode\nFAULT policy-aliases.big: has no mxs\n",
	  0 },
};

static void
tells_faults_with_their_place(void)
{
	for (size_t i = 0; i < sizeof faulty / sizeof faulty[0]; i++) {
		struct policy_list *list = parse_parts(faulty[i].aliases, faulty[i].policies);

		CHECK_TEXT(findings, faulty[i].findings);
		CHECK_TEXT(error, "");
		CHECK(list != NULL && list->entry_count == faulty[i].entries);
		policy_list_free(list);
	}
}

#define REST  "\"policy-aliases\": {}, \"policies\": {}}"
#define TIMES "{\"timestamp\": 1, \"expires\": 2, "

static void
tells_faults_of_the_list(void)
{
	static const struct {
		const char *text, *findings;
	} lists[] = {
		{ TIMES "\"version\": \"0.1\", " REST, "" },
		{ TIMES "\"version\": \"0.1\", \"policies\": {}}",
		  "odd policy-aliases: is missing\n" },
		{ TIMES "\"version\": \"0.1\", \"author\": 1, \"pins\": {}, \"a b\": 1, \"\": "
			"1, " REST,
		  "odd pins: is no key of this format\nodd a b: is no key of this format\n"
		  "odd : is no key of this format\nFAULT author: is not a text\n" },
		{ "{\"timestamp\": 2, \"expires\": 2, \"version\": \"0.1\", " REST,
		  "FAULT expires: is not after the timestamp\n" },
	};

	for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++) {
		struct policy_list *list = parse(lists[i].text);

		CHECK(list != NULL);
		CHECK_TEXT(error, "");
		CHECK_TEXT(findings, lists[i].findings);
		policy_list_free(list);
	}
}

static const struct {
	const char *text, *error;
} no_lists[] = {
	{ "", "list:1:0: '[' or '{' expected near end of file" },
	{ "{\n\"a\": ", "list:2:5: unexpected token near end of file" },
	{ "{\"a\": 1,\n \"a\": 2}", "list:2:4: duplicate object key near '\"a\"'" },
	{ "{}\nx", "list:2:1: end of file expected near 'x'" },
	{ "[]", "list:1:1: no policy list: it is not an object" },
	{ "{}", "list:1:1: no policy list: it has no version" },
	{ "{\"policies\": {\"version\": 1},\n  \"x\": \"version\",\n \"version\": 0.1}",
	  "list:3:2: version is not \"0.1\", the format we know" },
	{ "{\"x\\\"\": \"\\\\\", \"version\" : \"0.2\"}",
	  "list:1:15: version is not \"0.1\", the format we know" },
	{ "{\"version\": \"0.1\"}", "list:1:1: no policy list: it has no timestamp" },
	{ "{\"version\": \"0.1\", \"timestamp\": 1}",
	  "list:1:1: no policy list: it has no expires" },
	{ "{\"version\": \"0.1\",\n\n\"timestamp\": true}",
	  "list:3:1: timestamp is not a time, such as 2026-01-31T12:00:00Z" },
	{ TIMES "\"version\": \"0.1\"}", "list:1:1: no policy list: it has no policies" },
	{ TIMES "\"version\": \"0.1\",\n\t\"policies\": []}",
	  "list:2:2: policies is not an object" },
	{ TIMES "\"version\": \"0.1\",\n\"policies\": {}, \"policy-aliases\": 1}",
	  "list:2:17: policy-aliases is not an object" },
	{ "{\"\\u001b[31m\": \x1b}", "list:1:16: invalid token near '\\x1b'" },
};

static void
says_why_it_is_no_list(void)
{
	char deep[8192];

	for (size_t i = 0; i < sizeof no_lists / sizeof no_lists[0]; i++) {
		CHECK(parse(no_lists[i].text) == NULL);
		CHECK_TEXT(error, no_lists[i].error);
		CHECK_TEXT(findings, "");
	}
	memset(deep, '[', sizeof deep);
	CHECK(policy_list_parse(deep, sizeof deep, "list", note, findings, error) == NULL);
	CHECK(strncmp(error, "list:1:", 7) == 0 && strstr(error, "depth") != NULL);
	CHECK(policy_list_parse("{}\0", 3, "list", note, findings, error) == NULL);
	CHECK(strncmp(error, "list:1:", 7) == 0);
	CHECK(policy_list_parse("{\"\\u0000\": 1}", 13, "list", note, findings, error) == NULL);
	CHECK(strncmp(error, "list:1:", 7) == 0);
}

static void
keeps_memory_in_bounds(void)
{
	size_t length = 40u << 20;
	char *text = malloc(length);

	memset(text, ',', length);
	CHECK(policy_list_parse(text, length, "list", note, findings, error) == NULL);
	CHECK_TEXT(error, "list:1:1: too many values to be a policy list");
	free(text);
}

static void
reads_files(void)
{
	char path[] = "/tmp/policy_list_test.XXXXXX", want[600];
	int file = mkstemp(path);
	struct policy_list *list;

	CHECK(dprintf(file, "%s", HEAD REST) > 0);
	list = policy_list_read(path, NULL, NULL, error);
	CHECK(list != NULL && list->entry_count == 0);
	policy_list_free(list);
	CHECK(ftruncate(file, (256 << 20) + 1) == 0);
	CHECK(policy_list_read(path, NULL, NULL, error) == NULL);
	snprintf(want, sizeof want, "%s: larger than 256 MiB, no policy list", path);
	CHECK_TEXT(error, want);
	close(file);
	unlink(path);
	CHECK(policy_list_read(path, NULL, NULL, error) == NULL);
	snprintf(want, sizeof want, "%s: No such file or directory", path);
	CHECK_TEXT(error, want);
	CHECK(policy_list_read("/tmp", NULL, NULL, error) == NULL);
	CHECK_TEXT(error, "/tmp: Is a directory");
}

static void
reads_times(void)
{
	static const struct {
		const char *text;
		int64_t seconds; /* -1: no time */
	} times[] = {
		{ "2020-05-20T10:25:12.710034-07:00", 1589995512 },
		{ "2020-05-20T17:25:12Z", 1589995512 },
		{ "2020-05-20T17:25:12.9Z", 1589995512 },
		{ "2020-05-21T00:00:12+06:35", 1589995512 },
		{ "1970-01-01T00:00:00Z", 0 },
		{ "2024-02-29T00:00:00Z", 1709164800 },
		{ "9999-12-31T23:59:59Z", 253402300799 },
		{ "1970-01-01T00:00:00+00:01", -1 },
		{ "9999-12-31T23:59:59-00:01", -1 },
		{ "2023-02-29T00:00:00Z", -1 },
		{ "2023-13-01T00:00:00Z", -1 },
		{ "2023-00-01T00:00:00Z", -1 },
		{ "2023-01-01T24:00:00Z", -1 },
		{ "2023-01-01T23:59:60Z", -1 },
		{ "2023-01-01T00:00:00", -1 },
		{ "2023-01-01T00:00:00.Z", -1 },
		{ "2023-01-01T00:00:00Z ", -1 },
		{ "2023-01-01T00:00:00+0100", -1 },
		{ "2023-01-01T00:00:00+24:00", -1 },
		{ "2023-01-01T00:00:00+01:60", -1 },
		{ "2023-01-01T00:00:00+01:00Z", -1 },
		{ "2023-01-01 00:00:00Z", -1 },
		{ "2023-1-01T00:00:00Z", -1 },
		{ "+023-01-01T00:00:00Z", -1 },
		{ "2023-01-01", -1 },
		{ "", -1 },
	};
	int64_t seconds;
	char text[POLICY_TIME_SIZE];

	for (size_t i = 0; i < sizeof times / sizeof times[0]; i++) {
		json_t *json = json_string(times[i].text);
		bool good = policy_time(json, &seconds);

		if (good != (times[i].seconds >= 0) || (good && seconds != times[i].seconds))
			CHECK_TEXT(times[i].text, "a time read as it should be");
		json_decref(json);
	}
	CHECK_TEXT(policy_time_text(1589995512, text), "2020-05-20T17:25:12Z");
	CHECK_TEXT(policy_time_text(253402300799, text), "9999-12-31T23:59:59Z");
}

static void
patterns_stand_for_one_label(void)
{
	CHECK(policy_pattern_matches("mx.example.org", "mx.example.org"));
	CHECK(!policy_pattern_matches("mx.example.org", "a.mx.example.org"));
	CHECK(!policy_pattern_matches("mx.example.org", "mx.example.or"));
	CHECK(policy_pattern_matches(".example.org", "mx.example.org"));
	CHECK(!policy_pattern_matches(".example.org", "a.mx.example.org"));
	CHECK(!policy_pattern_matches(".example.org", "example.org"));
	CHECK(!policy_pattern_matches(".example.org", ".example.org"));
	CHECK(!policy_pattern_matches(".example.org", "mxexample.org"));
	CHECK(!policy_pattern_matches(".example.org", "localhost"));
	CHECK(!policy_pattern_matches(".example.org", ""));
}

int
main(void)
{
	RUN(reads_a_list);
	RUN(tells_faults_with_their_place);
	RUN(tells_faults_of_the_list);
	RUN(says_why_it_is_no_list);
	RUN(keeps_memory_in_bounds);
	RUN(reads_files);
	RUN(reads_times);
	RUN(patterns_stand_for_one_label);
	return test_end();
}
