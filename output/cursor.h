/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rows in the order of a number, for reading several tables side by side: one step a
 * row, where a join seeks its way through the tree for each.
 */
#ifndef OUTPUT_CURSOR_H
#define OUTPUT_CURSOR_H

#include <sqlite3.h>
#include <stdbool.h>
#include <stdint.h>

#define CURSOR_END INT64_MAX

struct cursor {
	sqlite3_stmt *rows;
	int64_t key; /* the first column of the row it is at; CURSOR_END after the last */
};

/* At the first row.  sql has ?1 and is ordered by its first column. */
struct cursor cursor_open(sqlite3 *db, const char *sql, int64_t parameter);
void cursor_next(struct cursor *cursor);
/* Goes on to the first row with that key or a greater one; true: with that key. */
bool cursor_seek(struct cursor *cursor, int64_t key);
/* false: it ended because the database could not be read. */
bool cursor_close(struct cursor *cursor);

#endif
