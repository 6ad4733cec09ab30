/* SPDX-License-Identifier: Apache-2.0 */
/* The shares of domains that a report speaks of, and how they are had. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "output/report/report_parts.h"
#include "output/sql.h"
#include "scanner/mem.h"

#define ANSWERED "all partial none stripped"

/* clang-format off */
const struct measure report_measures[MEASURES] = {
	[MEASURE_STARTTLS] = {
		"starttls", "STARTTLS on every server", "domains that answered", false,
		{ "starttls", "v.starttls", "all" },
		{ "starttls", "v.starttls", ANSWERED },
		{ "starttls", "v.starttls", "unknown" } },
	[MEASURE_CERTIFICATE] = {
		"certificate", "Valid certificates on every server that does TLS",
		"domains that do TLS", false,
		{ "certificate", "v.certificate", "all" },
		{ "certificate", "v.certificate", "all partial none" },
		{ "starttls", "v.starttls", "unknown" } },
	[MEASURE_STRIPPED] = {
		"stripped", "STARTTLS stripped on the way", "domains that answered", true,
		{ "starttls", "v.starttls", "stripped" },
		{ "starttls", "v.starttls", ANSWERED },
		{ "starttls", "v.starttls", "unknown" } },
	[MEASURE_DANE] = {
		"dane", "Working DANE on every server", "domains whose DANE is known", false,
		{ "dane", "v.dane", "all" },
		{ "dane", "v.dane", "all partial none broken half" },
		{ "dane", "v.dane", "unknown" } },
	[MEASURE_MTA_STS] = {
		"mta_sts", "Working MTA-STS", "domains whose MTA-STS is known", false,
		{ "mta_sts", "v.mta_sts", "ok" },
		{ "mta_sts", "v.mta_sts",
		  "ok partial failing none broken-record broken-policy" },
		{ "mta_sts", "v.mta_sts", "unknown" } },
	[MEASURE_BROKEN] = {
		"broken", "Broken promises: DANE or MTA-STS that stops or endangers mail",
		"domains that could be judged", true,
		{ "headline", "v.headline", "broken-dane broken-mta-sts" },
		{ "headline", "v.headline",
		  "stripped broken-dane broken-mta-sts plaintext partial secure-dane"
		  " secure-mta-sts authenticated encrypted" },
		{ "headline", "v.headline", "untestable" } },
	[MEASURE_MTA_STS_RECORD] = {
		"mta_sts_record", "An MTA-STS record", "domains whose MTA-STS is known", false,
		{ "mta_sts_record", "q.mta_sts_record", "ok" },
		{ "mta_sts", "v.mta_sts",
		  "ok partial failing none broken-record broken-policy" },
		{ "mta_sts_record", "q.mta_sts_record", "temporary" } },
	[MEASURE_ENFORCE] = {
		"mta_sts_enforce", "An MTA-STS policy in mode enforce",
		"domains whose MTA-STS is known", false,
		{ "mta_sts_mode", "m.mode", "enforce" },
		{ "mta_sts", "v.mta_sts",
		  "ok partial failing none broken-record broken-policy" },
		{ "mta_sts", "v.mta_sts", "unknown" } },
	[MEASURE_TLSRPT] = {
		"tlsrpt", "A TLSRPT record", "domains whose TLSRPT is known", false,
		{ "tlsrpt", "q.tlsrpt", "ok" },
		{ "tlsrpt", "q.tlsrpt", "ok none multiple bad-version no-rua bad-syntax"
		  " unusable-rua" },
		{ "tlsrpt", "q.tlsrpt", "temporary" } },
};
/* clang-format on */

int64_t
report_tally(struct report *report, int64_t sweep, const char *topic, const char *words)
{
	sqlite3_stmt *s = report->tallied;
	int64_t sum;

	sqlite3_bind_int64(s, 1, sweep);
	sql_bind_text(s, 2, topic);
	sql_bind_text(s, 3, words);
	sum = sql_find(s);
	sqlite3_reset(s);
	report->failed |= sum < 0;
	return sum > 0 ? sum : 0;
}

