/* SPDX-License-Identifier: Apache-2.0 */
#include "scanner/judge.h"

#include <stdlib.h>

#include "tests/unit/test.h"

#define COUNT(table) (sizeof(table) / sizeof *(table))
#define TEXTS_MAX    4

/* The record of some texts, the list ended by NULL. */
static struct sts_facts
read_texts(const char *const texts[])
{
	struct txt txt[TEXTS_MAX];
	struct sts_facts facts = { .max_age = -1 };
	size_t count = 0;

	for (; count < TEXTS_MAX && texts[count] != NULL; count++)
		txt[count] =
		    (struct txt){ (const uint8_t *)texts[count], strlen(texts[count]) };
	judge.sts_record(txt, count, &facts);
	return facts;
}

static void
clear(struct sts_facts *facts)
{
	free(facts->record_text);
	free(facts->id);
}

static void
check_one(const char *text, const char *want, const char *id)
{
	const char *const texts[] = { text, NULL };
	struct sts_facts facts = read_texts(texts);
	int before = test_failures;

	CHECK_TEXT(word(WORDS_STS_RECORD, (int)facts.record), want);
	CHECK_TEXT(facts.id, id);
	CHECK((facts.record_text == NULL) == (facts.record == STS_RECORD_NONE));
	if (test_failures > before)
		printf("  for \"%s\"\n", text);
	clear(&facts);
}

#define ID32 "abcdefghijklmnopqrstuvwxyzABCDEF"

static void
reads_one_record(void)
{
	static const struct {
		const char *text, *word, *id;
	} cases[] = {
		{ "v=STSv1; id=20160831085700Z;", "ok", "20160831085700Z" }, /* the RFC's */
		{ "v=STSv1; id=20160831085700Z", "ok", "20160831085700Z" },
		{ "v=STSv1;id=1", "ok", "1" },
		{ "v=STSv1 \t; \tid=1\t ;\t ", "ok", "1" },
		{ "v=STSv1; id=" ID32, "ok", ID32 },
		{ "v=STSv1; foo=bar; id=1", "ok", "1" },
		{ "v=STSv1; id=1; x=y; A_.-9=~!\"{}<>:", "ok", "1" },
		{ "v=STSv1; id=1; id=2", "ok", "1" },
		{ "v=STSv1; id=1; id=not-an-id", "ok", "1" },
		{ "v=STSv1; id=1; v=STSv2", "ok", "1" },
		{ "v=STSv1; ID=2; id=1", "ok", "1" },
		{ "v=STSv1; id=1; " ID32 "=x", "ok", "1" },

		{ "", "none", NULL },
		{ ";", "none", NULL },
		{ "v", "none", NULL },
		{ "v=", "none", NULL },
		{ "v=ST", "none", NULL },
		{ "v=spf1 -all", "none", NULL },
		{ "v=TLSRPTv1; rua=mailto:a@example.org", "none", NULL },
		{ "id=1; v=STSv1", "none", NULL },
		{ "STSv1; id=1", "none", NULL },
		{ "w=STSv1; id=1", "none", NULL },
		{ "vv=STSv1; id=1", "none", NULL },
		{ "\"v=STSv1; id=1\"", "none", NULL },
		{ "some text", "none", NULL },

		{ "v=STSv12; id=1", "bad-version", NULL },
		{ "v=STSv2; id=1", "bad-version", NULL },
		{ "v=STS; id=1", "bad-version", NULL },
		{ "v=STS1; id=1", "bad-version", NULL },
		{ "v=STSV1; id=1", "bad-version", NULL },
		{ "V=stsv1; id=1", "bad-version", NULL },
		{ "V=STSv1; id=1", "bad-version", NULL },
		{ "v=stsv1; id=1", "bad-version", NULL },
		{ "v = STSv1; id=1", "bad-version", NULL },
		{ "v=STSv1 id=1", "bad-version", NULL },
		{ "v=STSv1, id=1", "bad-version", NULL },
		{ "v=STSv1=x; id=1", "bad-version", NULL },
		{ " v=STSv1; id=1", "bad-version", NULL },
		{ "v=STSv1\r; id=1", "bad-version", NULL },
		{ "v=STSv1\xc2\xa0; id=1", "bad-version", NULL },

		{ "v=STSv1; id=1;;", "bad-syntax", NULL },
		{ "v=STSv1; id=1; ;", "bad-syntax", NULL },
		{ "v=STSv1;; id=1", "bad-syntax", NULL },
		{ "v=STSv1; ; id=1", "bad-syntax", NULL },
		{ "v=STSv1; id", "bad-syntax", NULL },
		{ "v=STSv1; id:1", "bad-syntax", NULL },
		{ "v=STSv1; 20160831085700Z;", "bad-syntax", NULL },
		{ "v=STSv1; id=1 ", "bad-syntax", NULL },
		{ "v=STSv1; id=1\t", "bad-syntax", NULL },
		{ "v=STSv1; id=1; x", "bad-syntax", NULL },

		{ "v=STSv1", "no-id", NULL },
		{ "v=STSv1;", "no-id", NULL },
		{ "v=STSv1 ; ", "no-id", NULL },
		{ "v=STSv1; foo=bar", "no-id", NULL },
		{ "v=STSv1; ID=1", "no-id", NULL },
		{ "v=STSv1; id =1", "no-id", NULL },
		{ "v=STSv1; xid=1;", "no-id", NULL },
		{ "v=STSv1; a b=c", "no-id", NULL }, /* no-id before bad-extension */

		{ "v=STSv1; id=", "bad-id", NULL },
		{ "v=STSv1; id=;", "bad-id", NULL },
		{ "v=STSv1; id= 1", "bad-id", NULL },
		{ "v=STSv1; id=2016-08-31", "bad-id", NULL },
		{ "v=STSv1; id=2016 08", "bad-id", NULL },
		{ "v=STSv1; id=\"1\"", "bad-id", NULL },
		{ "v=STSv1; id=1=2", "bad-id", NULL },
		{ "v=STSv1; id=\xc3\xa9", "bad-id", NULL },
		{ "v=STSv1; id=" ID32 "G", "bad-id", NULL },
		{ "v=STSv1; id=bad-id; id=1", "bad-id", NULL },
		{ "v=STSv1; id=bad-id; a b=c", "bad-id", NULL },

		{ "v=STSv1; id=1; x=", "bad-extension", NULL },
		{ "v=STSv1; id=1; =x", "bad-extension", NULL },
		{ "v=STSv1; id=1; x=y=z", "bad-extension", NULL },
		{ "v=STSv1; id=1; x=y z", "bad-extension", NULL },
		{ "v=STSv1; x= y; id=1", "bad-extension", NULL },
		{ "v=STSv1; id=1; x =y", "bad-extension", NULL },
		{ "v=STSv1; id=1; _x=y", "bad-extension", NULL },
		{ "v=STSv1; id=1; x/y=z", "bad-extension", NULL },
		{ "v=STSv1; id=1; " ID32 "G=x", "bad-extension", NULL },
		{ "v=STSv1; id=1; x=\x7f", "bad-extension", NULL },
		{ "v=STSv1; id=1; x=\xc3\xa9", "bad-extension", NULL },
		{ "v=STSv1; id=1; id=a b", "bad-extension", NULL },
	};

	for (size_t i = 0; i < COUNT(cases); i++)
		check_one(cases[i].text, cases[i].word, cases[i].id);
}

