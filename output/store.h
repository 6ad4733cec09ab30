/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The output module `sqlite`: a database of many sweeps.  What is committed
 * survives kill -9 and is seen by readers at once; a sweep that did not end is
 * continued by the next one over the same list.
 */
#ifndef OUTPUT_STORE_H
#define OUTPUT_STORE_H

#include <sqlite3.h>
#include <stdint.h>

#include "scanner/output.h"

extern const struct output output_sqlite;

/* The database behind an opened module, lent, for those who read it. */
sqlite3 *store_database(void *self);
/* The sweep it has begun. */
int64_t store_sweep(void *self);

#endif
