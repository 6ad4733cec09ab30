/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Outcome words that stand together, such as those of a verdict: a table has each
 * combination once, and millions of rows point to some dozens of them.  Those that were
 * used last are remembered, each in the slot that it chooses.
 */
#ifndef OUTPUT_COMBINED_H
#define OUTPUT_COMBINED_H

#include <sqlite3.h>
#include <stdbool.h>
#include <stdint.h>

#include "scanner/words.h"

#define COMBINED_WORDS 5 /* of a row */

struct combined;

struct combined_table {
	const char *name;
	struct {
		const char *name;
		enum words words;
	} columns[COMBINED_WORDS];
};

/* What DNS said of a domain, and the verdict on one, with the order of their words. */
extern const struct combined_table combined_answers, combined_verdict;
enum { ANSWER_DNS, ANSWER_MX, ANSWER_MX_SECURITY, ANSWER_STS_RECORD, ANSWER_TLSRPT };
enum { VERDICT_HEADLINE, VERDICT_STARTTLS, VERDICT_CERTIFICATE, VERDICT_DANE, VERDICT_STS };

struct combined *combined_open(sqlite3 *db, const struct combined_table *table);
/* The id of the row with these words, in the order of the columns; it is added if there
 * is none.  0: the database failed. */
int64_t combined_id(struct combined *combined, const int words[COMBINED_WORDS]);
/* The words of a row; all 0 where there is none.  false: the database failed. */
bool combined_words(struct combined *combined, int64_t id, int words[COMBINED_WORDS]);
/* What was added since the last commit may be gone. */
void combined_forget(struct combined *combined);
void combined_close(struct combined *combined); /* NULL is fine */

#endif
