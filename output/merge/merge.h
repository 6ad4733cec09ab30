/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Several databases, and aggregates that others gave out, become a new database.
 *
 *   - Every sweep keeps all its rows.  They stand in the order in which they started.
 *   - Shards of one sweep become one: those of the same list, number of shards, seed and
 *     vantage, with different shard numbers, the next begun at most a day after those
 *     before it were over.  It is complete when all are there and are complete.  A host
 *     that two shards met stays two hosts: each tells what its shard saw, and no domain
 *     sees both.
 *   - A sweep that several databases have, with the same facts, is taken once, from
 *     where it was judged last.
 *
 * Inputs are only read.  One that an older mxsweep wrote, or that has a log beside it
 * which a killed sweep left, is read from a copy.  The new database is made in a folder
 * beside it and put in place when it is done.
 */
#ifndef OUTPUT_MERGE_H
#define OUTPUT_MERGE_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>

#include "scanner/options.h"

struct merge_counts {
	size_t sweeps;     /* of the new database */
	size_t united;     /* of them, made of shards */
	size_t incomplete; /* of those, without all their shards, or with some unfinished */
	size_t repeated;   /* sweeps that were taken from another input */
	size_t aggregates;
};

/* false: there is no new database, and error says why, with the name of the file that
 * is to blame; or *stop was set, and error is "". */
bool merge_files(const char *out, char *const *inputs, size_t count,
		 const volatile sig_atomic_t *stop, struct merge_counts *counts,
		 char error[512]);

/* `mxsweep merge`: answers the exit code. */
int merge_command(const struct options *options);

#endif
