/* SPDX-License-Identifier: Apache-2.0 */
#include "output/report/report_text.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "output/report/shown.h"

#define WIDTH      72
#define ROWS_SHOWN 10
#define BESIDE     18 /* the columns left of a number's title */

/* A row of a table as a line: a cell, and what stands around it where it is known. */
struct piece {
	const char *before, *column, *after;
};

static const struct piece newly_stripped[] = {
	{ "", "mx", "" },
	{ " [", "address", "]" },
	{ ", ", "asn", "" },
	{ " ", "as_name", "" },
	{ ", ", "country", "" },
	{ ": ", "starttls", "" },
	{ ", before ", "before", "" },
	{ "; domains behind: ", "domains", "" },
	{ NULL, NULL, NULL },
};

static const struct piece failing_entry[] = {
	{ "", "domain", "" },        { " (", "state", ")" }, { ": ", "headline", "" },
	{ "; since ", "since", "" }, { ": ", "reason", "" }, { " ", "detail", "" },
	{ NULL, NULL, NULL },
};

static const char *
text_at(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text != NULL ? text : "";
}

/* Takes one letter off; none but those of ASCII come out. */
static int
next_plain(const char **text)
{
	unsigned letter = shown_letter(text);

	switch (letter) {
	case 0x2013:
	case 0x2212:
		return '-';
	case 0x2026:
		return '.';
	case '\t':
	case '\n':
		return ' ';
	default:
		return letter < 0x7f && (letter >= 0x20 || letter == 0) ? (int)letter : '?';
	}
}

/* Over text: it only becomes shorter. */
static void
make_plain(char *text)
{
	const char *from = text;

	do
		*text = (char)next_plain(&from);
	while (*text++ != '\0');
}

/* The words that fit into so many columns, or a part of one that never would. */
static size_t
fitting(const char *text, size_t columns)
{
	size_t length = strlen(text);

	if (length <= columns)
		return length;
	for (length = columns; length > 0 && text[length] != ' ';)
		length--;
	return length > 0 ? length : columns;
}

/* A paragraph behind `first`, its later lines at the same column. */
static void __attribute__((format(printf, 3, 4)))
say(FILE *out, const char *first, const char *format, ...)
{
	int indent = (int)strlen(first);
	char *text, *at;
	va_list arguments;

	va_start(arguments, format);
	if (vasprintf(&text, format, arguments) < 0)
		abort();
	va_end(arguments);
	make_plain(text);
	at = text + strspn(text, " ");
	do {
		size_t length = fitting(at, (size_t)(WIDTH - indent));

		fprintf(out, "%*s%.*s\n", indent, first, (int)length, at);
		at += length;
		at += strspn(at, " ");
		first = "";
	} while (*at != '\0');
	free(text);
}

static const json_t *
number_of(const json_t *document, const char *id)
{
	const json_t *number;
	size_t i;

	json_array_foreach (json_object_get(document, "numbers"), i, number) {
		if (strcmp(text_at(number, "id"), id) == 0)
			return number;
	}
	return NULL;
}

/* One line, with "Subject: " before it, so a headline must be cut. */
static void
print_subject(const json_t *document, FILE *out)
{
	const json_t *starttls = number_of(document, "starttls");
	const json_t *stripped = number_of(document, "stripped");
	const json_t *share = json_object_get(starttls, "share");
	char *headline = shown_cut(text_at(document, "headline"), WIDTH - 18);

	if (json_is_number(share))
		say(out, "", "mxsweep %.10s: STARTTLS %s, %s stripped",
		    text_at(json_object_get(document, "sweep"), "started"),
		    shown_percent(json_number_value(share)).text,
		    shown_count(json_integer_value(json_object_get(stripped, "n"))).text);
	else
		say(out, "", "mxsweep: %s", headline);
	fputc('\n', out);
	free(headline);
}

