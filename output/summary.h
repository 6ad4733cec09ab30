/* SPDX-License-Identifier: Apache-2.0 */
/* What a sweep found, in at most 31 lines for a person who sees it the first time. */
#ifndef OUTPUT_SUMMARY_H
#define OUTPUT_SUMMARY_H

#include <sqlite3.h>
#include <stdint.h>
#include <stdio.h>

/* path: of the database, for the queries to go on with. */
void summary_print(sqlite3 *db, int64_t sweep, const char *path, FILE *out);

/* A text that strangers wrote, without what a terminal would obey; NULL prints
 * nothing. */
void summary_text(FILE *out, const char *text);

#endif
