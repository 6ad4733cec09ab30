/* SPDX-License-Identifier: Apache-2.0 */
/* The sweep that a policy command is about. */
#ifndef OUTPUT_POLICY_SWEEPS_H
#define OUTPUT_POLICY_SWEEPS_H

#include <stdint.h>

#include "output/database.h"
#include "scanner/options.h"

/* Opens the database of the options (--db) and answers the sweep they name (--sweep), or the
 * last one that is complete; it has been assessed.  Dies when there is none.  The caller
 * closes the database. */
int64_t policy_sweeps_open(struct database *database, const struct options *options);

#endif
