/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `mxsweep check DOMAIN...`: a sweep of a few domains into memory, assessed, and
 * told to a person or (--json) to a program.
 */
#ifndef OUTPUT_CHECK_H
#define OUTPUT_CHECK_H

#include <sqlite3.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "scanner/input.h"
#include "scanner/options.h"

/* Where the facts are, and where they are told. */
struct check_report {
	sqlite3 *db;
	int64_t sweep;
	FILE *out;
	bool colours;
};

/* One target for a person. */
void check_print_text(const struct check_report *report, const struct target *target);
/* One target as a line of JSON. */
void check_print_json(const struct check_report *report, const struct target *target);
/* Every server of an address target has a good certificate, or the domain's
 * headline says authenticated or secure. */
bool check_passed(const struct check_report *report, const struct target *target);

/* A statement over the rows s of `servers` that are the target's, each with its
 * leaf c of `certificates`: before, the rows, after.  To step and finalize. */
sqlite3_stmt *check_servers(const struct check_report *report, const struct target *target,
			    const char *before, const char *after);

/* Answers the exit code. */
int check_command(const struct options *options);

#endif
