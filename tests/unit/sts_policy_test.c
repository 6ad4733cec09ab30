/* SPDX-License-Identifier: Apache-2.0 */
#include "scanner/judge.h"

#include <stdlib.h>

#include "tests/unit/test.h"

#define COUNT(table) (sizeof(table) / sizeof *(table))
#define TEXT_MAX     512

static void
add(char text[TEXT_MAX], const char *more)
{
	if (text[0] != '\0')
		strcat(text, " ");
	strcat(text, more);
}

/* "enforce 86400 mx.example.org *.example.net blank-line" */
static void
summarise(const struct sts_policy *policy, char text[TEXT_MAX])
{
	char number[24];

	text[0] = '\0';
	if (policy->mode != 0)
		add(text, word(WORDS_STS_MODE, (int)policy->mode));
	snprintf(number, sizeof number, "%lld", (long long)policy->max_age);
	if (policy->max_age != -1)
		add(text, number);
	for (size_t i = 0; i < policy->count; i++)
		add(text, policy->patterns[i]);
	for (int i = 0; i < STS_LINTS; i++)
		if ((policy->lint & 1u << i) != 0)
			add(text, sts_lint_names[i]);
}

static void
check_bytes(const char *body, size_t length, const char *want, const char *summary)
{
	struct sts_policy policy;
	char text[TEXT_MAX];
	int before = test_failures;
	uint8_t *exact = malloc(length + 1); /* so that a read past the end is seen */

	CHECK(exact != NULL);
	memcpy(exact + 1, body, length);
	judge.policy(exact + 1, length, &policy);
	free(exact);
	summarise(&policy, text);
	CHECK_TEXT(word(WORDS_STS_POLICY, (int)policy.word), want);
	CHECK_TEXT(text, summary);
	if (test_failures > before)
		printf("  for \"%s\"\n", body);
	judge.policy_clear(&policy);
	judge.policy_clear(&policy);
	CHECK(policy.count == 0 && policy.patterns == NULL);
}

struct sample {
	const char *body, *word, *summary;
};

static void
check_samples(const struct sample samples[], size_t count)
{
	for (size_t i = 0; i < count; i++)
		check_bytes(samples[i].body, strlen(samples[i].body), samples[i].word,
			    samples[i].summary);
}

#define V "version: STSv1\n"
#define E "mode: enforce\n"
#define A "max_age: 604800\n"
#define X "mx: mx.example.org\n"
#define S "enforce 604800 mx.example.org"

