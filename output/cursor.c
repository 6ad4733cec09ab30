/* SPDX-License-Identifier: Apache-2.0 */
#include "output/cursor.h"

#include "output/sql.h"

struct cursor
cursor_open(sqlite3 *db, const char *sql, int64_t parameter)
{
	struct cursor cursor = { .rows = sql_prepare(db, sql) };

	sqlite3_bind_int64(cursor.rows, 1, parameter);
	cursor_next(&cursor);
	return cursor;
}

void
cursor_next(struct cursor *cursor)
{
	/* A statement that is stepped after its end would begin again. */
	if (cursor->key != CURSOR_END)
		cursor->key = sqlite3_step(cursor->rows) == SQLITE_ROW
				  ? sqlite3_column_int64(cursor->rows, 0)
				  : CURSOR_END;
}

bool
cursor_seek(struct cursor *cursor, int64_t key)
{
	while (cursor->key < key)
		cursor_next(cursor);
	return cursor->key == key;
}

bool
cursor_close(struct cursor *cursor)
{
	bool ok = sqlite3_reset(cursor->rows) == SQLITE_OK;

	sqlite3_finalize(cursor->rows);
	return ok;
}
