/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The rows of domains, which are most of what a sweep writes.  Records wait for the end of
 * their batch and are written in the order of their names: names are found by an index,
 * and those that come one after the other meet the same pages of it.
 */
#ifndef OUTPUT_DOMAIN_ROWS_H
#define OUTPUT_DOMAIN_ROWS_H

#include <sqlite3.h>
#include <stdbool.h>
#include <stdint.h>

#include "output/intern.h"
#include "output/published.h"
#include "scanner/facts.h"

struct domain_rows;

/* intern and published must outlive the rows. */
struct domain_rows *domain_rows_open(sqlite3 *db, int64_t sweep, struct intern *intern,
				     struct published *published);
/* The record of a domain, which must live until domain_rows_flush or domain_rows_forget. */
void domain_rows_put(struct domain_rows *rows, const struct record *record);
/* Writes what was put.  A domain that is there already stays: a list may name a thing
 * twice.  false: the database refused. */
bool domain_rows_flush(struct domain_rows *rows);
/* The transaction was rolled back: what waits is not written, and what was written is gone. */
void domain_rows_forget(struct domain_rows *rows);
void domain_rows_close(struct domain_rows *rows); /* forgets, too; NULL is fine */

#endif
