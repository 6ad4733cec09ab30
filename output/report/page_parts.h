/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The parts of the report's page, each of which writes itself.  Only the files of the
 * page look in here.
 */
#ifndef OUTPUT_REPORT_PAGE_PARTS_H
#define OUTPUT_REPORT_PAGE_PARTS_H

#include <jansson.h>
#include <stdio.h>

/* The style sheet, without what makes plots dark (plot_dark_rules). */
extern const char page_style[];

/* A text of the document's; "" when it is not there. */
const char *page_word(const json_t *object, const char *key);

void page_write_head(FILE *out, const json_t *document);
/* The headline, which sweep it is, and what must be known before comparing. */
void page_write_header(FILE *out, const json_t *document);
void page_write_numbers(FILE *out, const json_t *document);
void page_write_section(FILE *out, const json_t *section, const json_t *document);
void page_write_studies(FILE *out, const json_t *studies);

/* csv: the name of its file is known and it has one. */
void page_write_table(FILE *out, const json_t *table, int csv);

#endif
