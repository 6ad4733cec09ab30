/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A report's document as the collector makes them, with a year of weekly sweeps, for
 * the tests of the page and of the plots.  Names, reasons and titles in it are what
 * strangers might try.  The caller's references.
 */
#ifndef TESTS_UNIT_REPORT_SAMPLE_H
#define TESTS_UNIT_REPORT_SAMPLE_H

#include <jansson.h>

json_t *report_sample(void);
/* One sweep of an empty list: nothing to compare with, nothing in any table. */
json_t *report_sample_empty(void);

/* Each of these is in the sample's tables. */
extern const char *const report_hostile[];

#endif
