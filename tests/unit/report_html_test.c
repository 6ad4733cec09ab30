/* SPDX-License-Identifier: Apache-2.0 */
#include "output/report/report_html.h"

#include <stdlib.h>
#include <unistd.h>

#include "output/report/html.h"
#include "output/report/shown.h"
#include "tests/unit/report_sample.h"
#include "tests/unit/test.h"

static char folder[] = "/tmp/report_html_test.XXXXXX";

static char *
page_of(const json_t *document)
{
	char path[128], error[256] = "", *text = calloc(1, 1 << 20);
	FILE *in;

	CHECK(report_html(document, folder, error));
	CHECK_TEXT(error, "");
	snprintf(path, sizeof path, "%s/index.html", folder);
	in = fopen(path, "r");
	CHECK(in != NULL && fread(text, 1, (1 << 20) - 1, in) > 1000);
	if (in != NULL)
		fclose(in);
	unlink(path);
	return text;
}

static void
check_escaped(const char *text, const char *want)
{
	char *made = NULL;
	size_t length;
	FILE *out = open_memstream(&made, &length);

	html_text(out, text);
	fclose(out);
	CHECK_TEXT(made, want);
	free(made);
}

static void
escapes(void)
{
	check_escaped(NULL, "");
	check_escaped("plain \xc3\xa9 \xf0\x9f\x93\xa7\n", "plain \xc3\xa9 \xf0\x9f\x93\xa7\n");
	check_escaped("<a href=\"x\" b='y'>&amp;",
		      "&lt;a href=&quot;x&quot; b=&#39;y&#39;&gt;&amp;amp;");
	check_escaped("]]>", "]]&gt;");
	check_escaped("a\x01\x7f\xc2\x85z", "a\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbdz");
	/* Right-to-left override, zero-width space, U+FFFE. */
	check_escaped("\xe2\x80\xae", "\xef\xbf\xbd");
	check_escaped("\xe2\x80\x8b\xef\xbf\xbe", "\xef\xbf\xbd\xef\xbf\xbd");
	/* Half a letter at the end is read no further than the text. */
	check_escaped("a\xe2\x80", "a\xef\xbf\xbd");
}

static void
writes_attributes(void)
{
	char *made = NULL;
	size_t length;
	FILE *out = open_memstream(&made, &length);

	html_attribute(out, "title", "\" onload=\"alert(1)");
	html_element(out, "b", "x\"y", "<");
	html_element(out, "i", NULL, NULL);
	html_link(out, "tables", "a\"b", "csv", "CSV");
	html_id(out, "table", "a\"b");
	fclose(out);
	CHECK_TEXT(made, " title=\"&quot; onload=&quot;alert(1)\"<b class=\"x&quot;y\">&lt;</b>"
			 "<i></i><a href=\"tables/a&quot;b.csv\">CSV</a>"
			 " id=\"table-a&quot;b\"");
	free(made);
}

static void
shows_figures(void)
{
	static const struct {
		double share;
		const char *text;
	} percents[] = { { 0, "0 %" },
			 { 1, "100 %" },
			 { 0.842, "84.2 %" },
			 { 0.0999, "9.99 %" },
			 { 0.0384, "3.84 %" },
			 { 0.00071, "0.071 %" },
			 { 0.99996, "99.996 %" },
			 { 0.9999999, "99.999 %" },
			 { 0.5, "50.0 %" } };

	for (size_t i = 0; i < sizeof percents / sizeof *percents; i++)
		CHECK_TEXT(shown_percent(percents[i].share).text, percents[i].text);
	CHECK_TEXT(shown_count(0).text, "0");
	CHECK_TEXT(shown_count(999).text, "999");
	CHECK_TEXT(shown_count(1234567).text, "1,234,567");
	CHECK_TEXT(shown_count(-123456).text, "-123,456");
	CHECK_TEXT(shown_points(-1.26).text, "1.3 points");
	CHECK_TEXT(shown_points(0.026).text, "0.03 points");
	CHECK_TEXT(shown_day("2026-11-23T02:00:00Z").text, "23 November 2026");
	CHECK_TEXT(shown_day("2026-11-02").text, "2 November 2026");
	CHECK_TEXT(shown_day("a day in a far, far away year").text, "a day in a far, far…");
	CHECK_TEXT(shown_day(NULL).text, "–");
}

static void
check_cut(const char *text, size_t width, const char *want)
{
	char *made = shown_cut(text, width);

	CHECK_TEXT(made, want);
	free(made);
}

static void
cuts(void)
{
	char marks[2001] = "";

	check_cut("", 3, "");
	check_cut("abc", 3, "abc");
	check_cut("abcd", 3, "ab…");
	check_cut("ab cd", 4, "ab…");
	check_cut("\xe6\xaf\x8e\xe9\x80\xb1", 3, "\xe6\xaf\x8e…");
	for (int i = 0; i < 1000; i++)
		memcpy(marks + 2 * i, "\xcc\x81", 2);
	CHECK(shown_width(marks) == 0);
	check_cut(marks, 0, "…");
	CHECK(shown_id("adoption-history_2") && !shown_id("../x") && !shown_id("") &&
	      !shown_id("A") && !shown_id(NULL));
}

