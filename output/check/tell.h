/* SPDX-License-Identifier: Apache-2.0 */
/* The sentences of `check` for a person: what a word says, and what to do about it. */
#ifndef OUTPUT_TELL_H
#define OUTPUT_TELL_H

#include "output/check/advice.h"
#include "output/check/check.h"

/* A line for the finding and one for what to do; NULL says nothing. */
void tell_advice(const struct check_report *report, int indent, const struct advice *advice);
void tell_word(const struct check_report *report, int indent, enum words column,
	       const char *spelling);
/* The same, but for good news. */
void tell_trouble(const struct check_report *report, int indent, enum words column,
		  const char *spelling);
/* A text that strangers wrote, made harmless, and what stands before it; NULL says
 * nothing. */
void tell_part(const struct check_report *report, const char *before, const char *text);
/* Between these, the colour of a level, where there are colours. */
void tell_colour(const struct check_report *report, enum advice_level level);
void tell_plain(const struct check_report *report);
/* Each of the lints in names, which have commas between; advice is by bit. */
void tell_lints(const struct check_report *report, int indent, const char *names,
		const char *const all[], int count, const struct advice *(*advice)(int bit));

#endif
