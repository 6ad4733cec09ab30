/* SPDX-License-Identifier: Apache-2.0 */
/* Bars that are divided.  The parts are named above the first bar, each with a line to
 * where it begins, on as many levels as their names need; a part that the first bar lacks
 * is named beneath the axis. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "output/report/plot_parts.h"
#include "output/report/shown.h"

#define MOST     15
#define LEVEL    16.0
#define TOP      24.0
#define BOTTOM   24.0
#define GAP      8.0
#define CAPITALS 8.0 /* are wider than letters in general */
#define KEY      18.0

struct stack {
	const struct plot_view *view;
	size_t count, levels, level[PLOT_SERIES];
	double begins[PLOT_SERIES]; /* pixels, of the first bar's parts */
	double high, name, right, top, each, thick;
	bool key;                          /* of parts that the first bar lacks */
	bool percent, turned[PLOT_SERIES]; /* names left of their lines */
};

static double
part(const struct stack *stack, size_t row, size_t i)
{
	double value = plot_value(stack->view, row, stack->view->y[i]);

	return isnan(value) || value < 0 ? 0 : value;
}

/* Nothing in the first bar, where parts are named, but in another. */
static bool
only_later(const struct stack *stack, size_t i)
{
	bool later = false;

	for (size_t row = 1; row < stack->count; row++)
		later |= part(stack, row, i) > 0;
	return later && part(stack, 0, i) == 0;
}

static void
measure(struct stack *stack, enum plot_width kind)
{
	size_t widest = 0;

	for (size_t row = 0; row < stack->count; row++) {
		const char *name =
		    json_string_value(plot_cell(stack->view, row, stack->view->label));
		size_t width = shown_width(name != NULL ? name : "");
		double sum = 0;

		for (size_t i = 0; i < stack->view->y_count; i++)
			sum += part(stack, row, i);
		stack->high = fmax(stack->high, sum);
		widest = width > widest ? width : widest;
	}
	widest = widest > 26 ? 26 : widest;
	for (size_t i = 0; i < stack->view->y_count; i++)
		stack->key |= only_later(stack, i);
	stack->name = kind == PLOT_WIDE ? PLOT_LETTER * (double)widest + GAP + CAPITALS : 0;
	stack->right = 24;
	stack->each = kind == PLOT_WIDE ? 30 : 46;
	stack->thick = kind == PLOT_WIDE ? 22 : 20;
}

static double
across(const struct plot_drawing *drawing, const struct stack *stack, double value)
{
	double frame = drawing->width - stack->name - stack->right;

	return stack->name + frame * value / stack->high;
}

static double
letters(const struct stack *stack, size_t i)
{
	return PLOT_LETTER * (double)shown_width(plot_title(stack->view, stack->view->y[i])) +
	       14;
}

/* Names that would leave the drawing end at their line. */
static bool
leaves(const struct plot_drawing *drawing, const struct stack *stack, size_t i)
{
	return stack->turned[i] || stack->begins[i] + letters(stack, i) > drawing->width;
}

/* Does the name of i run into x? */
static bool
reaches(const struct plot_drawing *drawing, const struct stack *stack, size_t i, double x)
{
	double from = stack->begins[i], width = letters(stack, i);

	return leaves(drawing, stack, i) ? x > from - width && x <= from
					 : x >= from && x < from + width;
}

/* Two names that would each cross the other's line: the left one turns away. */
static void
turn_names(const struct plot_drawing *drawing, struct stack *stack)
{
	for (size_t i = stack->view->y_count; i-- > 0;)
		for (size_t j = i + 1; j < stack->view->y_count; j++)
			if (part(stack, 0, j) > 0 &&
			    reaches(drawing, stack, i, stack->begins[j]) &&
			    reaches(drawing, stack, j, stack->begins[i]))
				stack->turned[i] =
				    stack->begins[i] - stack->name > letters(stack, i);
}

/* A name stands above all whose lines it would cross.  false: all do. */
static bool
raise_names(const struct plot_drawing *drawing, struct stack *stack)
{
	bool raised = false;

	for (size_t i = stack->view->y_count; i-- > 0;)
		for (size_t j = 0; j < stack->view->y_count; j++)
			if (j != i && part(stack, 0, j) > 0 && part(stack, 0, i) > 0 &&
			    stack->level[i] <= stack->level[j] &&
			    reaches(drawing, stack, i, stack->begins[j])) {
				stack->level[i] = stack->level[j] + 1;
				raised = true;
			}
	return raised;
}

static void
place_names(const struct plot_drawing *drawing, struct stack *stack)
{
	double sum = 0;
	int passes = 0;

	for (size_t i = 0; i < stack->view->y_count; i++) {
		stack->begins[i] = across(drawing, stack, sum) + 1;
		sum += part(stack, 0, i);
	}
	turn_names(drawing, stack);
	/* Where two reach each other all the same, that ends, too. */
	while (passes++ < 4 && raise_names(drawing, stack))
		;
	for (size_t i = 0; i < stack->view->y_count; i++)
		if (stack->level[i] + 1 > stack->levels)
			stack->levels = stack->level[i] + 1;
}

