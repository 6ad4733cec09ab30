/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A visit to one MX host: its addresses, its TLSA records, and a conversation with
 * each address; together they make its record.
 */
#ifndef SCANNER_VISIT_H
#define SCANNER_VISIT_H

#include <stdbool.h>

#include "scanner/address.h"
#include "scanner/facts.h"

struct sweep;
struct visit;

/* The record is the receiver's; addressless: DNS says that the host has no address. */
typedef void visit_done(struct record *record, bool addressless, void *arg);

/* To all addresses of record's host, or to the one address given; the record, with
 * no rows yet, is the visit's.  done is called exactly once, never before this has
 * returned, never after visit_cancel. */
struct visit *visit_host(struct sweep *sweep, struct record *record, visit_done *done,
			 void *arg);
struct visit *visit_address(struct sweep *sweep, struct record *record,
			    const struct address *address, visit_done *done, void *arg);
/* Only once the pool is closed and pace starts nothing; NULL is fine. */
void visit_cancel(struct visit *visit);

#endif
