/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The parts of a report's document (report_collect.h): sections with paragraphs,
 * tables, plots.  What is made here belongs to the document or the section it was
 * made in; what is answered is lent.
 */
#ifndef OUTPUT_REPORT_DOCUMENT_H
#define OUTPUT_REPORT_DOCUMENT_H

#include <jansson.h>
#include <sqlite3.h>
#include <stdbool.h>
#include <stdint.h>

struct document_column {
	const char *id, *title;
	const char *kind; /* text count share date points */
};

/* What a table is made of; columns end with one without an id. */
struct document_table {
	const char *id, *title, *unit;
	const struct document_column *columns;
};

struct document_plot {
	const char *id, *title, *alt, *kind, *unit, *table;
	const char *x, *label; /* label may be NULL */
	const char *const *y;  /* ends with NULL */
};

json_t *document_section(json_t *document, const char *id, const char *title);
void document_say(json_t *section, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

json_t *document_table(json_t *section, const struct document_table *table);
/* Takes the cells, an array. */
void document_row(json_t *table, json_t *cells);
/* A row for each of the statement's, whose columns are those of the table, and for at
 * most limit of them; the others are counted as omitted.  false: it failed. */
bool document_rows(json_t *table, sqlite3_stmt *statement, size_t limit);
size_t document_count(const json_t *table); /* rows, with those that are omitted */
void document_of(json_t *table, int64_t of);
void document_title(json_t *table, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void document_note(json_t *table, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void document_plot(json_t *section, const struct document_plot *plot);

/* The share n/of, or null where of is nothing. */
json_t *document_share(int64_t n, int64_t of);
/* Null for NULL. */
json_t *document_text(const char *text);
/* A number as people read it, 1,234,567; eight of them may be in use at once. */
const char *document_number(int64_t n);
/* "91.2 %", or "unknown" where of is nothing; of the same eight. */
const char *document_percent(int64_t n, int64_t of);

#endif
