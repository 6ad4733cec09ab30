/* SPDX-License-Identifier: Apache-2.0 */
/* Public words and what they mean, in the words of those who read summaries and reports. */
#ifndef OUTPUT_MEANING_H
#define OUTPUT_MEANING_H

struct word_meaning {
	const char *word, *meaning;
};

/* Of domains; the best come first.  The last has no word. */
extern const struct word_meaning headline_meanings[];

#endif
