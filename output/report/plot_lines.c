/* SPDX-License-Identifier: Apache-2.0 */
/* Lines over time, each named where it ends. */
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "output/report/plot_parts.h"
#include "output/report/shown.h"

#define LINE     17.0 /* from one name to the next */
#define TOP      30.0
#define BOTTOM   26.0
#define LEADER   20.0 /* from the end of a line to its name */
#define DAY      86400
#define MONTHS   12
#define FLATNESS 0.35 /* lines that vary less than this do not begin at nothing */

static const double heights[PLOT_WIDTHS] = { [PLOT_WIDE] = 340, [PLOT_NARROW] = 290 };
static const size_t names[PLOT_WIDTHS] = { [PLOT_WIDE] = 30, [PLOT_NARROW] = 17 };

struct line {
	size_t column, last; /* the last row that is known */
	unsigned colour;
	char text[128];
	double ends, place; /* pixels from the top: of the line, of its name */
};

struct lines {
	const struct plot_view *view;
	struct line line[PLOT_SERIES];
	size_t count;
	double low, high, step, left, right;
	time_t first, last;
	bool percent;
};

static bool
time_of(const struct plot_view *view, size_t row, time_t *when)
{
	return shown_time(json_string_value(plot_cell(view, row, view->x)), when);
}

/* The days and the values that there are. */
static void
look(struct lines *lines, struct line *line)
{
	time_t when;

	line->last = SIZE_MAX;
	for (size_t row = 0; row < json_array_size(lines->view->rows); row++) {
		double value = plot_value(lines->view, row, line->column);

		if (isnan(value) || !time_of(lines->view, row, &when))
			continue;
		if (line->last == SIZE_MAX && lines->first == lines->last && lines->first == 0)
			lines->first = lines->last = when;
		lines->first = when < lines->first ? when : lines->first;
		lines->last = when > lines->last ? when : lines->last;
		lines->low = fmin(lines->low, value);
		lines->high = fmax(lines->high, value);
		line->last = row;
	}
}

/* A column among others is titled "TLS 1.3: share"; its line is TLS 1.3. */
static size_t
name_length(const char *title)
{
	const char *end = strstr(title, ": share");
	size_t length = end != NULL ? (size_t)(end - title) : strlen(title);

	return length > 60 ? 60 : length;
}

static void
collect(struct lines *lines)
{
	const char *title;

	lines->low = INFINITY;
	lines->high = -INFINITY;
	lines->percent = plot_is_share(lines->view, lines->view->y[0]);
	for (size_t i = 0; i < lines->view->y_count; i++) {
		struct line *line = &lines->line[lines->count];

		*line = (struct line){ .column = lines->view->y[i], .colour = plot_colours[i] };
		look(lines, line);
		if (line->last == SIZE_MAX)
			continue;
		title = plot_title(lines->view, line->column);
		snprintf(line->text, sizeof line->text, "%s %.*s",
			 plot_shown(lines->view, line->last, line->column).text,
			 (int)name_length(title), title);
		lines->count++;
	}
}

static void
choose_range(struct lines *lines, enum plot_width kind)
{
	double high = lines->high > 0 ? lines->high : 1;
	bool from_zero =
	    lines->low <= 0 || high - lines->low > FLATNESS * high || high == lines->low;

	if (from_zero)
		lines->low = fmin(0, lines->low);
	lines->step = plot_step(high - lines->low, kind == PLOT_WIDE ? 5 : 4);
	lines->low = floor(lines->low / lines->step + 1e-9) * lines->step;
	lines->high = ceil(high / lines->step - 1e-9) * lines->step;
}

static double
height_of(const struct plot_drawing *drawing, const struct lines *lines, double value)
{
	double frame = drawing->height - TOP - BOTTOM;

	return TOP + frame * (lines->high - value) / (lines->high - lines->low);
}

static int
by_place(const void *a, const void *b)
{
	const struct line *one = a, *other = b;

	return (one->ends > other->ends) - (one->ends < other->ends);
}

