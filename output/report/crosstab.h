/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Equal rows counted: one pass over a large relation whose rows are mostly alike (a
 * million servers, a few hundred combinations of words), so that many questions can
 * then be answered from the few.  The counts are temporary tables of the connection,
 * each with some columns of the SELECT and n.  A combination may stand in its table
 * more than once, so readers sum: memory is bounded, and what is too much is written
 * early.
 */
#ifndef OUTPUT_REPORT_CROSSTAB_H
#define OUTPUT_REPORT_CROSSTAB_H

#include <sqlite3.h>
#include <stdbool.h>
#include <stdint.h>

#define CROSSTABS 3 /* tables of one SELECT at most */

/* A table counts so many columns, from the first that the tables before it have left. */
struct crosstab_table {
	const char *name; /* NULL: there are no more */
	int columns;
};

/* Values become texts; NULL stays NULL.  ?1 of the SELECT, if it has one, is the sweep. */
bool crosstab_make(sqlite3 *db, const struct crosstab_table tables[CROSSTABS],
		   const char *select, int64_t sweep);
/* Drops those tables that are there. */
bool crosstab_drop(sqlite3 *db, const struct crosstab_table tables[CROSSTABS]);

#endif
