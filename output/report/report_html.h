/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The report's page: folder/index.html, made of the document (report_collect.h) alone,
 * with the drawings of report_plots.h where they are there.  One file that loads
 * nothing: style sheet and drawings are in it, scripts are not, and its own content
 * security policy forbids both anything else and any other style.  It is well-formed
 * XML, too.  Links lead to files beside it: tables/ID.csv, plots/ID.svg, report.json.
 */
#ifndef OUTPUT_REPORT_REPORT_HTML_H
#define OUTPUT_REPORT_REPORT_HTML_H

#include <jansson.h>
#include <stdbool.h>

/* The folder exists.  The page takes the place of an older one at once; false: error
 * says why, and the older one is as it was. */
bool report_html(const json_t *document, const char *folder, char error[256]);

#endif