/* No two names on each other, and all of them within the drawing. */
static void
place_names(const struct plot_drawing *drawing, struct lines *lines)
{
	double floor = drawing->height - 10;

	for (size_t i = 0; i < lines->count; i++) {
		struct line *line = &lines->line[i];

		line->ends = height_of(drawing, lines,
				       plot_value(lines->view, line->last, line->column));
		line->place = line->ends;
	}
	qsort(lines->line, lines->count, sizeof *lines->line, by_place);
	for (size_t i = 1; i < lines->count; i++)
		lines->line[i].place =
		    fmax(lines->line[i].place, lines->line[i - 1].place + LINE);
	for (size_t i = lines->count; i-- > 0; floor -= LINE)
		lines->line[i].place = fmin(lines->line[i].place, floor);
}

static double
margin(const struct plot_drawing *drawing, const struct lines *lines)
{
	size_t widest = 0;

	for (size_t i = 0; i < lines->count; i++) {
		size_t width = shown_width(lines->line[i].text);

		widest = width > widest ? width : widest;
	}
	widest = widest > names[drawing->kind] ? names[drawing->kind] : widest;
	return LEADER + 6 + PLOT_LETTER * (double)widest;
}

static void
write_y_axis(struct plot_drawing *drawing, struct lines *lines)
{
	const char *unit = json_string_value(json_object_get(lines->view->plot, "unit"));
	char text[256];
	const char *comma = "";

	snprintf(text, sizeof text, "%.100s%s%s%s", unit != NULL ? unit : "",
		 lines->low > 0 ? " (from " : "",
		 lines->low > 0 ? plot_tick(lines->low, lines->step, lines->percent).text : "",
		 lines->low > 0 ? ")" : "");
	plot_say(drawing, 0, 10, PLOT_LEFT, PLOT_MUTED, text,
		 (size_t)(drawing->width / PLOT_LETTER));
	fprintf(drawing->script, "set yrange [%.9g:%.9g]\nset ytics scale 0 (", lines->low,
		lines->high);
	for (int i = 0; (i - 0.5) * lines->step < lines->high - lines->low; i++) {
		double at = lines->low + i * lines->step;
		struct shown tick = plot_tick(at, lines->step, lines->percent);

		fprintf(drawing->script, "%s'%s' %.9g", comma,
			plot_token(drawing, tick.text, sizeof tick.text), at);
		comma = ", ";
	}
	fprintf(drawing->script,
		") textcolor rgb '#%06x'\nset grid ytics linetype 1 linewidth 1"
		" linecolor rgb '#%06x'\n",
		PLOT_MUTED, PLOT_GRID);
}

static void
write_tick(struct plot_drawing *drawing, const struct lines *lines, time_t when,
	   const char *format)
{
	double frame = drawing->width - lines->left - lines->right;
	double x = lines->left;
	char text[32];
	struct tm tm;

	if (lines->last > lines->first)
		x += frame * (double)(when - lines->first) /
		     (double)(lines->last - lines->first);
	else
		x += frame / 2;
	gmtime_r(&when, &tm);
	strftime(text, sizeof text, format, &tm);
	plot_stroke(drawing, x, drawing->height - BOTTOM, x, drawing->height - BOTTOM + 5,
		    PLOT_MUTED, 1);
	plot_say(drawing, x, drawing->height - 10, PLOT_CENTRE, PLOT_MUTED, text, 20);
}

/* The first days of months, of so many that their names have room. */
static void
write_months(struct plot_drawing *drawing, const struct lines *lines, int most)
{
	static const int steps[] = { 1, 2, 3, 6, MONTHS, 2 * MONTHS, 5 * MONTHS, 10 * MONTHS };
	double months = (double)(lines->last - lines->first) / (30.44 * DAY);
	size_t step = 0;
	struct tm tm;

	while (step + 1 < sizeof steps / sizeof *steps && months / steps[step] > most)
		step++;
	gmtime_r(&lines->first, &tm);
	tm = (struct tm){ .tm_year = tm.tm_year, .tm_mday = 1 };
	for (int i = 0; i < 10000; i++, tm.tm_mon += steps[step]) {
		struct tm copy = tm;
		time_t when = timegm(&copy);

		if (when > lines->last)
			break;
		if (when >= lines->first)
			write_tick(drawing, lines, when, steps[step] < MONTHS ? "%b %Y" : "%Y");
	}
}

