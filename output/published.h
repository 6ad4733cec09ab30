/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What hosts and domains publish of their TLS, into rows: the prepared statements
 * that write TLSA records and what belongs to MTA-STS.  The rows of the host and of
 * the domain are written before, by whoever calls.
 */
#ifndef OUTPUT_PUBLISHED_H
#define OUTPUT_PUBLISHED_H

#include <sqlite3.h>
#include <stdbool.h>
#include <stdint.h>

#include "output/intern.h"
#include "scanner/facts.h"

struct published;

/* The intern is lent. */
struct published *published_new(sqlite3 *db, int64_t sweep, struct intern *intern);
void published_free(struct published *published); /* NULL is fine */
/* false: as rows_put. */
bool published_put_tlsa(struct published *published, int64_t host, const struct tlsa_set *set);
/* The domain by the id of its name; nothing is written where there is no more to
 * tell than the word of the record.  facts may be NULL. */
bool published_put_sts(struct published *published, int64_t domain,
		       const struct sts_facts *facts);

#endif
