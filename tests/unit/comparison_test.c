/* SPDX-License-Identifier: Apache-2.0 */
#include "probes/comparison.h"

#include <stdlib.h>

#include "scanner/mem.h"
#include "tests/unit/letters.h"
#include "tests/unit/test.h"

static const char *const host[] = { "mx.example.org", NULL };

static void
tells_what_is_wrong(void)
{
	LETTERS_EXPECT(
	    { "LMR", "311O", DANE_MISMATCH, -1, DANE_REASON_DATA },
	    { "LMR", "311E", DANE_MISMATCH, -1, DANE_REASON_EMPTY_HASH },
	    { "LMR", "302E", DANE_MISMATCH, -1, DANE_REASON_EMPTY_HASH },
	    { "LMR", "311M", DANE_MISMATCH, -1, DANE_REASON_USAGE },
	    { "LMR", "311R", DANE_MISMATCH, -1, DANE_REASON_USAGE },
	    { "LMR", "301L11", DANE_MISMATCH, -1, DANE_REASON_SELECTOR },
	    { "LMR", "312L02", DANE_MISMATCH, -1, DANE_REASON_SELECTOR },
	    { "LMR", "311O 312L11", DANE_MISMATCH, -1, DANE_REASON_MATCHING },
	    { "LMR", "311O 111L", DANE_MISMATCH, -1, DANE_REASON_USAGE },
	    { "LMR", "311O 301L11 311M 311E", DANE_MISMATCH, -1, DANE_REASON_EMPTY_HASH },
	    { "LMR", "311O 301L11 311M", DANE_MISMATCH, -1, DANE_REASON_USAGE },
	    { "LMR", "311O 301L11 310L12", DANE_MISMATCH, -1, DANE_REASON_SELECTOR },
	    { "", "311L", DANE_MISMATCH, -1, DANE_REASON_DATA },
	    { "", "311E", DANE_MISMATCH, -1, DANE_REASON_EMPTY_HASH },
	    { "-", "311L", DANE_MISMATCH, -1, DANE_REASON_DATA },
	    { "-L", "311L", DANE_MISMATCH, -1, DANE_REASON_USAGE });
}

static void
tells_what_cannot_be_used(void)
{
	LETTERS_EXPECT({ "LM", "111L", DANE_UNUSABLE, -1, DANE_REASON_USAGE },
		       { "LM", "011M", DANE_UNUSABLE, -1, DANE_REASON_USAGE },
		       { "LM", "111O 011O", DANE_UNUSABLE, -1, DANE_REASON_USAGE },
		       { "", "111O", DANE_UNUSABLE, -1, DANE_REASON_USAGE },
		       { "LM", "x11L", DANE_UNUSABLE, -1, DANE_REASON_USAGE },
		       { "LM", "x11O", DANE_UNUSABLE, -1, DANE_REASON_DATA },
		       { "LM", "111O 31xO11", DANE_UNUSABLE, -1, DANE_REASON_DATA },
		       { "LM", "321L11", DANE_UNUSABLE, -1, DANE_REASON_SELECTOR },
		       { "LM", "31xL11", DANE_UNUSABLE, -1, DANE_REASON_MATCHING },
		       { "LM", "312L11", DANE_UNUSABLE, -1, DANE_REASON_MATCHING },
		       { "LM", "310L12", DANE_UNUSABLE, -1, DANE_REASON_MATCHING },
		       { "LM", "311L10", DANE_UNUSABLE, -1, DANE_REASON_MATCHING },
		       { "LM", "311E02", DANE_UNUSABLE, -1, DANE_REASON_EMPTY_HASH },
		       { "LM", "300E", DANE_UNUSABLE, -1, DANE_REASON_DATA },
		       { "LM", "310L00", DANE_UNUSABLE, -1, DANE_REASON_SELECTOR },
		       { "U", "300U", DANE_UNUSABLE, -1, DANE_REASON_DATA },
		       { "LM", "", DANE_UNUSABLE, -1, DANE_REASON_DATA });
}

