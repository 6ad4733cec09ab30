/* SPDX-License-Identifier: Apache-2.0 */
#include "output/report/report_text.h"

#include <stdlib.h>
#include <string.h>

#include "tests/unit/report_sample.h"
#include "tests/unit/test.h"

static char *
text_of(const json_t *document)
{
	char *text = NULL;
	size_t length;
	FILE *out = open_memstream(&text, &length);

	CHECK(report_text(document, out));
	fclose(out);
	CHECK(strlen(text) == length);
	return text;
}

/* What any letter must be: lines of 72 printable letters, a subject, an empty line. */
static void
check_letter(const char *text)
{
	const char *end = strchr(text, '\n');

	CHECK(end != NULL && end > text && strncmp(end, "\n\n", 2) == 0);
	for (; *text != '\0'; text = end + 1) {
		end = strchr(text, '\n');
		CHECK(end != NULL && end - text <= 72);
		for (const char *at = text; at < end; at++)
			CHECK(*at >= 0x20 && *at < 0x7f);
	}
}

static void
check_has(const char *text, const char *want)
{
	CHECK(strstr(text, want) != NULL);
	if (strstr(text, want) == NULL)
		fprintf(stderr, "no \"%s\" in:\n%s", want, text);
}

static json_t *
document_of(const char *numbers, const char *tables)
{
	return json_pack("{s:s, s:{s:s}, s:n, s:o, s:[], s:[{s:o}]}", "headline", "A sentence.",
			 "sweep", "started", "2026-11-23T02:00:00Z", "against", "numbers",
			 json_loads(numbers, 0, NULL), "cautions", "sections", "tables",
			 json_loads(tables, 0, NULL));
}

static void
shows_the_sample(void)
{
	json_t *document = report_sample(), *empty = report_sample_empty();
	char *text = text_of(document);

	check_letter(text);
	json_decref(document);
	free(text);
	text = text_of(empty);
	check_letter(text);
	json_decref(empty);
	free(text);
}

static void
shows_numbers(void)
{
	json_t *document =
	    document_of("[{\"id\":\"starttls\",\"title\":\"STARTTLS\",\"n\":1213,\"of\":1234,"
			"\"of_what\":\"domains\",\"share\":0.983,\"change\":-0.3},"
			"{\"id\":\"stripped\",\"title\":\"Stripped\",\"n\":3,\"of\":1234,"
			"\"of_what\":\"domains\",\"share\":0.00243,\"change\":null}]",
			"[]");
	char *text = text_of(document);

	check_letter(text);
	check_has(text, "mxsweep 2026-11-23: STARTTLS 98.3 %, 3 stripped\n\nA sentence.\n");
	check_has(text,
		  "\n  98.3 %    -0.3  STARTTLS\n                  1,213 of 1,234 domains\n");
	check_has(text, "\n  0.24 %       -  Stripped\n                  3 of 1,234 domains\n");
	json_decref(document);
	free(text);
}

/* Nothing that strangers are called ends a line, begins a header, or widens one. */
static void
shows_rows(void)
{
	json_t *document = document_of(
	    "[]", "[{\"id\":\"strip-new\",\"title\":\"2 servers\",\"omitted\":7,\"columns\":["
		  "{\"id\":\"mx\",\"kind\":\"text\"},{\"id\":\"as_name\",\"kind\":\"text\"},"
		  "{\"id\":\"domains\",\"kind\":\"count\"}],\"rows\":["
		  "[\"mx.example\",\"Soci\\u00e9t\\u00e9\\nBcc: all@example\\u001b[2J\",1200],"
		  "[\"a234567890123456789012345678901234567890123456789012345678901234567890\","
		  "null,null]]},"
		  "{\"id\":\"list-failing\",\"title\":\"No entry fails\",\"omitted\":0,"
		  "\"columns\":[],\"rows\":[]}]");
	char *text = text_of(document);

	check_letter(text);
	check_has(text, "mxsweep: A sentence.\n\n");
	check_has(text,
		  "\n2 servers:\n"
		  "  - mx.example Soci?t? Bcc: all@example?[2J; domains behind: 1,200\n"
		  "  - a2345678901234567890123456789012345678901234567890123456789012345678\n"
		  "    90\n"
		  "  - and 7 more\n");
	check_has(text, "\nNo entry fails.\n");
	json_decref(document);
	free(text);
}

static void
cuts_the_subject(void)
{
	json_t *document = document_of("[]", "[]");
	char *text;

	json_object_set_new(document, "headline",
			    json_string("A sentence so long that it has no place in the line "
					"of a subject, nor in any other of this width."));
	text = text_of(document);
	check_letter(text);
	check_has(text,
		  "mxsweep: A sentence so long that it has no place in the line o.\n\n"
		  "A sentence so long that it has no place in the line of a subject, nor in\n"
		  "any other of this width.\n");
	json_decref(document);
	free(text);
}

static void
says_what_fails(void)
{
	json_t *document = report_sample_empty();
	FILE *out = fopen("/dev/full", "w");

	CHECK(out != NULL && !report_text(document, out));
	fclose(out);
	json_decref(document);
}

int
main(void)
{
	RUN(shows_the_sample);
	RUN(shows_numbers);
	RUN(shows_rows);
	RUN(cuts_the_subject);
	RUN(says_what_fails);
	return test_end();
}
