/* SPDX-License-Identifier: Apache-2.0 */
/* What could not be tested, and what each number would be if all of it were well, or
 * none of it. */
#include "output/report/report_parts.h"

static const struct document_column bound_columns[] = {
	{ "measure", "Measure", "text" },
	{ "n", "Domains", "count" },
	{ "of", "Of", "count" },
	{ "share", "Share", "share" },
	{ "untested", "Could not be tested", "count" },
	{ "least", "At least", "share" },
	{ "most", "At most", "share" },
	{ NULL, NULL, NULL },
};

static const struct document_column why_columns[] = {
	{ "stage", "Stage", "text" },
	{ "word", "Outcome", "text" },
	{ "meaning", "What it means", "text" },
	{ "unit", "Of what", "text" },
	{ "n", "Count", "count" },
	{ "of", "Of", "count" },
	{ "share", "Share", "share" },
	{ NULL, NULL, NULL },
};

/* The outcomes after which nothing is known of TLS. */
static const char reasons[] =
    "WITH reason(topic, word, meaning) AS (VALUES"
    " ('dns', 'temporary', 'the resolver could not find out'),"
    " ('dns', 'bogus', 'DNSSEC signatures that do not hold'),"
    " ('tcp', 'refused', 'the connection was refused'),"
    " ('tcp', 'timeout', 'no connection within the time'),"
    " ('tcp', 'unreachable', 'no route to the address'),"
    " ('tcp', 'blocked', 'reserved or opted out: not contacted'),"
    " ('tcp', 'no-address', 'the server has no address'),"
    " ('tcp', 'address-temporary', 'its address could not be found out'),"
    " ('tcp', 'address-bogus', 'its address has bogus signatures'),"
    " ('greeting', 'temporary', 'asked to come back later'),"
    " ('greeting', 'rejected', 'did not want to talk to us'),"
    " ('greeting', 'timeout', 'said nothing'),"
    " ('greeting', 'closed', 'hung up'),"
    " ('greeting', 'not-smtp', 'spoke something else'),"
    " ('ehlo', 'temporary', 'asked to come back later'),"
    " ('ehlo', 'rejected', 'did not want to talk to us'),"
    " ('ehlo', 'timeout', 'fell silent'),"
    " ('ehlo', 'closed', 'hung up'),"
    " ('ehlo', 'malformed', 'answered what cannot be read'),"
    " ('server_starttls', 'refused-temporary', 'TLS not available for now'))"
    " SELECT CASE t.topic WHEN 'server_starttls' THEN 'starttls' ELSE t.topic END, t.a,"
    "  r.meaning, CASE t.topic WHEN 'dns' THEN 'domains' ELSE 'servers' END, t.n, t.total,"
    "  CAST(t.n AS REAL) / nullif(t.total, 0) FROM reason r"
    " CROSS JOIN tally t ON t.sweep = ?1 AND t.topic = r.topic AND t.a = r.word"
    " AND t.b = '' AND t.c = ''"
    " ORDER BY CASE t.topic WHEN 'dns' THEN 0 WHEN 'tcp' THEN 1 WHEN 'greeting' THEN 2"
    "  WHEN 'ehlo' THEN 3 ELSE 4 END, t.n DESC, t.a";

static void
show_bounds(struct report *report, json_t *section)
{
	json_t *table = document_table(
	    section, &(struct document_table){ "bounds", "What it could change in each number",
					       "domains", bound_columns });

	for (int i = 0; i < NUMBERS; i++) {
		struct figure now = report_figure(report, report->sweep, i);
		int64_t untested = report_untested(report, i);

		document_row(table,
			     json_pack("[s, I, I, o, I, o, o]", report_measures[i].title,
				       (json_int_t)now.n, (json_int_t)now.of,
				       document_share(now.n, now.of), (json_int_t)untested,
				       document_share(now.n, now.of + untested),
				       document_share(now.n + untested, now.of + untested)));
	}
	document_note(table, "At least: if none of those that could not be tested had it. "
			     "At most: if all of them had.");
}

void
section_untested(struct report *report, json_t *section)
{
	int64_t untestable = report_tally(report, report->sweep, "headline", "untestable");
	int64_t domains = report_tally(report, report->sweep, "headline", NULL);
	json_t *table;

	if (domains > 0)
		document_say(section,
			     "%s of %s domains could not be tested (%s). They are in none of "
			     "the shares; the table shows between which bounds the truth lies.",
			     document_number(untestable), document_number(domains),
			     document_percent(untestable, domains));
	show_bounds(report, section);
	table = document_table(
	    section, &(struct document_table){ "untested", "Why", "servers", why_columns });
	report_rows(report, table, reasons, ROWS_SHOWN);
	if (document_count(table) == 0)
		document_title(table, "Everything that was asked answered");
}
