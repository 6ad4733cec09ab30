/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The few things everybody does with SQLite here.  Whoever prepares a statement
 * finalizes it; sqlite3_errmsg says why something answered false or negative.
 */
#ifndef OUTPUT_SQL_H
#define OUTPUT_SQL_H

#include <sqlite3.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Runs statements that have no result. */
bool sql_run(sqlite3 *db, const char *sql);
/* A statement that is kept.  Dies: the text is ours and the schema was checked. */
sqlite3_stmt *sql_prepare(sqlite3 *db, const char *sql);
/* Runs a bound statement to its end and makes it ready for the next time. */
bool sql_finish(sqlite3_stmt *statement);
/* The number in the first row of a bound statement: 0 without a row, -1 on failure. */
int64_t sql_find(sqlite3_stmt *statement);
/* The same for a text with at most one parameter. */
int64_t sql_number(sqlite3 *db, const char *sql, int64_t parameter);
/* NULL stays NULL.  The text must live until the statement was run. */
void sql_bind_text(sqlite3_stmt *statement, int index, const char *text);
/* Nothing at all is an empty blob and not NULL.  The bytes live as such a text. */
void sql_bind_bytes(sqlite3_stmt *statement, int index, const void *bytes, size_t length);
/* 0 becomes NULL: "no such row", "none". */
void sql_bind_id(sqlite3_stmt *statement, int index, int64_t id);
/* NULL for NULL; valid until the next step. */
const char *sql_text(sqlite3_stmt *statement, int column);

#endif
