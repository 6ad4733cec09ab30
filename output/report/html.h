/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Markup that is at once HTML and well-formed XML.  Every text and every value of an
 * attribute is taken for a stranger's and escaped here; letters that XML forbids, or
 * that hide or turn what stands beside them, become U+FFFD.  What is written without
 * these functions is our own markup.
 */
#ifndef OUTPUT_REPORT_HTML_H
#define OUTPUT_REPORT_HTML_H

#include <stdio.h>

void html_text(FILE *out, const char *text); /* NULL is nothing */
/* ` name="value"`. */
void html_attribute(FILE *out, const char *name, const char *value);
/* ` id="kind-name"`: a table may have the name of a plot or a section. */
void html_id(FILE *out, const char *kind, const char *name);
/* <element class="kind">text</element>; kind may be NULL. */
void html_element(FILE *out, const char *element, const char *kind, const char *text);
/* <a href="folder/id.end">text</a>. */
void html_link(FILE *out, const char *folder, const char *id, const char *end,
	       const char *text);

#endif