/* "  91.4 %    +1.3  ", and behind it what it is a share of. */
static void
print_number(const json_t *number, FILE *out)
{
	struct shown share = shown_cell(json_object_get(number, "share"), "share");
	struct shown change = shown_cell(json_object_get(number, "change"), "points");
	char beside[sizeof share + sizeof change + 8];

	make_plain(share.text);
	make_plain(change.text);
	snprintf(beside, sizeof beside, "%8s  %6s  ", share.text, change.text);
	say(out, beside, "%s", text_at(number, "title"));
	fprintf(out, "%*s%s of %s %s\n", BESIDE, "",
		shown_count(json_integer_value(json_object_get(number, "n"))).text,
		shown_count(json_integer_value(json_object_get(number, "of"))).text,
		text_at(number, "of_what"));
}

static void
print_numbers(const json_t *document, FILE *out)
{
	const json_t *against = json_object_get(document, "against"), *number;
	size_t i;

	if (json_is_object(against))
		fprintf(out,
			"\n   share  change  in points, since %.10s,\n"
			"%*sover the domains of both sweeps\n",
			text_at(against, "started"), BESIDE, "");
	else
		fprintf(out, "\n   share  change\n");
	json_array_foreach (json_object_get(document, "numbers"), i, number) {
		print_number(number, out);
	}
}

static const json_t *
table_of(const json_t *document, const char *id)
{
	const json_t *section, *table;
	size_t i, k;

	json_array_foreach (json_object_get(document, "sections"), i, section) {
		json_array_foreach (json_object_get(section, "tables"), k, table) {
			if (strcmp(text_at(table, "id"), id) == 0)
				return table;
		}
	}
	return NULL;
}

/* Appends a cell of the row, if there is anything in it. */
static void
add_piece(FILE *line, const json_t *table, const json_t *row, const struct piece *piece)
{
	const json_t *column, *value = NULL;
	const char *kind = "";
	size_t i;

	json_array_foreach (json_object_get(table, "columns"), i, column) {
		if (strcmp(text_at(column, "id"), piece->column) == 0) {
			kind = text_at(column, "kind");
			value = json_array_get(row, i);
		}
	}
	if (json_is_string(value))
		fprintf(line, "%s%s%s", piece->before, json_string_value(value), piece->after);
	else if (json_is_number(value))
		fprintf(line, "%s%s%s", piece->before, shown_cell(value, kind).text,
			piece->after);
}

static void
print_row(const json_t *table, const json_t *row, const struct piece *pieces, FILE *out)
{
	char *text = NULL;
	size_t length;
	FILE *line = open_memstream(&text, &length);

	for (; pieces->column != NULL; pieces++)
		add_piece(line, table, row, pieces);
	fclose(line);
	say(out, "  - ", "%s", text);
	free(text);
}

/* The first rows of a table that is there. */
static void
print_table(const json_t *document, const char *id, const struct piece *pieces, FILE *out)
{
	const json_t *table = table_of(document, id), *rows = json_object_get(table, "rows");
	json_int_t more = json_integer_value(json_object_get(table, "omitted"));
	size_t count = json_array_size(rows);

	if (table == NULL)
		return;
	fputc('\n', out);
	say(out, "", "%s%s", text_at(table, "title"), count > 0 ? ":" : ".");
	for (size_t i = 0; i < count && i < ROWS_SHOWN; i++)
		print_row(table, json_array_get(rows, i), pieces, out);
	more += count > ROWS_SHOWN ? (json_int_t)count - ROWS_SHOWN : 0;
	if (more > 0)
		fprintf(out, "  - and %s more\n", shown_count(more).text);
}

static void
print_cautions(const json_t *document, FILE *out)
{
	const json_t *cautions = json_object_get(document, "cautions"), *caution;
	size_t i;

	if (json_array_size(cautions) > 0)
		fprintf(out, "\nTo be kept in mind:\n");
	json_array_foreach (cautions, i, caution) {
		say(out, "  - ", "%s", json_string_value(caution));
	}
}

bool
report_text(const json_t *document, FILE *out)
{
	print_subject(document, out);
	say(out, "", "%s", text_at(document, "headline"));
	print_numbers(document, out);
	print_table(document, "strip-new", newly_stripped, out);
	print_table(document, "list-failing", failing_entry, out);
	print_cautions(document, out);
	return fflush(out) == 0 && !ferror(out);
}
