/* SPDX-License-Identifier: Apache-2.0 */
/* MTA-STS: failures by stage and by who manages the policy host; modes; patterns. */
#include "output/report/report_parts.h"

static const struct word_meaning domain_words[] = {
	{ "ok", "every server is as the policy demands" },
	{ "partial", "some servers are" },
	{ "failing", "no server is" },
	{ "none", "no policy" },
	{ "broken-record", "the record in DNS cannot be used" },
	{ "broken-policy", "the policy cannot be had, or cannot be used" },
	{ "unknown", "could not be tested" },
	{ NULL, NULL },
};

static const struct word_meaning mode_words[] = {
	{ "enforce", "mail is not delivered where the policy fails" },
	{ "testing", "failures are reported only" },
	{ "none", "the domain has no policy any more" },
	{ NULL, NULL },
};

static const struct document_column stage_columns[] = {
	{ "stage", "Stage", "text" },
	{ "word", "Outcome", "text" },
	{ "n", "Domains", "count" },
	{ "share", "Share of the stage", "share" },
	{ "self_n", "Policy host of their own", "count" },
	{ "self_of", "of", "count" },
	{ "self_share", "Share", "share" },
	{ "third_n", "Policy host of a third party", "count" },
	{ "third_of", "of", "count" },
	{ "third_share", "Share", "share" },
	{ NULL, NULL, NULL },
};

static const struct document_column lint_columns[] = {
	{ "lint", "What is odd", "text" }, { "meaning", "What it means", "text" },
	{ "n", "Domains", "count" },       { "of", "Domains with a policy", "count" },
	{ "share", "Share", "share" },     { NULL, NULL, NULL },
};

static const struct document_column stale_columns[] = {
	{ "domain", "Domain", "text" },
	{ "mode", "Mode", "text" },
	{ "headline", "Headline", "text" },
	{ "odd", "What is odd", "text" },
	{ NULL, NULL, NULL },
};

/* A domain comes to a stage when the stage before was well. */
static void
show_stages(struct report *report, json_t *section)
{
	json_t *table = document_table(
	    section, &(struct document_table){ "mta-sts-stages",
					       "How far policies come, by who manages the host",
					       "domains", stage_columns });

	report_rows(
	    report, table,
	    "WITH stage(topic, title, place) AS (VALUES('mta_sts_record', 'record', 1),"
	    "  ('mta_sts_fetch', 'fetch', 2), ('mta_sts_policy', 'policy', 3)),"
	    " word AS (SELECT s.title, s.place, t.a, sum(t.n) AS n,"
	    "  sum(t.n) FILTER (WHERE t.b = 'self') AS self,"
	    "  sum(t.n) FILTER (WHERE t.b = 'third') AS third FROM stage s"
	    "  CROSS JOIN tally t ON t.sweep = ?1 AND t.topic = s.topic AND t.a <> ''"
	    "  WHERE NOT (s.place = 1 AND t.a = 'none') GROUP BY s.place, t.a),"
	    " whole AS (SELECT *, sum(n) OVER w AS of, sum(self) OVER w AS self_of,"
	    "  sum(third) OVER w AS third_of FROM word WINDOW w AS (PARTITION BY place))"
	    " SELECT title, a, n, CAST(n AS REAL) / of,"
	    "  CASE WHEN self_of IS NOT NULL THEN coalesce(self, 0) END, self_of,"
	    "  coalesce(CAST(self AS REAL), 0) / self_of,"
	    "  CASE WHEN third_of IS NOT NULL THEN coalesce(third, 0) END, third_of,"
	    "  coalesce(CAST(third AS REAL), 0) / third_of FROM whole"
	    " ORDER BY place, n DESC, a",
	    ROWS_SHOWN);
	document_note(table,
		      "The record stands in the domain's own DNS, so nobody else manages "
		      "it. A policy host that is an alias into another registrable domain "
		      "is a third party's.");
}

static void
plot_stages(json_t *section)
{
	document_plot(
	    section,
	    &(struct document_plot){
		"mta-sts-managers", "Where policies fail, by who manages the host",
		"One bar for policy hosts of the domains' own and one for those of third "
		"parties, divided by the stage that fails.",
		"stack", "% of domains with a record", "mta-sts-managers", "manager", "manager",
		(const char *const[]){ "ok", "dns", "tcp", "tls", "http", "syntax", NULL } });
}

static void
draw_stages(struct report *report, json_t *section)
{
	static const struct document_column columns[] = {
		{ "manager", "Policy host", "text" },
		{ "of", "Domains", "count" },
		{ "ok", "Policy had", "share" },
		{ "dns", "DNS", "share" },
		{ "tcp", "Connection", "share" },
		{ "tls", "Certificate", "share" },
		{ "http", "HTTP", "share" },
		{ "syntax", "Syntax", "share" },
		{ NULL, NULL, NULL },
	};
	json_t *table = document_table(
	    section, &(struct document_table){ "mta-sts-managers",
					       "Where fetching a policy fails, by manager",
					       "domains", columns });

	report_rows(
	    report, table,
	    "WITH fetch AS (SELECT b, sum(n) AS of,"
	    "  sum(n * (a = 'dns')) AS dns, sum(n * (a IN ('tcp', 'blocked'))) AS tcp,"
	    "  sum(n * (a GLOB 'tls-*')) AS tls,"
	    "  sum(n * (a GLOB 'http-*' OR a IN ('too-big', 'timeout'))) AS http"
	    "  FROM tally WHERE sweep = ?1 AND topic = 'mta_sts_fetch' AND a <> '' AND b <> ''"
	    "  GROUP BY b),"
	    " bad AS (SELECT b, sum(n) AS syntax FROM tally WHERE sweep = ?1"
	    "  AND topic = 'mta_sts_policy' AND a NOT IN ('', 'ok') GROUP BY b)"
	    " SELECT CASE f.b WHEN 'self' THEN 'their own' ELSE 'a third party''s' END, of,"
	    "  CAST(of - dns - tcp - tls - http - coalesce(syntax, 0) AS REAL) / of,"
	    "  CAST(dns AS REAL) / of, CAST(tcp AS REAL) / of, CAST(tls AS REAL) / of,"
	    "  CAST(http AS REAL) / of, CAST(coalesce(syntax, 0) AS REAL) / of"
	    " FROM fetch f LEFT JOIN bad ON bad.b = f.b ORDER BY f.b",
	    ROWS_SHOWN);
	if (document_count(table) > 0)
		plot_stages(section);
}

