/* SPDX-License-Identifier: Apache-2.0 */
/* What tally.c, tally_links.c and tally_providers.c share. */
#ifndef OUTPUT_REPORT_TALLY_PARTS_H
#define OUTPUT_REPORT_TALLY_PARTS_H

#include <sqlite3.h>
#include <stdbool.h>
#include <stdint.h>

#include "output/outcomes.h"

/* The topics without a SELECT, which one walk along the links counts: provider and
 * level_domains.  The tables of tally_domains.h are there. */
bool tally_links(sqlite3 *db, int64_t sweep, struct outcomes *outcomes);

/* What a domain counts for with each provider it depends on. */
enum tally_score {
	SCORE_ALL,
	SCORE_STARTTLS,
	SCORE_AUTHENTICATED,
	SCORE_DANE,
	SCORE_MTA_STS,
	SCORE_ANSWERED, /* of which those but SCORE_ALL are counted */
	SCORES
};

struct tally_providers; /* each with its scores */
struct tally_provider;

struct tally_providers *tally_providers_new(void);
void tally_providers_free(struct tally_providers *providers);
/* The one of that name; stays where it is. */
struct tally_provider *tally_providers_of(struct tally_providers *providers, const char *name);
/* From now on so many domains are counted that have their providers in common: */
void tally_providers_next(struct tally_providers *providers, int64_t domains);
/* ... once with each of them, however often it is named.  There is one at least. */
void tally_providers_count(struct tally_providers *providers, struct tally_provider *provider,
			   const bool scores[SCORES]);
bool tally_providers_write(struct tally_providers *providers, sqlite3 *db, int64_t sweep);

#endif
