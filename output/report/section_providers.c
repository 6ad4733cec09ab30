/* SPDX-License-Identifier: Apache-2.0 */
/* The operators of mail servers that most domains depend on, and how each scores. */
#include "output/report/report_parts.h"

#define PROVIDERS_SHOWN 200

static const struct document_column columns[] = {
	{ "provider", "Provider", "text" },
	{ "domains", "Domains", "count" },
	{ "domains_of", "Of", "count" },
	{ "domains_share", "Share", "share" },
	{ "answered", "Answered", "count" },
	{ "starttls", "STARTTLS", "share" },
	{ "authenticated", "and valid certificates", "share" },
	{ "dane", "DANE", "share" },
	{ "mta_sts", "MTA-STS", "share" },
	{ NULL, NULL, NULL },
};

#define SCORE(name)                                                                            \
	" CAST(sum(n) FILTER (WHERE b = '" name "') AS REAL)"                                  \
	" / nullif(sum(total) FILTER (WHERE b = '" name "'), 0)"
#define SUM(column, name) " sum(" column ") FILTER (WHERE b = '" name "')"

/* clang-format off */
static const char scores[] =
    "SELECT CASE a WHEN '' THEN 'all others' ELSE a END," SUM("n", "all") " AS n,"
    SUM("total", "all") "," SCORE("all") "," SUM("total", "starttls") ","
    SCORE("starttls") "," SCORE("authenticated") "," SCORE("dane") "," SCORE("mta_sts")
    " FROM tally WHERE sweep = ?1 AND topic = 'provider' GROUP BY a"
    " ORDER BY a = '', 2 DESC, 1";
/* clang-format on */

void
section_providers(struct report *report, json_t *section)
{
	json_t *table = document_table(
	    section, &(struct document_table){ "providers", "No provider is known", "domains",
					       columns });
	const json_t *first;
	json_t *finding;
	size_t count;

	report_rows(report, table, scores, PROVIDERS_SHOWN);
	count = document_count(table);
	if (count == 0) {
		document_say(section, "No domain has a mail server.");
		return;
	}
	document_say(section,
		     "A domain depends on each registrable domain that one of its mail "
		     "servers stands in, and counts once for each.");
	document_title(table, "How the largest providers score");
	document_note(table, "The scores are shares of those domains that answered.");
	first = json_array_get(json_object_get(table, "rows"), 0);
	finding = json_sprintf("%s of %s domains with a mail server %s on %s",
			       document_number(json_integer_value(json_array_get(first, 1))),
			       document_number(json_integer_value(json_array_get(first, 2))),
			       json_integer_value(json_array_get(first, 1)) == 1 ? "depends"
										 : "depend",
			       json_string_value(json_array_get(first, 0)));
	document_plot(section,
		      &(struct document_plot){
			  "providers", json_string_value(finding),
			  "Bars: the share of the domains that depends on each provider.",
			  "bars", "% of domains with a mail server", "providers", "provider",
			  "provider", (const char *const[]){ "domains_share", NULL } });
	json_decref(finding);
}
