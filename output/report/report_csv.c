/* SPDX-License-Identifier: Apache-2.0 */
#include "output/report/report_csv.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "scanner/mem.h"

/* Spreadsheets take a cell for a formula by its first character, after white space,
 * and some of them by its full-width twin. */
static bool
is_formula(const char *text)
{
	static const char *const wide[] = { "\xef\xbc\x9d", "\xef\xbc\x8b", "\xef\xbc\x8d",
					    "\xef\xbc\xa0" };

	text += strspn(text, " \t\r\n");
	for (size_t i = 0; i < sizeof wide / sizeof *wide; i++)
		if (strncmp(text, wide[i], 3) == 0)
			return true;
	return *text != '\0' && strchr("=+-@", *text) != NULL;
}

static void
write_text(FILE *out, const char *text)
{
	bool formula = is_formula(text);

	if (*text == '\0') { /* an empty text is something, a null is not */
		fputs("\"\"", out);
		return;
	}
	if (!formula && strpbrk(text, ",\"\r\n") == NULL) {
		fputs(text, out);
		return;
	}
	fputs(formula ? "\"'" : "\"", out);
	for (; *text != '\0'; text++)
		fputs(*text == '"' ? "\"\"" : (char[]){ *text, '\0' }, out);
	putc('"', out);
}

static void
write_cell(FILE *out, const json_t *cell)
{
	if (json_is_integer(cell))
		fprintf(out, "%lld", (long long)json_integer_value(cell));
	else if (json_is_real(cell))
		fprintf(out, "%.9g", json_real_value(cell));
	else if (json_is_string(cell))
		write_text(out, json_string_value(cell));
}

static void
write_row(FILE *out, const json_t *row)
{
	const json_t *cell;
	size_t i;

	json_array_foreach (row, i, cell) {
		fputs(i > 0 ? "," : "", out);
		write_cell(out, cell);
	}
	fputs("\r\n", out);
}

static void
write_table(FILE *out, const json_t *table)
{
	const json_t *column, *row;
	size_t i;

	json_array_foreach (json_object_get(table, "columns"), i, column) {
		fputs(i > 0 ? "," : "", out);
		write_text(out, json_string_value(json_object_get(column, "id")));
	}
	fputs("\r\n", out);
	json_array_foreach (json_object_get(table, "rows"), i, row)
		write_row(out, row);
}

static bool
write_file(const json_t *table, const char *folder, char error[256])
{
	const char *id = json_string_value(json_object_get(table, "id"));
	char *path = mem_printf("%s/%s.csv", folder, id);
	FILE *out = fopen(path, "we");
	bool ok = out != NULL;

	if (ok) {
		write_table(out, table);
		ok = ferror(out) == 0;
		ok = fclose(out) == 0 && ok;
	}
	if (!ok)
		snprintf(error, 256, "%s: %s", path, strerror(errno));
	free(path);
	return ok;
}

bool
report_csv(const json_t *document, const char *folder, char error[256])
{
	const json_t *section, *table;
	size_t i, j;

	json_array_foreach (json_object_get(document, "sections"), i, section)
		json_array_foreach (json_object_get(section, "tables"), j, table)
			if (!write_file(table, folder, error))
				return false;
	json_array_foreach (json_object_get(document, "studies"), i, table)
		if (!write_file(table, folder, error))
			return false;
	return true;
}
