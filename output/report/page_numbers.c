/* SPDX-License-Identifier: Apache-2.0 */
/* The six numbers.  Each says its share, of what, and how it changed: in words, with an
 * arrow, and last with a colour. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "output/report/html.h"
#include "output/report/page_parts.h"
#include "output/report/shown.h"

#define STEADY 0.0005 /* points; less is shown as no change */

static struct shown
share_of(const json_t *count)
{
	return shown_cell(json_object_get(count, "share"), "share");
}

static struct shown
number_of(const json_t *count, const char *key)
{
	return shown_cell(json_object_get(count, key), "count");
}

/* <data data-key="n" value="842">842</data> */
static void
write_data(FILE *out, const json_t *number, const char *key, struct shown shown)
{
	const json_t *value = json_object_get(number, key);
	char *exact = json_is_null(value) || value == NULL
			  ? NULL
			  : json_dumps(value, JSON_ENCODE_ANY | JSON_REAL_PRECISION(17));

	fprintf(out, "<data data-key=\"%s\"", key);
	html_attribute(out, "value", exact != NULL ? exact : "");
	putc('>', out);
	html_text(out, shown.text);
	fputs("</data>", out);
	free(exact);
}

static void
write_share(FILE *out, const json_t *number)
{
	const char *what = page_word(number, "of_what");

	fputs("<p class=\"large\">", out);
	write_data(out, number, "share", share_of(number));
	fputs("</p>\n<p class=\"denominator\">", out);
	write_data(out, number, "n", number_of(number, "n"));
	fputs(" of ", out);
	write_data(out, number, "of", number_of(number, "of"));
	putc(' ', out);
	html_text(out, what);
	fputs("</p>\n", out);
}

/* "▲ 1.3 points up: better" */
static void
write_change(FILE *out, const json_t *number)
{
	const json_t *change = json_object_get(number, "change");
	double points = json_number_value(change);
	bool up = points > 0, good = up == (strcmp(page_word(number, "good"), "up") == 0);

	if (!json_is_number(change)) {
		html_element(out, "p", "change none", "No earlier sweep to compare with");
		return;
	}
	fprintf(out, "<p class=\"change %s\">",
		fabs(points) < STEADY ? "none"
		: good                ? "better"
				      : "worse");
	if (fabs(points) < STEADY) {
		fputs("<span aria-hidden=\"true\">■</span> ", out);
		write_data(out, number, "change", (struct shown){ .text = "unchanged" });
	} else {
		fprintf(out, "<span aria-hidden=\"true\">%s</span> ", up ? "▲" : "▼");
		write_data(out, number, "change", shown_points(points));
		fprintf(out, " %s: %s", up ? "up" : "down", good ? "better" : "worse");
	}
	fputs("</p>", out);
}

static void
write_count(FILE *out, const char *when, const json_t *count)
{
	fprintf(out, "%s %s (%s of %s)", when, share_of(count).text, number_of(count, "n").text,
		number_of(count, "of").text);
}

/* Which two shares the change is the difference of. */
static void
write_before(FILE *out, const json_t *number)
{
	const json_t *before = json_object_get(number, "before");
	const json_t *both = json_object_get(number, "both");

	if (!json_is_object(before))
		return;
	fputs("<p class=\"before\">Domains in both sweeps: ", out);
	write_count(out, "was", before);
	if (json_is_object(both))
		write_count(out, ", is", both);
	fputs("</p>\n", out);
}

void
page_write_numbers(FILE *out, const json_t *document)
{
	const json_t *number;
	size_t i;

	fputs("<section id=\"numbers\" aria-label=\"The numbers\">\n<ul class=\"tiles\">\n",
	      out);
	json_array_foreach (json_object_get(document, "numbers"), i, number) {
		fputs("<li", out);
		html_attribute(out, "data-id", page_word(number, "id"));
		fputs(">\n", out);
		html_element(out, "h2", NULL, page_word(number, "title"));
		write_share(out, number);
		write_change(out, number);
		write_before(out, number);
		fputs("</li>\n", out);
	}
	fputs("</ul>\n</section>\n", out);
}
