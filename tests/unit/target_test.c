/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "scanner/fold.h"
#include "scanner/input.h"
#include "scanner/mem.h"
#include "tests/unit/test.h"

static struct target target;
static const char *reason;

static enum line
parse_bytes(const char *line, size_t length)
{
	target_clear(&target);
	return target_parse(line, length, &target, &reason);
}

static enum line
parse(const char *line)
{
	return parse_bytes(line, strlen(line));
}

static void
check_key(const char *line, const char *want)
{
	char *key;

	CHECK(parse(line) == LINE_TARGET);
	if (target.kind != TARGET_ADDRESS && target.name == NULL) {
		CHECK_TEXT(line, want);
		return;
	}
	key = target_key(&target);
	CHECK_TEXT(key, want);
	free(key);
}

static void
check_invalid(const char *line, const char *name)
{
	CHECK(parse(line) == LINE_TARGET);
	CHECK(target.kind == TARGET_INVALID);
	CHECK_TEXT(target.name, name);
}

static void
check_bad(const char *line, const char *why)
{
	CHECK(parse(line) == LINE_BAD);
	CHECK_TEXT(reason, why);
	CHECK(target.name == NULL && target.tag == NULL);
}

static void
folds_domains(void)
{
	check_key("example.org", "example.org");
	check_key("EXAMPLE.Org.", "example.org");
	check_key(" \texample.org \r\n", "example.org");
	check_key("\xef\xbb\xbf"
		  "example.org",
		  "example.org");
	check_key("_dmarc.example.org", "_dmarc.example.org");
	check_key("-odd-.example.org", "-odd-.example.org");
	check_key("localhost", "localhost");
	check_key("\"example.org\"", "example.org");
	CHECK(target.kind == TARGET_DOMAIN && target.rank == 0);
}

static void
folds_international_names(void)
{
	check_key("M\xc3\x9cNCHEN.de", "xn--mnchen-3ya.de");
	check_key("mu\xcc\x88nchen.de", "xn--mnchen-3ya.de"); /* decomposed */
	check_key("stra\xc3\x9f"
		  "e.de",
		  "xn--strae-oqa.de"); /* not strasse.de */
	check_key("XN--MNCHEN-3YA.de", "xn--mnchen-3ya.de");
	check_key("xn--ls8h.la", "xn--ls8h.la"); /* not IDNA 2008, yet registered */
	check_key("_dmarc.m\xc3\xbcnchen.de", "_dmarc.xn--mnchen-3ya.de");
	check_key("\xe4\xbe\x8b\xe3\x81\x88\xe3\x80\x82jp", "xn--r8jz45g.jp");
	check_key("\xe4\xbe\x8b\xe3\x81\x88.jp\xe3\x80\x82", "xn--r8jz45g.jp");
}

static void
keeps_names_dns_cannot_hold(void)
{
	char label[80], name[400];

	check_invalid("A..b", "a..b");
	check_invalid(".a", ".a");
	check_invalid("a..", "a..");
	check_invalid(".", ".");
	check_invalid("7, A..b", "a..b");
	check_invalid("a\xe2\x80\xae"
		      "b.example",
		      "a\\xe2\\x80\\xae"
		      "b.example");
	check_invalid("a\xef\xbc\x8f"
		      "b.example", /* a wide slash becomes a slash */
		      "a\xef\xbc\x8f"
		      "b.example");
	check_invalid("m\xfcnchen.de", "m\\xfcnchen.de");
	memset(label, 'a', sizeof label);
	memcpy(label + 63, ".b", 3);
	check_key(label, label);
	memcpy(label + 63, "a.b", 4);
	check_invalid(label, label);
	for (int i = 0; i < 127; i++)
		memcpy(name + 2 * i, "a.", 3);
	check_key(name, (name[253] = '\0', name)); /* 127 labels, 253 bytes */
	memcpy(name + 253, "a", 2);
	check_invalid(name, name);
}

