/* SPDX-License-Identifier: Apache-2.0 */
#include "scanner/judge.h"

#include "tests/unit/test.h"

#define COUNT(table) (sizeof(table) / sizeof *(table))
#define TEXT_MAX     128

#define V   "version: STSv1\n"
#define E   "mode: enforce\n"
#define A   "max_age: 604800\n"
#define X   "mx: mx.example.org\n"
#define L63 "abcdefghijklmnopqrstuvwxyz0123456789abcdefghijklmnopqrstuvwxyz0"

/* "stale-pattern unlisted-mx" */
static void
name_lints(unsigned lint, char text[TEXT_MAX])
{
	text[0] = '\0';
	for (int i = 0; i < STS_LINTS; i++)
		if ((lint & 1u << i) != 0) {
			strcat(text, text[0] != '\0' ? " " : "");
			strcat(text, sts_lint_names[i]);
		}
}

/* A policy of patterns with blanks between them. */
static struct sts_policy
policy_of(const char *patterns)
{
	char body[1024] = V E A;
	struct sts_policy policy;

	while (*patterns != '\0') {
		size_t length = strcspn(patterns, " ");

		sprintf(body + strlen(body), "mx: %.*s\n", (int)length, patterns);
		patterns += length + (patterns[length] == ' ');
	}
	judge.policy((uint8_t *)body, strlen(body), &policy);
	CHECK(policy.word == STS_POLICY_OK);
	return policy;
}

static void
lists_hosts(void)
{
	static const struct {
		const char *patterns, *host;
		bool want;
	} cases[] = {
		{ "mx.example.org", "mx.example.org", true },
		{ "mx.example.org", "MX.Example.ORG", true },
		{ "MX.example.org", "mx.example.org", true },
		{ "mx.example.org", "a.mx.example.org", false },
		{ "mx.example.org", "example.org", false },
		{ "mx.example.org", "mx.example.or", false },
		{ "mx.example.org", "mx.example.orgs", false },
		{ "a.example mx.example.org b.example", "b.example", true },
		{ "*.example.org", "mx.example.org", true },
		{ "*.Example.org", "mx.EXAMPLE.org", true },
		{ "*.example.org", "example.org", false },
		{ "*.example.org", ".example.org", false },
		{ "*.example.org", "a.mx.example.org", false },
		{ "*.example.org", "mxexample.org", false },
		{ "*.example.org", "*.example.org", true },
		{ "*.example.org", "", false },
		{ "*.example.org", "org", false },
		{ "*.org", "example.org", true },
		{ "*.org", "org", false },
		{ "*.org", "org.", false },
		{ "*.xn--e1afmkfd.xn--p1ai", "mx.xn--e1afmkfd.xn--p1ai", true },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct sts_policy policy = policy_of(cases[i].patterns);

		CHECK(judge.policy_lists(&policy, cases[i].host) == cases[i].want);
		if (judge.policy_lists(&policy, cases[i].host) != cases[i].want)
			printf("  for %s, %s\n", cases[i].patterns, cases[i].host);
		judge.policy_clear(&policy);
	}
}

#define HOSTS_MAX 4

