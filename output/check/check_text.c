/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One target for a person: its DNS, each MX and address, what was found there in
 * sentences, and what to do about it.
 */
#include <string.h>

#include "output/check/check_parts.h"
#include "output/check/suggest.h"
#include "output/check/tell.h"
#include "output/sql.h"
#include "output/summary.h"

/* The columns of server_columns. */
enum {
	MX_NAME,
	ADDRESS,
	PREFERENCE,
	AS_NAME,
	COUNTRY,
	TCP,
	GREETING,
	EHLO,
	STARTTLS,
	HANDSHAKE,
	CERTIFICATE,
	TLS_VERSION,
	CIPHER,
	KEY_EXCHANGE,
	GREETING_TEXT,
	STARTTLS_TEXT,
	ALERT,
	SUBJECT,
	ISSUER,
	NOT_AFTER,
	NAMES,
	DANE,
	DANE_REASON,
	DANE_LINT,
	MTA_STS,
};

/* What strangers wrote may be long; the database has all of it. */
static const char server_columns[] =
    "SELECT s.mx, s.address, s.preference, s.as_name, s.country, s.tcp, s.greeting, s.ehlo,"
    " s.starttls, s.handshake, s.certificate, s.tls_version, s.cipher, s.key_exchange,"
    " substr(s.greeting_text, 1, 200), substr(s.starttls_reply_text, 1, 200), s.alert,"
    " substr(c.subject, 1, 200), substr(c.issuer, 1, 200), c.not_after,"
    " substr(c.names, 1, 200), s.dane, s.dane_reason, s.dane_lint, s.mta_sts";

/* The server's own words where it refuses something. */
static void
print_reply(const struct check_report *report, sqlite3_stmt *row, int column)
{
	const char *text = sql_text(row, column);

	if (text == NULL || text[0] == '\0')
		return;
	tell_part(report, "        it says: ", text);
	fputc('\n', report->out);
}

static void
print_tls(const struct check_report *report, sqlite3_stmt *row)
{
	const char *handshake = sql_text(row, HANDSHAKE);

	tell_word(report, 6, WORDS_HANDSHAKE, handshake);
	if (sql_text(row, ALERT) != NULL)
		fprintf(report->out, "        alert %d\n", sqlite3_column_int(row, ALERT));
	if (sql_text(row, TLS_VERSION) == NULL)
		return;
	tell_part(report, "        ", sql_text(row, TLS_VERSION));
	tell_part(report, ", ", sql_text(row, CIPHER));
	tell_part(report, ", ", sql_text(row, KEY_EXCHANGE));
	fputc('\n', report->out);
}

static void
print_certificate(const struct check_report *report, sqlite3_stmt *row)
{
	tell_word(report, 6, WORDS_CERTIFICATE, sql_text(row, CERTIFICATE));
	if (sql_text(row, NOT_AFTER) == NULL)
		return;
	tell_part(report, "        of ", sql_text(row, SUBJECT));
	tell_part(report, ", names ", sql_text(row, NAMES));
	tell_part(report, "\n        by ", sql_text(row, ISSUER));
	tell_part(report, ", until ", sql_text(row, NOT_AFTER));
	fputc('\n', report->out);
}

static void
print_stages(const struct check_report *report, sqlite3_stmt *row)
{
	const char *greeting = sql_text(row, GREETING), *starttls = sql_text(row, STARTTLS);

	tell_trouble(report, 6, WORDS_TCP, sql_text(row, TCP));
	tell_trouble(report, 6, WORDS_GREETING, greeting);
	if (greeting != NULL && strcmp(greeting, "ok") != 0)
		print_reply(report, row, GREETING_TEXT);
	tell_trouble(report, 6, WORDS_EHLO, sql_text(row, EHLO));
	tell_word(report, 6, WORDS_STARTTLS, starttls);
	if (starttls != NULL && strcmp(starttls, "ok") != 0)
		print_reply(report, row, STARTTLS_TEXT);
	print_tls(report, row);
	print_certificate(report, row);
	check_print_promises(report, sql_text(row, DANE), sql_text(row, DANE_REASON),
			     sql_text(row, DANE_LINT), sql_text(row, MTA_STS));
}

