/* SPDX-License-Identifier: Apache-2.0 */
#include "output/report/html.h"

#include "output/report/shown.h"

static const char *
entity(unsigned letter)
{
	switch (letter) {
	case '&':
		return "&amp;";
	case '<':
		return "&lt;";
	case '>':
		return "&gt;";
	case '"':
		return "&quot;";
	case '\'':
		return "&#39;";
	default:
		return shown_unfit(letter) ? "\xef\xbf\xbd" : NULL;
	}
}

void
html_text(FILE *out, const char *text)
{
	const char *from = text;
	unsigned letter;

	while (text != NULL && (letter = shown_letter(&text)) != 0) {
		const char *instead = entity(letter);

		if (instead != NULL)
			fputs(instead, out);
		else
			fwrite(from, 1, (size_t)(text - from), out);
		from = text;
	}
}

void
html_attribute(FILE *out, const char *name, const char *value)
{
	fprintf(out, " %s=\"", name);
	html_text(out, value);
	putc('"', out);
}

void
html_id(FILE *out, const char *kind, const char *name)
{
	fprintf(out, " id=\"%s-", kind);
	html_text(out, name);
	putc('"', out);
}

void
html_element(FILE *out, const char *element, const char *kind, const char *text)
{
	fprintf(out, "<%s", element);
	if (kind != NULL)
		html_attribute(out, "class", kind);
	putc('>', out);
	html_text(out, text);
	fprintf(out, "</%s>", element);
}

void
html_link(FILE *out, const char *folder, const char *id, const char *end, const char *text)
{
	fputs("<a href=\"", out);
	html_text(out, folder);
	putc('/', out);
	html_text(out, id);
	fprintf(out, ".%s\">", end);
	html_text(out, text);
	fputs("</a>", out);
}
