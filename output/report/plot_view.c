/* SPDX-License-Identifier: Apache-2.0 */
/* A plot's table, as the kinds of plots look at it. */
#include <math.h>
#include <string.h>

#include "output/report/plot_parts.h"
#include "output/report/shown.h"

#define NOWHERE ((size_t)-1)

static const char *
word(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text != NULL ? text : "";
}

static size_t
column_of(const json_t *columns, const char *id)
{
	const json_t *column;
	size_t i;

	json_array_foreach (columns, i, column)
		if (strcmp(word(column, "id"), id) == 0)
			return i;
	return NOWHERE;
}

static const json_t *
table_of(const json_t *section, const char *id)
{
	const json_t *table;
	size_t i;

	json_array_foreach (json_object_get(section, "tables"), i, table)
		if (strcmp(word(table, "id"), id) == 0)
			return table;
	return NULL;
}

bool
plot_view_of(struct plot_view *view, const json_t *plot, const json_t *section)
{
	const json_t *table = table_of(section, word(plot, "table")), *id;
	const char *label = json_string_value(json_object_get(plot, "label"));
	size_t i;

	*view = (struct plot_view){ .plot = plot,
				    .columns = json_object_get(table, "columns"),
				    .rows = json_object_get(table, "rows") };
	view->x = column_of(view->columns, word(plot, "x"));
	view->label = label != NULL ? column_of(view->columns, label) : view->x;
	json_array_foreach (json_object_get(plot, "y"), i, id) {
		const char *name = json_string_value(id);
		size_t column = column_of(view->columns, name != NULL ? name : "");

		if (column == NOWHERE)
			return false;
		if (view->y_count < PLOT_SERIES)
			view->y[view->y_count++] = column;
	}
	return view->x != NOWHERE && view->label != NOWHERE && view->y_count > 0;
}

const json_t *
plot_cell(const struct plot_view *view, size_t row, size_t column)
{
	return json_array_get(json_array_get(view->rows, row), column);
}

const char *
plot_title(const struct plot_view *view, size_t column)
{
	return word(json_array_get(view->columns, column), "title");
}

static const char *
kind_of(const struct plot_view *view, size_t column)
{
	return word(json_array_get(view->columns, column), "kind");
}

bool
plot_is_share(const struct plot_view *view, size_t column)
{
	return strcmp(kind_of(view, column), "share") == 0;
}

double
plot_value(const struct plot_view *view, size_t row, size_t column)
{
	const json_t *cell = plot_cell(view, row, column);
	double value = json_is_number(cell) ? json_number_value(cell) : NAN;

	return plot_is_share(view, column) ? 100 * value : value;
}

struct shown
plot_shown(const struct plot_view *view, size_t row, size_t column)
{
	return shown_cell(plot_cell(view, row, column), kind_of(view, column));
}

struct shown
plot_shown_of(const struct plot_view *view, size_t row, size_t column)
{
	size_t n = column_of(view->columns, "n"), of = column_of(view->columns, "of");
	struct shown shown = plot_shown(view, row, column), count, total;
	size_t used = strlen(shown.text);

	if (!plot_is_share(view, column) || n == NOWHERE || of == NOWHERE)
		return shown;
	count = plot_shown(view, row, n);
	total = plot_shown(view, row, of);
	if (used + strlen(count.text) + strlen(total.text) + 8 < sizeof shown.text)
		snprintf(shown.text + used, sizeof shown.text - used, " (%.24s of %.24s)",
			 count.text, total.text);
	return shown;
}
