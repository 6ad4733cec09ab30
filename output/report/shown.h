/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Numbers and texts of the report's document as people read them, the same on the page
 * and in the plots.  Texts are cut by what they take up on a line: a letter counts one,
 * a CJK letter or an emoji two.
 */
#ifndef OUTPUT_REPORT_SHOWN_H
#define OUTPUT_REPORT_SHOWN_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <time.h>

struct shown {
	char text[64];
};

struct shown shown_percent(double share);      /* 0.842 is "84.2 %", 0.00071 "0.071 %" */
struct shown shown_points(double points);      /* "1.3 points", without its sign */
struct shown shown_count(json_int_t n);        /* "1,234,567" */
struct shown shown_day(const char *timestamp); /* "16 November 2026"; else as it is */
/* A cell of a table whose column is of this kind; not for texts. */
struct shown shown_cell(const json_t *cell, const char *kind);

/* Seconds of a day or a moment written as in the document; false: it is none. */
bool shown_time(const char *timestamp, time_t *seconds);

/* How many letters wide. */
size_t shown_width(const char *text);
/* At most that wide, with an ellipsis where it was cut.  The caller's. */
char *shown_cut(const char *text, size_t width);
/* The letter at *text, which is moved behind it; 0 at the end. */
unsigned shown_letter(const char **text);
/* A letter that must not be shown as it is: a control character, one that turns the
 * direction of writing or has no width, or none of XML's. */
bool shown_unfit(unsigned letter);
/* Is it fit for the name of a file and for an id of the page?  (a-z 0-9 - _) */
bool shown_id(const char *id);

#endif
