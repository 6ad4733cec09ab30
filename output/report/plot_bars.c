/* SPDX-License-Identifier: Apache-2.0 */
/* Ranked bars: each with its name, its value and what it is a share of.  A second
 * column of y is a mark on the bar. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "output/report/plot_parts.h"
#include "output/report/shown.h"

#define MOST     15 /* bars; the table has the others */
#define TOP      26.0
#define BOTTOM   24.0
#define GAP      8.0
#define CAPITALS 8.0 /* are wider than letters in general */

struct bars {
	const struct plot_view *view;
	size_t count;
	double high, step, name, value; /* what the letters left and right take */
	double each, thick;             /* the height of a row, of its bar */
	bool percent;
};

/* Where names stand above their bars, all of the width is the bars'. */
static void
measure(struct bars *bars, enum plot_width kind)
{
	size_t widest = 0, value = 0;

	for (size_t row = 0; row < bars->count; row++) {
		const char *name =
		    json_string_value(plot_cell(bars->view, row, bars->view->label));
		size_t width = shown_width(name != NULL ? name : "");
		size_t digits =
		    shown_width(plot_shown_of(bars->view, row, bars->view->y[0]).text);

		widest = width > widest ? width : widest;
		value = digits > value ? digits : value;
		for (size_t i = 0; i < bars->view->y_count && i < 2; i++) {
			double high = plot_value(bars->view, row, bars->view->y[i]);

			bars->high = isnan(high) ? bars->high : fmax(bars->high, high);
		}
	}
	widest = widest > 32 ? 32 : widest;
	bars->name = kind == PLOT_WIDE ? PLOT_LETTER * (double)widest + GAP + CAPITALS : 0;
	bars->value = PLOT_LETTER * (double)value + GAP;
	bars->each = kind == PLOT_WIDE ? 27 : 40;
	bars->thick = kind == PLOT_WIDE ? 16 : 12;
}

static double
across(const struct plot_drawing *drawing, const struct bars *bars, double value)
{
	double frame = drawing->width - bars->name - bars->value;

	return bars->name + frame * fmax(0, value) / bars->high;
}

/* In the grid's colour, which is there for the eye and not for the ear. */
static void
write_axis(struct plot_drawing *drawing, const struct bars *bars)
{
	const char *unit = json_string_value(json_object_get(bars->view->plot, "unit"));
	double end = drawing->height - BOTTOM;

	plot_say(drawing, 0, 9, PLOT_LEFT, PLOT_MUTED, unit != NULL ? unit : "",
		 (size_t)(drawing->width / PLOT_LETTER));
	for (int i = 0; i * bars->step <= bars->high * 1.0001; i++) {
		double at = i * bars->step, x = across(drawing, bars, at);
		struct shown tick = plot_tick(at, bars->step, bars->percent);

		plot_box(drawing, x - 0.5, TOP - 4, x + 0.5, end, PLOT_GRID);
		plot_say(drawing, x, end + 12, i == 0 ? PLOT_LEFT : PLOT_CENTRE, PLOT_MUTED,
			 tick.text, sizeof tick.text);
	}
}

static void
write_bar(struct plot_drawing *drawing, const struct bars *bars, size_t row)
{
	const char *name = json_string_value(plot_cell(bars->view, row, bars->view->label));
	double value = plot_value(bars->view, row, bars->view->y[0]), mark = NAN;
	double top = TOP + bars->each * (double)row, middle;
	double end = across(drawing, bars, isnan(value) ? 0 : value);
	bool wide = drawing->kind == PLOT_WIDE;

	name = name != NULL && *name != '\0' ? name : "(other)";
	middle = wide ? top + bars->each / 2 : top + bars->each - 6 - bars->thick / 2;
	if (wide)
		plot_say(drawing, bars->name - GAP, middle, PLOT_RIGHT, PLOT_INK, name, 32);
	else
		plot_say(drawing, 0, top + 9, PLOT_LEFT, PLOT_INK, name,
			 (size_t)(drawing->width / PLOT_LETTER));
	if (end - bars->name < 1.5)
		end = bars->name + 1.5;
	plot_box(drawing, bars->name, middle - bars->thick / 2, end, middle + bars->thick / 2,
		 plot_colours[0]);
	plot_say(drawing, end + GAP - 1, middle, PLOT_LEFT, PLOT_INK,
		 plot_shown_of(bars->view, row, bars->view->y[0]).text, 64);
	if (bars->view->y_count > 1)
		mark = plot_value(bars->view, row, bars->view->y[1]);
	if (!isnan(mark))
		plot_stroke(drawing, across(drawing, bars, mark), middle - bars->thick / 2 - 3,
			    across(drawing, bars, mark), middle + bars->thick / 2 + 3,
			    plot_colours[1], 3);
}

bool
plot_bars(struct plot_drawing *drawing, const struct plot_view *view)
{
	struct bars bars = { .view = view, .count = json_array_size(view->rows) };

	bars.count = bars.count > MOST ? MOST : bars.count;
	bars.percent = plot_is_share(view, view->y[0]);
	measure(&bars, drawing->kind);
	if (bars.count == 0 || bars.high <= 0)
		return false;
	bars.step = plot_step(bars.high, drawing->kind == PLOT_WIDE ? 4 : 2);
	if (!bars.percent && bars.step < 1)
		bars.step = 1;
	plot_begin(drawing, TOP + bars.each * (double)bars.count + BOTTOM);
	plot_frame(drawing, 0, 0, 0, 0);
	write_axis(drawing, &bars);
	for (size_t row = 0; row < bars.count; row++)
		write_bar(drawing, &bars, row);
	/* Something must be plotted for anything to be drawn. */
	fputs("plot -1 notitle\n", drawing->script);
	return true;
}
