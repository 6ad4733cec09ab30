/* SPDX-License-Identifier: Apache-2.0 */
/* Questions played through: each step is the answer that comes and what follows. */
#include <stdlib.h>

#include "scanner/inquiry.h"
#include "scanner/mem.h"
#include "tests/unit/test.h"

#define SERVFAIL                                                                               \
	{                                                                                      \
		ANSWER_FAILED, 2                                                               \
	}
#define REFUSED                                                                                \
	{                                                                                      \
		ANSWER_FAILED, 5                                                               \
	}
#define GOOD                                                                                   \
	{                                                                                      \
		ANSWER_OK, 0                                                                   \
	}
#define NODATA                                                                                 \
	{                                                                                      \
		ANSWER_NODATA, 0                                                               \
	}
#define SILENCE                                                                                \
	{                                                                                      \
		ANSWER_NONE, 0                                                                 \
	}

struct step {
	struct {
		enum answer_status status;
		uint8_t rcode;
	} comes;
	enum inquiry_next next;
	enum inquiry_phase phase; /* with INQUIRY_ASK and INQUIRY_REST */
};

/* Plays a story; the status that is reported at its end. */
static enum answer_status
play(const struct step *steps, size_t count)
{
	struct inquiry inquiry = { 0 };
	enum answer_status status = ANSWER_NONE;

	for (size_t i = 0; i < count; i++) {
		struct answer answer = { .status = steps[i].comes.status,
					 .rcode = steps[i].comes.rcode };
		struct answer_record *record = mem_alloc(sizeof *record);
		enum inquiry_next next;

		record->name = mem_strdup("next.example");
		answer.records = record;
		answer.count = 1;
		next = answer.status == ANSWER_NONE
			   ? inquiry_unanswered(&inquiry)
			   : inquiry_take(&inquiry, &answer, "name.example");
		CHECK(next == steps[i].next);
		if (next != INQUIRY_REPORT)
			CHECK(inquiry.phase == steps[i].phase);
		status = answer.status;
		answer_clear(&answer);
	}
	inquiry_clear(&inquiry);
	return status;
}

#define PLAY(...)                                                                              \
	play((const struct step[]){ __VA_ARGS__ },                                             \
	     sizeof((const struct step[]){ __VA_ARGS__ }) / sizeof(struct step))

static void
good_at_once(void)
{
	CHECK(PLAY({ GOOD, INQUIRY_REPORT, 0 }) == ANSWER_OK);
	CHECK(PLAY({ NODATA, INQUIRY_REPORT, 0 }) == ANSWER_NODATA);
}

static void
bogus_is_confirmed(void)
{
	CHECK(PLAY({ SERVFAIL, INQUIRY_ASK, INQUIRY_UNCHECKED },
		   { GOOD, INQUIRY_ASK, INQUIRY_CONFIRM },
		   { SERVFAIL, INQUIRY_REPORT, 0 }) == ANSWER_BOGUS);
	CHECK(PLAY({ SERVFAIL, INQUIRY_ASK, INQUIRY_UNCHECKED },
		   { NODATA, INQUIRY_ASK, INQUIRY_CONFIRM },
		   { SERVFAIL, INQUIRY_REPORT, 0 }) == ANSWER_BOGUS);
}

static void
passing_trouble_is_not_bogus(void)
{
	CHECK(PLAY({ SERVFAIL, INQUIRY_ASK, INQUIRY_UNCHECKED },
		   { GOOD, INQUIRY_ASK, INQUIRY_CONFIRM },
		   { GOOD, INQUIRY_REPORT, 0 }) == ANSWER_OK);
}

static void
broken_is_asked_again_before_it_is_reported(void)
{
	CHECK(PLAY({ SERVFAIL, INQUIRY_ASK, INQUIRY_UNCHECKED },
		   { SERVFAIL, INQUIRY_REST, INQUIRY_PLAIN },
		   { SERVFAIL, INQUIRY_ASK, INQUIRY_UNCHECKED },
		   { SERVFAIL, INQUIRY_ASK, INQUIRY_CHAIN },
		   { SERVFAIL, INQUIRY_REPORT, 0 }) == ANSWER_FAILED);
	CHECK(PLAY({ REFUSED, INQUIRY_REST, INQUIRY_PLAIN }, { REFUSED, INQUIRY_REPORT, 0 }) ==
	      ANSWER_FAILED);
	CHECK(PLAY({ SERVFAIL, INQUIRY_ASK, INQUIRY_UNCHECKED },
		   { SERVFAIL, INQUIRY_REST, INQUIRY_PLAIN },
		   { GOOD, INQUIRY_REPORT, 0 }) == ANSWER_OK);
}

static void
silence_is_asked_again(void)
{
	CHECK(PLAY({ SILENCE, INQUIRY_REST, INQUIRY_PLAIN }, { SILENCE, INQUIRY_REPORT, 0 }) ==
	      ANSWER_NONE);
	CHECK(PLAY({ SILENCE, INQUIRY_REST, INQUIRY_PLAIN }, { GOOD, INQUIRY_REPORT, 0 }) ==
	      ANSWER_OK);
}

static void
loops_are_walked(void)
{
	struct inquiry inquiry = { .phase = INQUIRY_CHAIN, .failures = 1 };
	unsigned links = 0;
	size_t kept;
	enum inquiry_next next;
	struct answer answer;

	do {
		answer = (struct answer){ .status = ANSWER_OK, .count = 1 };
		answer.records = mem_alloc(sizeof *answer.records);
		answer.records[0].name = mem_strdup(links % 2 ? "a.example" : "b.example");
		next = inquiry_take(&inquiry, &answer, "a.example");
		kept = answer.count;
		answer_clear(&answer);
	} while (next == INQUIRY_ASK && ++links < 100);
	CHECK(next == INQUIRY_REPORT);
	CHECK(answer.status == ANSWER_LOOP);
	CHECK(kept == 0); /* a link is no record of the type asked for */
	CHECK(links == ANSWER_CHAIN_MAX);
	inquiry_clear(&inquiry);
}

int
main(void)
{
	RUN(good_at_once);
	RUN(bogus_is_confirmed);
	RUN(passing_trouble_is_not_bogus);
	RUN(broken_is_asked_again_before_it_is_reported);
	RUN(silence_is_asked_again);
	RUN(loops_are_walked);
	return test_end();
}
