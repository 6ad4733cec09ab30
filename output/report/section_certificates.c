/* SPDX-License-Identifier: Apache-2.0 */
/* Certificates: trust beside names, what ends soon, keys and signatures. */
#include "output/report/report_parts.h"
#include "output/sql.h"

static const struct word_meaning certificate_words[] = {
	{ "ok", "trusted, within its dates, names the mail server" },
	{ "none", "TLS without any certificate" },
	{ "unparsable", "no certificate that can be read" },
	{ "expired", "past its last day" },
	{ "not-yet-valid", "before its first day" },
	{ "self-signed", "signed by itself" },
	{ "untrusted", "no path to the trust store" },
	{ "name-mismatch", "trusted, but of another name" },
	{ NULL, NULL },
};

static const struct document_column cross_columns[] = {
	{ "trusted", "Trusted", "text" }, { "name_match", "Names the server", "text" },
	{ "n", "Servers", "count" },      { "of", "Of", "count" },
	{ "share", "Share", "share" },    { NULL, NULL, NULL },
};

static const struct document_column expiry_columns[] = {
	{ "bucket", "Days left", "text" },
	{ "n", "Certificates", "count" },
	{ "of", "Of", "count" },
	{ "share", "Share", "share" },
	{ NULL, NULL, NULL },
};

static const struct document_column soon_columns[] = {
	{ "not_after", "Ends", "date" },          { "mx", "Server", "text" },
	{ "issuer", "Issuer", "text" },           { "servers", "Addresses", "count" },
	{ "domains", "Domains behind", "count" }, { NULL, NULL, NULL },
};

static const struct document_column key_columns[] = {
	{ "type", "Key", "text" },        { "bits", "Bits", "text" },
	{ "n", "Certificates", "count" }, { "of", "Of", "count" },
	{ "share", "Share", "share" },    { NULL, NULL, NULL },
};

static const struct document_column signature_columns[] = {
	{ "signature", "Signature", "text" },
	{ "n", "Certificates", "count" },
	{ "of", "Of", "count" },
	{ "share", "Share", "share" },
	{ NULL, NULL, NULL },
};

#define SHARE "n, total, CAST(n AS REAL) / nullif(total, 0)"
#define FROM  " FROM tally WHERE sweep = ?1 AND topic = "

static void
show_cross(struct report *report, json_t *section)
{
	json_t *table = document_table(
	    section, &(struct document_table){ "trust-name", "Trust beside names", "servers",
					       cross_columns });

	report_rows(report, table,
		    "SELECT CASE a WHEN '1' THEN 'yes' WHEN '0' THEN 'no' ELSE 'not known' END,"
		    " CASE b WHEN '1' THEN 'yes' WHEN '0' THEN 'no' ELSE 'not known' END,"
		    " " SHARE FROM "'trust_name' ORDER BY a DESC, b DESC",
		    ROWS_SHOWN);
}

/* Those that would be judged well today: what is broken anyway does not break. */
static void
show_soon(struct report *report, json_t *section)
{
	json_t *table =
	    document_table(section, &(struct document_table){ "expiry-soon", "", "certificates",
							      soon_columns });
	size_t count;

	report_rows(
	    report, table,
	    "WITH soon AS MATERIALIZED (SELECT cv.chain, c.not_after, c.issuer FROM sweep s"
	    "  JOIN chain_verdict cv ON cv.sweep = s.id AND cv.trusted AND NOT cv.expired"
	    "  JOIN chain ch ON ch.id = cv.chain JOIN certificate c ON c.id = ch.leaf"
	    "  WHERE s.id = ?1 AND c.not_after >= strftime('%Y-%m-%dT%H:%M:%SZ', s.judged,"
	    "   'unixepoch') AND c.not_after < strftime('%Y-%m-%dT%H:%M:%SZ', s.judged,"
	    "   'unixepoch', '+8 days')),"
	    " places AS (SELECT k.not_after, k.issuer, h.name, h.id, count(*) AS servers"
	    "  FROM soon k CROSS JOIN server v ON v.chain = k.chain"
	    "  CROSS JOIN host h ON h.id = v.host AND h.sweep = ?1"
	    "  CROSS JOIN server_verdict sv ON sv.host = v.host AND sv.position = v.position"
	    "  WHERE sv.certificate = 'ok' GROUP BY k.not_after, k.issuer, h.id)"
	    " SELECT p.not_after, n.name, p.issuer, p.servers,"
	    "  (SELECT count(*) FROM mx_host e JOIN domain d ON d.mx_set = e.mx_set"
	    "   WHERE e.host = p.id) FROM places p"
	    " LEFT JOIN name n ON n.id = p.name ORDER BY 1, 5 DESC, 2",
	    ROWS_SHOWN);
	count = document_count(table);
	document_title(table, "%s %s within 7 days of the sweep unless renewed",
		       count > 0 ? document_number((int64_t)count) : "No valid certificate",
		       count > 1    ? "servers' certificates end"
		       : count == 1 ? "server's certificate ends"
				    : "ends");
}