static int
count(const char *text, const char *what)
{
	int n = 0;

	for (; (text = strstr(text, what)) != NULL; text++)
		n++;
	return n;
}

/* How often ` name="value"` is there, with the value up to its quotation mark. */
static int
count_attribute(const char *page, const char *name, const char *value)
{
	char what[128];

	snprintf(what, sizeof what, " %s=\"%.*s\"", name, (int)strcspn(value, "\""), value);
	return count(page, what);
}

/* Each id is there once, and each link into the page leads to one. */
static void
check_ids(const char *page)
{
	for (const char *at = page; (at = strstr(at, " id=\"")) != NULL; at++)
		CHECK(count_attribute(page, "id", at + 5) == 1);
	for (const char *at = page; (at = strstr(at, " href=\"#")) != NULL; at++)
		CHECK(count_attribute(page, "id", at + 8) == 1);
}

/* A section, its plot and the table that this draws may have one name. */
static void
tells_things_of_one_name_apart(void)
{
	json_t *document = json_pack(
	    "{s:[{s:s, s:s, s:[], s:[{s:s, s:s, s:s, s:s}], s:[{s:s, s:s, s:[], s:[]}]}]}",
	    "sections", "id", "dane", "title", "DANE", "text", "plots", "id", "dane", "title",
	    "DANE", "table", "dane", "svg", "<svg/>", "tables", "id", "dane", "title", "DANE",
	    "columns", "rows");
	char *page = page_of(document);

	CHECK(document != NULL);
	CHECK(count(page, "<a href=\"#dane\">") == 1);
	CHECK(count(page, "<section id=\"dane\">") == 1);
	CHECK(count(page, "<figure id=\"plot-dane\">") == 1);
	CHECK(count(page, "<div class=\"table\" id=\"table-dane\">") == 1);
	check_ids(page);
	free(page);
	json_decref(document);
}

static void
shows_the_sample(void)
{
	json_t *document = report_sample();
	char *page = page_of(document);

	CHECK(strncmp(page, "<!DOCTYPE html>\n<html lang=\"en\">", 32) == 0);
	CHECK(count(page, "<h1>STARTTLS reaches 91.4 %") == 1);
	CHECK(count(page, "<li data-id=") == 6);
	CHECK(count(page, "<data data-key=\"n\" value=\"898000\">898,000</data> of "
			  "<data data-key=\"of\" value=\"982887\">982,887</data>") == 1);
	CHECK(count(page, "1.3 points</data> up: better") == 1);
	CHECK(count(page, "0.03 points</data> up: worse") == 1);
	CHECK(count(page, ">unchanged<") == 1);
	CHECK(count(page, "<section id=") == 11);
	CHECK(count(page, "href=\"tables/adoption-history.csv\"") == 1);
	CHECK(count(page, "Why DANE fails: <em>nothing to list</em>") == 1);
	CHECK(count(page, "12 more rows were left out at the end.") == 1);
	/* Without drawings no figure, and no link to a file that is not there. */
	CHECK(count(page, "<figure") == 0 && count(page, ".svg\"") == 0);
	check_ids(page);
	free(page);
	json_decref(document);
}

static void
lets_nothing_through(void)
{
	json_t *document = report_sample();
	char *page = page_of(document);

	CHECK(count(page, "<script") == 0);
	CHECK(count(page, "<img") == 0);
	CHECK(count(page, "src=\"") == 0 && count(page, "style=\"") == 0);
	CHECK(count(page, "href=\"http") == 0 && count(page, "url(") == 0);
	CHECK(count(page, "\xe2\x80\xae") == 0 && count(page, "\x07") == 0);
	CHECK(count(page, "default-src 'none'; style-src 'sha256-") == 1);
	CHECK(count(page, "&lt;/script&gt;&lt;img src=x onerror=alert(1)&gt;") >= 2);
	CHECK(count(page, "Z\xc3\xbcrich &lt;b&gt;&amp;") == 1);
	free(page);
	json_decref(document);
}

static void
shows_an_empty_one(void)
{
	json_t *document = report_sample_empty(), *nothing = json_object();
	char *page = page_of(document);

	CHECK(count(page, "No earlier sweep to compare with") == 6);
	CHECK(count(page, "<em>nothing to list</em>") == 9);
	CHECK(count(page, "<table") == 0 && count(page, "nan") == 0);
	check_ids(page);
	free(page);
	json_decref(document);
	free(page_of(nothing));
	json_decref(nothing);
}

static void
says_what_fails(void)
{
	json_t *document = report_sample_empty();
	char error[256] = "";

	CHECK(!report_html(document, "/nowhere/at/all", error));
	CHECK_TEXT(error, "/nowhere/at/all/index.html: No such file or directory");
	json_decref(document);
}

int
main(void)
{
	if (mkdtemp(folder) == NULL)
		return 1;
	RUN(escapes);
	RUN(writes_attributes);
	RUN(shows_figures);
	RUN(cuts);
	RUN(tells_things_of_one_name_apart);
	RUN(shows_the_sample);
	RUN(lets_nothing_through);
	RUN(shows_an_empty_one);
	RUN(says_what_fails);
	rmdir(folder);
	return test_end();
}
