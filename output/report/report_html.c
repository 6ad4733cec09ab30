/* SPDX-License-Identifier: Apache-2.0 */
#include "output/report/report_html.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "output/report/html.h"
#include "output/report/page_parts.h"
#include "output/report/shown.h"
#include "scanner/mem.h"

const char *
page_word(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text != NULL ? text : "";
}

static void
write_link(FILE *out, const json_t *section)
{
	fputs("<li><a href=\"#", out);
	html_text(out, page_word(section, "id"));
	fputs("\">", out);
	html_text(out, page_word(section, "title"));
	fputs("</a></li>\n", out);
}

static void
write_contents(FILE *out, const json_t *document)
{
	const json_t *section;
	size_t i;

	fputs("<nav aria-label=\"Contents\">\n<ol>\n", out);
	json_array_foreach (json_object_get(document, "sections"), i, section)
		write_link(out, section);
	if (json_array_size(json_object_get(document, "studies")) > 0)
		fputs("<li><a href=\"#studies\">Appendix: the studies’ tables</a></li>\n", out);
	fputs("</ol>\n</nav>\n", out);
}

static void
write_footer(FILE *out, const json_t *document)
{
	const json_t *sweep = json_object_get(document, "sweep");

	fputs("<footer>\n<p>Made by mxsweep ", out);
	html_text(out, page_word(sweep, "version"));
	fputs(". All that is shown here, and no more, is in <a href=\"report.json\">report.json"
	      "</a>; each table is there as CSV and each plot as SVG.</p>\n</footer>\n",
	      out);
}

static void
write_page(FILE *out, const json_t *document)
{
	const json_t *section;
	size_t i;

	fputs("<!DOCTYPE html>\n<html lang=\"en\">\n", out);
	page_write_head(out, document);
	fputs("<body>\n", out);
	page_write_header(out, document);
	fputs("<main>\n", out);
	page_write_numbers(out, document);
	write_contents(out, document);
	json_array_foreach (json_object_get(document, "sections"), i, section)
		page_write_section(out, section, document);
	page_write_studies(out, json_object_get(document, "studies"));
	fputs("</main>\n", out);
	write_footer(out, document);
	fputs("</body>\n</html>\n", out);
}

bool
report_html(const json_t *document, const char *folder, char error[256])
{
	char *path = mem_printf("%s/index.html", folder), *beside = mem_printf("%s.new", path);
	FILE *out = fopen(beside, "we");
	bool whole = out != NULL;

	if (out != NULL) {
		write_page(out, document);
		whole = !ferror(out);
		whole = fclose(out) == 0 && whole && rename(beside, path) == 0;
	}
	if (!whole) {
		snprintf(error, 256, "%.200s: %s", path, strerror(errno));
		if (out != NULL)
			unlink(beside);
	}
	free(beside);
	free(path);
	return whole;
}
