/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What each outcome word means to the operator of a mail server, and what to do
 * about it: one table, in which every word of every column stands.
 */
#ifndef OUTPUT_ADVICE_H
#define OUTPUT_ADVICE_H

#include "scanner/words.h"

/* ADVICE_UNKNOWN: it could not be tested, which is not a failure.  ADVICE_HINT: nothing
 * fails, and it could be better. */
enum advice_level { ADVICE_GOOD, ADVICE_BAD, ADVICE_UNKNOWN, ADVICE_HINT };

struct advice {
	enum advice_level level;
	const char *says;
	const char *action; /* NULL: nothing needs doing */
};

/* NULL for a spelling that is no word of the column, or NULL. */
const struct advice *advice_find(enum words column, const char *spelling);
/* By the bits of enum dane_lint and enum sts_lint; NULL: there is no such bit. */
const struct advice *advice_dane_lint(int bit);
const struct advice *advice_sts_lint(int bit);

#endif
