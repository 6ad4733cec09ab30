/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Pure: what comparing bytes tells of a host's TLSA records, each by itself, beside
 * each other and beside the certificates that were presented.  It explains a verdict
 * (see dane.h for the words) and never makes one: that is for OpenSSL.
 */
#ifndef PROBES_COMPARISON_H
#define PROBES_COMPARISON_H

#include "scanner/judge.h"

#define COMPARISON_RECORDS_MAX 100 /* records looked at; the others do not count */

struct comparison {
	const struct tlsa_record *records; /* lent */
	size_t count;
	unsigned known[COMPARISON_RECORDS_MAX];
};

/* chain is NULL when the server showed no certificate. */
void comparison_make(struct comparison *comparison, const struct tlsa_set *set,
		     const struct chain *chain);
bool comparison_usable(const struct comparison *comparison, size_t which);
bool comparison_any_usable(const struct comparison *comparison);
/* The usable records are nothing but digests of anchors, and no certificate that was
 * presented is one of them. */
bool comparison_lacks_anchor(const struct comparison *comparison);
/* Why there is no match, or nothing to match with. */
enum dane_reason_word comparison_reason(const struct comparison *comparison);
unsigned comparison_lint(const struct comparison *comparison, enum dane_word word);

#endif
