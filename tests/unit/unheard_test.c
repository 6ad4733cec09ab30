/* SPDX-License-Identifier: Apache-2.0 */
#include "scanner/unheard.h"

#include <stdlib.h>

#include "scanner/mem.h"
#include "tests/unit/test.h"

static const struct address host = { .family = 4, .bytes = { 192, 0, 2, 1 } };

/* One attempt: t refused, w silent behind the connection, s silent once it has TLS, o well. */
static void
note(struct unheard *unheard, char what)
{
	struct sts_facts facts = { .address = host, .fetch = STS_FETCH_OK };
	char detail[] = "nobody spoke";

	facts.detail = detail;
	if (what == 't')
		facts.fetch = STS_FETCH_TCP;
	else if (what != 'o')
		facts.fetch = STS_FETCH_TIMEOUT;
	if (what == 's')
		facts.secured = true;
	unheard_note(unheard, &facts);
}

static void
believes_silence_in_a_row(void)
{
	static const struct {
		const char *attempts;
		enum sts_fetch_word want; /* 0: ask again */
	} cases[] = {
		{ "", 0 },
		{ "t", 0 },
		{ "tt", STS_FETCH_TCP },
		{ "tot", 0 },
		{ "tto", 0 },
		{ "tst", 0 },
		{ "ttt", STS_FETCH_TCP },
		{ "wwwwwww", 0 },
		{ "wwwwwwww", STS_FETCH_TIMEOUT },
		{ "wwwwswwww", 0 },
		{ "wwwwwwwt", 0 },
		{ "wtwtwtwtwtwt", 0 },
		{ "wtt", STS_FETCH_TCP },
		{ "ssssssssss", 0 },
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct unheard *unheard = unheard_new(2);
		struct sts_facts *facts;

		for (const char *c = cases[i].attempts; *c != '\0'; c++)
			note(unheard, *c);
		facts = unheard_recall(unheard, &host);
		CHECK_TEXT(word(WORDS_STS_FETCH, facts != NULL ? (int)facts->fetch : 0),
			   word(WORDS_STS_FETCH, (int)cases[i].want));
		if (facts != NULL) {
			CHECK_TEXT(facts->detail, "nobody spoke");
			CHECK(address_equal(&facts->address, &host));
		}
		sts_facts_free(facts);
		unheard_free(unheard);
	}
}

static void
keeps_addresses_apart(void)
{
	struct unheard *unheard = unheard_new(1);
	struct address other = { .family = 4, .bytes = { 192, 0, 2, 2 } };

	note(unheard, 't');
	CHECK(unheard_recall(unheard, &other) == NULL);
	unheard_free(unheard);
}

int
main(void)
{
	RUN(believes_silence_in_a_row);
	RUN(keeps_addresses_apart);
	return test_end();
}
