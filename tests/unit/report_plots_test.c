/* SPDX-License-Identifier: Apache-2.0 */
#include "output/report/report_plots.h"

#include <ftw.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "output/report/plot_parts.h"
#include "output/report/shown.h"
#include "tests/unit/report_sample.h"
#include "tests/unit/test.h"

#define SKIP 77

static char folder[] = "/tmp/report_plots_test.XXXXXX";

static int
remove_one(const char *path, const struct stat *stat, int kind, struct FTW *where)
{
	(void)stat, (void)kind, (void)where;
	return remove(path);
}

static char *
file_of(const char *name)
{
	char path[256], *text = calloc(1, 1 << 20);
	FILE *in;

	snprintf(path, sizeof path, "%s/%s", folder, name);
	in = fopen(path, "r");
	if (in != NULL) {
		CHECK(fread(text, 1, (1 << 20) - 1, in) > 0);
		fclose(in);
	}
	return text;
}

static bool
is_there(const char *name)
{
	char path[256];

	snprintf(path, sizeof path, "%s/%s", folder, name);
	return access(path, F_OK) == 0;
}

static const json_t *
plot_of(const json_t *document, const char *id)
{
	const json_t *section, *plot;
	size_t i, j;

	json_array_foreach (json_object_get(document, "sections"), i, section)
		json_array_foreach (json_object_get(section, "plots"), j, plot)
			if (strcmp(json_string_value(json_object_get(plot, "id")), id) == 0)
				return plot;
	return NULL;
}

static const char *
svg_of(const json_t *document, const char *id, const char *key)
{
	const char *text = json_string_value(json_object_get(plot_of(document, id), key));

	return text != NULL ? text : "";
}

static void
draws_the_sample(void)
{
	static const char *const ids[] = { "adoption",
					   "adoption-starttls",
					   "stripping-networks",
					   "trust-name",
					   "expiry",
					   "mta-sts-modes",
					   "one" };
	json_t *document = report_sample();
	char error[256] = "";

	CHECK(report_plots(document, folder, error));
	CHECK_TEXT(error, "");
	for (size_t i = 0; i < sizeof ids / sizeof *ids; i++) {
		CHECK(strncmp(svg_of(document, ids[i], "svg"), "<svg class=\"wide\"", 17) == 0);
		CHECK(strncmp(svg_of(document, ids[i], "svg_narrow"), "<svg class=\"narrow\"",
			      19) == 0);
		CHECK(strstr(svg_of(document, ids[i], "svg"), "role=\"img\" aria-label=\"") !=
		      NULL);
	}
	CHECK(strstr(svg_of(document, "adoption", "svg"), ">MTA-STS<") == NULL);
	CHECK(strstr(svg_of(document, "adoption", "svg"), " % MTA-STS</text>") != NULL);
	CHECK(strstr(svg_of(document, "adoption", "svg"), "<text>Jan 2026</text>") != NULL);
	CHECK(strstr(svg_of(document, "one", "svg"), "10.0 % (1 of 10)</text>") != NULL);
	/* Nothing to draw: neither text nor file. */
	CHECK_TEXT(svg_of(document, "dane-reasons", "svg"), "");
	CHECK(!is_there("plots/dane-reasons.svg"));
	report_plots_forget(document);
	CHECK_TEXT(svg_of(document, "adoption", "svg"), "");
	json_decref(document);
}

/* No text is ever a command, and none is markup. */
static void
hostile_texts_are_data(void)
{
	json_t *document = report_sample();
	char error[256] = "", *alone;
	const char *svg;

	unlink("/tmp/owned");
	CHECK(report_plots(document, folder, error));
	CHECK(access("/tmp/owned", F_OK) != 0);
	svg = svg_of(document, "stripping-networks", "svg");
	alone = file_of("plots/stripping-networks.svg");
	CHECK(strstr(svg, "&lt;/script&gt;&lt;img") != NULL);
	CHECK(strstr(svg, "&quot;];system(&quot;id&quot;)") != NULL);
	CHECK(strstr(svg, "T0E T1E &lt;text&gt;T2E") != NULL);
	CHECK(strstr(svg, "Long-Name-") != NULL && strstr(svg, "…") != NULL);
	CHECK(strstr(svg, "<script") == NULL && strstr(svg, "\xe2\x80\xae") == NULL);
	CHECK(
	    strstr(svg,
		   "aria-label=\"Twelve ranked bars &quot;&lt;quoted&gt;&quot; &amp; more.") !=
	    NULL);
	CHECK(strstr(alone, "<title id=\"title\">One network strips") != NULL);
	CHECK(strstr(alone, "<script") == NULL && strstr(alone, "xlink") == NULL);
	/* Letters are of the page's colour, also where it is dark. */
	CHECK(strstr(svg, "fill=\"currentColor\"") != NULL && strstr(svg, " color=") == NULL);
	free(alone);
	json_decref(document);
}