static int64_t
tallied(struct report *report, int64_t sweep, const struct counted *counted)
{
	return report_tally(report, sweep, counted->topic, counted->words);
}

struct figure
report_figure(struct report *report, int64_t sweep, int measure)
{
	const struct measure *m = &report_measures[measure];

	return (struct figure){ tallied(report, sweep, &m->n), tallied(report, sweep, &m->of) };
}

/* Of a domain that takes no mail, STARTTLS is unknown as well, and will remain so. */
int64_t
report_untested(struct report *report, int measure)
{
	const struct counted *untested = &report_measures[measure].untested;
	int64_t n = tallied(report, report->sweep, untested);

	if (strcmp(untested->topic, "starttls") == 0)
		n -= report_tally(report, report->sweep, "headline", "no-mail");
	return n > 0 ? n : 0;
}

json_t *
report_change(struct figure before, struct figure now)
{
	if (before.of == 0 || now.of == 0)
		return json_null();
	return json_real(
	    100.0 * ((double)now.n / (double)now.of - (double)before.n / (double)before.of));
}

/* ", count(*) FILTER (WHERE va.starttls IN ('all', …))" */
static void
write_count(FILE *out, const struct counted *counted, char side)
{
	const char *word = counted->words, *between = "";

	fprintf(out, ", count(*) FILTER (WHERE %c%c%s IN (", counted->column[0], side,
		counted->column + 1);
	for (; *word != '\0'; between = ",") {
		size_t length = strcspn(word, " ");

		fprintf(out, "%s'%.*s'", between, (int)length, word);
		word += length + strspn(word + length, " ");
	}
	fputs("))", out);
}

/* The joins follow the primary keys, so that each table is read once and in order. */
static char *
comparison(void)
{
	char *text = NULL;
	size_t length;
	FILE *out = open_memstream(&text, &length);

	fputs("SELECT count(*)", out);
	for (int i = 0; i < MEASURES; i++)
		for (const char *side = "ab"; *side != '\0'; side++) {
			write_count(out, &report_measures[i].n, *side);
			write_count(out, &report_measures[i].of, *side);
		}
	fputs(" FROM domain_verdict xa"
	      " CROSS JOIN domain_verdict xb ON xb.sweep = ?2 AND xb.name = xa.name"
	      " CROSS JOIN verdict va ON va.id = xa.verdict"
	      " CROSS JOIN verdict vb ON vb.id = xb.verdict"
	      " CROSS JOIN domain da ON da.sweep = xa.sweep AND da.name = xa.name"
	      " CROSS JOIN domain db ON db.sweep = xb.sweep AND db.name = xb.name"
	      " CROSS JOIN answers qa ON qa.id = da.answers"
	      " CROSS JOIN answers qb ON qb.id = db.answers"
	      " LEFT JOIN mta_sts ma ON ma.sweep = xa.sweep AND ma.name = xa.name"
	      " LEFT JOIN mta_sts mb ON mb.sweep = xb.sweep AND mb.name = xb.name"
	      " WHERE xa.sweep = ?1",
	      out);
	fclose(out);
	return text;
}

void
report_compare(struct report *report)
{
	char *sql = comparison();
	sqlite3_stmt *s = report_ask(report, sql);

	if (sqlite3_step(s) == SQLITE_ROW) {
		report->in_both = sqlite3_column_int64(s, 0);
		for (int i = 0; i < MEASURES; i++) {
			report->both[i].n = sqlite3_column_int64(s, 1 + 4 * i);
			report->both[i].of = sqlite3_column_int64(s, 2 + 4 * i);
			report->before[i].n = sqlite3_column_int64(s, 3 + 4 * i);
			report->before[i].of = sqlite3_column_int64(s, 4 + 4 * i);
		}
	} else {
		report->failed = true;
	}
	sqlite3_finalize(s);
	free(sql);
}
