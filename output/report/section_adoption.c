/* SPDX-License-Identifier: Apache-2.0 */
/* Adoption: today, and over all sweeps of the same vantage point. */
#include "output/report/report_parts.h"
#include "output/sql.h"

#define SWEEPS_SHOWN 260 /* five years of weeks */

static const struct document_column now_columns[] = {
	{ "measure", "Measure", "text" },
	{ "n", "Domains", "count" },
	{ "of", "Of", "count" },
	{ "of_what", "Of what", "text" },
	{ "share", "Share", "share" },
	{ "both_n", "In both: now", "count" },
	{ "both_of", "of", "count" },
	{ "before_n", "In both: before", "count" },
	{ "before_of", "of", "count" },
	{ "change", "Change", "points" },
	{ NULL, NULL, NULL },
};

static json_t *
now_row(struct report *report, int measure)
{
	const struct measure *m = &report_measures[measure];
	struct figure now = report_figure(report, report->sweep, measure);
	struct figure both = report->both[measure], before = report->before[measure];
	json_t *row = json_pack("[s, I, I, s, o]", m->title, (json_int_t)now.n,
				(json_int_t)now.of, m->of_what, document_share(now.n, now.of));
	const int64_t figures[] = { both.n, both.of, before.n, before.of };

	for (size_t i = 0; i < sizeof figures / sizeof *figures; i++)
		json_array_append_new(row,
				      before.of > 0 ? json_integer(figures[i]) : json_null());
	json_array_append_new(row, report_change(before, both));
	return row;
}

static void
show_now(struct report *report, json_t *section)
{
	json_t *table = document_table(
	    section, &(struct document_table){ "adoption-now", "Where the domains stand",
					       "domains", now_columns });

	for (int i = 0; i < MEASURES; i++)
		document_row(table, now_row(report, i));
	if (report->against != 0)
		document_note(table,
			      "Changes, in percentage points, are over the %s domains that "
			      "both sweeps have.",
			      document_number(report->in_both));
}

/* What a column of a history counts: a topic's words, of a topic's words. */
struct line {
	const char *topic, *words, *of_topic, *of_words;
};

struct history {
	struct document_table table;
	const struct line *lines; /* end with one without a topic */
	struct document_plot plot;
	const char *finding;
};

#define ANSWERED    "starttls", "all partial none stripped"
#define DANE_KNOWN  "dane", "all partial none broken half"
#define STS_KNOWN   "mta_sts", "ok partial failing none broken-record broken-policy"
#define RPT_KNOWN   "tlsrpt", "ok none multiple bad-version no-rua bad-syntax unusable-rua"
#define TLS_SERVERS "tls_version", NULL

#define HISTORY_COLUMN(id, title)                                                              \
	{ id, title, "count" }, { id "_of", title ": of", "count" },                           \
	{                                                                                      \
		id "_share", title ": share", "share"                                          \
	}

