/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The plots of a report's document (report_collect.h), drawn by one run of gnuplot:
 * folder/plots/ID.svg for each, and in the document the texts of the SVG elements for
 * the page, as "svg" (for wide windows and paper) and "svg_narrow" (for phones) of
 * each plot.  A plot without anything to draw gets neither a file nor a text.
 */
#ifndef OUTPUT_REPORT_REPORT_PLOTS_H
#define OUTPUT_REPORT_REPORT_PLOTS_H

#include <jansson.h>
#include <stdbool.h>

/* Makes the folder's "plots" when it is not there.  true with a warning to the log when
 * gnuplot is not installed: the page does without.  false: error says why. */
bool report_plots(json_t *document, const char *folder, char error[256]);
/* Takes the drawings out of the document again, before it is written as JSON. */
void report_plots_forget(json_t *document);

#endif