static void
compares_patterns_with_hosts(void)
{
	static const struct {
		const char *patterns, *hosts[HOSTS_MAX + 1], *want;
	} cases[] = {
		{ "mx.example.org", { "mx.example.org" }, "" },
		{ "*.example.org", { "mx1.example.org", "mx2.example.org" }, "" },
		{ "mx.example.org *.example.org", { "mx.example.org" }, "" },
		{ "mx.example.org", { "MX.example.org" }, "" },
		{ "mx.example.org", { NULL }, "" },
		{ "mx.example.org", { "mail.example.net" }, "stale-pattern unlisted-mx" },
		{ "mx.example.org a.example", { "mx.example.org" }, "stale-pattern" },
		{ "mx.example.org", { "mx.example.org", "a.example" }, "unlisted-mx" },
		{ "mx.exmaple.org",
		  { "mx.example.org" },
		  "stale-pattern typo-pattern unlisted-mx" },
		{ "mx.example.com",
		  { "mx.example.org" },
		  "stale-pattern typo-pattern unlisted-mx" },
		{ "mx.examp.org",
		  { "mx.example.org" },
		  "stale-pattern typo-pattern unlisted-mx" },
		{ "mx.example.org",
		  { "mx.exam.org" }, /* two letters for the shorter's 11 */
		  "stale-pattern unlisted-mx" },
		{ "aspmx.l.google.com",
		  { "aspmx.l.goggle.com" },
		  "stale-pattern typo-pattern unlisted-mx" },
		{ "smtp12.example.org", { "mx.example.org" }, "stale-pattern unlisted-mx" },
		/* mx2 is not what was meant for mx1, which is listed */
		{ "mx1.example.org mx2.example.org", { "mx1.example.org" }, "stale-pattern" },
		{ "mx1.example.org mx2.example.org",
		  { "mx1.example.org", "mx3.example.org" },
		  "stale-pattern typo-pattern unlisted-mx" },
		/* everything is near to what is short */
		{ "mx.a.de", { "mx.b.de" }, "stale-pattern typo-pattern unlisted-mx" },
		{ "mx.a.de", { "ms.b.de" }, "stale-pattern unlisted-mx" },
		{ "a.x", { "b.x" }, "stale-pattern unlisted-mx" },
		/* behind "*." the rest counts */
		{ "*.exmaple.org",
		  { "mx.example.org" },
		  "stale-pattern typo-pattern unlisted-mx" },
		{ "*.example.org", { "example.org" }, "stale-pattern unlisted-mx" },
		{ "*.example.org", { "a.mx.example.org" }, "stale-pattern unlisted-mx" },
		{ "*.example.org",
		  { "a.b.example.org" },
		  "stale-pattern typo-pattern unlisted-mx" },
		{ "*.example.org", { "mx.other.example" }, "stale-pattern unlisted-mx" },
		{ "*.example.org", { "mx" }, "stale-pattern unlisted-mx" },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct sts_policy policy = policy_of(cases[i].patterns);
		size_t count = 0;
		char text[TEXT_MAX];

		while (cases[i].hosts[count] != NULL)
			count++;
		name_lints(judge.policy_lint(&policy, cases[i].hosts, count), text);
		CHECK_TEXT(text, cases[i].want);
		if (strcmp(text, cases[i].want) != 0)
			printf("  for %s\n", cases[i].patterns);
		judge.policy_clear(&policy);
	}
}

/* Names of full length, one within reach of the other's band of cells or not. */
static void
compares_long_names(void)
{
	static const struct {
		const char *pattern, *host;
		bool typo;
	} cases[] = {
		{ L63 ".a." L63 "." L63, L63 ".abcd." L63 "." L63, true },
		{ L63 ".a." L63 "." L63, L63 ".abcde." L63 "." L63, false },
		{ "x" L63 "." L63 "." L63, L63 "." L63 "." L63, true },
		{ "xyz.mail.example.org", "mail.example.org.xyz", false },
		{ "abcmail.example.org", "mail.example.orgabc", false },
		{ "abmail.example.org", "mail.example.orga", true },
		{ "abcmail.example.org", "mail.example.org", true },
		{ "mail.example.org", "abcmail.example.org", true },
		{ "mail.example.orgabc", "mail.example.org", true },
		{ "mail.example.orgabcd", "mail.example.org", false },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		char *pattern = (char *)cases[i].pattern;
		struct sts_policy policy = { .word = STS_POLICY_OK,
					     .mode = STS_MODE_ENFORCE,
					     .count = 1,
					     .patterns = &pattern };
		unsigned lint = judge.policy_lint(&policy, &cases[i].host, 1);

		CHECK(((lint & STS_LINT_TYPO_PATTERN) != 0) == cases[i].typo);
	}
}

static void
keeps_quiet_about_policies_without_force(void)
{
	static const char *const bodies[] = { V "mode: none\n" X A, V E X, V "mode: none\n" A };
	const char *host = "other.example";

	for (size_t i = 0; i < COUNT(bodies); i++) {
		struct sts_policy policy;

		judge.policy((const uint8_t *)bodies[i], strlen(bodies[i]), &policy);
		CHECK(judge.policy_lint(&policy, &host, 1) == 0);
		judge.policy_clear(&policy);
	}
}

int
main(void)
{
	RUN(lists_hosts);
	RUN(compares_patterns_with_hosts);
	RUN(compares_long_names);
	RUN(keeps_quiet_about_policies_without_force);
	return test_end();
}
