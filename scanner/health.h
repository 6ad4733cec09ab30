/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Is the resolver well?  A question without an answer, or with SERVFAIL, tells
 * nothing of a domain while the resolver is gone or has lost its way out.  When
 * there is a doubt a name that no cache holds is asked for.  If that shows an outage
 * nothing else is asked before it is over and the resolver has forgotten the
 * failures it saw.
 */
#ifndef SCANNER_HEALTH_H
#define SCANNER_HEALTH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "scanner/proof.h"

struct health {
	enum { HEALTH_GOOD, HEALTH_CHECKING, HEALTH_DOWN } state;
	bool reaching;      /* at the start a name nobody has was answered by NXDOMAIN */
	int64_t next_check; /* all times are monotonic */
	int64_t back;       /* nothing is asked before */
	int64_t last_good;  /* the latest answer that told something */
	char last_zone[PROOF_ZONE]; /* the top-level domain it was about */
};

/* What a check showed. */
enum finding { FINDING_WELL, FINDING_RETURNED, FINDING_DOWN };

/* An answer about name told something. */
void health_note_good(struct health *health, const char *name);
/* May questions be asked now? */
bool health_allows(const struct health *health, int64_t now);
/* What was asked at this time may have failed by the resolver's fault: nothing
 * that told something has come since, or it fell into an outage. */
bool health_doubts(const struct health *health, int64_t asked);
/* What was asked at this time fell into an outage that is over. */
bool health_outlived(const struct health *health, int64_t asked);
/* Is a check to be made now?  Then name is to be asked for and the answer, or its
 * absence (NULL), given to health_take. */
bool health_check(struct health *health, bool doubts, char name[PROOF_NAME]);
/* resolver: for people. */
enum finding health_take(struct health *health, const uint8_t *bytes, size_t length,
			 const char *resolver);

#endif