static void
write_days(struct plot_drawing *drawing, const struct lines *lines, int most)
{
	time_t step = (lines->last - lines->first) / DAY / most + 1;

	for (time_t when = lines->first; when <= lines->last; when += step * DAY)
		write_tick(drawing, lines, when, "%-d %b");
}

static void
write_x_axis(struct plot_drawing *drawing, const struct lines *lines)
{
	double frame = drawing->width - lines->left - lines->right;
	int most = (int)(frame / 76);

	fprintf(drawing->script, "set border 1 linecolor rgb '#%06x'\n", PLOT_MUTED);
	fprintf(drawing->script, "set xrange [%lld:%lld]\n",
		(long long)lines->first - (lines->first == lines->last),
		(long long)lines->last + (lines->first == lines->last));
	if (lines->last - lines->first > 75 * DAY)
		write_months(drawing, lines, most > 1 ? most : 2);
	else
		write_days(drawing, lines, most > 1 ? most : 2);
}

static void
write_name(struct plot_drawing *drawing, const struct lines *lines, const struct line *line)
{
	double frame = drawing->width - lines->left - lines->right, end = lines->left + frame;
	double x = end;
	time_t when;

	if (lines->last == lines->first)
		x = lines->left + frame / 2;
	else if (time_of(lines->view, line->last, &when))
		x = lines->left + frame * (double)(when - lines->first) /
				      (double)(lines->last - lines->first);
	plot_stroke(drawing, x, line->ends, x < end ? end : x + 4, line->ends, line->colour, 1);
	plot_stroke(drawing, end + 4, line->ends, end + LEADER - 2, line->place, line->colour,
		    1);
	plot_dot(drawing, x, line->ends, 3.2, line->colour);
	plot_say(drawing, end + LEADER + 2, line->place, PLOT_LEFT, PLOT_INK, line->text,
		 names[drawing->kind]);
}

/* A day without a value parts the line. */
static void
write_data(struct plot_drawing *drawing, const struct lines *lines)
{
	for (size_t i = 0; i < lines->count; i++) {
		fprintf(drawing->script, "$d%zu << E\n", i);
		for (size_t row = 0; row < json_array_size(lines->view->rows); row++) {
			double value = plot_value(lines->view, row, lines->line[i].column);
			time_t when;

			if (!time_of(lines->view, row, &when))
				continue;
			if (isnan(value))
				fputs("\n", drawing->script);
			else
				fprintf(drawing->script, "%lld %.9g\n", (long long)when, value);
		}
		fputs("E\n", drawing->script);
	}
	for (size_t i = 0; i < lines->count; i++)
		fprintf(drawing->script,
			"%s$d%zu using 1:2 with lines linewidth 2.2 linecolor rgb '#%06x'",
			i == 0 ? "plot " : ", ", i, lines->line[i].colour);
	fputs("\n", drawing->script);
}

bool
plot_lines(struct plot_drawing *drawing, const struct plot_view *view)
{
	struct lines lines = { .view = view };

	collect(&lines);
	if (lines.count == 0)
		return false;
	plot_begin(drawing, heights[drawing->kind]);
	choose_range(&lines, drawing->kind);
	lines.left = PLOT_LETTER * (double)shown_width(
				       plot_tick(lines.high, lines.step, lines.percent).text) +
		     14;
	lines.right = margin(drawing, &lines);
	plot_frame(drawing, lines.left, TOP, lines.right, BOTTOM);
	place_names(drawing, &lines);
	write_y_axis(drawing, &lines);
	write_x_axis(drawing, &lines);
	for (size_t i = 0; i < lines.count; i++)
		write_name(drawing, &lines, &lines.line[i]);
	write_data(drawing, &lines);
	return true;
}
