/* SPDX-License-Identifier: Apache-2.0 */
/* usage: report_page FOLDER [empty]: the sample's report.json, plots and page, for the
 * test that opens it in a browser. */
#include "output/report/report_html.h"
#include "output/report/report_plots.h"

#include <stdio.h>
#include <stdlib.h>

#include "tests/unit/report_sample.h"

int
main(int argc, char **argv)
{
	json_t *document = argc > 2 ? report_sample_empty() : report_sample();
	char error[256] = "", path[4096];
	bool done;

	if (argc < 2)
		return 2;
	snprintf(path, sizeof path, "%s/report.json", argv[1]);
	done = json_dump_file(document, path, JSON_INDENT(1)) == 0 &&
	       report_plots(document, argv[1], error) && report_html(document, argv[1], error);
	if (!done)
		fprintf(stderr, "%s: %s\n", argv[1], error);
	json_decref(document);
	return done ? EXIT_SUCCESS : EXIT_FAILURE;
}
