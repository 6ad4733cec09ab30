/* SPDX-License-Identifier: Apache-2.0 */
#include "output/policy/policy_diff.h"

#include "tests/unit/test.h"

static char changes[4096];

static void
note(const char *says, void *arg)
{
	size_t used = strlen(changes);

	CHECK(arg == changes);
	snprintf(changes + used, sizeof changes - used, "%s\n", says);
}

/* parts: everything but the version. */
static struct policy_list *
parse(const char *parts)
{
	char text[4096], error[512] = "";
	struct policy_list *list;

	snprintf(text, sizeof text, "{\"version\": \"0.1\", %s}", parts);
	list = policy_list_parse(text, strlen(text), "list", NULL, NULL, error);
	CHECK_TEXT(error, "");
	return list;
}

#define TIMES                 "\"timestamp\": 1, \"expires\": 2, "
#define MX(mode, mxs)         "{\"mode\": \"" mode "\", \"mxs\": [" mxs "]}"
#define ENTRY(demand)         TIMES "\"policies\": {\"a.example\": " demand "}"
#define ALIASES(big, entries) TIMES "\"policy-aliases\": {" big "}, \"policies\": {" entries "}"
#define BIG(name, mode, mxs)  "\"" name "\": " MX(mode, mxs)
#define BY(domain, name)      "\"" domain "\": {\"policy-alias\": \"" name "\"}"

static const struct {
	const char *old, *new, *changes;
} pairs[] = {
	{ TIMES "\"policies\": {}",
	  "\"timestamp\": 86400, \"expires\": 90061, \"policies\": {}",
	  "timestamp: 1970-01-01T00:00:01Z -> 1970-01-02T00:00:00Z\n"
	  "expires: 1970-01-01T00:00:02Z -> 1970-01-02T01:01:01Z\n" },
	{ TIMES "\"policies\": {}", TIMES "\"author\": \"A\\nB\", \"policies\": {}",
	  "author: nobody -> A\\x0aB\n" },
	{ TIMES "\"author\": \"nobody\", \"policies\": {}", TIMES "\"policies\": {}",
	  "author: nobody -> nobody\n" },
	{ TIMES "\"policies\": {}", ENTRY(MX("enforce", "\"b.example\"")),
	  "policies.a.example: added: enforce, 1 pattern\n" },
	{ ENTRY(MX("testing", "\"b.example\", \"c.example\"")), TIMES "\"policies\": {}",
	  "policies.a.example: removed: testing, 2 patterns\n" },
	{ ENTRY(MX("testing", "\"b.example\"")), ENTRY(MX("enforce", "\"b.example\"")),
	  "policies.a.example: mode: testing -> enforce\n" },
	{ ENTRY(MX("testing", "\"c.example\", \"d.example\", \"b.example\"")),
	  ENTRY(MX("testing", "\".b.example\", \"b.example\", \"e.example\", \"d.example\"")),
	  "policies.a.example: pattern added: .b.example\n"
	  "policies.a.example: pattern removed: c.example\n"
	  "policies.a.example: pattern added: e.example\n" },
	{ ENTRY(MX("testing", "\"c.example\", \"b.example\"")),
	  ENTRY(MX("testing", "\"B.example\", \"c.example\", \"b.example\"")), "" },
	{ ALIASES(BIG("big", "testing", "\"b.example\""),
		  BY("a.example", "big") "," BY("c.example", "big")),
	  ALIASES(BIG("big", "enforce", "\"d.example\""),
		  BY("a.example", "big") "," BY("c.example", "big")),
	  "policy-aliases.big: mode: testing -> enforce (2 domains)\n"
	  "policy-aliases.big: pattern removed: b.example (2 domains)\n"
	  "policy-aliases.big: pattern added: d.example (2 domains)\n" },
	{ ALIASES(BIG("big", "testing", "\"b.example\""), BY("a.example", "big")),
	  ALIASES(BIG("huge", "testing", "\"c.example\""), BY("a.example", "huge")),
	  "policy-aliases.big: removed: testing, 1 pattern (1 domain)\n"
	  "policy-aliases.huge: added: testing, 1 pattern (1 domain)\n"
	  "policies.a.example: alias: big -> huge\n"
	  "policies.a.example: pattern removed: b.example\n"
	  "policies.a.example: pattern added: c.example\n" },
	{ ALIASES(BIG("big", "testing", "\"b.example\""), BY("a.example", "big")),
	  ALIASES(BIG("big", "testing", "\"b.example\""),
		  "\"a.example\": " MX("testing", "\"b.example\"") ", " BY("d.example", "big")),
	  "policies.a.example: alias: big -> none\n"
	  "policies.d.example: added: alias big\n" },
};

static void
compare(const char *old_text, const char *new_text, const char *want)
{
	struct policy_list *old = parse(old_text), *new = parse(new_text);
	size_t lines = 0, count;

	changes[0] = '\0';
	count = policy_diff(old, new, note, changes);
	for (const char *p = changes; *p != '\0'; p++)
		lines += *p == '\n';
	CHECK_TEXT(changes, want);
	CHECK(count == lines);
	policy_list_free(old);
	policy_list_free(new);
}

static void
tells_each_change(void)
{
	for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
		compare(pairs[i].old, pairs[i].new, pairs[i].changes);
		compare(pairs[i].old, pairs[i].old, "");
		compare(pairs[i].new, pairs[i].new, "");
	}
}

int
main(void)
{
	RUN(tells_each_change);
	return test_end();
}
