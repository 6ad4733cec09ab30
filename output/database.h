/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The database file: that it is ours, that no other mxsweep writes to it, and
 * that its schema is today's.  The lock is held until the database is closed
 * and is given up by the kernel when the process dies.
 */
#ifndef OUTPUT_DATABASE_H
#define OUTPUT_DATABASE_H

#include <sqlite3.h>
#include <stdbool.h>
#include <stdint.h>

struct database {
	sqlite3 *db;
	int lock; /* descriptor of the file; -1: in memory */
};

/* Dies with a clear line when the file cannot be used, and has then changed
 * nothing.  ":memory:" is a database of this process only.  create: a file that
 * is not there is made. */
void database_open(struct database *database, const char *path, bool create);
/* The sweep that was asked for; 0: the last one.  Dies when it is not there; path is what
 * the operator called the file. */
int64_t database_sweep(struct database *database, const char *path, int64_t wanted);
/* What is not committed is gone.  Idempotent. */
void database_close(struct database *database);

#endif
