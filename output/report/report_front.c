/* SPDX-License-Identifier: Apache-2.0 */
/* The first page of a report: a sentence and six numbers, with what changed. */
#include <inttypes.h>
#include <math.h>

#include "output/report/report_parts.h"

static json_t *
figure(struct figure f)
{
	return json_pack("{s:I, s:I, s:o}", "n", (json_int_t)f.n, "of", (json_int_t)f.of,
			 "share", document_share(f.n, f.of));
}

static json_t *
number(struct report *report, int measure)
{
	const struct measure *m = &report_measures[measure];
	struct figure now = report_figure(report, report->sweep, measure);
	bool compared = report->against != 0 && report->before[measure].of > 0;
	json_t *made = figure(now);

	json_object_set_new(made, "id", json_string(m->id));
	json_object_set_new(made, "title", json_string(m->title));
	json_object_set_new(made, "of_what", json_string(m->of_what));
	json_object_set_new(made, "both",
			    compared ? figure(report->both[measure]) : json_null());
	json_object_set_new(made, "before",
			    compared ? figure(report->before[measure]) : json_null());
	json_object_set_new(made, "change",
			    report_change(report->before[measure], report->both[measure]));
	json_object_set_new(made, "good", json_string(m->less_is_better ? "down" : "up"));
	return made;
}

/* ", 0.3 points more than on 2026-11-16", or nothing. */
static json_t *
share_moved(struct report *report)
{
	struct figure before = report->before[MEASURE_STARTTLS];
	json_t *change = report_change(before, report->both[MEASURE_STARTTLS]);
	double points = json_real_value(change);
	bool known = json_is_real(change);

	json_decref(change);
	if (!known)
		return json_string("");
	if (fabs(points) < 0.05)
		return json_sprintf(", as many as on %s", report->against_day);
	return json_sprintf(", %.1f points %s than on %s", fabs(points),
			    points > 0 ? "more" : "less", report->against_day);
}

/* The same of the number of domains that are stripped. */
static json_t *
stripped_moved(struct report *report)
{
	int64_t more = report->both[MEASURE_STRIPPED].n - report->before[MEASURE_STRIPPED].n;

	if (report->against == 0 || report->before[MEASURE_STRIPPED].of == 0)
		return json_string("");
	if (more == 0)
		return json_string(", as many as then");
	return json_sprintf(", %s %s than then", document_number(more > 0 ? more : -more),
			    more > 0 ? "more" : "fewer");
}

static json_t *
measured(struct report *report, struct figure starttls, struct figure stripped)
{
	json_t *share = share_moved(report), *count = stripped_moved(report);
	json_t *headline = json_sprintf(
	    "%s of the %s domains that answered do STARTTLS on every server%s; "
	    "%s %s it stripped on the way%s.",
	    document_percent(starttls.n, starttls.of), document_number(starttls.of),
	    json_string_value(share), stripped.n > 0 ? document_number(stripped.n) : "none",
	    stripped.n > 1 ? "have" : "has", json_string_value(count));

	json_decref(share);
	json_decref(count);
	return headline;
}

static json_t *
headline(struct report *report)
{
	struct figure starttls = report_figure(report, report->sweep, MEASURE_STARTTLS);
	int64_t domains = json_integer_value(
	    json_object_get(json_object_get(report->document, "sweep"), "domains"));

	if (domains == 0)
		return json_string("This sweep holds no domains.");
	if (!report->counted)
		return json_sprintf("This sweep of %s domains has not been judged yet.",
				    document_number(domains));
	if (starttls.of == 0)
		return json_sprintf("None of the %s domains could be tested.",
				    document_number(domains));
	return measured(report, starttls,
			report_figure(report, report->sweep, MEASURE_STRIPPED));
}

void
report_front(struct report *report)
{
	json_t *numbers = json_object_get(report->document, "numbers");

	json_object_set_new(report->document, "headline", headline(report));
	for (int i = 0; i < NUMBERS; i++)
		json_array_append_new(numbers, number(report, i));
}
