/* SPDX-License-Identifier: Apache-2.0 */
#include "output/report/report_collect.h"

#include <stdio.h>
#include <string.h>

#include "output/json.h"
#include "output/report/report_parts.h"
#include "output/sql.h"

static const struct {
	const char *id, *title;
	report_section *collect;
} sections[] = {
	{ "adoption", "Adoption over time", section_adoption },
	{ "stripping", "Stripping", section_stripping },
	{ "certificates", "Certificates", section_certificates },
	{ "dane", "DANE", section_dane },
	{ "mta-sts", "MTA-STS", section_mta_sts },
	{ "policy-list", "The policy list", section_policy_list },
	{ "providers", "Providers", section_providers },
	{ "untested", "What could not be tested", section_untested },
	{ "method", "Method", section_method },
};

sqlite3_stmt *
report_ask(struct report *report, const char *sql)
{
	sqlite3_stmt *s = sql_prepare(report->db, sql);

	sqlite3_bind_int64(s, 1, report->sweep);
	if (sqlite3_bind_parameter_count(s) >= 2)
		sqlite3_bind_int64(s, 2, report->against);
	return s;
}

void
report_rows(struct report *report, json_t *table, const char *sql, size_t limit)
{
	sqlite3_stmt *s = report_ask(report, sql);

	if (!document_rows(table, s, limit))
		report->failed = true;
	sqlite3_finalize(s);
}

int64_t
report_number(struct report *report, const char *sql)
{
	sqlite3_stmt *s = report_ask(report, sql);
	int64_t number = sql_find(s);

	sqlite3_finalize(s);
	report->failed |= number < 0;
	return number;
}

/* A row of the view sweeps; null for no sweep. */
static json_t *
sweep_row(struct report *report, int64_t sweep)
{
	sqlite3_stmt *s = sql_prepare(report->db, "SELECT * FROM sweeps WHERE sweep = ?1");
	json_t *row = json_null(), *options;

	sqlite3_bind_int64(s, 1, sweep);
	if (sweep != 0 && sqlite3_step(s) == SQLITE_ROW) {
		row = json_of_row(s);
		options = json_object_get(row, "options");
		options = json_is_string(options)
			      ? json_loads(json_string_value(options), 0, NULL)
			      : NULL;
		json_object_set_new(row, "options", options != NULL ? options : json_object());
	}
	sqlite3_finalize(s);
	return row;
}

static void
copy_day(const json_t *sweep, char day[11])
{
	const char *started = json_string_value(json_object_get(sweep, "started"));

	snprintf(day, 11, "%s", started != NULL ? started : "");
}

static void
begin(struct report *report)
{
	json_t *now = sweep_row(report, report->sweep);
	json_t *before = sweep_row(report, report->against);

	copy_day(now, report->day);
	copy_day(before, report->against_day);
	report->document =
	    json_pack("{s:s, s:b, s:o, s:o, s:s, s:[], s:[], s:[], s:[], s:{}}", "format",
		      "mxsweep-report-1", "anonymous", 0, "sweep", now, "against", before,
		      "headline", "", "numbers", "cautions", "sections", "studies", "method");
	report->tallied = sql_prepare(
	    report->db,
	    "SELECT coalesce(sum(n), 0) FROM tally WHERE sweep = ?1 AND topic = ?2"
	    " AND a <> '' AND (?3 IS NULL OR instr(' ' || ?3 || ' ', ' ' || a || ' '))");
	report->counted =
	    report_number(report, "SELECT EXISTS (SELECT 1 FROM tally WHERE sweep = ?1)") > 0;
}

json_t *
report_collect(sqlite3 *db, int64_t sweep, int64_t against, char error[256])
{
	struct report report = { .db = db, .sweep = sweep, .against = against };

	/* Two sweeps are read side by side, and sorted. */
	report.failed = !sql_run(db, "PRAGMA cache_size = -131072");
	begin(&report);
	if (against != 0)
		report_compare(&report);
	report_front(&report);
	report_cautions(&report);
	for (size_t i = 0; i < sizeof sections / sizeof sections[0]; i++)
		sections[i].collect(&report, document_section(report.document, sections[i].id,
							      sections[i].title));
	report_studies(&report);
	sqlite3_finalize(report.tallied);
	if (!report.failed)
		return report.document;
	snprintf(error, 256, "%s", sqlite3_errmsg(db));
	json_decref(report.document);
	return NULL;
}
