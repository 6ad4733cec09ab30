/* SPDX-License-Identifier: Apache-2.0 */
/* What must be known before the numbers of a report are believed or compared. */
#include <string.h>

#include "output/report/report_parts.h"

#define MUCH 0.05 /* of the domains: so many untested ones are worth a word */

static void
warn(struct report *report, json_t *caution)
{
	json_array_append_new(json_object_get(report->document, "cautions"), caution);
}

static const json_t *
sweep_value(struct report *report, const char *which, const char *key)
{
	return json_object_get(json_object_get(report->document, which), key);
}

static const char *
shown(const json_t *value)
{
	return json_is_string(value) && json_string_length(value) > 0 ? json_string_value(value)
								      : "none";
}

static void
warn_of_sweep(struct report *report)
{
	const json_t *state = sweep_value(report, "sweep", "state");
	int64_t domains = json_integer_value(sweep_value(report, "sweep", "domains"));
	int64_t untestable = report_tally(report, report->sweep, "headline", "untestable");

	if (strcmp(shown(state), "complete") != 0)
		warn(report,
		     json_sprintf("This sweep did not come to its end: its numbers are of "
				  "the %s domains it had asked until then.",
				  document_number(domains)));
	if (domains > 0 && !report->counted)
		warn(report,
		     json_sprintf("This sweep has no verdicts; mxsweep assess makes them."));
	if (domains > 0 && (double)untestable > MUCH * (double)domains)
		warn(report,
		     json_sprintf("%s of %s domains could not be tested, which is %s: see "
				  "what that could change.",
				  document_number(untestable), document_number(domains),
				  document_percent(untestable, domains)));
}

static void
warn_of_list(struct report *report)
{
	int64_t now = report_number(report, "SELECT count(*) FROM domain WHERE sweep = ?1");
	int64_t then = report_number(report, "SELECT count(*) FROM domain WHERE sweep = ?2");
	int64_t both = report->in_both;

	if (both == 0 && now > 0)
		warn(report, json_sprintf("No domain was judged in both sweeps: nothing can be "
					  "compared."));
	else if (now != both || then != both)
		warn(report,
		     json_sprintf("The list differs from that of %s: %s %s added, %s gone; "
				  "compared over the %s in both.",
				  report->against_day, document_number(now - both),
				  now - both == 1 ? "domain" : "domains",
				  document_number(then - both), document_number(both)));
}

/* A column of the sweeps that is not what it was. */
static void
warn_of_value(struct report *report, const char *key, const char *name)
{
	const json_t *now = sweep_value(report, "sweep", key);
	const json_t *then = sweep_value(report, "against", key);

	if (!json_equal(now, then))
		warn(report, json_sprintf("%s differs: %s now, %s on %s.", name, shown(now),
					  shown(then), report->against_day));
}

/* Options that say where things are kept, and how fast, make no difference. */
static bool
matters(const char *key)
{
	static const char *const ignored[] = {
		"input-file",
		"output-file",
		"output-module",
		"metadata-file",
		"status-updates-file",
		"seed",
		"senders",
		"threads",
		"notes",
		"vantage",
		"quiet",
		"verbose",
		"new",
		"root-cas",
		"dns-rate-limit",
		"rate",
	};

	for (size_t i = 0; i < sizeof ignored / sizeof *ignored; i++)
		if (strcmp(key, ignored[i]) == 0)
			return false;
	return true;
}

static void
warn_of_options(struct report *report)
{
	json_t *now = json_object_get(json_object_get(report->document, "sweep"), "options");
	json_t *then = json_object_get(json_object_get(report->document, "against"), "options");
	json_t *all = json_copy(now), *value, *names = json_string("");
	const char *key;

	json_object_update_missing(all, then);
	json_object_foreach (all, key, value) {
		json_t *longer;

		if (!matters(key) ||
		    json_equal(json_object_get(now, key), json_object_get(then, key)))
			continue;
		longer = json_sprintf("%s%s%s", json_string_value(names),
				      json_string_length(names) > 0 ? ", " : "", key);
		json_decref(names);
		names = longer;
	}
	if (json_string_length(names) > 0)
		warn(report, json_sprintf("Other options than on %s: %s.", report->against_day,
					  json_string_value(names)));
	json_decref(names);
	json_decref(all);
}

void
report_cautions(struct report *report)
{
	warn_of_sweep(report);
	if (report->against == 0) {
		warn(report, json_string("There is no earlier sweep to compare with."));
		return;
	}
	if (strcmp(shown(sweep_value(report, "against", "state")), "complete") != 0)
		warn(report, json_sprintf("The sweep of %s did not come to its end.",
					  report->against_day));
	warn_of_list(report);
	warn_of_value(report, "vantage", "The vantage point");
	warn_of_value(report, "trust_store", "The trust store");
	warn_of_value(report, "version", "The version of mxsweep");
	warn_of_value(report, "resolver", "The resolver");
	warn_of_options(report);
}