static const struct history histories[] = {
	{ { "history-starttls", "STARTTLS and certificates, sweep by sweep", "domains",
	    (const struct document_column[]){
		{ "date", "Sweep of", "date" },
		HISTORY_COLUMN("starttls", "STARTTLS"),
		HISTORY_COLUMN("certificates", "Valid certificates"),
		HISTORY_COLUMN("stripped", "Stripped"),
		{ NULL, NULL, NULL } } },
	  (const struct line[]){ { "starttls", "all", ANSWERED },
				 { "certificate", "all", "certificate", "all partial none" },
				 { "starttls", "stripped", ANSWERED },
				 { NULL, NULL, NULL, NULL } },
	  { "adoption-starttls", NULL,
	    "Lines over time: the share of domains with STARTTLS on every server, with valid "
	    "certificates on every server that does TLS, and with STARTTLS stripped.",
	    "lines", "% of domains that answered (certificates: that do TLS)",
	    "history-starttls", "date", NULL,
	    (const char *const[]){ "starttls_share", "certificates_share", "stripped_share",
				   NULL } },
	  "STARTTLS" },
	{ { "history-tls", "TLS versions, sweep by sweep", "servers",
	    (const struct document_column[]){ { "date", "Sweep of", "date" },
					      HISTORY_COLUMN("tls13", "TLS 1.3"),
					      HISTORY_COLUMN("tls12", "TLS 1.2"),
					      HISTORY_COLUMN("older", "TLS 1.0 and 1.1"),
					      { NULL, NULL, NULL } } },
	  (const struct line[]){ { "tls_version", "TLSv1.3", TLS_SERVERS },
				 { "tls_version", "TLSv1.2", TLS_SERVERS },
				 { "tls_version", "TLSv1 TLSv1.1", TLS_SERVERS },
				 { NULL, NULL, NULL, NULL } },
	  { "adoption-tls", NULL,
	    "Lines over time: the share of servers by the TLS version they chose.", "lines",
	    "% of servers that did TLS", "history-tls", "date", NULL,
	    (const char *const[]){ "tls13_share", "tls12_share", "older_share", NULL } },
	  "TLS 1.3" },
	{ { "history-standards", "DANE, MTA-STS and TLSRPT, sweep by sweep", "domains",
	    (const struct document_column[]){ { "date", "Sweep of", "date" },
					      HISTORY_COLUMN("dane", "DANE"),
					      HISTORY_COLUMN("enforce", "MTA-STS enforce"),
					      HISTORY_COLUMN("testing", "MTA-STS testing"),
					      HISTORY_COLUMN("none", "MTA-STS none"),
					      HISTORY_COLUMN("tlsrpt", "TLSRPT"),
					      { NULL, NULL, NULL } } },
	  (const struct line[]){ { "dane", "all", DANE_KNOWN },
				 { "mta_sts_mode", "enforce", STS_KNOWN },
				 { "mta_sts_mode", "testing", STS_KNOWN },
				 { "mta_sts_mode", "none", STS_KNOWN },
				 { "tlsrpt", "ok", RPT_KNOWN },
				 { NULL, NULL, NULL, NULL } },
	  { "adoption-standards", NULL,
	    "Lines over time: the share of domains with DANE on every server, with an MTA-STS "
	    "policy by its mode, and with a TLSRPT record.",
	    "lines", "% of domains whose state is known", "history-standards", "date", NULL,
	    (const char *const[]){ "dane_share", "enforce_share", "testing_share", "none_share",
				   "tlsrpt_share", NULL } },
	  "DANE" },
};

static json_t *
history_row(struct report *report, int64_t sweep, const char *day, const struct line *line)
{
	json_t *row = json_array();

	json_array_append_new(row, json_string(day));
	for (; line->topic != NULL; line++) {
		int64_t n = report_tally(report, sweep, line->topic, line->words);
		int64_t of = report_tally(report, sweep, line->of_topic, line->of_words);

		json_array_append_new(row, json_integer(n));
		json_array_append_new(row, json_integer(of));
		json_array_append_new(row, document_share(n, of));
	}
	return row;
}

/* The newest of them, oldest first; ours is the last. */
static sqlite3_stmt *
sweeps(struct report *report)
{
	sqlite3_stmt *s = report_ask(
	    report,
	    "SELECT id, date(started, 'unixepoch') FROM (SELECT s.id, s.started FROM sweep n"
	    " JOIN sweep s ON s.id = n.id OR (s.vantage IS n.vantage"
	    "  AND s.state = 'complete' AND (s.started, s.id) < (n.started, n.id))"
	    " WHERE n.id = ?1 AND EXISTS (SELECT 1 FROM tally t WHERE t.sweep = s.id)"
	    " ORDER BY s.started DESC, s.id DESC LIMIT ?3) ORDER BY started, id");

	sqlite3_bind_int64(s, 3, SWEEPS_SHOWN);
	return s;
}

