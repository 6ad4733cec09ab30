/* SPDX-License-Identifier: Apache-2.0 */
/* `mxsweep policy check`: may a domain be listed, since when, as what, and what is in the
 * way? */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "output/policy/eligibility.h"
#include "output/policy/policy_command.h"
#include "output/policy/policy_parts.h"
#include "output/policy/policy_sweeps.h"
#include "output/sql.h"
#include "output/summary.h"
#include "scanner/log.h"
#include "scanner/mem.h"

#define WEEK 604800

/* What the operator of the domain or of its servers can do. */
static const char *const actions[REASON_COUNT] = {
	[REASON_NO_MAIL] = "A domain without mail needs no entry.",
	[REASON_MTA_STS_NONE] = "The policy list follows MTA-STS: publish mode testing or "
				"enforce.",
	[REASON_STRIPPED] = "Look for a firewall with SMTP inspection before the server, or "
			    "sweep from another network.",
	[REASON_MX_NOT_LISTED] = "Add the host to the mx lines of the MTA-STS policy, or take "
				 "it out of the MX records.",
	[REASON_NO_STARTTLS] = "Turn on STARTTLS at this server.",
	[REASON_INJECTED] = "Update the server: it takes plaintext that was sent before TLS "
			    "began for protected.",
	[REASON_NO_TLS] = "Look into the server's log for the failed handshake; check its "
			  "certificate and key files.",
	[REASON_OLD_TLS] = "Turn on TLS 1.2 and 1.3 at this server.",
	[REASON_CERTIFICATE_EXPIRED] = "Renew the certificate and reload the server; send the "
				       "whole chain.",
	[REASON_CERTIFICATE_UNTRUSTED] = "Use a certificate of a public authority, and send "
					 "its intermediate certificates too.",
	[REASON_CERTIFICATE_NAME] = "The certificate must name this MX host in its SAN.",
	[REASON_CERTIFICATE_OTHER] = "Configure a certificate that names this MX host and is "
				     "valid today.",
	[REASON_NOT_SWEPT] = "Add the domain to the list that is swept.",
	[REASON_DNS] = "Check the domain's name servers and its DNSSEC, and sweep again.",
	[REASON_NO_ANSWER] = "Sweep again, from a network whose port 25 is open.",
};

struct checking {
	sqlite3 *db;
	struct eligibility_desk *desk;
	int64_t sweep;
	unsigned weeks;
};

static void
print_faults(const struct eligibility *e)
{
	for (size_t i = 0; i < e->fault_count; i++) {
		char *text = eligibility_fault_text(&e->faults[i]);
		enum eligibility_reason reason = e->faults[i].reason;

		printf("  %c %s: ", e->word == NOT_ELIGIBLE ? '!' : '?',
		       eligibility_reason_word(reason));
		summary_text(stdout, text);
		putchar('\n');
		if (i + 1 == e->fault_count || e->faults[i + 1].reason != reason)
			printf("    > %s\n", actions[reason]);
		free(text);
	}
}

static void
print_within(const char *before, const char *text, const char *after)
{
	fputs(before, stdout);
	summary_text(stdout, text);
	fputs(after, stdout);
}

/* Those of which nobody knows whether they would pass; the last stage that was reached
 * tells why.  false: the database failed. */
static bool
print_untested(const struct checking *checking, const char *domain)
{
	sqlite3_stmt *s = sql_prepare(
	    checking->db,
	    "SELECT mx, address, CASE WHEN tcp <> 'connected' THEN tcp WHEN starttls NOT NULL"
	    " THEN 'STARTTLS ' || starttls WHEN ehlo NOT NULL THEN 'EHLO ' || ehlo"
	    " ELSE 'greeting ' || coalesce(greeting, 'none') END FROM servers"
	    " WHERE sweep = ?1 AND domain = ?2 AND mx NOT NULL"
	    " AND (starttls IS NULL OR starttls = 'refused-temporary') ORDER BY mx, address");

	sqlite3_bind_int64(s, 1, checking->sweep);
	sql_bind_text(s, 2, domain);
	while (sqlite3_step(s) == SQLITE_ROW) {
		fputs("  ? not tested: ", stdout);
		summary_text(stdout, sql_text(s, 0));
		if (sql_text(s, 1) != NULL)
			print_within(" [", sql_text(s, 1), "]");
		print_within(" (", sql_text(s, 2), ")\n");
	}
	return sqlite3_finalize(s) == SQLITE_OK;
}

