/* SPDX-License-Identifier: Apache-2.0 */
/* What may stand in an aggregate. */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "output/report/aggregate_parts.h"
#include "output/report/cells.h"
#include "scanner/fold.h"

#define LOWER "abcdefghijklmnopqrstuvwxyz"
#define UPPER "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define DIGIT "0123456789"

static bool
is_of(const char *text, const char *characters, size_t least, size_t most)
{
	size_t length = strspn(text, characters);

	return text[length] == '\0' && length >= least && length <= most;
}

/* The words that stand for many or for none. */
static bool
is_general(const char *text)
{
	return strcmp(text, cells_other) == 0 || strcmp(text, "unknown") == 0;
}

bool
aggregate_country(const char *text)
{
	return is_general(text) || is_of(text, UPPER, 2, 2);
}

bool
aggregate_network(const char *text)
{
	return is_general(text) || (is_of(text, DIGIT, 1, 10) && text[0] != '0' &&
				    strtoull(text, NULL, 10) <= UINT32_MAX);
}

bool
aggregate_provider(const char *text)
{
	static const char *const words[] = { "self", "several", "none", NULL };

	for (int i = 0; words[i] != NULL; i++)
		if (strcmp(text, words[i]) == 0)
			return true;
	return is_general(text) ||
	       (is_of(text, LOWER DIGIT ".-_", 3, FOLD_NAME_MAX) && strchr(text, '.') != NULL);
}

bool
aggregate_version(const char *text)
{
	return text != NULL && is_of(text, LOWER UPPER DIGIT ".+~-", 1, 40);
}

bool
aggregate_word(const char *text)
{
	return is_of(text, LOWER DIGIT "-", 1, 40);
}

bool
aggregate_is_week(const char *text)
{
	int week;

	if (strlen(text) != AGGREGATE_WEEK_SIZE - 1 || strspn(text, DIGIT) != 4 ||
	    strncmp(text + 4, "-W", 2) != 0 || strspn(text + 6, DIGIT) != 2)
		return false;
	week = atoi(text + 6);
	return text[0] == '2' && week >= 1 && week <= 53;
}

void
aggregate_week(int64_t seconds, char week[AGGREGATE_WEEK_SIZE])
{
	time_t at = (time_t)seconds;
	struct tm tm;

	if (gmtime_r(&at, &tm) == NULL ||
	    strftime(week, AGGREGATE_WEEK_SIZE, "%G-W%V", &tm) != AGGREGATE_WEEK_SIZE - 1)
		strcpy(week, "2000-W01");
}
