/* SPDX-License-Identifier: Apache-2.0 */
/* Records into rows: the prepared statements that write the facts of one sweep. */
#ifndef OUTPUT_ROWS_H
#define OUTPUT_ROWS_H

#include <sqlite3.h>
#include <stdbool.h>
#include <stdint.h>

#include "scanner/facts.h"

struct rows;

struct rows *rows_new(sqlite3 *db, int64_t sweep);
void rows_free(struct rows *rows); /* NULL is fine */
/* Some rows are written only by rows_flush; the record must live until then, or until
 * rows_forget.  false: some of it may be written, so the transaction must be rolled back;
 * sqlite3_errmsg says why. */
bool rows_put(struct rows *rows, const struct record *record);
bool rows_flush(struct rows *rows);
/* What has been put since rows_flush is not to be written. */
void rows_forget(struct rows *rows);

#endif