static void
accepts_policies(void)
{
	static const struct sample samples[] = {
		/* the RFC's example */
		{ "version: STSv1\r\nmode: enforce\r\nmx: mail.example.com\r\n"
		  "mx: *.example.net\r\nmx: backupmx.example.com\r\nmax_age: 604800\r\n",
		  "ok", "enforce 604800 mail.example.com *.example.net backupmx.example.com" },
		{ V E X A, "ok", S },
		{ V E X "max_age: 604800", "ok", S },
		{ V E X "max_age: 604800 \t", "ok", S },
		{ "version: STSv1\r\n" E "mx: mx.example.org \r\n" A, "ok", S },
		{ A X E V, "ok", S },
		{ "version:STSv1\nmode:enforce\nmx:mx.example.org\nmax_age:604800", "ok", S },
		{ "version: \t STSv1  \t\nmode:\tenforce\t\n" X A, "ok", S },
		{ V "mode: testing\n" X A, "ok", "testing 604800 mx.example.org" },
		{ V "mode: none\n" A, "ok", "none 604800" },
		{ V "mode: none\n" X A, "ok", "none 604800 mx.example.org" },
		{ V E X A "extra: value\n", "ok", S },
		{ V E X A "extra: two words, \xc3\xa9\xe2\x82\xac\xf0\x9f\x93\xa7: =;\n", "ok",
		  S },
		{ V E X A "Version: STSv2\nMODE: none\nMax_Age: x\nMX: *\n", "ok", S },
		{ V E X A "a23456789012345678901234567890-_: x\n", "ok", S },
		{ V E X A "a2345678901234567890123456789012: x\n", "ok", S },
		{ V E "mx: MX.Example.ORG\nmx: *.Example.NET\n" A, "ok",
		  "enforce 604800 mx.example.org *.example.net" },
		{ V E "mx: xn--mx-nia.example\nmx: mx\nmx: 1.2.3.x4\nmx: *.org\n" A, "ok",
		  "enforce 604800 xn--mx-nia.example mx 1.2.3.x4 *.org" },
		{ V E X X A, "ok", S " mx.example.org" },
		{ V E X "max_age: 0\n", "ok", "enforce 0 mx.example.org max-age-short" },
		{ V E X "max_age: 86399\n", "ok",
		  "enforce 86399 mx.example.org max-age-short" },
		{ V E X "max_age: 86400\n", "ok", "enforce 86400 mx.example.org" },
		{ V "mode: testing\n" X "max_age: 86399\n", "ok",
		  "testing 86399 mx.example.org" },
		{ V E X "max_age: 0000000060\n", "ok",
		  "enforce 60 mx.example.org max-age-short" },
		{ V E X "max_age: 31557600\n", "ok", "enforce 31557600 mx.example.org" },
		{ V E X "max_age: 31557601\n", "ok",
		  "enforce 31557601 mx.example.org max-age-over" },
		{ V E X "max_age: 9999999999\n", "ok",
		  "enforce 9999999999 mx.example.org max-age-over" },
		/* outside the grammar, in the wild */
		{ V E X A "\n", "ok", S " blank-line" },
		{ V E X A "\r\n\r\n", "ok", S " blank-line" },
		{ V E X A "  \n\t\n", "ok", S " blank-line" },
		{ V E X A "  ", "ok", S " blank-line" },
		/* the first of two counts */
		{ V E "mode: none\n" X A, "ok", S " duplicate" },
		{ V V E X A, "ok", S " duplicate" },
		{ V "version: STSv2\n" E X A, "ok", S " duplicate" },
		{ V E X A "max_age: many\n", "ok", S " duplicate" },
		{ V E X A "mode:\n", "ok", S " duplicate" },
		{ V E X A "extra: 1\nextra: 2\n", "ok", S },
	};

	check_samples(samples, COUNT(samples));
}

#define L63 "abcdefghijklmnopqrstuvwxyz0123456789abcdefghijklmnopqrstuvwxyz0"

