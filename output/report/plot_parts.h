/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How a plot is drawn.  A plot_drawing writes the commands of one picture for gnuplot:
 * numbers only.  Texts never go there: each is kept in `texts` and a token stands for
 * it, which plot_svg_finish() replaces, escaped, in gnuplot's SVG.  So no text of a
 * stranger can be a command, whatever gnuplot makes of quotes.
 *
 * Each plot is drawn twice, wide for a screen and narrow for a phone, so that letters
 * are of readable size on both.  Lengths are pixels of the drawing.
 *
 * Colours in the drawing are those of light paper; style sheets replace them by
 * attribute selectors where it is dark (plot_dark_rules), and PLOT_INK is drawn in
 * currentColor.
 */
#ifndef OUTPUT_REPORT_PLOT_PARTS_H
#define OUTPUT_REPORT_PLOT_PARTS_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#define PLOT_INK     0x111111
#define PLOT_MUTED   0x5f6b76
#define PLOT_GRID    0xdfe3e7
#define PLOT_ON_AREA 0x010101 /* on a filled area, the same on light and dark paper */
#define PLOT_FONT    13
#define PLOT_LETTER  7.4 /* the width of a letter, rather too wide than too narrow */
#define PLOT_SERIES  8

enum plot_width { PLOT_WIDE, PLOT_NARROW, PLOT_WIDTHS };

struct plot_drawing {
	FILE *script;
	const char *id; /* of the plot */
	enum plot_width kind;
	double width, height;
	char **texts;
	size_t texts_count;
	int tags; /* of gnuplot's labels, arrows and objects */
};

/* A plot with the table that it draws; all lent by the document. */
struct plot_view {
	const json_t *plot, *columns, *rows;
	size_t y[PLOT_SERIES], y_count; /* columns */
	size_t x, label;
};

/* Wong 2011, after Okabe and Ito: told apart by all kinds of colour vision. */
extern const unsigned plot_colours[PLOT_SERIES];
/* Those that black letters can be read on. */
extern const unsigned plot_areas[PLOT_SERIES];
extern const char plot_dark_rules[];
/* ID.END is the file that gnuplot writes. */
extern const char *const plot_ends[PLOT_WIDTHS];

/* false: the plot names a table or column that is not there. */
bool plot_view_of(struct plot_view *view, const json_t *plot, const json_t *section);
const json_t *plot_cell(const struct plot_view *view, size_t row, size_t column);
const char *plot_title(const struct plot_view *view, size_t column);
/* The cell as it is drawn: shares in percent; NAN where nothing is known. */
double plot_value(const struct plot_view *view, size_t row, size_t column);
struct shown plot_shown(const struct plot_view *view, size_t row, size_t column);
/* "12.3 % (123 of 1,000)" when the table has the counts in columns n and of. */
struct shown plot_shown_of(const struct plot_view *view, size_t row, size_t column);
bool plot_is_share(const struct plot_view *view, size_t column);

/* A drawing of that height: the terminal, no axes, all of it from 0,0 to 1,1. */
void plot_begin(struct plot_drawing *drawing, double height);
/* Where the axes stand: the four margins. */
void plot_frame(struct plot_drawing *drawing, double left, double top, double right,
		double bottom);
/* A token for the text, cut to that many letters.  Good until the next call. */
const char *plot_token(struct plot_drawing *drawing, const char *text, size_t letters);

enum plot_anchor { PLOT_LEFT, PLOT_CENTRE, PLOT_RIGHT };

/* At a place of the drawing in pixels from the upper left corner; y is the middle of
 * the letters. */
void plot_say(struct plot_drawing *drawing, double x, double y, enum plot_anchor anchor,
	      unsigned colour, const char *text, size_t letters);
void plot_stroke(struct plot_drawing *drawing, double x0, double y0, double x1, double y1,
		 unsigned colour, double thickness);
void plot_box(struct plot_drawing *drawing, double x0, double y0, double x1, double y1,
	      unsigned colour);
void plot_dot(struct plot_drawing *drawing, double x, double y, double radius, unsigned colour);
/* A step for about so many ticks: 1, 2 or 5 times a power of ten. */
double plot_step(double span, int ticks);
/* "60 %" or "60,000": the name of a tick. */
struct shown plot_tick(double value, double step, bool percent);

/* One for each kind; false: there is nothing to draw. */
bool plot_lines(struct plot_drawing *drawing, const struct plot_view *view);
bool plot_bars(struct plot_drawing *drawing, const struct plot_view *view);
bool plot_stack(struct plot_drawing *drawing, const struct plot_view *view);

/* Gnuplot's SVG as what stands in the page (<svg> with alt as its label), or, when
 * alone, as a file with title, description and its own style sheet.  NULL: that is not
 * what gnuplot writes.  The caller's. */
char *plot_svg_finish(const struct plot_drawing *drawing, const char *raw, const json_t *plot,
		      bool alone);

/* Feeds the script to gnuplot, which runs in the folder, for at most so many seconds.
 * false: error says why; *missing when there is no gnuplot on this machine. */
bool plot_child_run(const char *folder, const char *script, size_t length, int seconds,
		    bool *missing, char error[256]);

#endif
