/* SPDX-License-Identifier: Apache-2.0 */
/* DANE, MTA-STS and TLSRPT of one domain, with the facts that help to mend them. */
#include <string.h>

#include "output/check/check_parts.h"
#include "output/check/tell.h"
#include "output/sql.h"
#include "scanner/judge.h"

#define RECORDS_SHOWN 8

/* The columns of the query below. */
enum {
	DANE,
	SECURITY,
	RECORD,
	RECORD_TEXT,
	FETCH,
	ALIAS,
	ADDRESS,
	STATUS,
	DETAIL,
	POLICY,
	POLICY_TEXT,
	MODE,
	MTA_STS,
	LINTS,
	TLSRPT,
	TLSRPT_TEXT,
};

/* clang-format off */
/* What strangers wrote may be long, and of many lines. */
#define SHORT(column) "replace(substr(" column ", 1, 300), char(10), ' | ')"

static const char domain_columns[] =
	"SELECT dane, mx_security, mta_sts_record, " SHORT("mta_sts_text") ","
	" mta_sts_fetch, mta_sts_alias, mta_sts_address, mta_sts_http_status,"
	" " SHORT("mta_sts_detail") ", mta_sts_policy, " SHORT("mta_sts_policy_text") ","
	" mta_sts_mode, mta_sts, mta_sts_lint, tlsrpt, " SHORT("tlsrpt_text")
	" FROM domains WHERE sweep = ?1 AND domain = ?2";
/* clang-format on */

static bool
is(sqlite3_stmt *row, int column, const char *spelling)
{
	const char *text = sql_text(row, column);

	return text != NULL && strcmp(text, spelling) == 0;
}

static void
print_quote(const struct check_report *report, const char *text)
{
	if (text == NULL || text[0] == '\0')
		return;
	tell_part(report, "    it says: ", text);
	fputc('\n', report->out);
}

/* That the MX records are not signed was told; without TLSA records there is no more
 * to it. */
static void
print_dane(const struct check_report *report, sqlite3_stmt *row)
{
	if (!is(row, DANE, "none") || is(row, SECURITY, "secure"))
		tell_word(report, 2, WORDS_DANE_SHARE, sql_text(row, DANE));
}

/* Where the policy was looked for, and how far that went. */
static void
print_fetch(const struct check_report *report, sqlite3_stmt *row, const char *domain)
{
	if (sql_text(row, FETCH) == NULL)
		return;
	tell_word(report, 2, WORDS_STS_FETCH, sql_text(row, FETCH));
	tell_part(report, "    policy host mta-sts.", domain);
	tell_part(report, ", an alias of ", sql_text(row, ALIAS));
	tell_part(report, ", at ", sql_text(row, ADDRESS));
	tell_part(report, ", HTTP status ", sql_text(row, STATUS));
	tell_part(report, ": ", sql_text(row, DETAIL));
	fputc('\n', report->out);
}

/* The first stage that is not well tells all; else the policy and its servers do. */
static void
print_sts(const struct check_report *report, sqlite3_stmt *row, const char *domain)
{
	if (!is(row, RECORD, "ok")) {
		tell_word(report, 2, WORDS_STS_RECORD, sql_text(row, RECORD));
		print_quote(report, sql_text(row, RECORD_TEXT));
	} else if (!is(row, FETCH, "ok")) {
		print_fetch(report, row, domain);
	} else if (!is(row, POLICY, "ok")) {
		tell_word(report, 2, WORDS_STS_POLICY, sql_text(row, POLICY));
		print_quote(report, sql_text(row, POLICY_TEXT));
	} else {
		tell_trouble(report, 2, WORDS_STS_MODE, sql_text(row, MODE));
		if (!is(row, MODE, "none"))
			tell_word(report, 2, WORDS_STS_DOMAIN, sql_text(row, MTA_STS));
	}
	tell_lints(report, 2, sql_text(row, LINTS), sts_lint_names, STS_LINTS, advice_sts_lint);
}

static void
print_tlsrpt(const struct check_report *report, sqlite3_stmt *row)
{
	tell_word(report, 2, WORDS_TLSRPT, sql_text(row, TLSRPT));
	if (!is(row, TLSRPT, "ok"))
		print_quote(report, sql_text(row, TLSRPT_TEXT));
}

void
check_print_standards(const struct check_report *report, const char *domain)
{
	sqlite3_stmt *s = sql_prepare(report->db, domain_columns);

	sqlite3_bind_int64(s, 1, report->sweep);
	sql_bind_text(s, 2, domain);
	if (sqlite3_step(s) == SQLITE_ROW) {
		print_dane(report, s);
		if (sql_text(s, RECORD) != NULL)
			print_sts(report, s, domain);
		print_tlsrpt(report, s);
	}
	sqlite3_finalize(s);
}

void
check_print_tlsa(const struct check_report *report, const char *mx)
{
	sqlite3_stmt *s = sql_prepare(
	    report->db,
	    "SELECT coalesce(usage || ' ' || selector || ' ' || matching, 'cut short'),"
	    " substr(data, 1, 16) || CASE WHEN length(data) > 16 THEN '...' ELSE ''"
	    " END, CASE WHEN security <> 'secure' THEN '(not signed)'"
	    " WHEN NOT usable THEN '(cannot be used)' END"
	    " FROM tlsa_records WHERE sweep = ?1 AND mx = ?2");
	int count = 0;

	sqlite3_bind_int64(s, 1, report->sweep);
	sql_bind_text(s, 2, mx);
	for (; sqlite3_step(s) == SQLITE_ROW; count++) {
		if (count >= RECORDS_SHOWN)
			continue;
		tell_part(report, "    TLSA ", sql_text(s, 0));
		tell_part(report, " ", sql_text(s, 1));
		tell_part(report, " ", sql_text(s, 2));
		fputc('\n', report->out);
	}
	if (count > RECORDS_SHOWN)
		fprintf(report->out, "    and %d more\n", count - RECORDS_SHOWN);
	sqlite3_finalize(s);
}

/* What the domain's own lines told is not told again for each server: that its MX
 * records are not signed, and that what was asked of a policy is there. */
void
check_print_promises(const struct check_report *report, const char *dane, const char *reason,
		     const char *lints, const char *mta_sts)
{
	int value = word_parse(WORDS_DANE, dane);

	if (value != DANE_INSECURE_MX && value != DANE_UNKNOWN)
		tell_word(report, 6, WORDS_DANE, dane);
	if (value != 0 && value < DANE_LOOKUP_FAILED) {
		tell_word(report, 8, WORDS_DANE_REASON, reason);
		tell_lints(report, 6, lints, dane_lint_names, DANE_LINTS, advice_dane_lint);
	}
	tell_trouble(report, 6, WORDS_STS_SERVER, mta_sts);
}
