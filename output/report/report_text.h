/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A report's document (report_collect.h) in short, as the text of a letter: the first
 * line is its subject, an empty one follows, and none is wider than 72 columns.  All of
 * it is printable ASCII: what strangers wrote can neither break a line nor be a header.
 */
#ifndef OUTPUT_REPORT_REPORT_TEXT_H
#define OUTPUT_REPORT_REPORT_TEXT_H

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

/* false: out could not be written. */
bool report_text(const json_t *document, FILE *out);

#endif
