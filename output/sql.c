/* SPDX-License-Identifier: Apache-2.0 */
#include "output/sql.h"

#include "scanner/log.h"

bool
sql_run(sqlite3 *db, const char *sql)
{
	return sqlite3_exec(db, sql, NULL, NULL, NULL) == SQLITE_OK;
}

sqlite3_stmt *
sql_prepare(sqlite3 *db, const char *sql)
{
	sqlite3_stmt *statement;

	if (sqlite3_prepare_v3(db, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, NULL) !=
	    SQLITE_OK)
		die("database: %s (in: %s)", sqlite3_errmsg(db), sql);
	return statement;
}

bool
sql_finish(sqlite3_stmt *statement)
{
	while (sqlite3_step(statement) == SQLITE_ROW)
		continue;
	return sqlite3_reset(statement) == SQLITE_OK;
}

int64_t
sql_find(sqlite3_stmt *statement)
{
	bool found = sqlite3_step(statement) == SQLITE_ROW;
	int64_t number = found ? sqlite3_column_int64(statement, 0) : 0;

	return sqlite3_reset(statement) == SQLITE_OK ? number : -1;
}

int64_t
sql_number(sqlite3 *db, const char *sql, int64_t parameter)
{
	sqlite3_stmt *statement;
	int64_t number;

	if (sqlite3_prepare_v2(db, sql, -1, &statement, NULL) != SQLITE_OK)
		return -1;
	if (sqlite3_bind_parameter_count(statement) > 0)
		sqlite3_bind_int64(statement, 1, parameter);
	number = sql_find(statement);
	sqlite3_finalize(statement);
	return number;
}

void
sql_bind_text(sqlite3_stmt *statement, int index, const char *text)
{
	sqlite3_bind_text(statement, index, text, -1, SQLITE_STATIC);
}

void
sql_bind_bytes(sqlite3_stmt *statement, int index, const void *bytes, size_t length)
{
	sqlite3_bind_blob64(statement, index, length > 0 ? bytes : "", length, SQLITE_STATIC);
}

void
sql_bind_id(sqlite3_stmt *statement, int index, int64_t id)
{
	if (id == 0)
		sqlite3_bind_null(statement, index);
	else
		sqlite3_bind_int64(statement, index, id);
}

const char *
sql_text(sqlite3_stmt *statement, int column)
{
	return (const char *)sqlite3_column_text(statement, column);
}
