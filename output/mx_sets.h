/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The MX hosts of domains.  Most domains have those of many others, so each set is
 * stored once and domains point to it: three rows a domain less, and a third of a large
 * list's database.  It costs a copy of the last sets that were put, a thousand at most;
 * one that comes after it was forgotten is stored again, under another id.
 */
#ifndef OUTPUT_MX_SETS_H
#define OUTPUT_MX_SETS_H

#include <sqlite3.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "scanner/facts.h"

struct mx_sets;

struct mx_sets *mx_sets_open(sqlite3 *db);
/* The id of the set: of links to the same host that with the lowest preference holds.  0:
 * there are no links; -1: the database refused. */
int64_t mx_sets_put(struct mx_sets *sets, const struct host_link *links, size_t count);
/* Adds the rows that are not in the database yet, or forgets them, and all sets: what was
 * put since the last commit may be gone. */
bool mx_sets_flush(struct mx_sets *sets);
void mx_sets_forget(struct mx_sets *sets);
void mx_sets_close(struct mx_sets *sets); /* forgets, too; NULL is fine */

#endif