/* The first of the rows from `at` on, or the last before it, whose first line is known. */
static const json_t *
known_row(const json_t *rows, size_t at, int step)
{
	for (; at < json_array_size(rows); at += (size_t)step)
		if (json_integer_value(json_array_get(json_array_get(rows, at), 2)) > 0)
			return json_array_get(rows, at);
	return NULL;
}

/* Titled "STARTTLS: from 80.1 % on 2026-01-05 to 91.2 % on 2026-11-23", of the first line. */
static void
draw(json_t *section, const json_t *table, const struct history *history)
{
	const json_t *rows = json_object_get(table, "rows");
	const json_t *first = known_row(rows, 0, 1);
	const json_t *last = known_row(rows, json_array_size(rows) - 1, -1);
	struct document_plot plot = history->plot;
	json_t *title;

	if (first == last)
		return;
	title = json_sprintf("%s: from %s on %s to %s on %s", history->finding,
			     document_percent(json_integer_value(json_array_get(first, 1)),
					      json_integer_value(json_array_get(first, 2))),
			     json_string_value(json_array_get(first, 0)),
			     document_percent(json_integer_value(json_array_get(last, 1)),
					      json_integer_value(json_array_get(last, 2))),
			     json_string_value(json_array_get(last, 0)));
	plot.title = json_string_value(title);
	document_plot(section, &plot);
	json_decref(title);
}

static void
show_history(struct report *report, json_t *section, const struct history *history)
{
	json_t *table = document_table(section, &history->table);
	sqlite3_stmt *s = sweeps(report);

	while (sqlite3_step(s) == SQLITE_ROW)
		document_row(table, history_row(report, sqlite3_column_int64(s, 0),
						sql_text(s, 1), history->lines));
	sqlite3_finalize(s);
	document_note(table, "Each sweep with the list it had. Changes over the same domains "
			     "stand in the table of the six numbers and more.");
	draw(section, table, history);
}

static void
show_moves(struct report *report, json_t *section)
{
	static const struct document_column columns[] = {
		{ "before", "Before", "text" },
		{ "now", "Now", "text" },
		{ "n", "Domains", "count" },
		{ NULL, NULL, NULL },
	};
	json_t *table, *row;
	size_t i;
	json_int_t moved = 0;

	if (report->against == 0)
		return;
	table =
	    document_table(section, &(struct document_table){ "headline-moves", "What changed",
							      "domains", columns });
	report_rows(report, table,
		    "SELECT b.headline, a.headline, count(*) FROM domain_verdict x"
		    " CROSS JOIN domain_verdict y ON y.sweep = ?2 AND y.name = x.name"
		    "  AND y.verdict <> x.verdict"
		    " CROSS JOIN verdict a ON a.id = x.verdict"
		    " CROSS JOIN verdict b ON b.id = y.verdict"
		    " WHERE x.sweep = ?1 AND a.headline <> b.headline"
		    " GROUP BY 1, 2 ORDER BY 3 DESC, 1, 2",
		    ROWS_SHOWN);
	json_array_foreach (json_object_get(table, "rows"), i, row)
		moved += json_integer_value(json_array_get(row, 2));
	document_of(table, report->in_both);
	document_title(table, "%s of %s domains have another headline than on %s",
		       document_number(moved), document_number(report->in_both),
		       report->against_day);
}

void
section_adoption(struct report *report, json_t *section)
{
	if (report->counted)
		document_say(section,
			     "Shares are of the domains where the answer is known; what "
			     "could not be tested stands in a section of its own, with what "
			     "it could change.");
	else
		document_say(section, "There are no verdicts to count.");
	show_now(report, section);
	report_words(report, section,
		     &(struct document_table){ "headlines", "The domains by their headline",
					       "domains", report_word_columns },
		     "headline", headline_meanings);
	show_moves(report, section);
	for (size_t i = 0; i < sizeof histories / sizeof *histories; i++)
		show_history(report, section, &histories[i]);
}