/* The lints are many to a domain, divided by commas. */
#define LINTS                                                                                  \
	"(VALUES('content-type', 'not served as text/plain'),"                                 \
	" ('blank-line', 'an empty line at the end'),"                                         \
	" ('max-age-over', 'max_age over a year'),"                                            \
	" ('max-age-short', 'enforced with a max_age under a day'),"                           \
	" ('duplicate', 'a field stands twice'),"                                              \
	" ('lenient', 'wrong syntax that some senders bear'),"                                 \
	" ('stale-pattern', 'a pattern that matches no MX host'),"                             \
	" ('typo-pattern', 'such a pattern, nearly the name of an MX host'),"                  \
	" ('unlisted-mx', 'an MX host that no pattern matches'),"                              \
	" ('id-not-bumped', 'another policy under the same id'),"                              \
	" ('removed-improperly', 'gone before its max_age had passed'))"

static void
show_lints(struct report *report, json_t *section)
{
	json_t *table = document_table(
	    section, &(struct document_table){ "mta-sts-lints", "What is odd about policies",
					       "domains", lint_columns });

	report_rows(
	    report, table,
	    "WITH lint(lint, meaning) AS " LINTS
	    ", found AS MATERIALIZED (SELECT mta_sts_lint AS lints, count(*) AS n"
	    "  FROM domain_verdict WHERE sweep = ?1 AND mta_sts_lint IS NOT NULL GROUP BY 1),"
	    " whole(of) AS (SELECT coalesce(sum(n), 0) FROM tally WHERE sweep = ?1"
	    "  AND topic = 'mta_sts_policy' AND a <> '')"
	    " SELECT lint, meaning, sum(n), of, CAST(sum(n) AS REAL) / nullif(of, 0)"
	    " FROM lint JOIN found ON instr(',' || lints || ',', ',' || lint || ',')"
	    " CROSS JOIN whole GROUP BY lint ORDER BY 3 DESC, 1",
	    ROWS_SHOWN);
}

static void
show_stale(struct report *report, json_t *section)
{
	json_t *table = document_table(
	    section, &(struct document_table){ "mta-sts-stale", "", "domains", stale_columns });
	size_t count;

	report_rows(report, table,
		    "SELECT n.name, m.mode, w.headline, v.mta_sts_lint FROM domain_verdict v"
		    " CROSS JOIN verdict w ON w.id = v.verdict"
		    " CROSS JOIN mta_sts m ON m.sweep = v.sweep AND m.name = v.name"
		    " CROSS JOIN name n ON n.id = v.name WHERE v.sweep = ?1"
		    " AND v.mta_sts_lint LIKE '%stale-pattern%'"
		    " ORDER BY m.mode = 'enforce' DESC, n.name",
		    ROWS_SHOWN);
	count = document_count(table);
	document_title(table, "%s %s patterns that match nothing",
		       count > 0 ? document_number((int64_t)count) : "No",
		       count == 1 ? "domain has" : "domains have");
}

static void
tell(struct report *report, json_t *section)
{
	struct figure sts = report_figure(report, report->sweep, MEASURE_MTA_STS);
	struct figure records = report_figure(report, report->sweep, MEASURE_MTA_STS_RECORD);
	struct figure enforce = report_figure(report, report->sweep, MEASURE_ENFORCE);

	if (sts.of == 0)
		document_say(section, "MTA-STS was not asked for, or nothing of it is known.");
	else
		document_say(section,
			     "%s of the %s domains whose MTA-STS is known %s a record "
			     "(%s); %s %s a policy that works, %s one in mode enforce.",
			     document_number(records.n), document_number(sts.of),
			     records.n == 1 ? "has" : "have",
			     document_percent(records.n, sts.of), document_number(sts.n),
			     sts.n == 1 ? "has" : "have", document_number(enforce.n));
}

void
section_mta_sts(struct report *report, json_t *section)
{
	tell(report, section);
	report_words(report, section,
		     &(struct document_table){ "mta-sts-domains", "MTA-STS of the domains",
					       "domains", report_word_columns },
		     "mta_sts", domain_words);
	report_words(report, section,
		     &(struct document_table){ "mta-sts-modes", "The modes of policies",
					       "domains", report_word_columns },
		     "mta_sts_mode", mode_words);
	show_stages(report, section);
	draw_stages(report, section);
	show_lints(report, section);
	show_stale(report, section);
}
