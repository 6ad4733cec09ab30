/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a domain publishes beside its MX: its MTA-STS record (RFC 8461 section 3.1)
 * and, where that is right, the policy behind it; and its TLSRPT record (RFC 8460
 * section 3).  A domain with none of them costs two questions.
 */
#ifndef SCANNER_STANDARDS_H
#define SCANNER_STANDARDS_H

#include "scanner/facts.h"

struct standards;
struct sweep;

typedef void standards_done(void *arg);

/* Fills in sts and tlsrpt of a target's record, which is lent until done.  NULL: the
 * operator wants none of it, and done is not called; otherwise it is called exactly
 * once, later, unless the search is cancelled. */
struct standards *standards_ask(struct sweep *sweep, struct record *record,
				standards_done *done, void *arg);
/* Only once the pool is closed and pace starts nothing; NULL is fine. */
void standards_cancel(struct standards *standards);

#endif
