/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From stored facts to verdicts, without the network: each distinct chain of a
 * sweep is judged once, then each server, then each domain.  It writes only the
 * tables of verdicts, all of a sweep or nothing, and can be repeated with
 * another trust store or another time.  What reports count is counted anew with it.
 * Memory does not grow with the sweep but for some bytes a mail host and server.
 */
#ifndef OUTPUT_ASSESS_H
#define OUTPUT_ASSESS_H

#include <sqlite3.h>
#include <stdbool.h>
#include <stdint.h>

#include "scanner/judge.h"
#include "scanner/options.h"

/* root_cas: the file of trust anchors.  at: seconds since the epoch.  false:
 * nothing was changed, and error says why. */
bool assess_sweep(sqlite3 *db, int64_t sweep, const struct judge *judge, const char *root_cas,
		  int64_t at, char error[256]);

/* `mxsweep assess`: answers the exit code. */
int assess_command(const struct options *options);

#endif