static void
chooses_among_records(void)
{
	static const struct {
		const char *texts[TEXTS_MAX + 1], *word, *id, *text;
	} cases[] = {
		{ { NULL }, "none", NULL, NULL },
		{ { "v=spf1 -all", "hello" }, "none", NULL, NULL },
		{ { "v=spf1 -all", "v=STSv1; id=1", "x" }, "ok", "1", "v=STSv1; id=1" },
		{ { "v=STSv1; id=1", "v=STSv1; id=1" },
		  "multiple",
		  NULL,
		  "v=STSv1; id=1\nv=STSv1; id=1" },
		{ { "v=STSv1; id=1", "v=STSv1" }, "multiple", NULL, "v=STSv1; id=1\nv=STSv1" },
		{ { "v=STSv1; id=1", "v=STSv1;;", "v=STSv2" },
		  "multiple",
		  NULL,
		  "v=STSv1; id=1\nv=STSv1;;\nv=STSv2" },
		/* what does not begin so is dropped before the rest is counted */
		{ { "v=STSv2; id=2", "v=STSv1; id=1" },
		  "ok",
		  "1",
		  "v=STSv2; id=2\nv=STSv1; id=1" },
		{ { "v=STSv1; id=1", "V=stsv1; id=2" },
		  "ok",
		  "1",
		  "v=STSv1; id=1\nV=stsv1; id=2" },
		{ { "v=STSv2; id=2", "v=STSv3" },
		  "bad-version",
		  NULL,
		  "v=STSv2; id=2\nv=STSv3" },
		{ { "x", "v=STSv1; id=\n1\x80\\x" },
		  "bad-id",
		  NULL,
		  "v=STSv1; id=\\x0a1\\x80\\x5cx" },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct sts_facts facts = read_texts(cases[i].texts);

		CHECK_TEXT(word(WORDS_STS_RECORD, (int)facts.record), cases[i].word);
		CHECK_TEXT(facts.id, cases[i].id);
		CHECK_TEXT(facts.record_text, cases[i].text);
		clear(&facts);
	}
}

static void
reads_any_bytes(void)
{
	static const uint8_t nul[] = "v=STSv1; id=1\0002";
	static const uint8_t nul_version[] = "v=STSv1\0; id=1";
	const struct txt empty = { NULL, 0 };
	struct sts_facts facts = { .max_age = -1 };

	judge.sts_record(&(struct txt){ nul, sizeof nul - 1 }, 1, &facts);
	CHECK(facts.record == STS_RECORD_BAD_ID);
	CHECK_TEXT(facts.record_text, "v=STSv1; id=1\\x002");
	clear(&facts);
	judge.sts_record(&(struct txt){ nul_version, sizeof nul_version - 1 }, 1, &facts);
	CHECK(facts.record == STS_RECORD_BAD_VERSION);
	clear(&facts);
	judge.sts_record(&empty, 1, &facts);
	CHECK(facts.record == STS_RECORD_NONE && facts.record_text == NULL);
	judge.sts_record(NULL, 0, &facts);
	CHECK(facts.record == STS_RECORD_NONE && facts.id == NULL);
	CHECK(facts.max_age == -1); /* the rest is the policy's */
}

/* However many there are, a hundred are kept. */
static void
keeps_a_hundred(void)
{
	static struct txt many[300];
	struct sts_facts facts;
	size_t lines = 1;

	for (size_t i = 0; i < COUNT(many); i++)
		many[i] = (struct txt){ (const uint8_t *)"v=STSv1; id=1", 13 };
	judge.sts_record(many, COUNT(many), &facts);
	CHECK(facts.record == STS_RECORD_MULTIPLE);
	for (const char *at = facts.record_text; (at = strchr(at, '\n')) != NULL; at++)
		lines++;
	CHECK(lines == 100);
	clear(&facts);
}

int
main(void)
{
	RUN(reads_one_record);
	RUN(chooses_among_records);
	RUN(reads_any_bytes);
	RUN(keeps_a_hundred);
	return test_end();
}
