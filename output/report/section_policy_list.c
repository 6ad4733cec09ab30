/* SPDX-License-Identifier: Apache-2.0 */
/* The policy list: entries added, failing, removed, and why. */
#include "output/report/report_parts.h"

static const struct word_meaning list_words[] = {
	{ "absent", "not on the list" },
	{ "listed", "on the list, and as its entry demands or not tested" },
	{ "failing", "on the list, and not as its entry demands: mail would stop" },
	{ NULL, NULL },
};

static const struct document_column state_columns[] = {
	{ "state", "State", "text" },  { "source", "On whose word", "text" },
	{ "n", "Domains", "count" },   { "of", "Of", "count" },
	{ "share", "Share", "share" }, { NULL, NULL, NULL },
};

static const struct document_column move_columns[] = {
	{ "date", "Date", "date" },     { "domain", "Domain", "text" },
	{ "before", "Before", "text" }, { "now", "Now", "text" },
	{ "reason", "Why", "text" },    { "detail", "What it is about", "text" },
	{ NULL, NULL, NULL },
};

static const struct document_column failing_columns[] = {
	{ "domain", "Domain", "text" },
	{ "state", "Now listed as", "text" },
	{ "headline", "Headline", "text" },
	{ "since", "Failing since", "date" },
	{ "reason", "Why", "text" },
	{ "detail", "What it is about", "text" },
	{ NULL, NULL, NULL },
};

/* Moves between the two sweeps, or in the week before the only one. */
#define SINCE                                                                                  \
	" m.at <= (SELECT coalesce(finished, started) FROM sweep WHERE id = ?1) AND m.at >"    \
	" coalesce((SELECT coalesce(finished, started) FROM sweep WHERE id = ?2),"             \
	"  (SELECT started - 604800 FROM sweep WHERE id = ?1))"
#define LISTED(state) "(coalesce(" state ", '') IN ('testing', 'enforce'))"

#define MOVES(which)                                                                           \
	"SELECT date(m.at, 'unixepoch'), m.domain, m.came_from, m.went_to, m.reason, m.detail" \
	" FROM list_move m WHERE" SINCE " AND " which " ORDER BY m.at, m.domain, m.id"

/* What one kind of move is called, and which moves it is. */
static const struct {
	const char *id, *one, *more, *none, *sql;
} moves[] = {
	{ "list-added", "1 entry was added to the list", "entries were added to the list",
	  "No entry was added to the list",
	  MOVES(LISTED("m.went_to") " AND NOT " LISTED("m.came_from")) },
	{ "list-removed", "1 entry was removed from the list",
	  "entries were removed from the list", "No entry was removed from the list",
	  MOVES(LISTED("m.came_from") " AND NOT " LISTED("m.went_to")) },
	{ "list-moved", "1 other step was taken", "other steps were taken",
	  "No other step was taken", MOVES(LISTED("m.came_from") " = " LISTED("m.went_to")) },
};

static void
show_moves(struct report *report, json_t *section, size_t i)
{
	json_t *table =
	    document_table(section, &(struct document_table){ moves[i].id, moves[i].none,
							      "domains", move_columns });
	size_t count;

	report_rows(report, table, moves[i].sql, ROWS_SHOWN);
	count = document_count(table);
	if (count == 1)
		document_title(table, "%s", moves[i].one);
	else if (count > 1)
		document_title(table, "%s %s", document_number((int64_t)count), moves[i].more);
}

/* An audit marks those that fail in this sweep; the builder knows since when and why. */
static void
show_failing(struct report *report, json_t *section)
{
	json_t *table =
	    document_table(section, &(struct document_table){ "list-failing", "", "domains",
							      failing_columns });
	size_t count;

	report_rows(
	    report, table,
	    "WITH audited AS MATERIALIZED (SELECT n.name, w.headline FROM domain_verdict v"
	    "  CROSS JOIN verdict w ON w.id = v.verdict CROSS JOIN name n ON n.id = v.name"
	    "  WHERE v.sweep = ?1 AND v.policy_list = 'failing'),"
	    " all_of(domain) AS (SELECT name FROM audited UNION SELECT domain FROM list_domain"
	    "  WHERE failing_since IS NOT NULL AND state IN ('testing', 'enforce'))"
	    " SELECT x.domain, b.state, a.headline,"
	    "  date(coalesce(b.failing_since, m.at), 'unixepoch'),"
	    "  coalesce(b.failing, m.reason), coalesce(b.failing_detail, m.detail)"
	    " FROM all_of x LEFT JOIN list_domain b ON b.domain = x.domain"
	    " LEFT JOIN list_move m ON b.state = 'failed' AND m.id ="
	    "  (SELECT max(o.id) FROM list_move o WHERE o.domain = x.domain)"
	    " LEFT JOIN audited a ON a.name = x.domain ORDER BY 1",
	    ROWS_SHOWN);
	count = document_count(table);
	document_title(table, "%s%s of the list %s",
		       count == 0 ? "No" : document_number((int64_t)count),
		       count > 1 ? " entries" : " entry", count > 1 ? "fail" : "fails");
	document_note(table, "An entry that the builder has removed since then is listed as "
			     "failed, with the day and the reason of its removal.");
}

static void
show_built(struct report *report, json_t *section)
{
	json_t *table = document_table(
	    section, &(struct document_table){ "list-states",
					       "Where domains stand on the way to "
					       "the list",
					       "domains", state_columns });

	report_rows(report, table,
		    "SELECT state, source, count(*), (SELECT count(*) FROM list_domain),"
		    " CAST(count(*) AS REAL) / (SELECT count(*) FROM list_domain)"
		    " FROM list_domain GROUP BY 1, 2 ORDER BY 3 DESC, 1, 2",
		    ROWS_SHOWN);
	document_note(table, "As of the last policy build with this database.");
	for (size_t i = 0; i < sizeof moves / sizeof *moves; i++)
		show_moves(report, section, i);
}

void
section_policy_list(struct report *report, json_t *section)
{
	int64_t audited = report_tally(report, report->sweep, "policy_list", NULL);
	int64_t listed = report_tally(report, report->sweep, "policy_list", "listed failing");
	int64_t failing = report_tally(report, report->sweep, "policy_list", "failing");
	bool built = report_number(report, "SELECT EXISTS (SELECT 1 FROM list_domain)") > 0;

	if (audited == 0 && !built)
		document_say(section, "No policy list was given to compare the domains with.");
	if (audited > 0)
		document_say(section,
			     "%s of the %s domains are on the policy list; %s of them %s.",
			     document_number(listed), document_number(audited),
			     document_number(failing), failing == 1 ? "fails" : "fail");
	if (audited > 0)
		report_words(report, section,
			     &(struct document_table){ "list-domains",
						       "The domains and the policy list",
						       "domains", report_word_columns },
			     "policy_list", list_words);
	if (audited > 0 || built)
		show_failing(report, section);
	if (built)
		show_built(report, section);
}
