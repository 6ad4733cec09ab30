/* SPDX-License-Identifier: Apache-2.0 */
#include "probes/dane.h"

#include "tests/unit/letters.h"
#include "tests/unit/test.h"

static void
knows_the_leaf_of_usage_3(void)
{
	LETTERS_EXPECT(
	    { "LM", "311L", DANE_OK_EE, 0, 0 }, { "LM", "301L", DANE_OK_EE, 0, 0 },
	    { "LM", "312L", DANE_OK_EE, 0, 0 }, { "LM", "302L", DANE_OK_EE, 0, 0 },
	    { "LM", "310L", DANE_OK_EE, 0, 0 }, { "LM", "300L", DANE_OK_EE, 0, 0 },
	    { "L", "311L", DANE_OK_EE, 0, 0 }, { "L--", "311L", DANE_OK_EE, 0, 0 },
	    { "LM", "311O 311L 311R", DANE_OK_EE, 1, 0 },
	    { "LM", "311L 311L", DANE_OK_EE, 0, 0 }, { "LM", "111L 311L", DANE_OK_EE, 1, 0 },
	    { "LMR", "211R 311L", DANE_OK_EE, 1, 0 }, { "D", "311L", DANE_OK_EE, 0, 0 },
	    { "D", "301L", DANE_MISMATCH, -1, DANE_REASON_DATA });
}

/* Dates, key usage, names: usage 3 asks for none of them (RFC 7671 section 5.1). */
static void
asks_usage_3_nothing_else(void)
{
	static const char *const other[] = { "mx.example.com", NULL };
	static const char *const none[] = { NULL };

	LETTERS_EXPECT({ "PM", "311P", DANE_OK_EE, 0, 0 }, { "FM", "311F", DANE_OK_EE, 0, 0 },
		       { "S", "311S", DANE_OK_EE, 0, 0 }, { "X", "301X", DANE_OK_EE, 0, 0 },
		       { "CO", "311C", DANE_OK_EE, 0, 0 });
	CHECK(letters_judge("LM", "311L", other).word == DANE_OK_EE);
	CHECK(letters_judge("LM", "311L", none).word == DANE_OK_EE);
}

static void
finds_the_anchor_of_usage_2(void)
{
	LETTERS_EXPECT(
	    { "LMR", "201R", DANE_OK_TA, 0, 0 }, { "LMR", "211R", DANE_OK_TA, 0, 0 },
	    { "LMR", "212R", DANE_OK_TA, 0, 0 }, { "LMR", "200R", DANE_OK_TA, 0, 0 },
	    { "LRM", "210R", DANE_OK_TA, 0, 0 }, { "LMMR", "201M", DANE_OK_TA, 0, 0 },
	    { "LM", "211M", DANE_OK_TA, 0, 0 }, { "LM", "202M", DANE_OK_TA, 0, 0 },
	    { "LMR", "211O 211R", DANE_OK_TA, 1, 0 }, { "LMR", "311O 211R", DANE_OK_TA, 1, 0 },
	    { "LMR", "211R 211M", DANE_OK_TA, 1, 0 }, { "LOM-R", "211R", DANE_OK_TA, 0, 0 });
}

static void
takes_the_anchor_from_dns(void)
{
	LETTERS_EXPECT({ "LM", "200R", DANE_OK_TA, 0, 0 }, { "LM", "210R", DANE_OK_TA, 0, 0 },
		       { "L", "200M", DANE_OK_TA, 0, 0 }, { "L", "210M", DANE_OK_TA, 0, 0 },
		       { "L", "200M 211O", DANE_OK_TA, 0, 0 },
		       { "L", "200R", DANE_MISMATCH, -1, DANE_REASON_DATA },
		       { "L", "210O", DANE_MISMATCH, -1, DANE_REASON_DATA });
}

