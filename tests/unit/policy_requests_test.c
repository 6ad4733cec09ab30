/* SPDX-License-Identifier: Apache-2.0 */
#include "output/policy/policy_requests.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "output/policy/policy_compare.h"
#include "tests/unit/sample.h"
#include "tests/unit/test.h"

static char path[64], error[512];
static struct policy_requests requests;

static bool
read_bytes(const char *text, size_t length)
{
	FILE *out = fopen(path, "w");

	CHECK(out != NULL && fwrite(text, 1, length, out) == length && fclose(out) == 0);
	error[0] = '\0';
	return policy_requests_read(&requests, path, error);
}

static bool
read_text(const char *text)
{
	return read_bytes(text, strlen(text));
}

static void
says(size_t i, const char *domain, const char *demand)
{
	char *text = policy_demand_text(&requests.requests[i].demand);

	CHECK_TEXT(requests.requests[i].domain, domain);
	CHECK_TEXT(text, demand);
	free(text);
}

static void
reads_lines(void)
{
	CHECK(read_text(
	    "\xef\xbb\xbf# who asked\n"
	    "\n"
	    "  Example.ORG. enforce  mx2.example.org\t.Example.net mx2.example.org\r\n"
	    "b\xc3\xbc"
	    "cher.example testing # without patterns\n"
	    "a.example testing mx.a.example # by mail"));
	CHECK(requests.count == 3);
	says(0, "a.example", "testing mx.a.example");
	says(1, "example.org", "enforce .example.net mx2.example.org");
	says(2, "xn--bcher-kva.example", "testing");
	CHECK(requests.requests[1].line == 3);
	policy_requests_clear(&requests);
	policy_requests_clear(&requests);
	CHECK(read_text("") && requests.count == 0);
	policy_requests_clear(&requests);
}

/* Nothing is passed over. */
static void
refuses_mistakes(void)
{
	static const struct {
		const char *text, *error;
	} mistakes[] = {
		{ "a.example", ":1: a.example: testing or enforce must follow" },
		{ "\na.example none", ":2: none: is neither testing nor enforce" },
		{ "a.example Enforce", ":1: Enforce: is neither testing nor enforce" },
		{ "localhost testing", ":1: localhost: a single label" },
		{ "192.0.2.1 testing",
		  ":1: 192.0.2.1: a last label of digits only, like an address" },
		{ "a.example testing *.a.example",
		  ":1: *.a.example: a wildcard of MTA-STS, which is a leading dot here" },
		{ "a.example testing mx.a.example mx_1.a.example",
		  ":1: mx_1.a.example: an underscore" },
		{ "# one\nb.example testing\na.example testing\n\nB.example enforce\n",
		  ":5: b.example: was asked for in line 2 already" },
	};

	for (size_t i = 0; i < sizeof mistakes / sizeof *mistakes; i++) {
		CHECK(!read_text(mistakes[i].text));
		CHECK(strncmp(error, path, strlen(path)) == 0);
		CHECK_TEXT(error + strlen(path), mistakes[i].error);
		CHECK(requests.count == 0 && requests.requests == NULL);
	}
}

static void
refuses_bytes(void)
{
	size_t length = 70000;
	char *line = mem_alloc(length);

	CHECK(!read_bytes("a.example\0 testing", 18));
	CHECK(strstr(error, ":1: a byte that is no text") != NULL);
	memset(line, 'a', length);
	CHECK(!read_bytes(line, length));
	CHECK(strstr(error, ":1: the line is too long") != NULL);
	free(line);
	CHECK(!read_text("a.example \x1b[31m"));
	CHECK(strchr(error, '\x1b') == NULL);
}

int
main(void)
{
	char *folder = sample_folder();

	snprintf(path, sizeof path, "%s/requests", folder);
	RUN(reads_lines);
	RUN(refuses_mistakes);
	RUN(refuses_bytes);
	unlink(path);
	rmdir(folder);
	return test_end();
}
