/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Many rows for one table, some at a time in one statement.  SQLite then keeps its
 * place in the table: rows that come in the order of the key cost half of what they
 * cost alone.
 */
#ifndef OUTPUT_BULK_H
#define OUTPUT_BULK_H

#include <sqlite3.h>
#include <stdbool.h>
#include <stdint.h>

struct bulk;

/* table: with the names of its columns, as after INSERT INTO. */
struct bulk *bulk_open(sqlite3 *db, const char *table, int columns);
/* The values of the row that comes next, all of them, by column from 0.  The text is
 * not copied: a word, which lasts, or NULL. */
void bulk_int(struct bulk *bulk, int column, int64_t value);
void bulk_word(struct bulk *bulk, int column, const char *word);
/* The row is complete.  false: the database refused this or one before. */
bool bulk_next(struct bulk *bulk);
/* Adds what is left; free of the statement in any case. */
bool bulk_close(struct bulk *bulk);

#endif
