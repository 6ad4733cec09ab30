/* SPDX-License-Identifier: Apache-2.0 */
#include "output/report/document.h"

#include <assert.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "output/json.h"
#include "output/sql.h"

json_t *
document_section(json_t *document, const char *id, const char *title)
{
	json_t *section = json_pack("{s:s, s:s, s:[], s:[], s:[]}", "id", id, "title", title,
				    "text", "plots", "tables");

	json_array_append_new(json_object_get(document, "sections"), section);
	return section;
}

static json_t *
sentence(const char *format, va_list arguments)
{
	json_t *text = json_vsprintf(format, arguments);

	assert(text != NULL);
	return text;
}

void
document_say(json_t *section, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	json_array_append_new(json_object_get(section, "text"), sentence(format, arguments));
	va_end(arguments);
}

json_t *
document_table(json_t *section, const struct document_table *table)
{
	json_t *columns = json_array(), *made;

	for (const struct document_column *c = table->columns; c->id != NULL; c++)
		json_array_append_new(columns, json_pack("{s:s, s:s, s:s}", "id", c->id,
							 "title", c->title, "kind", c->kind));
	made = json_pack("{s:s, s:s, s:s, s:n, s:o, s:[], s:n, s:i}", "id", table->id, "title",
			 table->title, "unit", table->unit, "of", "columns", columns, "rows",
			 "note", "omitted", 0);
	json_array_append_new(json_object_get(section, "tables"), made);
	return made;
}

void
document_row(json_t *table, json_t *cells)
{
	assert(json_array_size(cells) == json_array_size(json_object_get(table, "columns")));
	json_array_append_new(json_object_get(table, "rows"), cells);
}

static json_t *
cell(sqlite3_stmt *row, int i, const char *kind)
{
	if (sqlite3_column_type(row, i) == SQLITE_NULL)
		return json_null();
	if (strcmp(kind, "count") == 0)
		return json_integer(sqlite3_column_int64(row, i));
	if (strcmp(kind, "share") == 0 || strcmp(kind, "points") == 0)
		return json_real(sqlite3_column_double(row, i));
	return json_of_text(sql_text(row, i));
}

static json_t *
cells(sqlite3_stmt *row, const json_t *columns)
{
	json_t *made = json_array(), *column;
	size_t i;

	assert((size_t)sqlite3_column_count(row) == json_array_size(columns));
	json_array_foreach (columns, i, column)
		json_array_append_new(
		    made,
		    cell(row, (int)i, json_string_value(json_object_get(column, "kind"))));
	return made;
}

bool
document_rows(json_t *table, sqlite3_stmt *statement, size_t limit)
{
	json_t *rows = json_object_get(table, "rows");
	json_int_t omitted = 0;
	int answer;

	while ((answer = sqlite3_step(statement)) == SQLITE_ROW)
		if (json_array_size(rows) < limit)
			document_row(table,
				     cells(statement, json_object_get(table, "columns")));
		else
			omitted++;
	json_object_set_new(table, "omitted", json_integer(omitted));
	return answer == SQLITE_DONE;
}

size_t
document_count(const json_t *table)
{
	return json_array_size(json_object_get(table, "rows")) +
	       (size_t)json_integer_value(json_object_get(table, "omitted"));
}

void
document_of(json_t *table, int64_t of)
{
	json_object_set_new(table, "of", json_integer(of));
}

void
document_title(json_t *table, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	json_object_set_new(table, "title", sentence(format, arguments));
	va_end(arguments);
}

void
document_note(json_t *table, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	json_object_set_new(table, "note", sentence(format, arguments));
	va_end(arguments);
}

void
document_plot(json_t *section, const struct document_plot *plot)
{
	json_t *y = json_array();

	for (size_t i = 0; plot->y[i] != NULL; i++)
		json_array_append_new(y, json_string(plot->y[i]));
	json_array_append_new(
	    json_object_get(section, "plots"),
	    json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:o, s:s?}", "id", plot->id, "title",
		      plot->title, "alt", plot->alt, "kind", plot->kind, "unit", plot->unit,
		      "table", plot->table, "x", plot->x, "y", y, "label", plot->label));
}

json_t *
document_share(int64_t n, int64_t of)
{
	return of > 0 ? json_real((double)n / (double)of) : json_null();
}

json_t *
document_text(const char *text)
{
	return json_of_text(text);
}

#define TURNS 8
#define TURN  32

/* Room for the arguments of one sentence. */
static char *
turn(void)
{
	static char texts[TURNS][TURN];
	static unsigned next;

	return texts[next++ % TURNS];
}

const char *
document_number(int64_t n)
{
	char digits[24], *text = turn(), *to = text;
	int length = snprintf(digits, sizeof digits, "%" PRId64, n);

	for (int i = 0; i < length; i++) {
		if (i > 0 && (length - i) % 3 == 0 && digits[i - 1] != '-')
			*to++ = ',';
		*to++ = digits[i];
	}
	*to = '\0';
	return text;
}

const char *
document_percent(int64_t n, int64_t of)
{
	char *text = turn();
	double percent;

	if (of <= 0)
		return strcpy(text, "unknown");
	percent = 100.0 * (double)n / (double)of;
	if (n > 0 && percent < 0.05)
		return strcpy(text, "under 0.1 %");
	if (n < of && percent >= 99.95)
		return strcpy(text, "over 99.9 %");
	snprintf(text, TURN, "%.1f %%", percent);
	return text;
}
