/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the operator sees while a sweep runs: a line each second on a terminal,
 * the status file (CSV, a line each second), and the metadata file (JSON) at the
 * end, also after an interrupt.
 */
#ifndef SCANNER_PROGRESS_H
#define SCANNER_PROGRESS_H

#include "scanner/options.h"
#include "scanner/output.h"

struct progress;
struct sweep;

/* Dies when the status or the metadata file cannot be written; creates neither. */
void progress_prove(const struct options *options);
/* Begins the status file. */
struct progress *progress_open(struct sweep *sweep);
/* Takes the line away and writes the metadata.  false: a line was said, which of the two
 * files could not be written. */
bool progress_close(struct progress *progress, const struct begun *begun,
		    const struct sweep_end *end);

#endif