static void
print_names(const char *const *names, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		fputs(i > 0 ? ", " : "", stdout);
		summary_text(stdout, names[i]);
	}
	putchar('\n');
}

/* Where MTA-STS asks for something its patterns count; the others are listed by the MX
 * hosts of today, and begin in mode testing. */
static void
print_entry(const struct eligibility *e)
{
	const struct policy_demand *demand = &e->sts_demand;
	const char *odd = eligibility_odd_host(e);

	if (demand->mode == POLICY_NONE && odd != NULL) {
		fputs("  entry: none, as a list cannot hold the name of the MX host ", stdout);
		print_names(&odd, 1);
		return;
	}
	if (demand->mode == POLICY_NONE) {
		fputs("  entry: testing; ", stdout);
		print_names((const char *const *)e->mxs, e->mx_count);
		puts("  source: by request; there is no MTA-STS policy to go by");
		return;
	}
	printf("  entry: %s; ", policy_mode_names[demand->mode]);
	print_names((const char *const *)demand->mxs, demand->count);
	if (eligibility_admits(e))
		puts("  source: MTA-STS, without asking");
	else
		printf("  source: by request; a max_age of %d or more instead of %" PRId64
		       " would do without\n",
		       ELIGIBILITY_MAX_AGE, e->sts_max_age);
}

static void
print_queue(const struct checking *checking, const struct eligibility_history *history)
{
	int64_t due = history->since + (int64_t)checking->weeks * WEEK;
	char day[POLICY_TIME_SIZE];

	printf("  queue: %u week%s of success, ", checking->weeks,
	       checking->weeks == 1 ? "" : "s");
	if (history->last >= due)
		puts("passed");
	else
		printf("passed at %s if every sweep until then and one after it agree\n",
		       policy_time_text(due, day));
}

static bool
print_eligible(const struct checking *checking, const char *domain, const struct eligibility *e)
{
	struct eligibility_history history;
	char since[POLICY_TIME_SIZE];

	if (!eligibility_since(checking->desk, checking->sweep, domain, NULL, &history))
		return false;
	if (history.since == 0)
		printf("%s: eligible in this sweep, which did not come to its end\n", domain);
	else
		printf("%s: eligible since %s (%u sweep%s", domain,
		       policy_time_text(history.since, since), history.sweeps,
		       history.sweeps == 1 ? "" : "s");
	if (history.since != 0 && history.not_tested > 0)
		printf("; %u more could not test it", history.not_tested);
	if (history.since != 0)
		puts(")");
	print_entry(e);
	if (history.since != 0)
		print_queue(checking, &history);
	return true;
}

/* false: the database failed. */
static bool
check_domain(const struct checking *checking, const char *domain, bool *eligible)
{
	struct eligibility e;
	bool ok = eligibility_judge(checking->desk, checking->sweep, domain, NULL, &e);

	if (!ok)
		return false;
	*eligible = e.word == ELIGIBLE;
	if (*eligible)
		ok = print_eligible(checking, domain, &e);
	else
		printf("%s: %s\n", domain,
		       e.word == NOT_ELIGIBLE ? "not eligible" : "not tested");
	if (ok) {
		print_faults(&e);
		ok = print_untested(checking, domain);
	}
	eligibility_clear(&e);
	return ok;
}

/* In the command line anything but a domain's name is a mistake. */
static void
fold(const char *text, char name[FOLD_NAME_MAX + 1])
{
	const char *reason = policy_fold_domain(text, name);

	if (reason != NULL)
		die("policy check: \"%s\" is no domain: %s", text, reason);
}

int
policy_check_command(const struct options *options)
{
	struct checking checking = { .weeks = options->queue_weeks };
	struct database database;
	char name[FOLD_NAME_MAX + 1];
	bool all = true, eligible;

	if (options->db == NULL)
		die("policy check: name the database of the sweeps (--db SWEEP.db)");
	for (size_t i = 1; i < options->word_count; i++)
		fold(options->words[i], name);
	checking.sweep = policy_sweeps_open(&database, options);
	checking.db = database.db;
	checking.desk = eligibility_open(database.db);
	for (size_t i = 1; i < options->word_count; i++) {
		fold(options->words[i], name);
		if (!check_domain(&checking, name, &eligible))
			die("%s: %s", options->db, sqlite3_errmsg(database.db));
		all = all && eligible;
	}
	eligibility_close(checking.desk);
	database_close(&database);
	flush_stdout();
	return all ? 0 : 1;
}