static void
warns_of_what_works_today(void)
{
	enum {
		NO_SPARE = DANE_LINT_NO_SPARE,
		SELECTOR = DANE_LINT_SELECTOR_0,
		UNUSABLE = DANE_LINT_UNUSABLE,
		FULL = DANE_LINT_FULL,
	};
	static const struct {
		const char *chain, *records;
		unsigned want;
	} cases[] = {
		{ "LM", "311L", NO_SPARE },
		{ "LM", "311L 312L 301L", NO_SPARE | SELECTOR },
		{ "LM", "311L 311O", 0 },
		{ "LM", "311L 301O", SELECTOR },
		{ "LM", "311L 211R", 0 },
		{ "LM", "311L 211M", 0 },
		{ "LM", "311L 211E", NO_SPARE },
		{ "LM", "311L 311E", NO_SPARE },
		{ "LM", "311O 312L", NO_SPARE },        /* 311O is passed over */
		{ "LM", "311L 311O 312L11", UNUSABLE }, /* for one that can be used */
		{ "LM", "311L 311O 302L", SELECTOR },   /* of the same selector */
		{ "LM", "311L 211L", NO_SPARE },
		{ "LM", "310O 312L", FULL },
		{ "LM", "310L", FULL | NO_SPARE },
		{ "LM", "300L", FULL | NO_SPARE | SELECTOR },
		{ "LM", "211M", 0 },
		{ "LM", "201M", 0 },
		{ "LM", "200R", FULL },
		{ "LM", "311L 111L", NO_SPARE | UNUSABLE },
		{ "LM", "301O", SELECTOR },
		{ "LM", "111L", UNUSABLE },
		{ "LM", "310L11", UNUSABLE },
		{ "LM", "301L02", UNUSABLE },
		{ "", "300L", FULL | SELECTOR },
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct dane_verdict v = letters_judge(cases[i].chain, cases[i].records, NULL);

		CHECK(v.lint == cases[i].want);
		if (v.lint != cases[i].want)
			printf("  chain %s, records %s: lint %u, not %u\n", cases[i].chain,
			       cases[i].records, v.lint, cases[i].want);
	}
	CHECK_TEXT(dane_lint_names[0], "no-spare");
	CHECK_TEXT(dane_lint_names[1], "selector-0");
	CHECK_TEXT(dane_lint_names[2], "unusable");
	CHECK_TEXT(dane_lint_names[3], "full");
}

/* Many records, and more certificates than are looked at. */
static void
bears_too_much(void)
{
	const uint8_t *bytes[150];
	size_t lengths[150], count = COMPARISON_RECORDS_MAX;
	struct tlsa_record right = letters_record("311L"), wrong = letters_record("311O");
	struct tlsa_record anchor = letters_record("211M"), *many;
	struct tlsa_set set = { .records = many = mem_alloc(10 * count * sizeof right) };
	struct dane_verdict v;
	struct chain *chain;

	for (size_t i = 0; i < 150; i++) {
		bytes[i] = letters_certificate(i == 0 ? 'L' : i == 120 ? 'M' : '-')->der;
		lengths[i] = letters_certificate(i == 0 ? 'L' : i == 120 ? 'M' : '-')->length;
	}
	chain = chain_new(150, bytes, lengths);
	set.count = 10 * count;
	for (size_t i = 0; i < set.count; i++)
		many[i] = i == count ? right : wrong;
	judge.dane(letters_bench, chain, &set, host, &v);
	CHECK(v.word == DANE_MISMATCH);
	many[count - 1] = right;
	judge.dane(letters_bench, chain, &set, host, &v);
	CHECK(v.word == DANE_OK_EE && v.matched == (int)count - 1);
	set = (struct tlsa_set){ .count = 1, .records = &anchor };
	judge.dane(letters_bench, chain, &set, host, &v);
	CHECK(v.word == DANE_TA_MISSING);
	free(chain);
	chain = chain_new(0, NULL, NULL);
	judge.dane(letters_bench, chain, &set, host, &v);
	CHECK(v.word == DANE_MISMATCH);
	free(chain);
	free(many);
	free(right.rdata);
	free(wrong.rdata);
	free(anchor.rdata);
}

static void
bears_too_little(void)
{
	uint8_t rdata[70] = { 3, 1, 1 };

	for (size_t length = 0; length <= sizeof rdata; length++) {
		struct tlsa_record record = { .rdata = length > 0 ? rdata : NULL,
					      .length = length };
		struct tlsa_set set = { .count = 1, .records = &record };
		struct chain *chain = letters_chain("L-M");
		struct dane_verdict v;

		judge.dane(letters_bench, chain, &set, host, &v);
		CHECK(judge.tlsa_usable(&record) == (length == 35));
		CHECK(v.word == (length == 35 ? DANE_MISMATCH : DANE_UNUSABLE));
		CHECK(v.reason == DANE_REASON_DATA);
		free(chain);
	}
}

int
main(void)
{
	letters_begin();
	RUN(tells_what_is_wrong);
	RUN(tells_what_cannot_be_used);
	RUN(warns_of_what_works_today);
	RUN(bears_too_much);
	RUN(bears_too_little);
	letters_end();
	return test_end();
}
