/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a domain could publish next, ready to be copied: TLSA records, an MTA-STS
 * policy with its record, a TLSRPT record.  Only what would hold is suggested: no
 * records for zones that are not signed, no policy that its own servers break.
 */
#ifndef OUTPUT_SUGGEST_H
#define OUTPUT_SUGGEST_H

#include "output/check/check.h"

/* Nothing where there is nothing to suggest. */
void suggest_print(const struct check_report *report, const struct target *target);

#endif
