/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How many domains of a sweep are alike, for tallies: two temporary tables of the connection
 * while this is open, domain_words(answers, verdict, n) and domain_links(mx_set, verdict, n),
 * where n domains have what stands before it.  Most of a million domains are like many
 * others; the last combinations are counted in memory, and one may stand in its table more
 * than once, so readers sum.  Whoever judges the domains counts them on the way; who has not
 * judged them reads them.
 */
#ifndef OUTPUT_REPORT_TALLY_DOMAINS_H
#define OUTPUT_REPORT_TALLY_DOMAINS_H

#include <sqlite3.h>
#include <stdbool.h>
#include <stdint.h>

struct tally_domains;

/* NULL, and false below: the database failed. */
struct tally_domains *tally_domains_open(sqlite3 *db);
/* One domain: ids of answers, mx_host and verdict; 0: it has no MX host, no verdict. */
bool tally_domains_add(struct tally_domains *domains, int64_t answers, int64_t mx_set,
		       int64_t verdict);
/* All domains of a sweep. */
bool tally_domains_read(struct tally_domains *domains, int64_t sweep);
/* After the last: what was counted is in the tables. */
bool tally_domains_flush(struct tally_domains *domains);
void tally_domains_close(struct tally_domains *domains); /* NULL is fine */

#endif
