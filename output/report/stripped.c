/* SPDX-License-Identifier: Apache-2.0 */
#include "output/report/stripped.h"

#include "output/sql.h"

/* The stripped servers of the sweep `sweep` as `name`: the host's name, the address. */
#define STRUCK(name, sweep)                                                                    \
	" " name " AS MATERIALIZED (SELECT DISTINCT h.name AS host_name, v.address, v.host,"   \
	"  v.asn, v.as_name, v.country, v.starttls FROM domain_verdict x"                      \
	"  CROSS JOIN domain d ON d.sweep = x.sweep AND d.name = x.name"                       \
	"  CROSS JOIN mx_host e ON e.mx_set = d.mx_set"                                        \
	"  CROSS JOIN host h ON h.id = e.host CROSS JOIN server v ON v.host = e.host"          \
	"  WHERE x.sweep = " sweep                                                             \
	"  AND x.verdict IN (SELECT id FROM verdict WHERE starttls = 'stripped')"              \
	"  AND v.starttls IN ('stripped', 'corrupted'))"

/* Word of the server k in another sweep; NULL where it did not come to STARTTLS. */
#define WORD_IN(sweep, k)                                                                      \
	"(SELECT v.starttls FROM host h CROSS JOIN server v ON v.host = h.id"                  \
	"  WHERE h.name = " k ".host_name AND h.sweep = " sweep "  AND v.address = " k         \
	".address LIMIT 1)"

const char STRIPPED_NEW[] = "WITH" STRUCK("struck", "?1") ", known AS (SELECT k.*, " WORD_IN(
    "?2", "k") " AS before,"
	       "  (SELECT count(*) FROM mx_host e JOIN domain d ON d.mx_set = e.mx_set"
	       "   WHERE e.host = k.host) AS domains FROM struck k)"
	       " SELECT n.name, k.address, 'AS' || k.asn, t.text, k.country, k.starttls,"
	       "  coalesce(k.before, 'not tested'), k.domains FROM known k"
	       " LEFT JOIN name n ON n.id = k.host_name LEFT JOIN text t ON t.id = k.as_name"
	       " WHERE coalesce(k.before, '') NOT IN ('stripped', 'corrupted')"
	       " ORDER BY k.domains DESC, 1, 2";

/* The last complete sweep of each other vantage point within a week. */
#define OTHERS                                                                                 \
	" others AS MATERIALIZED (SELECT s.vantage, max(s.id) AS id, s.started FROM sweep n"   \
	"  JOIN sweep s ON s.vantage IS NOT n.vantage"                                         \
	"  AND abs(s.started - n.started) <= 604800"                                           \
	"  WHERE n.id = ?1 AND s.state = 'complete' AND s.judged IS NOT NULL"                  \
	"  GROUP BY s.vantage)"

#define IS_STRIPPED "word IN ('stripped', 'corrupted')"

static const struct document_column seen_columns[] = {
	{ "seen", "What others see", "text" },
	{ "n", "Servers", "count" },
	{ "of", "Of", "count" },
	{ "share", "Share", "share" },
	{ NULL, NULL, NULL },
};

static const struct document_column vantage_columns[] = {
	{ "vantage", "Vantage point", "text" },
	{ "date", "Sweep of", "date" },
	{ "of", "Our stripped servers that it tested", "count" },
	{ "n", "Stripped there too", "count" },
	{ "share", "Share", "share" },
	{ "quiet", "Domains without STARTTLS here and with it there", "count" },
	{ NULL, NULL, NULL },
};

static const struct document_column aggregate_columns[] = {
	{ "asn", "Network", "text" },
	{ "as_name", "Name", "text" },
	{ "n", "Stripped here", "count" },
	{ "of", "Answered here", "count" },
	{ "vantages", "Other vantage points", "count" },
	{ "stripping", "of them see stripping", "count" },
	{ "their_n", "Stripped there", "count" },
	{ "their_of", "Answered there", "count" },
	{ NULL, NULL, NULL },
};

/* Titled by the largest group. */
static void
title_seen(json_t *table)
{
	const json_t *first = json_array_get(json_object_get(table, "rows"), 0);
	json_int_t n = json_integer_value(json_array_get(first, 1));
	json_int_t of = json_integer_value(json_array_get(first, 2));

	if (first == NULL)
		document_title(table, "No server is stripped from here");
	else
		document_title(table, "%s of the %s stripped servers %s %s", document_number(n),
			       document_number(of), n == 1 ? "is" : "are",
			       json_string_value(json_array_get(first, 0)));
}

