/* SPDX-License-Identifier: Apache-2.0 */
/* What gnuplot drew, made fit for the page: its tokens become texts, its colours those
 * that style sheets know, its names and comments go. */
#include <stdlib.h>
#include <string.h>

#include "output/report/html.h"
#include "output/report/plot_parts.h"
#include "output/report/shown.h"
#include "scanner/mem.h"

#define TITLE_LINE   20
#define TITLE_LETTER 8.2

/* clang-format off */
const char plot_dark_rules[] =
	"[stroke=\"#0072b2\"]{stroke:#4aa9ea}[fill=\"#0072b2\"]{fill:#4aa9ea}"
	"[stroke=\"#d55e00\"]{stroke:#f2884b}[fill=\"#d55e00\"]{fill:#f2884b}"
	"[stroke=\"#009e73\"]{stroke:#35c79a}[fill=\"#009e73\"]{fill:#35c79a}"
	"[stroke=\"#7a5195\"]{stroke:#b58fd0}[fill=\"#7a5195\"]{fill:#b58fd0}"
	"[stroke=\"#8c8c8c\"]{stroke:#a9b2ba}[fill=\"#8c8c8c\"]{fill:#a9b2ba}"
	"[stroke=\"#5f6b76\"]{stroke:#9aa7b4}[fill=\"#5f6b76\"]{fill:#9aa7b4}"
	"[stroke=\"#dfe3e7\"]{stroke:#2f3944}[fill=\"#dfe3e7\"]{fill:#2f3944}";

static const char alone_style[] =
	"svg{color:#17212b;background:#fff}"
	"text{font-family:\"Helvetica Neue\",Arial,\"Liberation Sans\",sans-serif}"
	"@media (prefers-color-scheme:dark){svg{color:#e3e9ef;background:#12181f}";
/* clang-format on */

static const char *
skip_past(const char *at, const char *mark)
{
	const char *found = strstr(at, mark);

	return found != NULL ? found + strlen(mark) : NULL;
}

/* rgb( 17,  17,  17) */
static const char *
write_colour(FILE *out, const char *at)
{
	unsigned red, green, blue;
	int length = 0;

	if (sscanf(at, "rgb(%u,%u,%u)%n", &red, &green, &blue, &length) != 3 || length == 0)
		return NULL;
	if ((red << 16 | green << 8 | blue) == PLOT_INK)
		fputs("currentColor", out);
	else
		fprintf(out, "#%02x%02x%02x", red & 255, green & 255, blue & 255);
	return at + length;
}

/* T12E */
static const char *
write_token(FILE *out, const struct plot_drawing *drawing, const char *at)
{
	char *end;
	unsigned long token = strtoul(at + 1, &end, 10);

	if (end == at + 1 || *end != 'E' || token >= drawing->texts_count)
		return NULL;
	html_text(out, drawing->texts[token]);
	return end + 1;
}

/* One piece of gnuplot's text and where the next begins; NULL where it is none of
 * gnuplot's. */
static const char *
write_piece(FILE *out, const struct plot_drawing *drawing, const char *at)
{
	if (strncmp(at, "rgb(", 4) == 0)
		return write_colour(out, at);
	if (strncmp(at, "<title>", 7) == 0)
		return skip_past(at, "</title>");
	if (strncmp(at, "<text>T", 7) == 0) {
		fputs("<text>", out);
		return write_token(out, drawing, at + 6);
	}
	/* Its color would be what currentColor means. */
	if (strncmp(at, " id=\"", 5) == 0 || strncmp(at, " class=\"", 8) == 0 ||
	    strncmp(at, " color=\"", 8) == 0)
		return skip_past(skip_past(at, "\""), "\"");
	putc(*at, out);
	return at + 1;
}

static bool
write_body(FILE *out, const struct plot_drawing *drawing, const char *raw)
{
	const char *at = skip_past(raw, "</defs>");
	const char *end = at;

	for (const char *more = at; more != NULL; more = skip_past(more, "</g>"))
		end = more;
	fputs("<g>", out);
	while (at != NULL && at < end)
		at = write_piece(out, drawing, at);
	return at != NULL;
}

/* As many lines as the title needs; their number. */
static int
write_title(FILE *out, const char *title, double width)
{
	size_t most = (size_t)(width / TITLE_LETTER), lines = 0;
	char *text = shown_cut(title, 3 * most), *rest = NULL;
	char *word = strtok_r(text, " \n\t", &rest);
	size_t used = 0;

	for (; word != NULL; word = strtok_r(NULL, " \n\t", &rest)) {
		size_t letters = shown_width(word);

		if (lines == 0 || used + 1 + letters > most) {
			if (lines++ > 0)
				fputs("</text>", out);
			fprintf(out,
				"<text x=\"4\" y=\"%zu\" font-size=\"16\" font-weight=\"600\""
				" fill=\"currentColor\">",
				lines * TITLE_LINE);
			used = 0;
		} else {
			putc(' ', out);
		}
		used += letters + 1;
		html_text(out, word);
	}
	if (lines > 0)
		fputs("</text>", out);
	free(text);
	return (int)lines;
}

/* A file has the title in the picture, above it; the page has it beside it. */
static bool
write_alone(FILE *out, const struct plot_drawing *drawing, const char *raw, const char *title,
	    const char *alt)
{
	char *head = NULL;
	size_t size;
	FILE *lines = open_memstream(&head, &size);
	int above = TITLE_LINE * write_title(lines, title, drawing->width) + 16;
	bool whole;

	fclose(lines);
	fprintf(out,
		"<?xml version=\"1.0\" encoding=\"utf-8\"?>\n"
		"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"-12 -4 %.0f %.0f\""
		" role=\"img\" aria-labelledby=\"title desc\" color=\"#17212b\">\n"
		"<title id=\"title\">",
		drawing->width + 24, drawing->height + above + 8);
	html_text(out, title);
	fputs("</title>\n<desc id=\"desc\">", out);
	html_text(out, alt);
	fprintf(out, "</desc>\n<style>%s%s}</style>\n%s\n<g transform=\"translate(0,%d)\">",
		alone_style, plot_dark_rules, head, above);
	free(head);
	whole = write_body(out, drawing, raw);
	fputs("</g>\n</svg>\n", out);
	return whole;
}

static bool
write_inline(FILE *out, const struct plot_drawing *drawing, const char *raw, const char *alt)
{
	bool whole;

	fprintf(out, "<svg class=\"%s\" viewBox=\"0 0 %.0f %.0f\" role=\"img\"",
		drawing->kind == PLOT_WIDE ? "wide" : "narrow", drawing->width,
		drawing->height);
	html_attribute(out, "aria-label", alt);
	putc('>', out);
	whole = write_body(out, drawing, raw);
	fputs("</svg>\n", out);
	return whole;
}

char *
plot_svg_finish(const struct plot_drawing *drawing, const char *raw, const json_t *plot,
		bool alone)
{
	const char *title = json_string_value(json_object_get(plot, "title"));
	const char *alt = json_string_value(json_object_get(plot, "alt"));
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);
	bool whole = alone ? write_alone(out, drawing, raw, title, alt)
			   : write_inline(out, drawing, raw, alt);

	fclose(out);
	if (whole)
		return text;
	free(text);
	return NULL;
}
