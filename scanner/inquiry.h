/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Pure: how one question is asked until its answer can be reported.  A failure is
 * not believed at once: a SERVFAIL is asked again with validation switched off
 * (CD=1), which tells bogus from broken; then again after a rest; and at last its
 * CNAME chain is walked link by link, because a resolver answers a loop with
 * SERVFAIL as well.
 */
#ifndef SCANNER_INQUIRY_H
#define SCANNER_INQUIRY_H

#include "scanner/answer.h"

/* How the question is to be asked now. */
enum inquiry_phase {
	INQUIRY_PLAIN,
	INQUIRY_UNCHECKED, /* it failed: does it with CD=1 as well? */
	INQUIRY_CONFIRM,   /* no: once more without, so that a passing trouble is not bogus */
	INQUIRY_CHAIN,     /* it fails either way: one link of the CNAME chain, CD=1 */
};

enum inquiry_next {
	INQUIRY_ASK,    /* ask again, as the phase now says */
	INQUIRY_REST,   /* ask again later */
	INQUIRY_REPORT, /* the answer stands */
};

struct inquiry {
	enum inquiry_phase phase;
	unsigned failures, hops;
	char *alias; /* CHAIN: where the walk has come to; owned */
};

/* What follows from an answer (its status is changed to ANSWER_BOGUS or
 * ANSWER_LOOP where that is the finding).  name is the question's. */
enum inquiry_next inquiry_take(struct inquiry *inquiry, struct answer *answer,
			       const char *name);
/* No answer came although the resolver is well. */
enum inquiry_next inquiry_unanswered(struct inquiry *inquiry);
void inquiry_clear(struct inquiry *inquiry);

#endif
