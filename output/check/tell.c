/* SPDX-License-Identifier: Apache-2.0 */
#include "output/check/tell.h"

#include <string.h>

#include "output/summary.h"

#define RESET "\033[0m"

static const char *const colours[] = {
	[ADVICE_GOOD] = "\033[32m",
	[ADVICE_BAD] = "\033[31m",
	[ADVICE_UNKNOWN] = "\033[33m",
	[ADVICE_HINT] = "\033[36m",
};

static const char *const marks[] = {
	[ADVICE_GOOD] = "+",
	[ADVICE_BAD] = "!",
	[ADVICE_UNKNOWN] = "?",
	[ADVICE_HINT] = "-",
};

void
tell_colour(const struct check_report *report, enum advice_level level)
{
	if (report->colours)
		fputs(colours[level], report->out);
}

void
tell_plain(const struct check_report *report)
{
	if (report->colours)
		fputs(RESET, report->out);
}

void
tell_advice(const struct check_report *report, int indent, const struct advice *advice)
{
	if (advice == NULL)
		return;
	fprintf(report->out, "%*s", indent, "");
	tell_colour(report, advice->level);
	fputs(marks[advice->level], report->out);
	tell_plain(report);
	fprintf(report->out, " %s\n", advice->says);
	if (advice->action != NULL)
		fprintf(report->out, "%*s> %s\n", indent + 2, "", advice->action);
}

void
tell_word(const struct check_report *report, int indent, enum words column,
	  const char *spelling)
{
	tell_advice(report, indent, advice_find(column, spelling));
}

void
tell_trouble(const struct check_report *report, int indent, enum words column,
	     const char *spelling)
{
	const struct advice *advice = advice_find(column, spelling);

	if (advice != NULL && advice->level != ADVICE_GOOD)
		tell_advice(report, indent, advice);
}

void
tell_part(const struct check_report *report, const char *before, const char *text)
{
	if (text == NULL)
		return;
	fputs(before, report->out);
	summary_text(report->out, text);
}

static bool
is_among(const char *name, const char *names)
{
	size_t length = strlen(name);

	while (names != NULL) {
		size_t part = strcspn(names, ",");

		if (part == length && memcmp(names, name, length) == 0)
			return true;
		names = names[part] == ',' ? names + part + 1 : NULL;
	}
	return false;
}

void
tell_lints(const struct check_report *report, int indent, const char *names,
	   const char *const all[], int count, const struct advice *(*advice)(int bit))
{
	for (int bit = 0; bit < count; bit++)
		if (is_among(all[bit], names))
			tell_advice(report, indent, advice(bit));
}
