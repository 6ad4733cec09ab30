/* SPDX-License-Identifier: Apache-2.0 */
/* DANE: all, partial, broken and why; rollovers that went wrong. */
#include "output/report/report_parts.h"
#include "output/schema.h"

static const struct word_meaning domain_words[] = {
	{ "all", "every mail server has working TLSA records" },
	{ "partial", "some of the mail servers have" },
	{ "none", "no mail server has" },
	{ "broken", "what is published stops mail from senders that validate" },
	{ "half", "servers have TLSA records, but the domain's MX records are not signed" },
	{ "unknown", "DNS or the servers did not let us know" },
	{ NULL, NULL },
};

static const struct word_meaning server_words[] = {
	{ "ok-ee", "the certificate or key is the one that is published" },
	{ "ok-ta", "the chain leads to the anchor that is published" },
	{ "mismatch", "nothing published matches what is shown" },
	{ "name-mismatch", "the chain holds, the name does not" },
	{ "expired", "the chain holds, its dates do not" },
	{ "ta-missing", "the anchor is not among what the server sends" },
	{ "no-starttls", "no TLS although TLSA records demand it" },
	{ "unusable", "no record that can be used" },
	{ "lookup-failed", "the records cannot be had: bogus, or an error" },
	{ "no-tlsa", "no secure TLSA records" },
	{ "insecure-mx", "the domain's MX records are not signed" },
	{ "insecure-host", "the server's addresses are not signed" },
	{ "unknown", "not reached, or the resolver is not believed" },
	{ NULL, NULL },
};

static const struct word_meaning reason_words[] = {
	{ "usage", "would match with another usage" },
	{ "selector", "would match with the other selector" },
	{ "matching", "would match as another matching type" },
	{ "stale", "matches a certificate of before: a rollover gone wrong" },
	{ "empty-hash", "the digest of nothing" },
	{ "data", "matches nothing that is known" },
	{ NULL, NULL },
};

static const struct document_column tlsa_columns[] = {
	{ "usage", "Usage", "text" },
	{ "selector", "Selector", "text" },
	{ "matching", "Matching type", "text" },
	{ "n", "Record sets", "count" },
	{ "of", "Of", "count" },
	{ "share", "Share", "share" },
	{ NULL, NULL, NULL },
};

static const struct document_column broken_columns[] = {
	{ "mx", "Server", "text" },          { "dane", "Outcome", "text" },
	{ "reason", "Why", "text" },         { "domains", "Domains", "count" },
	{ "domain", "For example", "text" }, { NULL, NULL, NULL },
};

/* Servers that fail of the domains that are broken: `more` narrows the domains d. */
#define FAILING(more)                                                                          \
	"SELECT n.name, " DANE_OF_LINK " AS word, sv.dane_reason,"                             \
	" count(DISTINCT d.name), min(dn.name) FROM domain_verdict x" more                     \
	" CROSS JOIN domain d ON d.sweep = x.sweep AND d.name = x.name"                        \
	" CROSS JOIN answers q ON q.id = d.answers CROSS JOIN name dn ON dn.id = d.name"       \
	" CROSS JOIN mx_host e ON e.mx_set = d.mx_set"                                         \
	" CROSS JOIN host h ON h.id = e.host LEFT JOIN name n ON n.id = h.name"                \
	" JOIN server v ON v.host = h.id"                                                      \
	" LEFT JOIN server_verdict sv ON sv.host = v.host AND sv.position = v.position"        \
	" LEFT JOIN link_verdict lv ON lv.sweep = d.sweep AND lv.name = d.name"                \
	"  AND lv.host = e.host AND lv.position = v.position"                                  \
	" WHERE x.sweep = ?1 AND x.verdict IN (SELECT id FROM verdict WHERE dane = 'broken')"  \
	" AND word IN ('mismatch', 'name-mismatch',"                                           \
	"  'expired', 'ta-missing', 'no-starttls', 'lookup-failed')"                           \
	" GROUP BY h.name, word, sv.dane_reason ORDER BY 4 DESC, 1, 2"

static void
show_broken(struct report *report, json_t *section)
{
	json_t *table = document_table(
	    section, &(struct document_table){ "dane-broken", "Servers whose DANE is broken",
					       "domains", broken_columns });
	size_t count;

	report_rows(report, table, FAILING(""), ROWS_SHOWN);
	count = document_count(table);
	document_title(table, "%s%s",
		       count > 0 ? document_number((int64_t)count) : "No server's DANE",
		       count == 0   ? " is broken"
		       : count == 1 ? " server's DANE is broken"
				    : " servers' DANE is broken");
}

static void
show_rollovers(struct report *report, json_t *section)
{
	json_t *table;
	size_t count;

	if (report->against == 0)
		return;
	table = document_table(section, &(struct document_table){ "dane-rollovers", "",
								  "domains", broken_columns });
	report_rows(report, table,
		    FAILING(" CROSS JOIN domain_verdict y ON y.sweep = ?2 AND y.name = x.name"
			    " AND y.verdict IN (SELECT id FROM verdict"
			    "  WHERE dane IN ('all', 'partial'))"),
		    ROWS_SHOWN);
	count = document_count(table);
	document_title(table, "%s %s on which DANE broke since %s",
		       count > 0 ? document_number((int64_t)count) : "No",
		       count > 1 ? "servers" : "server", report->against_day);
	document_note(table, "Servers of domains whose DANE worked then and is broken now. "
			     "A mismatch, and stale above all, is a rollover that went wrong.");
}

static void
show_records(struct report *report, json_t *section)
{
	json_t *table =
	    document_table(section, &(struct document_table){ "tlsa", "What TLSA records say",
							      "record sets", tlsa_columns });

	report_rows(report, table,
		    "SELECT a, b, c, n, total, CAST(n AS REAL) / nullif(total, 0) FROM tally"
		    " WHERE sweep = ?1 AND topic = 'tlsa' ORDER BY n DESC, a, b, c",
		    ROWS_SHOWN);
}

static void
tell(struct report *report, json_t *section)
{
	struct figure dane = report_figure(report, report->sweep, MEASURE_DANE);
	int64_t broken = report_tally(report, report->sweep, "dane", "broken");
	int64_t partial = report_tally(report, report->sweep, "dane", "partial");

	if (dane.of == 0)
		document_say(section, "DANE was not asked for, or nothing of it is known.");
	else
		document_say(section,
			     "DANE works on every server of %s of the %s domains whose "
			     "DANE is known (%s), on some servers of %s, and is broken for "
			     "%s.",
			     document_number(dane.n), document_number(dane.of),
			     document_percent(dane.n, dane.of), document_number(partial),
			     document_number(broken));
}

void
section_dane(struct report *report, json_t *section)
{
	tell(report, section);
	report_words(report, section,
		     &(struct document_table){ "dane-domains", "DANE of the domains", "domains",
					       report_word_columns },
		     "dane", domain_words);
	report_words(report, section,
		     &(struct document_table){ "dane-servers", "DANE of the servers", "servers",
					       report_word_columns },
		     "server_dane", server_words);
	report_words(report, section,
		     &(struct document_table){ "dane-reasons", "Why records do not match",
					       "servers", report_word_columns },
		     "dane_reason", reason_words);
	show_broken(report, section);
	show_rollovers(report, section);
	show_records(report, section);
}
