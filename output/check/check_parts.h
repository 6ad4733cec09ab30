/* SPDX-License-Identifier: Apache-2.0 */
/* The parts of what check_print_text tells of one target. */
#ifndef OUTPUT_CHECK_PARTS_H
#define OUTPUT_CHECK_PARTS_H

#include <sqlite3.h>

#include "output/check/check.h"

/* What a domain publishes of DANE, MTA-STS and TLSRPT, and what comes of it. */
void check_print_standards(const struct check_report *report, const char *domain);
/* The TLSA records of an MX host; nothing where there are none. */
void check_print_tlsa(const struct check_report *report, const char *mx);
/* DANE and MTA-STS of one server; the words may be NULL. */
void check_print_promises(const struct check_report *report, const char *dane,
			  const char *reason, const char *lints, const char *mta_sts);

#endif