/* A digest cannot stand for a certificate that nobody sent. */
static void
misses_an_anchor(void)
{
	LETTERS_EXPECT({ "LM", "201R", DANE_TA_MISSING, -1, DANE_REASON_DATA },
		       { "LMR", "201R", DANE_OK_TA, 0, 0 },
		       { "LM", "212R 211O", DANE_TA_MISSING, -1, DANE_REASON_DATA },
		       { "LM", "211R 111L", DANE_TA_MISSING, -1, DANE_REASON_USAGE },
		       { "LMR", "201R11", DANE_TA_MISSING, -1, DANE_REASON_SELECTOR },
		       { "LM", "211E", DANE_TA_MISSING, -1, DANE_REASON_EMPTY_HASH },
		       { "LM", "211R 311O", DANE_MISMATCH, -1, DANE_REASON_DATA },
		       { "LM", "211R 200O", DANE_MISMATCH, -1, DANE_REASON_DATA },
		       { "", "211R", DANE_MISMATCH, -1, DANE_REASON_DATA },
		       { "-M", "211R", DANE_TA_MISSING, -1, DANE_REASON_DATA });
}

/* The leaf is no anchor (RFC 7671 section 5.2), but for a bare key that has signed
 * it: there OpenSSL, and so its senders, see an issuer. */
static void
takes_no_leaf_for_an_anchor(void)
{
	LETTERS_EXPECT({ "LMR", "211L", DANE_MISMATCH, -1, DANE_REASON_USAGE },
		       { "LMR", "200L", DANE_MISMATCH, -1, DANE_REASON_USAGE },
		       { "S", "201S", DANE_MISMATCH, -1, DANE_REASON_USAGE },
		       { "S", "211S", DANE_MISMATCH, -1, DANE_REASON_USAGE },
		       { "S", "200S", DANE_MISMATCH, -1, DANE_REASON_USAGE },
		       { "SS", "211S", DANE_MISMATCH, -1, 0 },
		       { "S", "210S", DANE_OK_TA, 0, 0 });
}

static void
keeps_the_rules_of_the_path(void)
{
	LETTERS_EXPECT(
	    { "PM", "211M", DANE_EXPIRED, 0, 0 }, { "FM", "211M", DANE_EXPIRED, 0, 0 },
	    { "P", "210M", DANE_EXPIRED, 0, 0 }, { "PM", "200R", DANE_EXPIRED, 0, 0 },
	    { "LQR", "201R", DANE_EXPIRED, 0, 0 }, { "LMT", "201T", DANE_EXPIRED, 0, 0 },
	    { "LQMR", "201R", DANE_OK_TA, 0, 0 }, /* it finds the M that is not */
	    { "LQ", "201Q", DANE_OK_TA, 0, 0 },   /* no dates of such an anchor */
	    { "PM", "311O 211M", DANE_EXPIRED, 1, 0 },
	    { "CM", "211M", DANE_MISMATCH, -1, 0 }, /* the record is right */
	    { "CM", "211M 312O", DANE_MISMATCH, -1, 0 }, { "LR", "211R", DANE_MISMATCH, -1, 0 },
	    { "LR", "211R 311O", DANE_MISMATCH, -1, 0 }, { "LO", "211O", DANE_MISMATCH, -1, 0 },
	    { "U", "301U", DANE_MISMATCH, -1, 0 }, /* no handshake with such a key */
	    { "X", "210X", DANE_MISMATCH, -1, DANE_REASON_USAGE });
}

static void
asks_usage_2_for_a_name(void)
{
	static const struct {
		const char *chain, *names[4];
		enum dane_word want;
	} cases[] = {
		{ "LM", { "mx.example.org" }, DANE_OK_TA },
		{ "LM", { "mx2.example.org" }, DANE_NAME_MISMATCH },
		{ "LM", { "a.example", "b.example", "mx.example.org" }, DANE_OK_TA },
		{ "LM", { "example.org", "" }, DANE_NAME_MISMATCH },
		{ "LM", { ".example.org" }, DANE_NAME_MISMATCH },
		{ "LM", { NULL }, DANE_NAME_MISMATCH },
		{ "WM", { "mx.example.org" }, DANE_OK_TA },
		{ "WM", { "a.mx.example.org" }, DANE_NAME_MISMATCH },
		{ "WM", { "example.org" }, DANE_NAME_MISMATCH },
		{ "KM", { "mx.example.org" }, DANE_OK_TA },
		{ "PM", { "mx2.example.org" }, DANE_EXPIRED },
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct dane_verdict v = letters_judge(cases[i].chain, "211M", cases[i].names);

		CHECK_TEXT(word(WORDS_DANE, (int)v.word), word(WORDS_DANE, (int)cases[i].want));
		CHECK(v.matched == 0 && v.reason == 0);
	}
}

