/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Equal rows counted: one pass over a large relation whose rows are mostly alike (a
 * million servers, a few hundred combinations of words), so that many questions can
 * then be answered from the few.  The counts are a temporary table of the connection
 * with the columns of the SELECT and n.  A combination may stand in it more than
 * once, so its readers sum: memory is bounded, and what is too much is written early.
 */
#ifndef OUTPUT_REPORT_CROSSTAB_H
#define OUTPUT_REPORT_CROSSTAB_H

#include <sqlite3.h>
#include <stdbool.h>
#include <stdint.h>

/* Values become texts; NULL stays NULL.  ?1 of the SELECT, if it has one, is the sweep. */
bool crosstab_make(sqlite3 *db, const char *name, const char *select, int64_t sweep);
/* Drops the table, if it is there. */
bool crosstab_drop(sqlite3 *db, const char *name);

#endif
