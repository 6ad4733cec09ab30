/* SPDX-License-Identifier: Apache-2.0 */
#include "output/bulk.h"

#include <stdio.h>
#include <stdlib.h>

#include "output/sql.h"
#include "scanner/mem.h"

struct bulk {
	sqlite3_stmt *insert;
	int columns, rows; /* complete, and not in the database yet */
};

/* The last parameter says how many of the rows are meant.  ROLLBACK: to take back this
 * statement alone, SQLite would have to copy each page before it writes to it, which cost
 * the writer a third of its time where rows went all over an index. */
static char *
insert_text(const char *table, int columns, const char *conflict)
{
	char *sql = NULL;
	size_t size;
	FILE *out = open_memstream(&sql, &size);

	fprintf(out, "INSERT OR ROLLBACK INTO %s SELECT * FROM (VALUES", table);
	for (int i = 0; i < BULK_ROWS * columns; i++)
		fprintf(out, "%s?%s",
			i % columns > 0 ? ","
			: i > 0         ? ",("
					: "(",
			(i + 1) % columns == 0 ? ")" : "");
	fprintf(out, ") LIMIT ? %s", conflict);
	fclose(out);
	return sql;
}

struct bulk *
bulk_open(sqlite3 *db, const char *table, int columns, const char *conflict)
{
	struct bulk *bulk = mem_alloc(sizeof *bulk);
	char *sql = insert_text(table, columns, conflict);

	bulk->insert = sql_prepare(db, sql);
	bulk->columns = columns;
	free(sql);
	return bulk;
}

static int
parameter(const struct bulk *bulk, int column)
{
	return bulk->rows * bulk->columns + column + 1;
}

void
bulk_int(struct bulk *bulk, int column, int64_t value)
{
	sqlite3_bind_int64(bulk->insert, parameter(bulk, column), value);
}

void
bulk_id(struct bulk *bulk, int column, int64_t id)
{
	sql_bind_id(bulk->insert, parameter(bulk, column), id);
}

void
bulk_text(struct bulk *bulk, int column, const char *text)
{
	sql_bind_text(bulk->insert, parameter(bulk, column), text);
}

void
bulk_forget(struct bulk *bulk)
{
	bulk->rows = 0;
	sqlite3_clear_bindings(bulk->insert); /* the texts were lent */
}

bool
bulk_flush(struct bulk *bulk)
{
	bool ok;

	if (bulk->rows == 0)
		return true;
	sqlite3_bind_int(bulk->insert, BULK_ROWS * bulk->columns + 1, bulk->rows);
	ok = sql_finish(bulk->insert);
	bulk_forget(bulk);
	return ok;
}

bool
bulk_next(struct bulk *bulk)
{
	return ++bulk->rows < BULK_ROWS || bulk_flush(bulk);
}

void
bulk_close(struct bulk *bulk)
{
	if (bulk == NULL)
		return;
	sqlite3_finalize(bulk->insert);
	free(bulk);
}
