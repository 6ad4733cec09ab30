/* SPDX-License-Identifier: Apache-2.0 */
/* The times of a policy list: ISO 8601 as RFC 3339 section 5.6 profiles it. */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "output/policy/policy_parts.h"

#define DIGITS    "0123456789"
#define TIME_LAST 253402300799 /* 9999-12-31T23:59:59Z */

/* Exactly so many digits; -1: there are fewer. */
static int
take(const char **text, size_t digits)
{
	int number = 0;

	if (strspn(*text, DIGITS) < digits)
		return -1;
	for (; digits > 0; digits--)
		number = number * 10 + *(*text)++ - '0';
	return number;
}

/* Z, +HH:MM or -HH:MM, and then the end. */
static bool
take_offset(const char *text, int *seconds)
{
	int sign = *text == '-' ? -1 : 1, hours, minutes;

	*seconds = 0;
	if (strcmp(text, "Z") == 0)
		return true;
	if (*text != '+' && *text != '-')
		return false;
	text++;
	hours = take(&text, 2);
	if (hours < 0 || hours > 23 || *text++ != ':')
		return false;
	minutes = take(&text, 2);
	*seconds = sign * (hours * 3600 + minutes * 60);
	return minutes >= 0 && minutes <= 59 && *text == '\0';
}

/* YYYY-MM-DDTHH:MM:SS; what timegm makes of it must read back, so that there is no
 * 30 February.  Answers where it ends, or NULL. */
static const char *
take_moment(const char *text, time_t *moment)
{
	static const size_t digits[] = { 4, 2, 2, 2, 2, 2 };
	static const char ends[] = "--T::";
	int parts[6];
	struct tm tm = { 0 }, again;

	for (size_t i = 0; i < 6; i++) {
		parts[i] = take(&text, digits[i]);
		if (parts[i] < 0 || (i < 5 && *text++ != ends[i]))
			return NULL;
	}
	tm = (struct tm){ .tm_year = parts[0] - 1900,
			  .tm_mon = parts[1] - 1,
			  .tm_mday = parts[2],
			  .tm_hour = parts[3],
			  .tm_min = parts[4],
			  .tm_sec = parts[5] };
	again = tm;
	*moment = timegm(&again);
	return again.tm_mon == parts[1] - 1 && again.tm_mday == parts[2] &&
		       again.tm_hour == parts[3] && again.tm_min == parts[4] &&
		       again.tm_sec == parts[5]
		   ? text
		   : NULL;
}

static bool
read_text(const char *text, int64_t *seconds)
{
	time_t moment;
	int offset;

	text = take_moment(text, &moment);
	if (text == NULL)
		return false;
	if (*text == '.') {
		size_t fraction = strspn(text + 1, DIGITS);

		if (fraction == 0)
			return false;
		text += 1 + fraction;
	}
	if (!take_offset(text, &offset))
		return false;
	*seconds = (int64_t)moment - offset;
	return true;
}

bool
policy_time(const json_t *json, int64_t *seconds)
{
	if (json_is_integer(json))
		*seconds = json_integer_value(json);
	else if (!json_is_string(json) || !read_text(json_string_value(json), seconds))
		return false;
	return *seconds >= 0 && *seconds <= TIME_LAST;
}

const char *
policy_time_text(int64_t seconds, char text[POLICY_TIME_SIZE])
{
	time_t at = (time_t)seconds;
	struct tm tm;

	gmtime_r(&at, &tm);
	strftime(text, POLICY_TIME_SIZE, "%Y-%m-%dT%H:%M:%SZ", &tm);
	return text;
}