static double
middle_of(const struct plot_drawing *drawing, const struct stack *stack, size_t row)
{
	double top = stack->top + stack->each * (double)row;

	return drawing->kind == PLOT_WIDE ? top + stack->each / 2 : top + 2 + stack->thick / 2;
}

static void
write_names(struct plot_drawing *drawing, const struct stack *stack)
{
	double bar = middle_of(drawing, stack, 0) - stack->thick / 2;

	for (size_t i = 0; i < stack->view->y_count; i++) {
		double y = stack->top - 10 - LEVEL * (double)stack->level[i];
		double x = stack->begins[i];
		bool left = !leaves(drawing, stack, i);

		if (part(stack, 0, i) == 0)
			continue;
		plot_stroke(drawing, x, y - 5, x, bar, plot_areas[i], 1.5);
		plot_say(drawing, left ? x + 4 : x - 4, y, left ? PLOT_LEFT : PLOT_RIGHT,
			 PLOT_INK, plot_title(stack->view, stack->view->y[i]), 40);
	}
}

/* Beneath the axis: such parts by their colour. */
static void
write_key(struct plot_drawing *drawing, const struct stack *stack)
{
	double x = stack->name, y = drawing->height - KEY / 2;

	for (size_t i = 0; i < stack->view->y_count; i++) {
		if (!only_later(stack, i))
			continue;
		plot_box(drawing, x, y - 5, x + 10, y + 5, plot_areas[i]);
		plot_say(drawing, x + 15, y, PLOT_LEFT, PLOT_INK,
			 plot_title(stack->view, stack->view->y[i]), 40);
		x += letters(stack, i) + 18;
	}
}

static void
write_parts(struct plot_drawing *drawing, const struct stack *stack, size_t row, double y)
{
	double sum = 0;

	for (size_t i = 0; i < stack->view->y_count; i++) {
		double from = across(drawing, stack, sum), to;
		struct shown value = plot_shown(stack->view, row, stack->view->y[i]);

		sum += part(stack, row, i);
		to = across(drawing, stack, sum);
		if (to - from <= 0)
			continue;
		plot_box(drawing, from, y - stack->thick / 2, to > from + 2 ? to - 1 : to,
			 y + stack->thick / 2, plot_areas[i]);
		if (to - from > PLOT_LETTER * (double)shown_width(value.text) + 8)
			plot_say(drawing, (from + to) / 2, y, PLOT_CENTRE, PLOT_ON_AREA,
				 value.text, 64);
	}
}

/* In a narrow drawing names stand below their bars, where no line crosses them. */
static void
write_row(struct plot_drawing *drawing, const struct stack *stack, size_t row)
{
	const char *name = json_string_value(plot_cell(stack->view, row, stack->view->label));
	double middle = middle_of(drawing, stack, row);

	name = name != NULL && *name != '\0' ? name : "(other)";
	write_parts(drawing, stack, row, middle);
	if (drawing->kind == PLOT_WIDE)
		plot_say(drawing, stack->name - GAP, middle, PLOT_RIGHT, PLOT_INK, name, 26);
	else
		plot_say(drawing, 0, middle + stack->thick / 2 + 9, PLOT_LEFT, PLOT_INK, name,
			 (size_t)(drawing->width / PLOT_LETTER));
}

static void
write_axis(struct plot_drawing *drawing, const struct stack *stack)
{
	const char *unit = json_string_value(json_object_get(stack->view->plot, "unit"));
	double end = drawing->height - BOTTOM - (stack->key ? KEY : 0);
	double step = plot_step(stack->high, drawing->kind == PLOT_WIDE ? 5 : 3);

	plot_say(drawing, 0, 9, PLOT_LEFT, PLOT_MUTED, unit != NULL ? unit : "",
		 (size_t)(drawing->width / PLOT_LETTER));
	for (int i = 0; i * step <= stack->high * 1.0001; i++) {
		double at = i * step, x = across(drawing, stack, at);
		struct shown tick = plot_tick(at, step, stack->percent);

		plot_stroke(drawing, x, end, x, end + 4, PLOT_MUTED, 1);
		plot_say(drawing, x, end + 14, i == 0 ? PLOT_LEFT : PLOT_CENTRE, PLOT_MUTED,
			 tick.text, sizeof tick.text);
	}
}

bool
plot_stack(struct plot_drawing *drawing, const struct plot_view *view)
{
	struct stack stack = { .view = view, .count = json_array_size(view->rows) };

	stack.count = stack.count > MOST ? MOST : stack.count;
	stack.percent = plot_is_share(view, view->y[0]);
	measure(&stack, drawing->kind);
	if (stack.count == 0 || stack.high <= 0)
		return false;
	if (stack.percent && stack.high > 99 && stack.high < 101)
		stack.high = 100;
	plot_begin(drawing, 100);
	place_names(drawing, &stack);
	stack.top = TOP + LEVEL * (double)stack.levels;
	plot_begin(drawing, stack.top + stack.each * (double)stack.count + BOTTOM +
				(stack.key ? KEY : 0));
	plot_frame(drawing, 0, 0, 0, 0);
	write_axis(drawing, &stack);
	for (size_t row = 0; row < stack.count; row++)
		write_row(drawing, &stack, row);
	write_names(drawing, &stack);
	write_key(drawing, &stack);
	fputs("plot -1 notitle\n", drawing->script);
	return true;
}