static bool
is_blocked(sqlite3_stmt *row)
{
	return strcmp(sql_text(row, TCP), word(WORDS_TCP, TCP_BLOCKED)) == 0;
}

static void
print_server(const struct check_report *report, sqlite3_stmt *row)
{
	fputs("    ", report->out);
	if (sql_text(row, ADDRESS) != NULL)
		summary_text(report->out, sql_text(row, ADDRESS));
	else
		fputs(is_blocked(row) ? "not looked up" : "no address", report->out);
	tell_part(report, "  ", sql_text(row, AS_NAME));
	tell_part(report, "  ", sql_text(row, COUNTRY));
	fputc('\n', report->out);
	print_stages(report, row);
}

/* The heading of a host, when the row is of another one than the last. */
static void
print_host(const struct check_report *report, sqlite3_stmt *row, char last[256])
{
	const char *name = sql_text(row, MX_NAME) != NULL ? sql_text(row, MX_NAME) : "";

	if (strcmp(name, last) == 0)
		return;
	snprintf(last, 256, "%s", name);
	fputs("  mail server ", report->out);
	summary_text(report->out, name);
	if (sql_text(row, PREFERENCE) != NULL)
		fprintf(report->out, ", preference %d", sqlite3_column_int(row, PREFERENCE));
	fputc('\n', report->out);
	if (sql_text(row, DANE) != NULL)
		check_print_tlsa(report, name);
}

static void
print_servers(const struct check_report *report, const struct target *target)
{
	char last[256] = "";
	sqlite3_stmt *s =
	    check_servers(report, target, server_columns,
			  "ORDER BY s.preference, s.mx, s.address IS NULL, s.address");

	while (sqlite3_step(s) == SQLITE_ROW) {
		print_host(report, s, last);
		print_server(report, s);
	}
	sqlite3_finalize(s);
}

/* Only where a list was given. */
static void
print_policy_list(const struct check_report *report, const char *word)
{
	static const struct advice listed = { ADVICE_GOOD, "it stands on the policy list",
					      NULL },
				   absent = { ADVICE_HINT, "it is not on the policy list",
					      NULL },
				   failing = { ADVICE_BAD,
					       "it stands on the policy list, and does not "
					       "keep what its entry promises",
					       "Repair what is told here, or have the entry "
					       "changed: who follows the list holds its mail "
					       "back." };

	if (word != NULL)
		tell_advice(report, 2,
			    strcmp(word, "failing") == 0  ? &failing
			    : strcmp(word, "listed") == 0 ? &listed
							  : &absent);
}

static void
print_domain(const struct check_report *report, const struct target *target)
{
	sqlite3_stmt *s =
	    sql_prepare(report->db, "SELECT headline, dns, mx, mx_security, policy_list"
				    " FROM domains WHERE sweep = ?1 AND domain = ?2");
	const struct advice *advice;

	sqlite3_bind_int64(s, 1, report->sweep);
	sql_bind_text(s, 2, target->name);
	if (sqlite3_step(s) == SQLITE_ROW) {
		advice = advice_find(WORDS_HEADLINE, sql_text(s, 0));
		summary_text(report->out, target->name);
		fputs(": ", report->out);
		if (advice != NULL)
			tell_colour(report, advice->level);
		tell_part(report, "", sql_text(s, 0));
		tell_plain(report);
		fprintf(report->out, "\n  %s\n", advice != NULL ? advice->says : "");
		tell_trouble(report, 2, WORDS_DNS, sql_text(s, 1));
		tell_word(report, 2, WORDS_MX, sql_text(s, 2));
		if (sql_text(s, 2) != NULL)
			tell_word(report, 2, WORDS_SECURITY, sql_text(s, 3));
		print_policy_list(report, sql_text(s, 4));
	}
	sqlite3_finalize(s);
	check_print_standards(report, target->name);
}

void
check_print_text(const struct check_report *report, const struct target *target)
{
	char text[ADDRESS_TEXT];

	if (target->kind == TARGET_ADDRESS)
		fprintf(report->out, "%s\n", address_format(&target->address, text));
	else
		print_domain(report, target);
	print_servers(report, target);
	if (target->kind != TARGET_ADDRESS)
		suggest_print(report, target);
	fputc('\n', report->out);
}
