/* SPDX-License-Identifier: Apache-2.0 */
#include "probes/stripping.h"

#include <stdlib.h>

#include "tests/unit/test.h"

#define COUNT(table) (sizeof(table) / sizeof *(table))

static void
reads_offers(void)
{
	static const struct {
		const char *text;
		enum offer_word offer;
	} cases[] = {
		{ "mx.example\nPIPELINING\nSTARTTLS", OFFER_OFFERED },
		{ "mx.example\nstarttls", OFFER_OFFERED },
		{ "mx.example\nSTARTTLS REQUIRED", OFFER_OFFERED },
		{ "mx.example\nSTARTTLS\tx", OFFER_OFFERED },
		{ "mx.example\nSTARTTLS=x", OFFER_OFFERED },
		{ "mx.example\n STARTTLS", OFFER_OFFERED },
		{ "STARTTLS", OFFER_ABSENT }, /* a domain of that name */
		{ "STARTTLS\nPIPELINING", OFFER_ABSENT },
		{ "XXXXXXXA\nPIPELINING", OFFER_ABSENT },
		{ "mx.example\nSTARTTLSX", OFFER_ABSENT },
		{ "mx.example\nSTARTTL", OFFER_ABSENT },
		{ "mx.example\nX-STARTTLS", OFFER_ABSENT },
		{ "mx.example\nAUTH STARTTLS", OFFER_ABSENT },
		{ "mx.example\nXXXXXXXX", OFFER_MASKED },
		{ "mx.example\nXXXXXXXZ", OFFER_MASKED },
		{ "mx.example\nXXXXXXXA x", OFFER_MASKED },
		{ "mx.example\nXXXXXXXa", OFFER_ABSENT },
		{ "mx.example\nxxxxxxxx", OFFER_ABSENT },
		{ "mx.example\nXXXXXXX1", OFFER_ABSENT },
		{ "mx.example\nXXXXXXAA", OFFER_ABSENT },
		{ "mx.example\nXXXXXXX", OFFER_ABSENT },
		{ "mx.example\nXXXXXXXXX", OFFER_ABSENT },
		{ "mx.example\nXEXCH50\nXCLIENT\nXFORWARD\nXADR", OFFER_ABSENT },
		{ "", OFFER_ABSENT },
		{ "\n\n", OFFER_ABSENT },
		/* captures of Cisco's inspection */
		{ "mx.example\nPIPELINING\nXXXXXXXA\nXXXB", OFFER_MASKED },
		{ "mx.example\nXXXXXXXXA\nXXXB", OFFER_ABSENT }, /* DELIVERBY, HELP */
		{ "mx.example\nPIPELINING\nSIZE 1\nXXXXXXXA\n8BITMIME\nSTARTTLS",
		  OFFER_OFFERED },
		{ "mx.example\n8BITMIME\nSIZE 33554432\nXXXXXXXA", OFFER_MASKED },
	};

	for (size_t i = 0; i < COUNT(cases); i++)
		CHECK(stripping_offer(cases[i].text, strlen(cases[i].text)) == cases[i].offer);
	CHECK(stripping_offer(NULL, 0) == OFFER_ABSENT);
	CHECK(stripping_offer("a\nSTARTTLS\0", 11) == OFFER_ABSENT);
}

static void
reads_greetings(void)
{
	static const struct {
		const char *text;
		bool masked;
	} cases[] = {
		{ "****************************************", true },
		{ "********", true },
		{ "*******", false },
		{ "**2******0** ****", true },
		{ "*****2**0******00***\r**", true },
		{ "********\n********", true },
		{ "mail.example ESMTP ********", false },
		{ "", false },
		{ "2 0 2 0 2 0", false },
	};

	for (size_t i = 0; i < COUNT(cases); i++)
		CHECK(stripping_masked_greeting(cases[i].text, strlen(cases[i].text)) ==
		      cases[i].masked);
	CHECK(!stripping_masked_greeting("********\0", 9));
}

