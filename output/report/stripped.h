/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The stripped servers of a sweep, one by one: what they were in the sweep before,
 * and what other vantage points see.  They are found over the domains that they
 * make stripped, so that not every server of the sweep is read.
 */
#ifndef OUTPUT_REPORT_STRIPPED_H
#define OUTPUT_REPORT_STRIPPED_H

#include "output/report/report_parts.h"

/* Answers the columns mx, address, network, its name, country, word now, word before,
 * domains behind: of the servers that are stripped in ?1 and were not in ?2. */
extern const char STRIPPED_NEW[];

/* The tables of what is seen from where. */
void stripped_elsewhere(struct report *report, json_t *section);

#endif
