/* SPDX-License-Identifier: Apache-2.0 */
/* What tally.c, tally_links.c and tally_providers.c share. */
#ifndef OUTPUT_REPORT_TALLY_PARTS_H
#define OUTPUT_REPORT_TALLY_PARTS_H

#include <sqlite3.h>
#include <stdbool.h>
#include <stdint.h>

/* The topics without a SELECT, which one walk along the links counts: provider and
 * level_domains. */
bool tally_links(sqlite3 *db, int64_t sweep);

/* What one domain adds to the row of each provider it depends on: 0 or 1 each. */
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
/* Counts a domain once for each of its providers; one domain after the other. */
void tally_providers_count(struct tally_providers *providers, struct tally_provider *provider,
			   int64_t domain, const uint32_t scores[SCORES]);
bool tally_providers_write(struct tally_providers *providers, sqlite3 *db, int64_t sweep);

#endif