static void
takes_addresses(void)
{
	check_key("192.0.2.1", "192.0.2.1");
	CHECK(target.kind == TARGET_ADDRESS && target.name == NULL);
	check_key("2001:DB8:0::1", "2001:db8::1");
	check_key("[2001:db8::1]", "2001:db8::1");
	check_key("192.0.2.1, Example.org.", "192.0.2.1,example.org");
	CHECK(target.kind == TARGET_ADDRESS);
	check_key("[::1],example.org", "::1,example.org");
	check_key("192.0.2.1,", "192.0.2.1");
	check_bad("[192.0.2.1]", "a character that no name or address has");
	check_bad("192.0.2.1.", "an address where a domain belongs");
	check_bad("192.0.2.1,192.0.2.2", "an address where a domain belongs");
	check_bad("fe80::1%eth0", "a character that no name or address has");
	check_bad("192.0.2.0/24", "a character that no name or address has");
}

static void
takes_ranks_and_tags(void)
{
	check_key("1,google.com", "google.com");
	CHECK(target.kind == TARGET_DOMAIN && target.rank == 1);
	check_key("192.0.2.1, example.org, mail", "192.0.2.1,example.org");
	CHECK_TEXT(target.tag, "mail");
	check_key(", example.org, my tag", "example.org");
	CHECK_TEXT(target.tag, "my tag");
	CHECK(target.kind == TARGET_DOMAIN);
	check_key("192.0.2.1 ,\t, tag", "192.0.2.1");
	CHECK_TEXT(target.tag, "tag");
	check_key(",example.org", "example.org");
	CHECK(target.tag == NULL);
	check_key("\"192.0.2.1\",\"example.org\",\"a, \"\"b\"\"\"", "192.0.2.1,example.org");
	CHECK_TEXT(target.tag, "a, \"b\"");
	check_key(", example.org, \xff", "example.org");
	CHECK_TEXT(target.tag, "\\xff");
	check_bad("1234567890123456789,example.org",
		  "neither an address nor a rank before the comma");
}

static void
skips_blanks(void)
{
	CHECK(parse("") == LINE_BLANK);
	CHECK(parse(" \t\r\n") == LINE_BLANK);
	CHECK(parse("# example.org") == LINE_BLANK);
	CHECK(parse("  #") == LINE_BLANK);
	CHECK(parse("\xef\xbb\xbf# list") == LINE_BLANK);
	CHECK(reason == NULL);
}

static void
refuses_what_is_no_target(void)
{
	char *long_line = mem_alloc(65538);

	check_bad("example.org example.com", "white space inside");
	check_bad("user@example.org", "a character that no name or address has");
	check_bad("https://example.org/", "a character that no name or address has");
	check_bad("example.org:25", "a character that no name or address has");
	check_bad("a\\b", "a character that no name or address has");
	check_bad("<html>", "a character that no name or address has");
	check_bad("exa\"mple.org", "a quotation mark inside");
	check_bad("\"example.org", "a quotation mark that is not closed");
	check_bad("\"example.org\"x", "text after a closing quotation mark");
	check_bad("a.example\x01", "a control character");
	check_bad("a.example\xc2\x85.org", "a control character");
	check_bad("a\rb", "a control character");
	CHECK(parse_bytes("a\0b", 3) == LINE_BAD);
	CHECK_TEXT(reason, "a control character");
	check_bad("192.0.2.1,example.org,tag,25", "too many fields");
	check_bad("rank,domain", "neither an address nor a rank before the comma");
	check_bad("1,example.org,tag", "no address in the first field");
	check_bad(",", "neither an address nor a domain");
	check_bad(",,tag", "neither an address nor a domain");
	check_bad("1,", "neither an address nor a domain");
	memset(long_line, 'a', 65537);
	CHECK(parse_bytes(long_line, 65536) == LINE_TARGET);
	CHECK(target.kind == TARGET_INVALID);
	CHECK(parse_bytes(long_line, 65537) == LINE_BAD);
	CHECK_TEXT(reason, "longer than 64 KiB");
	free(long_line);
}

int
main(void)
{
	RUN(folds_domains);
	RUN(folds_international_names);
	RUN(keeps_names_dns_cannot_hold);
	RUN(takes_addresses);
	RUN(takes_ranks_and_tags);
	RUN(skips_blanks);
	RUN(refuses_what_is_no_target);
	target_clear(&target);
	return test_end();
}
