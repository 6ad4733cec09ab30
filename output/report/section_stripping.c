/* SPDX-License-Identifier: Apache-2.0 */
/* Stripping: which form, where, since when. */
#include <string.h>

#include "output/report/report_parts.h"
#include "output/report/stripped.h"

#define PLACES_SHOWN 50

static const struct document_column form_columns[] = {
	{ "offer", "The offer as it arrived here", "text" },
	{ "echo", "The command as it arrived there", "text" },
	{ "n", "Servers", "count" },
	{ "of", "Of", "count" },
	{ "share", "Share", "share" },
	{ NULL, NULL, NULL },
};

static const struct document_column country_columns[] = {
	{ "country", "Country", "text" },
	{ "n", "Stripped", "count" },
	{ "of", "Answered", "count" },
	{ "share", "Share", "share" },
	{ NULL, NULL, NULL },
};

static const struct document_column network_columns[] = {
	{ "asn", "Network", "text" },
	{ "as_name", "Name", "text" },
	{ "country", "Country", "text" },
	{ "n", "Stripped", "count" },
	{ "of", "Answered", "count" },
	{ "share", "Share", "share" },
	{ NULL, NULL, NULL },
};

static const struct document_column new_columns[] = {
	{ "mx", "Server", "text" },
	{ "address", "Address", "text" },
	{ "asn", "Network", "text" },
	{ "as_name", "Name", "text" },
	{ "country", "Country", "text" },
	{ "starttls", "Now", "text" },
	{ "before", "Before", "text" },
	{ "domains", "Domains behind", "count" },
	{ NULL, NULL, NULL },
};

static void
show_forms(struct report *report, json_t *section)
{
	json_t *table = document_table(
	    section, &(struct document_table){ "strip-forms", "No server is stripped",
					       "servers", form_columns });

	report_rows(report, table,
		    "SELECT CASE a WHEN '' THEN 'not known' ELSE a END,"
		    " CASE b WHEN 'none' THEN 'not echoed' ELSE b END, n, total, CAST(n AS "
		    "REAL) / nullif(total, 0) FROM tally"
		    " WHERE sweep = ?1 AND topic = 'strip_form' ORDER BY n DESC, a, b",
		    ROWS_SHOWN);
	if (document_count(table) > 0)
		document_title(table, "The forms stripping takes");
	document_note(table, "Masked: the offer was overwritten. Some servers echo the command "
			     "they did not understand, which shows what became of it.");
}

/* The plot's title, a finding, begins with its first bar. */
static void
draw(json_t *section, const json_t *table, const struct document_plot *plot)
{
	const json_t *columns = json_object_get(table, "columns"), *column;
	const json_t *first = json_array_get(json_object_get(table, "rows"), 0);
	struct document_plot drawn = *plot;
	json_int_t n = 0, of = 0;
	json_t *title;
	size_t i;

	json_array_foreach (columns, i, column) {
		const char *id = json_string_value(json_object_get(column, "id"));

		if (strcmp(id, "n") == 0)
			n = json_integer_value(json_array_get(first, i));
		if (strcmp(id, "of") == 0)
			of = json_integer_value(json_array_get(first, i));
	}
	title = json_sprintf("%s: most in %s, where %s of %s that answered %s stripped",
			     plot->title, json_string_value(json_array_get(first, 0)),
			     document_number(n), document_number(of), n == 1 ? "is" : "are");
	drawn.title = json_string_value(title);
	document_plot(section, &drawn);
	json_decref(title);
}

/* A ranking of places: the table, and a plot where there is something to see. */
static void
rank(struct report *report, json_t *section, const struct document_table *as, const char *sql,
     const struct document_plot *plot)
{
	json_t *table = document_table(section, as);

	report_rows(report, table, sql, PLACES_SHOWN);
	if (document_count(table) == 0)
		document_title(table, "%s: none that is known", as->title);
	else
		draw(section, table, plot);
}