static void
finds_echoes(void)
{
	static const struct {
		const char *text, *echo;
		bool corrupted;
	} cases[] = {
		/* what arrived was what was sent */
		{ "5.5.1 Command unrecognized: \"STARTTLS\"", "STARTTLS", false },
		{ "5.3.3 Unrecognized command 'STARTTLS'", "STARTTLS", false },
		{ "unrecognized command starttls", "starttls", false },
		{ "STARTTLS command used when not advertised", "STARTTLS", false },
		{ "unknown command: STAR", "STAR", false },
		{ "XXXXXXXX? STARTTLS is not offered", "STARTTLS", false },
		/* and what was not */
		{ "5.5.1 Command unrecognized: \"XXXXXXXX\"", "XXXXXXXX", true },
		{ "XXXXXXXX not understood", "XXXXXXXX", true },
		{ "5.5.1 Command unrecognized: \"XXXXXXXA\"", "XXXXXXXA", true },
		{ "Syntax error, command \"BLUF\" unrecognized", "BLUF", true },
		{ "5.5.1 Command unrecognized: \"BLUF\"", "BLUF", true },
		{ "5.5.1 Command unrecognized: \"TTLS\"", "TTLS", true },
		{ "unrecognized command (TTLS)", "TTLS", true },
		{ "\"TTLS\" unknown", "TTLS", true },
		{ "unrecognized command XXXXXXXX", "XXXXXXXX", true },
		{ "command unrecognized: BLUF", "BLUF", true },
		{ "command not implemented: BLUF.", "BLUF", true },
		{ "unrecognized command BLUF", "BLUF", true },
		{ "sorry\nunrecognized command: BLUF\nbye", "BLUF", true },
		/* nothing is said of what arrived */
		{ "5.5.2 Error: command not recognized", NULL, false },
		{ "unrecognized command", NULL, false },
		{ "#5.5.1 command not recognized", NULL, false },
		{ "unimplemented (#5.5.1)", NULL, false },
		{ "5.5.1 command unrecognized: \"HELP\" lists commands", NULL, false },
		{ "\"TLS\" not supported", NULL, false },
		{ "5.7.1 Command rejected by \"FOO\"", NULL, false },
		{ "unrecognized command ESMTP server", NULL, false },
		{ "unrecognized command ACME MTA", NULL, false },
		{ "command unrecognized, use HELO", NULL, false },
		{ "Error: command not recognized\nSEE DOCUMENTATION", NULL, false },
		{ "XXXXXXX", NULL, false },
		{ "XXXXXXXXX", NULL, false },
		{ "", NULL, false },
		{ "\n\n", NULL, false },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		char *echo = stripping_echo(cases[i].text, strlen(cases[i].text));

		CHECK_TEXT(echo, cases[i].echo);
		CHECK(stripping_corrupts(echo) == cases[i].corrupted);
		free(echo);
	}
	CHECK(stripping_echo(NULL, 0) == NULL);
}

/* Every cell of offer by answer, and the echo beside it. */
static void
chooses_words(void)
{
	static const struct {
		enum starttls_answer answer;
		enum starttls_word offered, masked, absent, absent_corrupted;
	} rows[] = {
		{ ANSWER_READY, STARTTLS_OK, STARTTLS_MASKED_BUT_WORKS, STARTTLS_HIDDEN,
		  STARTTLS_HIDDEN },
		{ ANSWER_TEMPORARY, STARTTLS_REFUSED_TEMPORARY, STARTTLS_REFUSED_TEMPORARY,
		  STARTTLS_REFUSED_TEMPORARY, STARTTLS_REFUSED_TEMPORARY },
		{ ANSWER_PERMANENT, STARTTLS_REFUSED, STARTTLS_STRIPPED, STARTTLS_NOT_OFFERED,
		  STARTTLS_CORRUPTED },
		{ ANSWER_OTHER, STARTTLS_REFUSED, STARTTLS_STRIPPED, STARTTLS_REFUSED,
		  STARTTLS_CORRUPTED },
		{ ANSWER_CLOSED, STARTTLS_CLOSED, STARTTLS_STRIPPED, STARTTLS_NOT_OFFERED,
		  STARTTLS_CORRUPTED },
		{ ANSWER_TIMEOUT, STARTTLS_TIMEOUT, STARTTLS_STRIPPED, STARTTLS_NOT_OFFERED,
		  STARTTLS_CORRUPTED },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		enum starttls_answer answer = rows[i].answer;

		for (int corrupted = 0; corrupted < 2; corrupted++) {
			CHECK(stripping_word(OFFER_OFFERED, answer, corrupted) ==
			      rows[i].offered);
			CHECK(stripping_word(OFFER_MASKED, answer, corrupted) ==
			      rows[i].masked);
		}
		CHECK(stripping_word(OFFER_ABSENT, answer, false) == rows[i].absent);
		CHECK(stripping_word(OFFER_ABSENT, answer, true) == rows[i].absent_corrupted);
	}
}

int
main(void)
{
	RUN(reads_offers);
	RUN(reads_greetings);
	RUN(finds_echoes);
	RUN(chooses_words);
	return test_end();
}
