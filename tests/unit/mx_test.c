/* SPDX-License-Identifier: Apache-2.0 */
#include "scanner/mx.h"
#include "tests/unit/test.h"

static void
names(void)
{
	static const struct {
		const char *name;
		bool usable;
	} cases[] = {
		{ "mx.example.org", true },
		{ "mx_1.example.org", true },
		{ "mail", false },
		{ "localhost", false },
		{ "mx.localhost", false },
		{ "192.0.2.1", false },
		{ "0.0.0.0", false },
		{ "300.1.2.3", false },
		{ "2001:db8::1", false },
		{ "a\\032b.example.org", false },
		{ "1.mx.example.org", true },
		{ "localhost.example.org", true },
		{ "mylocalhost.org", true },
	};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		if (mx_name_usable(cases[i].name) != cases[i].usable)
			CHECK_TEXT(cases[i].name, cases[i].usable ? "usable" : "unusable");
		else
			CHECK(true);
}

/* An answer with the MX names given, NULL ends them. */
static enum mx_word
word_of(enum answer_status status, char *const names[], size_t *count)
{
	struct answer_record records[8];
	struct answer answer = { .status = status, .records = records };
	struct mx_plan plan;

	for (; names != NULL && names[answer.count] != NULL; answer.count++)
		records[answer.count] = (struct answer_record){ .name = names[answer.count] };
	mx_plan(&plan, &answer);
	*count = plan.count;
	return plan.mx;
}

static void
plans(void)
{
	size_t n;

	CHECK(word_of(ANSWER_OK, (char *[]){ "a.example", "b.example", NULL }, &n) == MX_OK);
	CHECK(n == 2);
	CHECK(word_of(ANSWER_OK, (char *[]){ "a.example", "a.example", NULL }, &n) == MX_OK);
	CHECK(n == 1);
	CHECK(word_of(ANSWER_OK, (char *[]){ "", NULL }, &n) == MX_NULL && n == 0);
	CHECK(word_of(ANSWER_OK, (char *[]){ "", "", NULL }, &n) == MX_NULL && n == 0);
	CHECK(word_of(ANSWER_OK, (char *[]){ "a.example", "", NULL }, &n) ==
	      MX_NULL_WITH_OTHERS);
	CHECK(n == 1);
	CHECK(word_of(ANSWER_OK, (char *[]){ "192.0.2.1", "localhost", NULL }, &n) ==
	      MX_BAD_TARGET);
	CHECK(n == 2); /* recorded, not contacted */
	CHECK(word_of(ANSWER_OK, (char *[]){ "mail", "a.example", NULL }, &n) == MX_OK &&
	      n == 2);
	CHECK(word_of(ANSWER_NODATA, NULL, &n) == MX_IMPLICIT && n == 0);
	CHECK(word_of(ANSWER_NXDOMAIN, NULL, &n) == 0);
	CHECK(word_of(ANSWER_FAILED, NULL, &n) == 0);
}

static void
dns_words(void)
{
	static const enum dns_word words[] = {
		[ANSWER_NONE] = DNS_TEMPORARY,   [ANSWER_OK] = DNS_OK,
		[ANSWER_NODATA] = DNS_OK,        [ANSWER_NXDOMAIN] = DNS_NXDOMAIN,
		[ANSWER_FAILED] = DNS_TEMPORARY, [ANSWER_BOGUS] = DNS_BOGUS,
		[ANSWER_LOOP] = DNS_CNAME_LOOP,  [ANSWER_MALFORMED] = DNS_TEMPORARY,
	};

	for (enum answer_status s = ANSWER_NONE; s <= ANSWER_MALFORMED; s++) {
		struct answer answer = { .status = s };
		struct mx_plan plan;

		mx_plan(&plan, &answer);
		CHECK(plan.dns == words[s]);
	}
}

static void
security(void)
{
	struct answer secure = { .status = ANSWER_OK, .authenticated = true };
	struct answer insecure = { .status = ANSWER_NODATA };
	struct answer bogus = { .status = ANSWER_BOGUS }, failed = { .status = ANSWER_FAILED };

	CHECK(answer_security(&secure, true) == SECURITY_SECURE);
	CHECK(answer_security(&secure, false) == SECURITY_INDETERMINATE);
	CHECK(answer_security(&insecure, true) == SECURITY_INSECURE);
	CHECK(answer_security(&bogus, true) == SECURITY_BOGUS);
	CHECK(answer_security(&bogus, false) == SECURITY_INDETERMINATE);
	CHECK(answer_security(&failed, true) == 0);
}

int
main(void)
{
	RUN(names);
	RUN(plans);
	RUN(dns_words);
	RUN(security);
	return test_end();
}