static void
show(struct report *report, json_t *section, const struct document_table *as, const char *sql,
     const struct document_plot *plot)
{
	json_t *table = document_table(section, as);

	report_rows(report, table, sql, ROWS_SHOWN);
	if (plot != NULL && document_count(table) > 0)
		document_plot(section, plot);
}

/* A server may show its certificate and fail the handshake after it, and one without a
 * certificate may do TLS: each has a word. */
static void
tell(struct report *report, json_t *section)
{
	int64_t good = report_tally(report, report->sweep, "server_certificate", "ok");
	int64_t all = report_tally(report, report->sweep, "server_certificate", NULL);

	if (all > 0)
		document_say(section,
			     "%s of the %s servers that did TLS or showed a certificate "
			     "prove their name with a trusted certificate within its dates.",
			     document_percent(good, all), document_number(all));
	else
		document_say(section, "No server did TLS or showed a certificate.");
}

/* "2 of 19 certificates have ended, 1 ends within 7 days", the finding of a plot. */
static json_t *
ending(struct report *report)
{
	int64_t all = report_tally(report, report->sweep, "expiry", NULL);
	int64_t past = report_tally(report, report->sweep, "expiry", "expired");
	int64_t soon = report_tally(report, report->sweep, "expiry", "0-7");

	return json_sprintf("%s of %s certificates %s ended, %s %s within 7 days",
			    past > 0 ? document_number(past) : "None", document_number(all),
			    past > 1 ? "have" : "has",
			    soon > 0 ? document_number(soon) : "none",
			    soon > 1 ? "end" : "ends");
}

void
section_certificates(struct report *report, json_t *section)
{
	json_t *ends = ending(report);

	tell(report, section);
	report_words(report, section,
		     &(struct document_table){ "certificates", "Certificates of mail servers",
					       "servers", report_word_columns },
		     "server_certificate", certificate_words);
	show_cross(report, section);
	show(report, section,
	     &(struct document_table){ "expiry", "How long the certificates have left",
				       "certificates", expiry_columns },
	     "SELECT a, " SHARE FROM "'expiry'"
	     " ORDER BY a <> 'expired', a = 'more', CAST(a AS INTEGER)",
	     &(struct document_plot){ "expiry", json_string_value(ends),
				      "Bars: how many certificates have how many days left.",
				      "bars", "certificates", "expiry", "bucket", "bucket",
				      (const char *const[]){ "n", NULL } });
	show_soon(report, section);
	show(report, section,
	     &(struct document_table){ "keys", "Keys of the servers' certificates",
				       "certificates", key_columns },
	     "SELECT a, b, " SHARE FROM "'key' ORDER BY n DESC, a, b", NULL);
	show(report, section,
	     &(struct document_table){ "signatures", "Signatures of the servers' certificates",
				       "certificates", signature_columns },
	     "SELECT a, " SHARE FROM "'signature' ORDER BY n DESC, a", NULL);
	json_decref(ends);
}
