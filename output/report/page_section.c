/* SPDX-License-Identifier: Apache-2.0 */
/* Sections: paragraphs, then each plot with the table that it draws, then the other
 * tables.  And the appendix. */
#include <stdbool.h>
#include <string.h>

#include "output/report/html.h"
#include "output/report/page_parts.h"
#include "output/report/shown.h"

static void
write_figure(FILE *out, const json_t *plot)
{
	const char *wide = page_word(plot, "svg"), *narrow = page_word(plot, "svg_narrow");

	/* Our own markup, in which report_plots.h escaped all texts. */
	fputs("<figure", out);
	html_id(out, "plot", page_word(plot, "id"));
	fputs(">\n<figcaption>", out);
	html_text(out, page_word(plot, "title"));
	fputs("</figcaption>\n", out);
	fputs(wide, out);
	fputs(*narrow != '\0' ? narrow : "", out);
	fputs("<p class=\"note\">", out);
	html_link(out, "plots", page_word(plot, "id"), "svg", "SVG");
	fputs("</p>\n</figure>\n", out);
}

static bool
draws(const json_t *plot, const json_t *table)
{
	return strcmp(page_word(plot, "table"), page_word(table, "id")) == 0;
}

/* Does one of the plots from there on draw this table? */
static bool
is_drawn(const json_t *plots, size_t from, const json_t *table)
{
	for (size_t i = from; i < json_array_size(plots); i++)
		if (draws(json_array_get(plots, i), table))
			return true;
	return false;
}

/* A table stands behind the last plot that draws it. */
static void
write_plots(FILE *out, const json_t *plots, const json_t *tables)
{
	const json_t *plot, *table;
	size_t i, j;

	json_array_foreach (plots, i, plot) {
		if (*page_word(plot, "svg") != '\0')
			write_figure(out, plot);
		json_array_foreach (tables, j, table)
			if (draws(plot, table) && !is_drawn(plots, i + 1, table))
				page_write_table(out, table, 1);
	}
}

static void
write_fact(FILE *out, const char *name, const char *text)
{
	if (*text == '\0')
		return;
	html_element(out, "dt", NULL, name);
	html_element(out, "dd", NULL, text);
	putc('\n', out);
}

static void
write_method(FILE *out, const json_t *method)
{
	static const struct {
		const char *key, *name;
	} facts[] = { { "list", "List" },       { "vantage", "Vantage point" },
		      { "started", "Started" }, { "finished", "Finished" },
		      { "judged", "Judged" },   { "trust_store", "Trust store" },
		      { "version", "Version" }, { "resolver", "Resolver" },
		      { "notes", "Notes" } };
	const char *command = page_word(method, "command");

	fputs("<dl>\n", out);
	for (size_t i = 0; i < sizeof facts / sizeof *facts; i++)
		write_fact(out, facts[i].name, page_word(method, facts[i].key));
	fputs("</dl>\n", out);
	if (*command == '\0')
		return;
	fputs("<p>To sweep again as this one was:</p>\n<pre tabindex=\"0\"><code>", out);
	html_text(out, command);
	fputs("</code></pre>\n", out);
}

void
page_write_section(FILE *out, const json_t *section, const json_t *document)
{
	const json_t *tables = json_object_get(section, "tables"), *table, *paragraph;
	const json_t *plots = json_object_get(section, "plots");
	size_t i;

	fputs("<section", out);
	html_attribute(out, "id", page_word(section, "id"));
	fputs(">\n", out);
	html_element(out, "h2", NULL, page_word(section, "title"));
	putc('\n', out);
	json_array_foreach (json_object_get(section, "text"), i, paragraph) {
		html_element(out, "p", NULL, json_string_value(paragraph));
		putc('\n', out);
	}
	write_plots(out, plots, tables);
	json_array_foreach (tables, i, table)
		if (!is_drawn(plots, 0, table))
			page_write_table(out, table, 1);
	if (strcmp(page_word(section, "id"), "method") == 0)
		write_method(out, json_object_get(document, "method"));
	fputs("</section>\n", out);
}

static void
write_study(FILE *out, const json_t *study)
{
	fputs("<article>\n", out);
	html_element(out, "h3", NULL, page_word(study, "title"));
	html_element(out, "p", "study", page_word(study, "study"));
	putc('\n', out);
	page_write_table(out, study, 0);
	fputs("<details>\n<summary>SQL</summary>\n<pre tabindex=\"0\"><code>", out);
	html_text(out, page_word(study, "sql"));
	fputs("</code></pre>\n</details>\n</article>\n", out);
}

void
page_write_studies(FILE *out, const json_t *studies)
{
	const json_t *study;
	size_t i;

	if (json_array_size(studies) == 0)
		return;
	fputs("<section id=\"studies\">\n<h2>Appendix: the studies’ tables</h2>\n"
	      "<p>What the literature counted, counted in this database. Each table is one"
	      " question, which runs in the plain sqlite3 shell.</p>\n",
	      out);
	json_array_foreach (studies, i, study)
		write_study(out, study);
	fputs("</section>\n", out);
}
