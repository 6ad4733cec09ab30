/* SPDX-License-Identifier: Apache-2.0 */
/* Tables.  What is too wide scrolls in its own box, what is long opens when asked. */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "output/report/html.h"
#include "output/report/page_parts.h"
#include "output/report/shown.h"

#define OPEN    16  /* rows of a table that is shown at once */
#define MOST    120 /* rows on the page; the CSV has all */
#define LETTERS 110 /* of a text */

static bool
is_number(const char *kind)
{
	return strcmp(kind, "count") == 0 || strcmp(kind, "share") == 0 ||
	       strcmp(kind, "points") == 0;
}

static void
write_caption(FILE *out, const json_t *table)
{
	const char *unit = page_word(table, "unit");
	const json_t *of = json_object_get(table, "of");

	fputs("<caption>", out);
	html_text(out, page_word(table, "title"));
	if (*unit != '\0' || json_is_integer(of)) {
		fputs(" <span>counted: ", out);
		html_text(out, *unit != '\0' ? unit : "rows");
		if (json_is_integer(of))
			fprintf(out, ", of %s", shown_count(json_integer_value(of)).text);
		fputs("</span>", out);
	}
	fputs("</caption>\n", out);
}

static void
write_columns(FILE *out, const json_t *columns)
{
	const json_t *column;
	size_t i;

	fputs("<thead><tr>", out);
	json_array_foreach (columns, i, column) {
		fprintf(out, "<th scope=\"col\"%s>",
			is_number(page_word(column, "kind")) ? " class=\"number\"" : "");
		html_text(out, page_word(column, "title"));
		fputs("</th>", out);
	}
	fputs("</tr></thead>\n", out);
}

/* What is cut is whole in its title. */
static void
write_text(FILE *out, const char *element, const char *text)
{
	char *cut = shown_cut(text, LETTERS);

	fprintf(out, "<%s", element);
	if (strcmp(cut, text) != 0)
		html_attribute(out, "title", text);
	putc('>', out);
	html_text(out, cut);
	fprintf(out, "</%.2s>", element);
	free(cut);
}

static void
write_cell(FILE *out, const json_t *cell, const char *kind, bool first)
{
	const char *element = first ? "th scope=\"row\"" : "td";
	time_t day;

	if (is_number(kind))
		html_element(out, "td", "number", shown_cell(cell, kind).text);
	else if (!json_is_string(cell))
		write_text(out, element,
			   json_is_null(cell) ? "–" : shown_cell(cell, "count").text);
	else if (strcmp(kind, "date") == 0 && shown_time(json_string_value(cell), &day))
		fprintf(out, "<%s class=\"date\">%.10s</%.2s>", element,
			json_string_value(cell), element);
	else
		write_text(out, element, json_string_value(cell));
}

static void
write_rows(FILE *out, const json_t *rows, const json_t *columns)
{
	const json_t *row, *cell;
	size_t i, j;

	fputs("<tbody>\n", out);
	json_array_foreach (rows, i, row) {
		if (i == MOST)
			break;
		fputs("<tr>", out);
		json_array_foreach (row, j, cell)
			write_cell(out, cell, page_word(json_array_get(columns, j), "kind"),
				   j == 0);
		fputs("</tr>\n", out);
	}
	fputs("</tbody>\n", out);
}

static void
write_more(FILE *out, const json_t *table, bool csv)
{
	size_t rows = json_array_size(json_object_get(table, "rows"));
	json_int_t omitted = json_integer_value(json_object_get(table, "omitted"));
	const char *note = page_word(table, "note");

	fputs("<p class=\"note\">", out);
	html_text(out, note);
	if (rows > MOST)
		fprintf(out, "%s%zu more rows are in the file.", *note != '\0' ? " " : "",
			rows - MOST);
	if (omitted > 0)
		fprintf(out, "%s%s more %s left out at the end.",
			*note != '\0' || rows > MOST ? " " : "", shown_count(omitted).text,
			omitted == 1 ? "row was" : "rows were");
	if (csv) {
		fputs(*note != '\0' || rows > MOST || omitted > 0 ? " · " : "", out);
		html_link(out, "tables", page_word(table, "id"), "csv", "CSV");
	}
	fputs("</p>\n", out);
}

static void
write_box(FILE *out, const json_t *table)
{
	const json_t *columns = json_object_get(table, "columns");

	/* A box that scrolls is reached by the keyboard, too, and then has a name. */
	fputs("<div class=\"box\" tabindex=\"0\" role=\"group\"", out);
	html_attribute(out, "aria-label", page_word(table, "title"));
	fputs(">\n<table>\n", out);
	write_caption(out, table);
	write_columns(out, columns);
	write_rows(out, json_object_get(table, "rows"), columns);
	fputs("</table>\n</div>\n", out);
}

void
page_write_table(FILE *out, const json_t *table, int csv)
{
	size_t rows = json_array_size(json_object_get(table, "rows"));
	bool named = csv && shown_id(page_word(table, "id"));

	fputs("<div class=\"table\"", out);
	html_id(out, "table", page_word(table, "id"));
	fputs(">\n", out);
	if (rows == 0) {
		fputs("<p class=\"empty\">", out);
		html_text(out, page_word(table, "title"));
		fputs(": <em>nothing to list</em></p>\n", out);
	} else if (rows > OPEN) {
		fputs("<details>\n<summary>", out);
		html_text(out, page_word(table, "title"));
		fprintf(out, " <span>%zu rows</span></summary>\n", rows);
		write_box(out, table);
		fputs("</details>\n", out);
	} else {
		write_box(out, table);
	}
	write_more(out, table, named);
	fputs("</div>\n", out);
}
