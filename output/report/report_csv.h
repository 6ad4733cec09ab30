/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The tables of a report's document (report_collect.h) as CSV (RFC 4180), each a file
 * ID.csv whose first line has the ids of its columns.  Numbers are as in the document;
 * an empty cell is a null.  A text that a spreadsheet would run as a formula has an
 * apostrophe before it.
 */
#ifndef OUTPUT_REPORT_REPORT_CSV_H
#define OUTPUT_REPORT_REPORT_CSV_H

#include <jansson.h>
#include <stdbool.h>

/* One file for each table of the sections and each study; the folder exists.  false:
 * error says why. */
bool report_csv(const json_t *document, const char *folder, char error[256]);

#endif
