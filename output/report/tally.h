/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What reports count of a sweep, in the table `tally` (view `tallies`): n of total
 * things of the topic have what the keys a, b and c say.  tally_topics.c is the table
 * of topics.  Rows with n = 0 are left out, except where a total is worth knowing
 * (network, country, provider).
 *
 * A thing is counted in a topic when it came to the stage the topic speaks of (its
 * word is not NULL); total is the sum over the topic, or over the topic and one key,
 * as the table of topics says.  Units:
 *   domains       a row of `domains`
 *   servers       a host and one of its addresses, once a sweep, whatever the number of
 *                 domains behind it; those of address targets too
 *   certificates  distinct leaf certificates that servers of the sweep showed
 *   record sets   secure TLSA record sets, one a host
 */
#ifndef OUTPUT_REPORT_TALLY_H
#define OUTPUT_REPORT_TALLY_H

#include <sqlite3.h>
#include <stdbool.h>
#include <stdint.h>

#include "output/report/crosstab.h"

struct outcomes;
struct tally_domains;

/* A topic's SELECT gives a, b, c, n and total, out of the temporary table `relation`
 * (tally_relations, or tally_domains.h) where it has one, else out of the database; ?1 is
 * the sweep.  Without a SELECT it is counted along the links (tally_links.c). */
struct tally_topic {
	const char *name, *unit;
	const char *keys; /* what a, b and c are, with commas between */
	const char *relation;
	const char *select;
};

/* A pass that several topics share: equal rows are counted once, by some columns and by
 * others. */
struct tally_relation {
	const char *select;
	struct crosstab_table tables[CROSSTABS];
};

/* Both end with a NULL. */
extern const struct tally_topic tally_topics[];
extern const struct tally_relation tally_relations[];

/* Counts a judged sweep anew.  Part of the caller's transaction. */
bool tally_sweep(sqlite3 *db, int64_t sweep);
/* The same for whoever has counted its domains and knows what its servers came to. */
bool tally_judged(sqlite3 *db, int64_t sweep, struct tally_domains *domains,
		  struct outcomes *outcomes);
/* The same for one topic, for whoever changed what it counts: "policy_list". */
bool tally_again(sqlite3 *db, int64_t sweep, const char *topic);

#define TALLY_DOMAIN_WORDS "domain_words" /* the first table of tally_domains.h */
#define TALLY_PROVIDERS    1000           /* those with a row of their own; the rest is one */

#endif