/* RFC 7671 section 9. */
static void
goes_by_the_strongest_digest(void)
{
	LETTERS_EXPECT({ "LM", "311L 312O", DANE_MISMATCH, -1, DANE_REASON_DATA },
		       { "LM", "311O 312L", DANE_OK_EE, 1, 0 },
		       { "LM", "312L 311L", DANE_OK_EE, 0, 0 },
		       { "LM", "311L 302O", DANE_OK_EE, 0, 0 }, /* another selector */
		       { "LM", "311L 212O", DANE_OK_EE, 0, 0 }, /* another usage */
		       { "LM", "310L 312O", DANE_OK_EE, 0, 0 }, /* full data */
		       { "LM", "310O 311L", DANE_OK_EE, 1, 0 },
		       { "LM", "311L 312O11", DANE_OK_EE, 0, 0 }, /* of no use */
		       { "LM", "211M 212O", DANE_MISMATCH, -1, DANE_REASON_DATA },
		       { "LM", "211M 212M", DANE_OK_TA, 1, 0 });
}

static void
gives_every_server_a_word(void)
{
	static const struct {
		enum starttls_word starttls;
		enum handshake_word handshake;
		bool judged, usable;
		enum dane_word want;
	} cases[] = {
		{ 0, 0, false, true, DANE_UNKNOWN },
		{ STARTTLS_REFUSED_TEMPORARY, 0, false, true, DANE_UNKNOWN },
		{ STARTTLS_NOT_OFFERED, 0, false, true, DANE_NO_STARTTLS },
		{ STARTTLS_NOT_OFFERED, 0, false, false, DANE_NO_STARTTLS },
		{ STARTTLS_STRIPPED, 0, false, true, DANE_NO_STARTTLS },
		{ STARTTLS_OK, HANDSHAKE_ALERT, false, true, DANE_NO_STARTTLS },
		{ STARTTLS_OK, HANDSHAKE_ALERT, true, true, DANE_NO_STARTTLS },
		{ STARTTLS_OK, HANDSHAKE_OK, true, true, DANE_EXPIRED },
		{ STARTTLS_INJECTED, HANDSHAKE_OK, true, true, DANE_EXPIRED },
		{ STARTTLS_HIDDEN, HANDSHAKE_OK, true, true, DANE_NO_STARTTLS },
		{ STARTTLS_MASKED_BUT_WORKS, HANDSHAKE_OK, true, true, DANE_NO_STARTTLS },
		{ STARTTLS_OK, HANDSHAKE_OK, true, false, DANE_UNUSABLE },
	};
	const struct dane_verdict v = { .word = DANE_EXPIRED };

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct server_outcome server = { .starttls = cases[i].starttls,
						 .handshake = cases[i].handshake };

		CHECK(judge.dane_server(&server, cases[i].judged ? &v : NULL,
					cases[i].usable) == cases[i].want);
	}
}

int
main(void)
{
	letters_begin();
	RUN(knows_the_leaf_of_usage_3);
	RUN(asks_usage_3_nothing_else);
	RUN(finds_the_anchor_of_usage_2);
	RUN(takes_the_anchor_from_dns);
	RUN(misses_an_anchor);
	RUN(takes_no_leaf_for_an_anchor);
	RUN(keeps_the_rules_of_the_path);
	RUN(asks_usage_2_for_a_name);
	RUN(goes_by_the_strongest_digest);
	RUN(gives_every_server_a_word);
	letters_end();
	return test_end();
}
