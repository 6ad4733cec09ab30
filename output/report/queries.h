/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The tables of the literature as SQL over the public views: output/queries/ID.sql, one
 * query a file, written into the program at build time (output/queries/embed).  Each
 * speaks of the last complete sweep.  docs/studies.md tells what they count.
 */
#ifndef OUTPUT_REPORT_QUERIES_H
#define OUTPUT_REPORT_QUERIES_H

#include <stdbool.h>

struct study_query {
	const char *id, *study, *title;
	bool names;      /* its rows name hosts or domains: few, or one for every domain */
	const char *sql; /* the whole file, its comments included */
};

/* By id; ends with an id of NULL. */
extern const struct study_query study_queries[];

#endif