static void
the_script_has_no_texts(void)
{
	json_t *document = report_sample();
	const json_t *section = json_array_get(json_object_get(document, "sections"), 1);
	struct plot_drawing drawing = { .id = "x", .kind = PLOT_NARROW };
	struct plot_view view;
	char *script = NULL;
	size_t length;

	drawing.script = open_memstream(&script, &length);
	CHECK(
	    plot_view_of(&view, json_array_get(json_object_get(section, "plots"), 0), section));
	CHECK(plot_bars(&drawing, &view));
	fclose(drawing.script);
	CHECK(drawing.texts_count > 20);
	CHECK(strstr(script, "system") == NULL && strstr(script, "`") == NULL);
	CHECK(strstr(script, "touch") == NULL && strstr(script, "\\") == NULL);
	for (size_t i = 0; i < drawing.texts_count; i++)
		free(drawing.texts[i]);
	free(drawing.texts);
	free(script);
	json_decref(document);
}

static void
draws_nothing_of_nothing(void)
{
	json_t *document = report_sample_empty(), *nothing = json_object();
	char error[256] = "";

	CHECK(report_plots(document, folder, error));
	CHECK_TEXT(svg_of(document, "p", "svg"), "");
	CHECK_TEXT(svg_of(document, "q", "svg"), "");
	CHECK(report_plots(nothing, folder, error));
	json_decref(nothing);
	json_decref(document);
}

static void
steps_are_round(void)
{
	CHECK(plot_step(100, 5) == 20 && plot_step(9, 5) == 2 && plot_step(0, 5) > 0);
	CHECK_TEXT(plot_tick(60, 20, true).text, "60 %");
	CHECK_TEXT(plot_tick(0.25, 0.05, true).text, "0.25 %");
	CHECK_TEXT(plot_tick(60000, 20000, false).text, "60,000");
}

static void
is_bounded(void)
{
	static const char endless[] = "while (1) { }\n";
	char error[256] = "";
	time_t begin = time(NULL);
	bool missing;

	CHECK(!plot_child_run(folder, endless, strlen(endless), 1, &missing, error));
	CHECK_TEXT(error, "gnuplot: took too long");
	CHECK(!missing && time(NULL) - begin < 10);
	CHECK(!plot_child_run(folder, "this is no command\n", 19, 20, &missing, error));
	CHECK_TEXT(error, "gnuplot: failed");
	CHECK(!plot_child_run("/nowhere", "", 0, 20, &missing, error) && !missing);
}

static void
does_without_gnuplot(void)
{
	json_t *document = report_sample();
	char error[256] = "", *path = strdup(getenv("PATH"));

	setenv("PATH", "/nowhere", 1);
	CHECK(report_plots(document, folder, error));
	CHECK_TEXT(svg_of(document, "adoption", "svg"), "");
	setenv("PATH", path, 1);
	free(path);
	json_decref(document);
}

int
main(void)
{
	bool missing;
	char error[256];

	if (!plot_child_run("/", "", 0, 20, &missing, error) && missing) {
		printf("gnuplot is not installed\n");
		return SKIP;
	}
	if (mkdtemp(folder) == NULL)
		return 1;
	RUN(does_without_gnuplot);
	RUN(draws_the_sample);
	RUN(hostile_texts_are_data);
	RUN(the_script_has_no_texts);
	RUN(draws_nothing_of_nothing);
	RUN(steps_are_round);
	RUN(is_bounded);
	nftw(folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
	return test_end();
}
