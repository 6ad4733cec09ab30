/* SPDX-License-Identifier: Apache-2.0 */
/* What all kinds of plots draw with. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "output/report/plot_parts.h"
#include "output/report/shown.h"
#include "scanner/mem.h"

const unsigned plot_colours[PLOT_SERIES] = { 0x0072b2, 0xd55e00, 0x009e73, 0xcc79a7,
					     0xe69f00, 0x56b4e9, 0x8c8c8c, 0x7a5195 };
const unsigned plot_areas[PLOT_SERIES] = { 0x56b4e9, 0xe69f00, 0x009e73, 0xcc79a7,
					   0xf0e442, 0xd55e00, 0xa6b1bb, 0x8c8c8c };

const char *const plot_ends[PLOT_WIDTHS] = { [PLOT_WIDE] = "wide", [PLOT_NARROW] = "narrow" };

static const double widths[PLOT_WIDTHS] = { [PLOT_WIDE] = 720, [PLOT_NARROW] = 344 };

void
plot_begin(struct plot_drawing *drawing, double height)
{
	drawing->width = widths[drawing->kind];
	drawing->height = ceil(height);
	drawing->tags = 0;
	fprintf(drawing->script,
		"reset\nset output '%s.%s'\n"
		"set terminal svg size %.0f,%.0f dynamic noenhanced font 'sans-serif,%d'\n"
		"unset key\nunset border\nunset xtics\nunset ytics\n"
		"set xrange [0:1]\nset yrange [0:1]\n",
		drawing->id, plot_ends[drawing->kind], drawing->width, drawing->height,
		PLOT_FONT);
}

void
plot_frame(struct plot_drawing *drawing, double left, double top, double right, double bottom)
{
	fprintf(drawing->script,
		"set lmargin at screen %.6f\nset rmargin at screen %.6f\n"
		"set tmargin at screen %.6f\nset bmargin at screen %.6f\n",
		left / drawing->width, 1 - right / drawing->width, 1 - top / drawing->height,
		bottom / drawing->height);
}

const char *
plot_token(struct plot_drawing *drawing, const char *text, size_t letters)
{
	static char token[32];

	drawing->texts =
	    mem_realloc(drawing->texts, (drawing->texts_count + 1) * sizeof *drawing->texts);
	drawing->texts[drawing->texts_count] = shown_cut(text, letters);
	snprintf(token, sizeof token, "T%zuE", drawing->texts_count++);
	return token;
}

static double
across(const struct plot_drawing *drawing, double x)
{
	return x / drawing->width;
}

/* Gnuplot counts from the bottom. */
static double
up(const struct plot_drawing *drawing, double y)
{
	return 1 - y / drawing->height;
}

void
plot_say(struct plot_drawing *drawing, double x, double y, enum plot_anchor anchor,
	 unsigned colour, const char *text, size_t letters)
{
	static const char *const words[] = { "left", "center", "right" };

	fprintf(drawing->script,
		"set label %d '%s' at screen %.6f, screen %.6f %s textcolor rgb '#%06x'\n",
		++drawing->tags, plot_token(drawing, text, letters), across(drawing, x),
		up(drawing, y), words[anchor], colour);
}

void
plot_stroke(struct plot_drawing *drawing, double x0, double y0, double x1, double y1,
	    unsigned colour, double thickness)
{
	fprintf(drawing->script,
		"set arrow %d from screen %.6f, screen %.6f to screen %.6f, screen %.6f nohead"
		" front linecolor rgb '#%06x' linewidth %.1f\n",
		++drawing->tags, across(drawing, x0), up(drawing, y0), across(drawing, x1),
		up(drawing, y1), colour, thickness);
}

void
plot_box(struct plot_drawing *drawing, double x0, double y0, double x1, double y1,
	 unsigned colour)
{
	fprintf(drawing->script,
		"set object %d rectangle from screen %.6f, screen %.6f to screen %.6f,"
		" screen %.6f fillcolor rgb '#%06x' fillstyle solid 1 noborder\n",
		++drawing->tags, across(drawing, x0), up(drawing, y0), across(drawing, x1),
		up(drawing, y1), colour);
}

void
plot_dot(struct plot_drawing *drawing, double x, double y, double radius, unsigned colour)
{
	fprintf(drawing->script,
		"set object %d circle at screen %.6f, screen %.6f size screen %.6f front"
		" fillcolor rgb '#%06x' fillstyle solid 1 noborder\n",
		++drawing->tags, across(drawing, x), up(drawing, y), across(drawing, radius),
		colour);
}

double
plot_step(double span, int ticks)
{
	double rough = span > 0 ? span / ticks : 1, power = pow(10, floor(log10(rough)));
	double first = rough / power;

	return (first > 5 ? 10 : first > 2 ? 5 : first > 1 ? 2 : 1) * power;
}

struct shown
plot_tick(double value, double step, bool percent)
{
	struct shown shown;
	int digits = step < 1 ? (int)ceil(-log10(step) - 1e-9) : 0;

	if (percent || digits > 0)
		snprintf(shown.text, sizeof shown.text, "%.*f%s", digits, value,
			 percent ? " %" : "");
	else
		shown = shown_count((json_int_t)value);
	return shown;
}
