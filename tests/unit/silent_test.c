/* SPDX-License-Identifier: Apache-2.0 */
/* Who is remembered as silent, and what of it is told again. */
#include "scanner/mem.h"
#include "scanner/silent.h"
#include "tests/unit/test.h"

static struct server_facts *
facts_of(const char *address, enum tcp_word tcp)
{
	struct server_facts *facts = server_facts_new();

	CHECK(address_parse(&facts->address, address));
	facts->tcp = tcp;
	facts->attempts = 3;
	facts->started = 1790000000123456;
	facts->duration_us = 2000000;
	return facts;
}

/* Notes the facts, which are freed, and recalls their address. */
static struct server_facts *
note_and_recall(struct silent *silent, struct server_facts *facts)
{
	struct server_facts *known;

	silent_note(silent, facts);
	known = silent_recall(silent, &facts->address);
	server_facts_free(facts);
	return known;
}

static void
silence_is_told_again(void)
{
	static const enum tcp_word words[] = { TCP_REFUSED, TCP_TIMEOUT, TCP_UNREACHABLE };

	for (int i = 0; i < 3; i++) {
		struct silent *silent = silent_new();
		struct server_facts *known =
		    note_and_recall(silent, facts_of("2001:db8::1", words[i]));
		struct address address;

		CHECK(known != NULL && known->tcp == words[i] && known->greeting == 0);
		CHECK(address_parse(&address, "2001:db8::1") &&
		      address_equal(&known->address, &address));
		CHECK(known->attempts == 0 && known->started == 1790000000123456);
		CHECK(known->alert == -1 && known->chain == NULL);
		server_facts_free(known);
		silent_free(silent);
	}
}

static void
connected_without_a_word(void)
{
	struct silent *silent = silent_new();
	struct server_facts *facts = facts_of("192.0.2.1", TCP_CONNECTED), *known;

	facts->greeting = GREETING_TIMEOUT;
	known = note_and_recall(silent, facts);
	CHECK(known != NULL && known->tcp == TCP_CONNECTED &&
	      known->greeting == GREETING_TIMEOUT);
	server_facts_free(known);
	silent_free(silent);
}

/* What is said may depend on the name, or be different the next time. */
static void
who_speaks_is_not_remembered(void)
{
	static const enum greeting_word words[] = { GREETING_OK, GREETING_TEMPORARY,
						    GREETING_REJECTED, GREETING_CLOSED,
						    GREETING_NOT_SMTP };
	struct silent *silent = silent_new();
	struct server_facts *facts;

	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
		facts = facts_of("192.0.2.1", TCP_CONNECTED);
		facts->greeting = words[i];
		CHECK(note_and_recall(silent, facts) == NULL);
	}
	facts = facts_of("192.0.2.1", TCP_CONNECTED);
	facts->greeting = GREETING_TIMEOUT;
	facts->greeting_text = mem_strdup("mx.exam");
	CHECK(note_and_recall(silent, facts) == NULL);
	CHECK(note_and_recall(silent, facts_of("192.0.2.1", TCP_BLOCKED)) == NULL);
	silent_free(silent);
}

static void
many_addresses(void)
{
	struct silent *silent = silent_new();
	struct address address = { .family = 4, .bytes = { 10, 0, 0, 0 } };
	unsigned wrong = 0;

	for (unsigned i = 0; i < 1000; i++) {
		struct server_facts *facts = facts_of("10.0.0.0", TCP_REFUSED);

		facts->address.bytes[2] = (uint8_t)(i >> 8);
		facts->address.bytes[3] = (uint8_t)i;
		facts->tcp = i % 2 ? TCP_REFUSED : TCP_TIMEOUT;
		server_facts_free(note_and_recall(silent, facts));
	}
	for (unsigned i = 0; i < 1001; i++) {
		struct server_facts *known;

		address.bytes[2] = (uint8_t)(i >> 8);
		address.bytes[3] = (uint8_t)i;
		known = silent_recall(silent, &address);
		wrong += i == 1000 ? known != NULL
				   : known == NULL ||
					 known->tcp != (i % 2 ? TCP_REFUSED : TCP_TIMEOUT);
		server_facts_free(known);
	}
	CHECK(wrong == 0);
	silent_free(silent);
	silent_free(NULL);
}

int
main(void)
{
	RUN(silence_is_told_again);
	RUN(connected_without_a_word);
	RUN(who_speaks_is_not_remembered);
	RUN(many_addresses);
	return test_end();
}