static void
says_what_is_wrong(void)
{
	static const struct sample samples[] = {
		{ "", "empty", "" },
		{ "\n", "empty", "" },
		{ " \t\r\n \n", "empty", "" },

		{ "version: STSv2\n" E X A, "bad-version", S },
		{ "version: stsv1\n" E X A, "bad-version", S },
		{ "version: STSv12\n" E X A, "bad-version", S },
		{ "version: STSv1;\n" E X A, "bad-version", S },
		{ "version:\n" E X A, "bad-version", S },
		{ "Version: STSv1\n" E X A, "bad-version", S },
		{ "v: STSv1\n" E X A, "bad-version", S },
		{ E X A, "bad-version", S },
		{ "version: STSv2\n" V E X A, "bad-version", S " duplicate" },
		{ "extra: x\n", "bad-version", "" },
		{ "version: x\nmode: x\nmax_age: x\nmx: *\n", "bad-version", "" },

		{ V X A, "bad-mode", "604800 mx.example.org" },
		{ V "mode: Enforce\n" X A, "bad-mode", "604800 mx.example.org" },
		{ V "mode: report\n" X A, "bad-mode", "604800 mx.example.org" },
		{ V "mode: enforce testing\n" X A, "bad-mode", "604800 mx.example.org" },
		{ V "mode:\n" X A, "bad-mode", "604800 mx.example.org" },
		{ V "mode: \n" X A, "bad-mode", "604800 mx.example.org" },
		{ V "Mode: enforce\n" X A, "bad-mode", "604800 mx.example.org" },
		{ V "mode: x\n" E X A, "bad-mode", "604800 mx.example.org duplicate" },
		{ V "mode: x\nmax_age: x\nmx: *\n", "bad-mode", "" },
		{ V "mode:enforce,mx:a.example\n", "bad-mode", "" },

		{ V E X, "bad-max-age", "enforce mx.example.org" },
		{ V E X "max_age:\n", "bad-max-age", "enforce mx.example.org" },
		{ V E X "max_age: -1\n", "bad-max-age", "enforce mx.example.org" },
		{ V E X "max_age: +1\n", "bad-max-age", "enforce mx.example.org" },
		{ V E X "max_age: 1.5\n", "bad-max-age", "enforce mx.example.org" },
		{ V E X "max_age: 1d\n", "bad-max-age", "enforce mx.example.org" },
		{ V E X "max_age: 1 2\n", "bad-max-age", "enforce mx.example.org" },
		{ V E X "max_age: 31_557_600\n", "bad-max-age", "enforce mx.example.org" },
		{ V E X "max_age: 10000000000\n", "bad-max-age", "enforce mx.example.org" },
		{ V E X "max_age: 00000000001\n", "bad-max-age", "enforce mx.example.org" },
		{ V E X "max-age: 604800\n", "bad-max-age", "enforce mx.example.org" },
		{ V E X "Max_age: 604800\n", "bad-max-age", "enforce mx.example.org" },
		{ V "mode: none\n", "bad-max-age", "none" },
		{ V E "mx: *\n", "bad-max-age", "enforce" },

		{ V E A, "no-mx", "enforce 604800" },
		{ V "mode: testing\n" A, "no-mx", "testing 604800" },
		{ V E "MX: mx.example.org\n" A, "no-mx", "enforce 604800" },

		{ V E X "mx:\n" A, "bad-mx", S },
		{ V E "mx: mx.example.org.\n" A, "bad-mx", "enforce 604800" },
		{ V E "mx: .example.org\n" X A, "bad-mx", S },
		{ V E "mx: mx..example.org\n" X A, "bad-mx", S },
		{ V E "mx: *\n" X A, "bad-mx", S },
		{ V E "mx: *.\n" X A, "bad-mx", S },
		{ V E "mx: *example.org\n" X A, "bad-mx", S },
		{ V E "mx: mx*.example.org\n" X A, "bad-mx", S },
		{ V E "mx: *x.example.org\n" X A, "bad-mx", S },
		{ V E "mx: mx.*.example.org\n" X A, "bad-mx", S },
		{ V E "mx: *.*.example.org\n" X A, "bad-mx", S },
		{ V E "mx: 192.0.2.1\n" X A, "bad-mx", S },
		{ V E "mx: *.0.2.1\n" X A, "bad-mx", S },
		{ V E "mx: [192.0.2.1]\n" X A, "bad-mx", S },
		{ V E "mx: 2001:db8::1\n" X A, "bad-mx", S },
		{ V E "mx: example.123\n" X A, "bad-mx", S },
		{ V E "mx: mx_1.example.org\n" X A, "bad-mx", S },
		{ V E "mx: -mx.example.org\n" X A, "bad-mx", S },
		{ V E "mx: mx-.example.org\n" X A, "bad-mx", S },
		{ V E "mx: m\xc3\xbcnchen.example\n" X A, "bad-mx", S },
		{ V E "mx: a.example, b.example\n" X A, "bad-mx", S },
		{ V E "mx: a.example b.example\n" X A, "bad-mx", S },
		{ V E "mx: 10 a.example\n" X A, "bad-mx", S },
		{ V E "mx: <a.example>\n" X A, "bad-mx", S },
		{ V E "mx: \"a.example\"\n" X A, "bad-mx", S },
		{ V E "mx: x" L63 ".example\n" X A, "bad-mx", S },
		{ V E "mx: " L63 "." L63 "." L63 "." L63 "\n" X A, "bad-mx", S },
		{ V "mode: none\nmx: *\n" A, "bad-mx", "none 604800" },
		{ V E "mx: *\n" A, "bad-mx", "enforce 604800" },
	};

	check_samples(samples, COUNT(samples));
}

