/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `mxsweep report`: a folder with the report of one sweep.
 *
 *	index.html     the page, which needs nothing else
 *	plots/ID.svg   each plot
 *	tables/ID.csv  each table
 *	report.json    the document that all of it is made of (report_collect.h)
 *
 * --format json and csv write only theirs; html writes all, for the page leads to the
 * others.  With --anonymous the folder holds aggregate.json (anonymous.h) and nothing
 * that is in the others.
 */
#ifndef OUTPUT_REPORT_REPORT_COMMAND_H
#define OUTPUT_REPORT_REPORT_COMMAND_H

#include "scanner/options.h"

/* Answers the exit code. */
int report_command(const struct options *options);

#endif
