/* SPDX-License-Identifier: Apache-2.0 */
/* The appendix: the tables of the literature (queries.h) over this database. */
#include <stdlib.h>

#include "output/report/queries.h"
#include "output/report/report_parts.h"
#include "output/sql.h"
#include "scanner/mem.h"

#define ROWS_OF_STUDY 50

/* The queries speak of the last complete sweep.  For them that is ours: a view of this
 * connection hides what came later. */
static bool
hide_later_sweeps(struct report *report)
{
	char *sql =
	    mem_printf("CREATE TEMP VIEW sweeps AS SELECT s.* FROM main.sweeps s,"
		       " main.sweep n WHERE n.id = %lld"
		       " AND (s.started, s.sweep) <= (strftime('%%Y-%%m-%%dT%%H:%%M:%%SZ',"
		       " n.started, 'unixepoch'), n.id)",
		       (long long)report->sweep);
	bool ok = sql_run(report->db, sql);

	free(sql);
	return ok;
}

/* Whole numbers are counts where the column has nothing else; all other values are
 * shown as SQL writes them. */
static const char *
kind_of(const json_t *rows, size_t column)
{
	const json_t *row;
	bool numbers = false;
	size_t i;

	json_array_foreach (rows, i, row) {
		const json_t *cell = json_array_get(row, column);

		if (json_is_string(cell))
			return "text";
		numbers |= json_is_integer(cell);
	}
	return numbers ? "count" : "text";
}

static json_t *
cell(sqlite3_stmt *row, int column)
{
	if (sqlite3_column_type(row, column) == SQLITE_INTEGER)
		return json_integer(sqlite3_column_int64(row, column));
	return document_text(sql_text(row, column));
}

/* Integers of a column that is text after all. */
static void
make_texts(json_t *rows, size_t column)
{
	json_t *row;
	size_t i;

	json_array_foreach (rows, i, row) {
		json_t *value = json_array_get(row, column);

		if (json_is_integer(value))
			json_array_set_new(
			    row, column,
			    json_sprintf("%lld", (long long)json_integer_value(value)));
	}
}

static json_t *
columns_of(sqlite3_stmt *s, json_t *rows)
{
	json_t *columns = json_array();

	for (int i = 0; i < sqlite3_column_count(s); i++) {
		const char *kind = kind_of(rows, (size_t)i), *name = sqlite3_column_name(s, i);

		if (kind[0] == 't')
			make_texts(rows, (size_t)i);
		json_array_append_new(columns, json_pack("{s:s, s:s, s:s}", "id", name, "title",
							 name, "kind", kind));
	}
	return columns;
}

/* Reads the rows that are shown, and tells how many more there are.  A query that names
 * more than these names every domain, so that nobody needs to read on to count them. */
static bool
read_rows(struct report *report, const struct study_query *query, sqlite3_stmt *s, json_t *rows,
	  json_int_t *omitted)
{
	json_t *row;
	int answer;

	while ((answer = sqlite3_step(s)) == SQLITE_ROW) {
		if (json_array_size(rows) < ROWS_OF_STUDY) {
			row = json_array();
			for (int i = 0; i < sqlite3_column_count(s); i++)
				json_array_append_new(row, cell(s, i));
			json_array_append_new(rows, row);
		} else if (query->names) {
			*omitted = report_number(
			    report, "SELECT count(*) FROM domain WHERE sweep = ?1");
			*omitted -= ROWS_OF_STUDY;
			return true;
		} else {
			++*omitted;
		}
	}
	return answer == SQLITE_DONE;
}

static void
add_study(struct report *report, const struct study_query *query)
{
	sqlite3_stmt *s = sql_prepare(report->db, query->sql);
	json_t *rows = json_array(), *columns;
	json_int_t omitted = 0;

	report->failed |= !read_rows(report, query, s, rows, &omitted);
	columns = columns_of(s, rows);
	json_array_append_new(json_object_get(report->document, "studies"),
			      json_pack("{s:s, s:s, s:s, s:s, s:o, s:o, s:I}", "id", query->id,
					"study", query->study, "title", query->title, "sql",
					query->sql, "columns", columns, "rows", rows, "omitted",
					omitted));
	sqlite3_finalize(s);
}

void
report_studies(struct report *report)
{
	bool whole = report_number(report, "SELECT state = 'complete' AND judged IS NOT NULL"
					   " FROM sweep WHERE id = ?1") > 0;

	if (!whole || !report->counted || !hide_later_sweeps(report))
		return;
	for (const struct study_query *query = study_queries; query->id != NULL; query++)
		add_study(report, query);
	sql_run(report->db, "DROP VIEW temp.sweeps");
}
