/* SPDX-License-Identifier: Apache-2.0 */
#include "output/report/shown.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "scanner/mem.h"

struct shown
shown_percent(double share)
{
	struct shown shown;
	double percent = share * 100, size = fabs(percent);
	int digits = size == 0 || size >= 9.995 ? 1 : size >= 0.1 ? 2 : 3;

	if (!isfinite(percent))
		snprintf(shown.text, sizeof shown.text, "–");
	else if (size >= 99.95 && share < 1)
		snprintf(shown.text, sizeof shown.text, "%.3f %%",
			 percent > 99.999 ? 99.999 : percent);
	else if (size == 0 || share == 1)
		snprintf(shown.text, sizeof shown.text, "%.0f %%", percent);
	else
		snprintf(shown.text, sizeof shown.text, "%.*f %%", digits, percent);
	return shown;
}

struct shown
shown_points(double points)
{
	struct shown shown;
	double size = fabs(points);
	int digits = size >= 0.1 ? 1 : size >= 0.01 ? 2 : 3;

	snprintf(shown.text, sizeof shown.text, "%.*f points", digits, size);
	return shown;
}

struct shown
shown_count(json_int_t n)
{
	struct shown shown;
	char digits[32];
	size_t out = 0;
	int length = snprintf(digits, sizeof digits, "%lld", (long long)n);

	for (int i = 0; i < length; i++) {
		if (i > 0 && (length - i) % 3 == 0 && digits[i - 1] != '-')
			shown.text[out++] = ',';
		shown.text[out++] = digits[i];
	}
	shown.text[out] = '\0';
	return shown;
}

bool
shown_time(const char *timestamp, time_t *seconds)
{
	struct tm tm = { .tm_year = 0 };
	const char *end = timestamp != NULL ? strptime(timestamp, "%Y-%m-%d", &tm) : NULL;

	if (end == NULL || (*end != '\0' && *end != 'T' && *end != ' '))
		return false;
	if (*end != '\0')
		strptime(end + 1, "%H:%M:%S", &tm);
	*seconds = timegm(&tm);
	return true;
}

struct shown
shown_day(const char *timestamp)
{
	struct shown shown;
	struct tm tm;
	time_t seconds;

	if (shown_time(timestamp, &seconds)) {
		gmtime_r(&seconds, &tm);
		strftime(shown.text, sizeof shown.text, "%-d %B %Y", &tm);
	} else {
		char *cut = shown_cut(timestamp != NULL ? timestamp : "–", 20);

		snprintf(shown.text, sizeof shown.text, "%s", cut);
		free(cut);
	}
	return shown;
}

struct shown
shown_cell(const json_t *cell, const char *kind)
{
	struct shown shown;

	if (!json_is_number(cell)) {
		snprintf(shown.text, sizeof shown.text, "–");
	} else if (strcmp(kind, "share") == 0) {
		shown = shown_percent(json_number_value(cell));
	} else if (strcmp(kind, "points") == 0) {
		double points = json_number_value(cell);
		const char *sign = points > 0 ? "+" : points < 0 ? "−" : "";

		snprintf(shown.text, sizeof shown.text, "%s%.*f", sign,
			 fabs(points) >= 0.1 || points == 0 ? 1 : 3, fabs(points));
	} else if (json_is_integer(cell)) {
		shown = shown_count(json_integer_value(cell));
	} else {
		snprintf(shown.text, sizeof shown.text, "%.1f", json_number_value(cell));
	}
	return shown;
}

unsigned
shown_letter(const char **text)
{
	const unsigned char *at = (const unsigned char *)*text;
	unsigned letter = *at;
	int more = letter >= 0xf0 ? 3 : letter >= 0xe0 ? 2 : letter >= 0xc0 ? 1 : 0;

	if (letter == 0)
		return 0;
	if (more > 0)
		letter &= 0x3fU >> more;
	for (at++; more > 0 && (*at & 0xc0) == 0x80; more--)
		letter = letter << 6 | (*at++ & 0x3f);
	*text = (const char *)at;
	return letter;
}

bool
shown_unfit(unsigned letter)
{
	static const struct {
		unsigned first, last;
	} unfit[] = {
		{ 0x00, 0x08 },     { 0x0b, 0x0c },       { 0x0e, 0x1f },
		{ 0x7f, 0x9f },     { 0xad, 0xad },       { 0x61c, 0x61c },
		{ 0x200b, 0x200f }, { 0x2028, 0x202e },   { 0x2060, 0x206f },
		{ 0xd800, 0xdfff }, { 0xfeff, 0xfeff },   { 0xfff0, 0xfffb },
		{ 0xfffe, 0xffff }, { 0xe0000, 0xe0fff },
	};

	for (size_t i = 0; i < sizeof unfit / sizeof *unfit; i++)
		if (letter >= unfit[i].first && letter <= unfit[i].last)
			return true;
	return (letter & 0xfffe) == 0xfffe || letter > 0x10ffff;
}

static size_t
width_of(unsigned letter)
{
	if (letter >= 0x300 && letter <= 0x36f)
		return 0;
	return (letter >= 0x1100 && letter <= 0x115f) ||
		       (letter >= 0x2e80 && letter <= 0xa4cf) ||
		       (letter >= 0xac00 && letter <= 0xd7a3) ||
		       (letter >= 0xf900 && letter <= 0xfaff) ||
		       (letter >= 0xff00 && letter <= 0xff60) || letter >= 0x1f000
		   ? 2
		   : 1;
}

size_t
shown_width(const char *text)
{
	size_t width = 0;
	unsigned letter;

	while ((letter = shown_letter(&text)) != 0)
		width += width_of(letter);
	return width;
}

char *
shown_cut(const char *text, size_t width)
{
	const char *at = text, *keep = text;
	size_t used = 0, letters = 0;
	unsigned letter;

	/* A letter may carry any number of marks of no width: these are bounded, too. */
	while ((letter = shown_letter(&at)) != 0 && used <= width && letters++ <= 2 * width) {
		used += width_of(letter);
		if (used < width)
			keep = at;
	}
	if (letter == 0 && used <= width)
		return mem_strdup(text);
	while (keep > text && keep[-1] == ' ')
		keep--;
	return mem_printf("%.*s…", (int)(keep - text), text);
}

bool
shown_id(const char *id)
{
	return id != NULL && *id != '\0' && strlen(id) <= 100 &&
	       id[strspn(id, "abcdefghijklmnopqrstuvwxyz0123456789-_")] == '\0';
}