static void
show_places(struct report *report, json_t *section)
{
	rank(report, section,
	     &(struct document_table){ "strip-countries", "Countries with stripped servers",
				       "servers", country_columns },
	     "SELECT a, n, total, CAST(n AS REAL) / total FROM tally WHERE sweep = ?1"
	     " AND topic = 'country' AND n > 0 AND a <> '' ORDER BY n DESC, a",
	     &(struct document_plot){ "strip-countries", "Stripped servers by country",
				      "Bars: how many servers of each country are stripped.",
				      "bars", "servers", "strip-countries", "country",
				      "country", (const char *const[]){ "n", NULL } });
	rank(report, section,
	     &(struct document_table){ "strip-networks", "Networks with stripped servers",
				       "servers", network_columns },
	     "SELECT 'AS' || a, b, c, n, total, CAST(n AS REAL) / total FROM tally"
	     " WHERE sweep = ?1 AND topic = 'network' AND n > 0 AND a NOT IN ('', '0', 'other')"
	     " ORDER BY n DESC, a, b, c",
	     &(struct document_plot){ "strip-networks", "Stripped servers by network",
				      "Bars: how many servers of each network are stripped.",
				      "bars", "servers", "strip-networks", "asn", "as_name",
				      (const char *const[]){ "n", NULL } });
}

/* A network that is given in several countries is one. */
static void
show_whole_networks(struct report *report, json_t *section)
{
	json_t *table = document_table(
	    section, &(struct document_table){ "strip-whole-networks",
					       "No network strips everything behind it",
					       "servers", network_columns });
	size_t count;

	report_rows(report, table,
		    "SELECT 'AS' || a, max(b), group_concat(c, ' '), sum(n), sum(total), 1.0"
		    " FROM tally WHERE sweep = ?1 AND topic = 'network'"
		    " AND a NOT IN ('', '0', 'other') GROUP BY a"
		    " HAVING sum(n) = sum(total) AND sum(n) >= 2 ORDER BY 4 DESC, 1",
		    ROWS_SHOWN);
	count = document_count(table);
	document_note(table, "Networks with at least two servers that answered.");
	if (count > 0)
		document_title(table, "%s %s everything behind %s",
			       document_number((int64_t)count),
			       count == 1 ? "network strips" : "networks strip",
			       count == 1 ? "it" : "them");
}

static void
show_new(struct report *report, json_t *section)
{
	json_t *table;
	size_t count;

	if (report->against == 0)
		return;
	table = document_table(
	    section, &(struct document_table){ "strip-new", "", "servers", new_columns });
	report_rows(report, table, STRIPPED_NEW, ROWS_SHOWN);
	count = document_count(table);
	document_title(table, "%s %s stripped that %s not on %s",
		       count > 0 ? document_number((int64_t)count) : "No",
		       count == 1 ? "server is" : "servers are", count == 1 ? "was" : "were",
		       report->against_day);
	document_note(table, "Servers that did not answer then are among them, as not tested.");
}

static void
tell(struct report *report, json_t *section)
{
	struct figure stripped = report_figure(report, report->sweep, MEASURE_STRIPPED);
	int64_t places = report_number(
	    report, "SELECT count(*) FROM tally WHERE sweep = ?1 AND a NOT IN ('', '0')"
		    " AND topic IN ('network', 'country')");

	if (stripped.of > 0)
		document_say(section,
			     "STARTTLS is stripped on the way to %s of the %s domains "
			     "that answered (%s).",
			     stripped.n > 0 ? document_number(stripped.n) : "none",
			     document_number(stripped.of),
			     document_percent(stripped.n, stripped.of));
	if (places == 0)
		document_say(section,
			     "Networks and countries are not known: the sweep was made "
			     "without --asn-db and --geo-db.");
}

void
section_stripping(struct report *report, json_t *section)
{
	tell(report, section);
	show_forms(report, section);
	show_places(report, section);
	show_whole_networks(report, section);
	show_new(report, section);
	stripped_elsewhere(report, section);
}