/* With the lint where a tolerant reader finds a policy. */
static void
refuses_what_is_no_field(void)
{
	static const struct sample samples[] = {
		{ "<!DOCTYPE html>\n<html><body>404</body></html>\n", "bad-syntax", "" },
		{ "<a href=\"http://x/\">\n", "bad-syntax", "" },
		{ "version: STSv1; mode: enforce; mx: mx.example.org; max_age: 1",
		  "bad-version", "" },
		{ "v=STSv1; id=1\n", "bad-syntax", "" },
		{ V E X A "garbage\n", "bad-syntax", S },
		{ V E X A "# comment\n", "bad-syntax", S },
		{ V E X A ": x\n", "bad-syntax", S " lenient" },
		{ V E X A "extra:\n", "bad-syntax", S " lenient" },
		{ V E X A "extra: \n", "bad-syntax", S " lenient" },
		{ V E X A "a23456789012345678901234567890123: x\n", "bad-syntax",
		  S " lenient" },
		{ V E X A "_extra: x\n", "bad-syntax", S " lenient" },
		{ V E X A "ex/tra: x\n", "bad-syntax", S " lenient" },
		{ V E X A "extra: a\tb\n", "bad-syntax", S " lenient" },
		{ V E X A "extra: a\x7f\n", "bad-syntax", S " lenient" },
		/* no UTF-8: a lone byte, cut short, overlong, a surrogate, over U+10FFFF */
		{ V E X A "extra: \xe9\n", "bad-syntax", S " lenient" },
		{ V E X A "extra: \xe2\x82\n", "bad-syntax", S " lenient" },
		{ V E X A "extra: \xe2\x82", "bad-syntax", S " lenient" },
		{ V E X A "extra: \xc3(\n", "bad-syntax", S " lenient" },
		{ V E X A "extra: \xc0\xaf\n", "bad-syntax", S " lenient" },
		{ V E X A "extra: \xe0\x82\x80\n", "bad-syntax", S " lenient" },
		{ V E X A "extra: \xed\xa0\x80\n", "bad-syntax", S " lenient" },
		{ V E X A "extra: \xf4\x90\x80\x80\n", "bad-syntax", S " lenient" },
		{ V E X A "extra: \xff\n", "bad-syntax", S " lenient" },
		/* indented */
		{ " " V " " E " " X " " A, "bad-syntax", S " lenient" },
		{ V E "\t" X A, "bad-syntax", S " lenient" },
		{ "version : STSv1\n" E X A, "bad-syntax", S " lenient" },
		/* empty lines elsewhere than at the end */
		{ "\n" V E X A, "bad-syntax", S " lenient" },
		{ V "\r\n" E X A, "bad-syntax", S " lenient" },
		{ V E X "\n\n" A "\n", "bad-syntax", S " blank-line lenient" },
		{ "\xef\xbb\xbf" V E X A, "bad-syntax", S " lenient" },
		/* the ends of lines */
		{ "version: STSv1\r\r\n" E X A, "bad-syntax", S " lenient" },
		{ V E X "max_age: 604800\r", "bad-syntax", S " lenient" },
		{ "version: STSv1\rmode: enforce\rmx: mx.example.org\rmax_age: 604800\r",
		  "bad-syntax", "" },
		/* tolerance has its limits */
		{ " " V "mode: Enforce\n" X A, "bad-syntax", "604800 mx.example.org" },
		{ " " V E A, "bad-syntax", "enforce 604800" },
		{ " " V E X "max_age: x\n", "bad-syntax", "enforce mx.example.org" },
		{ " " V E X "mx: *\n" A, "bad-syntax", S },
		{ V "mode = enforce\n" X A, "bad-syntax", "604800 mx.example.org" },
	};

	check_samples(samples, COUNT(samples));
}

