/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How often each outcome word was seen so far in this run: for the progress
 * line, the status file and the metadata.
 */
#ifndef SCANNER_TALLY_H
#define SCANNER_TALLY_H

#include <stdint.h>

#include "scanner/facts.h"

struct tally {
	uint64_t words[WORDS_COUNT][WORDS_MOST];
	uint64_t targets; /* with their record complete */
	uint64_t hosts;
	uint64_t servers;  /* conversations that are over, and addresses that are missing */
	uint64_t attempts; /* connections */
};

void tally_record(struct tally *tally, const struct record *record);

#endif
