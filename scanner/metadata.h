/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The summary of one run as JSON (--metadata-file): what was asked for, what was
 * seen (a count for every outcome word), versions and times.
 */
#ifndef SCANNER_METADATA_H
#define SCANNER_METADATA_H

#include "scanner/output.h"

struct sweep;

/* Dies when path (or NULL) could not be written later. */
void metadata_prove_writable(const char *path);
/* Replaces the file as a whole; elapsed in seconds.  false: a line was said, why not. */
bool metadata_write(const struct sweep *sweep, const struct begun *begun,
		    const struct sweep_end *end, double elapsed);

#endif
