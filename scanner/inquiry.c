/* SPDX-License-Identifier: Apache-2.0 */
#include "scanner/inquiry.h"

#include <stdlib.h>

#include "scanner/mem.h"

#define FAILURES_MAX 2 /* then it is reported */
#define SERVFAIL     2

static enum inquiry_next
ask(struct inquiry *inquiry, enum inquiry_phase phase)
{
	inquiry->phase = phase;
	return INQUIRY_ASK;
}

enum inquiry_next
inquiry_unanswered(struct inquiry *inquiry)
{
	inquiry->phase = INQUIRY_PLAIN;
	return ++inquiry->failures < FAILURES_MAX ? INQUIRY_REST : INQUIRY_REPORT;
}

/* The last chance to find out why it fails is before it is reported. */
static enum inquiry_next
failed(struct inquiry *inquiry, const struct answer *answer, const char *name)
{
	if (answer->rcode != SERVFAIL || inquiry->failures + 1 < FAILURES_MAX)
		return inquiry_unanswered(inquiry);
	inquiry->alias = mem_strdup(name);
	return ask(inquiry, INQUIRY_CHAIN);
}

static enum inquiry_next
walk(struct inquiry *inquiry, struct answer *answer)
{
	if (answer->status == ANSWER_OK && ++inquiry->hops <= ANSWER_CHAIN_MAX) {
		free(inquiry->alias);
		inquiry->alias = answer->records[0].name;
		answer->records[0].name = NULL;
		return INQUIRY_ASK;
	}
	if (answer->status == ANSWER_OK) {
		answer_clear(answer); /* the links are no records of the type asked for */
		answer->status = ANSWER_LOOP;
		return INQUIRY_REPORT;
	}
	answer->status = ANSWER_FAILED;
	return inquiry_unanswered(inquiry);
}

enum inquiry_next
inquiry_take(struct inquiry *inquiry, struct answer *answer, const char *name)
{
	bool broken = answer->status == ANSWER_FAILED || answer->status == ANSWER_MALFORMED;
	bool servfail = broken && answer->rcode == SERVFAIL;

	switch (inquiry->phase) {
	case INQUIRY_PLAIN:
		if (servfail)
			return ask(inquiry, INQUIRY_UNCHECKED);
		break;
	case INQUIRY_UNCHECKED:
		if (!broken)
			return ask(inquiry, INQUIRY_CONFIRM);
		break;
	case INQUIRY_CONFIRM:
		if (!servfail)
			break;
		answer->status = ANSWER_BOGUS;
		return INQUIRY_REPORT;
	case INQUIRY_CHAIN:
		return walk(inquiry, answer);
	}
	return broken ? failed(inquiry, answer, name) : INQUIRY_REPORT;
}

void
inquiry_clear(struct inquiry *inquiry)
{
	free(inquiry->alias);
	inquiry->alias = NULL;
}