static void
reads_any_bytes(void)
{
	static const char nul[] = V E X "max_age: 604800\0\n";
	static const char nul_name[] = V E X A "a\0b: x\n";
	static char line[65536];
	struct sts_policy policy;

	check_bytes(nul, sizeof nul - 1, "bad-syntax", "enforce mx.example.org");
	check_bytes(nul_name, sizeof nul_name - 1, "bad-syntax", S " lenient");
	check_bytes("\0", 1, "bad-syntax", "");
	judge.policy(NULL, 0, &policy);
	CHECK(policy.word == STS_POLICY_EMPTY && policy.max_age == -1);
	memset(line, 'x', sizeof line);
	judge.policy((uint8_t *)line, sizeof line, &policy);
	CHECK(policy.word == STS_POLICY_BAD_SYNTAX && policy.count == 0 && policy.mode == 0);
	judge.policy_clear(&policy);
}

/* The most that a body of 64 KiB has room for; and no more is kept of a larger one. */
static void
reads_thousands_of_patterns(void)
{
	enum { MOST = 16384, LINES = 20000 };
	static char body[LINES * 24];
	const char *hosts[] = { "mx.example.org", "h9.example" };
	struct sts_policy policy;
	int length = sprintf(body, V E A);
	char last[16];

	for (int i = 0; i < LINES; i++)
		length += sprintf(body + length, "mx: h%d.example\n", i);
	judge.policy((uint8_t *)body, (size_t)length, &policy);
	CHECK(policy.word == STS_POLICY_OK);
	CHECK(policy.count == MOST);
	snprintf(last, sizeof last, "h%d.example", MOST - 1);
	CHECK(judge.policy_lists(&policy, last));
	CHECK(!judge.policy_lists(&policy, "mx.example.org"));
	CHECK(judge.policy_lint(&policy, hosts, 2) ==
	      (STS_LINT_STALE_PATTERN | STS_LINT_UNLISTED_MX));
	judge.policy_clear(&policy);
}

static void
knows_plain_text(void)
{
	static const char *const plain[] = { "text/plain",
					     "TEXT/Plain",
					     " text/plain\t",
					     "text/plain;charset=utf-8",
					     "text/plain ; charset=\"utf-8\"",
					     "text/plain;" };
	static const char *const other[] = { "",
					     "text/html",
					     "text/plainx",
					     "text/plai",
					     "text",
					     "text/plain charset=utf-8",
					     "text/plain, text/plain",
					     "x; text/plain",
					     "application/octet-stream; text/plain" };

	for (size_t i = 0; i < COUNT(plain); i++)
		CHECK(judge.plain_text(plain[i]));
	for (size_t i = 0; i < COUNT(other); i++)
		CHECK(!judge.plain_text(other[i]));
	CHECK(!judge.plain_text(NULL));
}

static void
names_its_lints(void)
{
	for (int i = 0; i < STS_LINTS; i++)
		CHECK(sts_lint_names[i] != NULL && strchr(sts_lint_names[i], ',') == NULL);
	CHECK_TEXT(sts_lint_names[0], "content-type");
	CHECK_TEXT(sts_lint_names[5], "lenient");
	CHECK(STS_LINT_LENIENT == 1 << 5);
	CHECK_TEXT(sts_lint_names[10], "removed-improperly");
	CHECK(STS_LINT_REMOVED_IMPROPERLY == 1 << 10);
}

int
main(void)
{
	RUN(accepts_policies);
	RUN(says_what_is_wrong);
	RUN(refuses_what_is_no_field);
	RUN(reads_any_bytes);
	RUN(reads_thousands_of_patterns);
	RUN(knows_plain_text);
	RUN(names_its_lints);
	return test_end();
}
