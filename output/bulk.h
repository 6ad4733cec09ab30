/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Many rows for one table, some at a time in one statement.  SQLite then keeps its
 * place in the table: rows that come in the order of the key cost half of what they
 * cost alone.
 *
 * A failure may have ended the transaction.  Whoever meets one runs no other statement
 * before the transaction is given up: it would be committed by itself.
 */
#ifndef OUTPUT_BULK_H
#define OUTPUT_BULK_H

#include <sqlite3.h>
#include <stdbool.h>
#include <stdint.h>

#define BULK_ROWS 16 /* to a statement; more gain nothing */

struct bulk;

/* table: with the names of its columns, as after INSERT INTO.  conflict: what comes of
 * a row that is there already, from ON CONFLICT on; "": a failure. */
struct bulk *bulk_open(sqlite3 *db, const char *table, int columns, const char *conflict);
/* The values of the row that comes next, all of them, by column from 0. */
void bulk_int(struct bulk *bulk, int column, int64_t value);
void bulk_id(struct bulk *bulk, int column, int64_t id); /* 0: NULL */
/* text, or NULL: lent until bulk_flush or bulk_forget, or a bulk_next that flushes. */
void bulk_text(struct bulk *bulk, int column, const char *text);
/* The row is complete.  false: the database refused this or one before. */
bool bulk_next(struct bulk *bulk);
/* Adds the rows that are complete now, or forgets them. */
bool bulk_flush(struct bulk *bulk);
void bulk_forget(struct bulk *bulk);
void bulk_close(struct bulk *bulk); /* forgets, too; NULL is fine */

#endif
