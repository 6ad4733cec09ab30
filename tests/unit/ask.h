/* SPDX-License-Identifier: Apache-2.0 */
/* What a database says, for the tests that ask one. */
#ifndef TESTS_UNIT_ASK_H
#define TESTS_UNIT_ASK_H

#include <sqlite3.h>
#include <stdio.h>
#include <string.h>

#include "output/sql.h"

/* The first column of the first row; the text of the last call. */
static inline const char *
ask(sqlite3 *db, const char *sql)
{
	static char answer[1024];
	sqlite3_stmt *s = sql_prepare(db, sql);

	strcpy(answer, "(no row)");
	if (sqlite3_step(s) == SQLITE_ROW)
		snprintf(answer, sizeof answer, "%s",
			 sql_text(s, 0) != NULL ? sql_text(s, 0) : "(null)");
	sqlite3_finalize(s);
	return answer;
}

#endif
