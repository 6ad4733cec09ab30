/* SPDX-License-Identifier: Apache-2.0 */
#include "output/check/suggest.h"

#include <stdlib.h>
#include <string.h>

#include "output/sql.h"
#include "scanner/mem.h"

#define MAX_AGE "604800" /* a week, to begin with */

/* Senders find TLS at the server of this row: it works, and it is offered. */
#define GIVES_TLS(row) "(" row ".handshake IS 'ok' AND " row ".starttls IN ('ok', 'injected'))"

/* MX names come from strangers, and what is printed here is copied into zones. */
static bool
is_plain(const char *name)
{
	return name != NULL && name[0] != '\0' &&
	       name[strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789.-_")] == '\0';
}

/* TLSA records stand below the port that was contacted (RFC 6698 section 3). */
static int
port_of(const struct check_report *report)
{
	int64_t port =
	    sql_number(report->db,
		       "SELECT CASE WHEN json_valid(options) THEN"
		       " json_extract(options, '$.port') END FROM sweep WHERE id = ?1",
		       report->sweep);

	return port > 0 ? (int)port : 25;
}

/* The host, the digest of the leaf's key, where usage 2 would hold that of who signed
 * it, and whether the zones must be signed first: once for each host and key.  Not of
 * hosts with a server that does no TLS, for records would cut that off. */
enum { MX, LEAF, ISSUER, UNSIGNED };

static sqlite3_stmt *
hosts_without_tlsa(const struct check_report *report, const struct target *target)
{
	return check_servers(
	    report, target,
	    "SELECT s.mx, c.spki_sha256, (SELECT i.spki_sha256 FROM chains h"
	    " JOIN certificates i ON i.sha256 = h.sha256 AND i.subject = c.issuer"
	    " WHERE h.chain_sha256 = s.chain_sha256 AND h.position = 1 AND s.trusted"
	    " AND s.name_match AND s.in_validity), s.dane <> 'no-tlsa'",
	    "AND s.dane IN ('no-tlsa', 'insecure-mx', 'insecure-host')"
	    " AND s.mx NOT IN (SELECT mx FROM tlsa_records WHERE sweep = s.sweep)"
	    " AND c.spki_sha256 IS NOT NULL AND NOT EXISTS"
	    " (SELECT 1 FROM servers o WHERE o.sweep = s.sweep AND o.domain = s.domain"
	    "  AND o.host = s.host AND o.starttls <> 'refused-temporary'"
	    "  AND NOT " GIVES_TLS("o") ")"
					" GROUP BY 1, 2 ORDER BY 4, s.preference, 1, 2");
}

/* last: the authority's record that was printed before, "" at first. */
static void
print_tlsa(const struct check_report *report, sqlite3_stmt *row, int port, char last[400])
{
	char issuer[400] = "";

	fprintf(report->out, "    _%d._tcp.%s. IN TLSA 3 1 1 %s\n", port, sql_text(row, MX),
		sql_text(row, LEAF));
	if (sql_text(row, ISSUER) != NULL)
		snprintf(issuer, sizeof issuer, "    _%d._tcp.%s. IN TLSA 2 1 1 %s\n", port,
			 sql_text(row, MX), sql_text(row, ISSUER));
	if (strcmp(issuer, last) != 0) /* two keys of one host may have one authority */
		fputs(issuer, report->out);
	strcpy(last, issuer);
}

/* A record of the key in use alone makes the next key an outage; the authority's, where
 * the server sends it, or one made beforehand bridges the change (RFC 7671 sections
 * 5.1 and 8.1). */
static void
suggest_dane(const struct check_report *report, const struct target *target)
{
	sqlite3_stmt *s = hosts_without_tlsa(report, target);
	int port = port_of(report), count = 0, unsigned_zones = 0;
	bool issuer = false;
	char last[400] = "";

	while (sqlite3_step(s) == SQLITE_ROW) {
		if (!is_plain(sql_text(s, MX)))
			continue;
		if (count++ == 0 || sqlite3_column_int(s, UNSIGNED) != unsigned_zones) {
			unsigned_zones = sqlite3_column_int(s, UNSIGNED);
			fprintf(report->out,
				"  To publish for DANE%s, as the servers are now:\n",
				unsigned_zones ? " once the zones are signed" : "");
		}
		print_tlsa(report, s, port, last);
		issuer |= sql_text(s, ISSUER) != NULL;
	}
	sqlite3_finalize(s);
	if (count == 0)
		return;
	if (issuer)
		fputs(
		    "    (2 1 1 is of the issuing authority: it holds while that one signs and"
		    " the server sends it)\n",
		    report->out);
	fputs("    Before the key changes, add 3 1 1 of the next one, and wait two TTLs:\n"
	      "      openssl pkey -in NEXT.key -pubout -outform DER | openssl dgst -sha256\n",
	      report->out);
}

/* The servers that answered, and those of them that a policy would let pass. */
static void
count_servers(const struct check_report *report, const struct target *target, int64_t *answered,
	      int64_t *passing)
{
	sqlite3_stmt *s =
	    check_servers(report, target,
			  "SELECT count(*), total(s.certificate IS 'ok' AND NOT s.cn_only"
			  " AND " GIVES_TLS("s") ")",
			  "AND s.starttls <> 'refused-temporary'");

	sqlite3_step(s);
	*answered = sqlite3_column_int64(s, 0);
	*passing = sqlite3_column_int64(s, 1);
	sqlite3_finalize(s);
}

/* id changes with every policy, and time does. */
static void
print_sts_record(const struct check_report *report, const struct target *target)
{
	sqlite3_stmt *s =
	    sql_prepare(report->db, "SELECT strftime('%Y%m%dT%H%M%S', started, 'unixepoch')"
				    " FROM sweep WHERE id = ?1");

	sqlite3_bind_int64(s, 1, report->sweep);
	if (sqlite3_step(s) == SQLITE_ROW)
		fprintf(report->out, "    _mta-sts.%s. IN TXT \"v=STSv1; id=%s\"\n",
			target->name, sql_text(s, 0));
	sqlite3_finalize(s);
}

static void
print_policy(const struct check_report *report, const struct target *target)
{
	sqlite3_stmt *s =
	    check_servers(report, target, "SELECT DISTINCT s.mx", "ORDER BY s.preference, 1");

	fprintf(report->out, "    and at https://mta-sts.%s/.well-known/mta-sts.txt\n",
		target->name);
	fputs("      version: STSv1\n      mode: testing\n", report->out);
	while (sqlite3_step(s) == SQLITE_ROW)
		if (is_plain(sql_text(s, 0)))
			fprintf(report->out, "      mx: %s\n", sql_text(s, 0));
	fputs("      max_age: " MAX_AGE "\n", report->out);
	sqlite3_finalize(s);
}

static void
suggest_policy(const struct check_report *report, const struct target *target)
{
	int64_t answered, passing;

	count_servers(report, target, &answered, &passing);
	if (answered == 0)
		return;
	if (passing < answered)
		fputs("  Before MTA-STS in mode enforce: let every server show a trusted"
		      " certificate that has its name.\n",
		      report->out);
	fputs("  To publish for MTA-STS:\n", report->out);
	print_sts_record(report, target);
	print_policy(report, target);
}

static void
suggest_reports(const struct check_report *report, const struct target *target)
{
	fprintf(report->out,
		"  To be told of failures (TLSRPT):\n"
		"    _smtp._tls.%s. IN TXT \"v=TLSRPTv1; rua=mailto:tls-reports@%s\"\n",
		target->name, target->name);
}

static void
suggest_enforce(const struct check_report *report, const struct target *target)
{
	fputs("  All servers pass here.  When the reports of senders are clean too, write"
	      " mode: enforce, and\n",
	      report->out);
	print_sts_record(report, target);
}

/* The domain takes mail and was asked. */
static bool
holds(const struct check_report *report, const struct target *target, const char *condition)
{
	char *sql = mem_printf("SELECT count(*) FROM domains WHERE sweep = ?1 AND domain = ?2"
			       " AND headline <> 'no-mail' AND %s",
			       condition);
	sqlite3_stmt *s = sql_prepare(report->db, sql);
	bool found;

	sqlite3_bind_int64(s, 1, report->sweep);
	sql_bind_text(s, 2, target->name);
	found = sql_find(s) == 1;
	sqlite3_finalize(s);
	free(sql);
	return found;
}

void
suggest_print(const struct check_report *report, const struct target *target)
{
	if (!is_plain(target->name))
		return;
	suggest_dane(report, target);
	if (holds(report, target, "mta_sts_record = 'none'"))
		suggest_policy(report, target);
	if (holds(report, target, "mta_sts_mode = 'testing' AND mta_sts = 'ok'"))
		suggest_enforce(report, target);
	if (holds(report, target, "tlsrpt = 'none'"))
		suggest_reports(report, target);
}