static void
show_seen(struct report *report, json_t *section)
{
	json_t *table = document_table(
	    section,
	    &(struct document_table){ "strip-seen", "Stripped from here: what others see",
				      "servers", seen_columns });

	report_rows(
	    report, table,
	    "WITH" STRUCK(
		"struck",
		"?1") "," OTHERS
		      ", seen AS (SELECT k.host, k.address, " WORD_IN(
			  "o.id",
			  "k") " AS word"
			       "  FROM struck k CROSS JOIN others o),"
			       " servers AS (SELECT count(word) AS tested, "
			       "coalesce(sum(" IS_STRIPPED "), 0) AS too"
			       "  FROM seen GROUP BY host, address),"
			       " kinds AS (SELECT CASE WHEN tested = 0 THEN 'tested from here "
			       "only'"
			       "  WHEN too = 0 THEN 'stripped from here only'"
			       "  WHEN too = tested THEN 'stripped from all that tested it'"
			       "  ELSE 'stripped from some' END AS kind FROM servers)"
			       " SELECT kind, count(*), (SELECT count(*) FROM kinds),"
			       "  CAST(count(*) AS REAL) / (SELECT count(*) FROM kinds) FROM "
			       "kinds"
			       " GROUP BY kind ORDER BY 2 DESC, 1",
	    ROWS_SHOWN);
	title_seen(table);
	document_note(table, "Stripped from one vantage point only: the network of the vantage "
			     "point, or what lies between. From all: the server's own side.");
}

/* `quiet`: nothing masked and nothing corrupted shows when an offer is removed whole;
 * only another vantage point tells. */
static void
show_vantages(struct report *report, json_t *section)
{
	json_t *table = document_table(
	    section, &(struct document_table){ "strip-vantages", "By vantage point", "servers",
					       vantage_columns });

	report_rows(
	    report, table,
	    "WITH" STRUCK("struck", "?1") "," OTHERS ", seen AS (SELECT o.id, " WORD_IN(
		"o.id",
		"k") " AS word"
		     "  FROM struck k CROSS JOIN others o),"
		     " sums AS (SELECT id, count(word) AS tested, coalesce(sum(" IS_STRIPPED
		     "), 0) AS too"
		     "  FROM seen GROUP BY id)"
		     " SELECT coalesce(o.vantage, 'not named'), date(o.started, 'unixepoch'),"
		     "  coalesce(tested, 0), coalesce(too, 0), CAST(too AS REAL) / "
		     "nullif(tested, 0),"
		     "  (SELECT count(*) FROM domain_verdict a"
		     "    CROSS JOIN domain_verdict b ON b.sweep = o.id AND b.name = a.name"
		     "    WHERE a.sweep = ?1"
		     "    AND a.verdict IN (SELECT id FROM verdict WHERE starttls = 'none')"
		     "    AND b.verdict IN (SELECT id FROM verdict WHERE starttls = 'all'))"
		     " FROM others o LEFT JOIN sums ON sums.id = o.id ORDER BY 1",
	    ROWS_SHOWN);
}

/* What others gave, of each of them the latest week. */
static void
show_aggregates(struct report *report, json_t *section)
{
	json_t *table = document_table(
	    section, &(struct document_table){ "strip-aggregates",
					       "Networks that strip, as others see them",
					       "servers", aggregate_columns });

	report_rows(
	    report, table,
	    "WITH latest AS (SELECT vantage, max(week) AS week FROM aggregate GROUP BY "
	    "vantage),"
	    " ours AS (SELECT a, max(b) AS b, sum(n) AS n, sum(total) AS total FROM tally"
	    "  WHERE sweep = ?1 AND topic = 'network' AND a NOT IN ('', '0', 'other')"
	    "  GROUP BY a HAVING sum(n) > 0),"
	    " theirs AS (SELECT g.id, t.a, sum(t.n) AS n, sum(t.total) AS total FROM latest l"
	    "  JOIN aggregate g ON g.vantage IS l.vantage AND g.week = l.week"
	    "  JOIN aggregate_tally t ON t.aggregate = g.id AND t.topic = 'network'"
	    "  GROUP BY g.id, t.a)"
	    " SELECT 'AS' || o.a, o.b, o.n, o.total, count(t.id), coalesce(sum(t.n > 0), 0),"
	    "  coalesce(sum(t.n), 0), coalesce(sum(t.total), 0) FROM ours o"
	    " LEFT JOIN theirs t ON t.a = o.a GROUP BY o.a ORDER BY o.n DESC, o.a",
	    ROWS_SHOWN);
	document_note(table, "Of aggregates that others gave and that were merged into this "
			     "database; each vantage point's latest week.");
}

void
stripped_elsewhere(struct report *report, json_t *section)
{
	int64_t others = report_number(report, "WITH" OTHERS " SELECT count(*) FROM others");
	int64_t aggregates = report_number(
	    report, "SELECT count(DISTINCT coalesce(vantage, '')) FROM aggregate");

	if (others + aggregates == 0)
		document_say(section,
			     "All this was seen from one vantage point: whether a server "
			     "or the way from here strips cannot be told apart.");
	if (others > 0) {
		show_seen(report, section);
		show_vantages(report, section);
	}
	if (aggregates > 0)
		show_aggregates(report, section);
}
