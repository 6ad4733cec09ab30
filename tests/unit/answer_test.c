/* SPDX-License-Identifier: Apache-2.0 */
#include "scanner/answer.h"
#include "tests/unit/test.h"

#include <arpa/inet.h>

/* A message under construction. */
static uint8_t wire[4096];
static size_t length;

static void
put16(unsigned value)
{
	wire[length++] = (uint8_t)(value >> 8);
	wire[length++] = (uint8_t)value;
}

/* "a.b" as labels; "@12" is a pointer to offset 12. */
static void
put_name(const char *name)
{
	unsigned offset;

	while (*name != '\0') {
		size_t n = strcspn(name, ".");

		if (sscanf(name, "@%u", &offset) == 1) {
			put16(0xc000 | offset);
			return;
		}
		wire[length++] = (uint8_t)n;
		memcpy(wire + length, name, n);
		length += n;
		name += n + (name[n] == '.');
	}
	wire[length++] = 0;
}

static void
begin(unsigned flags, unsigned answers, const char *name, unsigned type)
{
	length = 0;
	put16(7);
	put16(flags);
	put16(1);
	put16(answers);
	put16(0);
	put16(0);
	put_name(name);
	put16(type);
	put16(1);
}

/* A record whose RDATA is a name, behind prefix bytes. */
static void
put_record(const char *owner, unsigned type, int preference, const char *name)
{
	size_t at;

	put_name(owner);
	put16(type);
	put16(1);
	put16(0);
	put16(60);
	put16(0);
	at = length;
	if (preference >= 0)
		put16((unsigned)preference);
	put_name(name);
	wire[at - 2] = (uint8_t)((length - at) >> 8);
	wire[at - 1] = (uint8_t)(length - at);
}

static struct answer
parse(enum answer_type type)
{
	struct answer answer;

	answer_parse(&answer, wire, length, type);
	return answer;
}

static void
reads_mx_with_ad(void)
{
	struct answer a;

	begin(0x81a0, 2, "Example.ORG", TYPE_MX);
	put_record("@12", TYPE_MX, 10, "MX1.example.org");
	put_record("example.org", TYPE_MX, 20, "mx2.@12");
	a = parse(TYPE_MX);
	CHECK(a.status == ANSWER_OK && a.authenticated && !a.aliased);
	CHECK(a.count == 2);
	CHECK_TEXT(a.records[0].name, "mx1.example.org");
	CHECK(a.records[0].preference == 10);
	CHECK_TEXT(a.records[1].name, "mx2.example.org");
	answer_clear(&a);
}

static void
tells_rcodes_apart(void)
{
	static const struct {
		unsigned flags;
		enum answer_status status;
	} cases[] = { { 0x8180, ANSWER_NODATA },
		      { 0x8183, ANSWER_NXDOMAIN },
		      { 0x8182, ANSWER_FAILED },
		      { 0x8185, ANSWER_FAILED } };

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct answer a;

		begin(cases[i].flags, 0, "example.org", TYPE_MX);
		a = parse(TYPE_MX);
		CHECK(a.status == cases[i].status);
		CHECK(!a.authenticated);
		answer_clear(&a);
	}
}

static void
follows_aliases_in_any_order(void)
{
	struct answer a;

	begin(0x8180, 3, "www.example.org", TYPE_MX);
	put_record("c.example.org", TYPE_MX, 5, "mx.example.org");
	put_record("b.example.org", TYPE_CNAME, -1, "c.example.org");
	put_record("@12", TYPE_CNAME, -1, "b.example.org");
	a = parse(TYPE_MX);
	CHECK(a.status == ANSWER_OK && a.aliased && a.count == 1);
	CHECK_TEXT(a.expanded, "c.example.org");
	answer_clear(&a);
}

/* A record whose RDATA is these bytes. */
static void
put_bytes(const char *owner, unsigned type, const char *bytes, size_t count)
{
	put_name(owner);
	put16(type);
	put16(1);
	put16(0);
	put16(60);
	put16((unsigned)count);
	memcpy(wire + length, bytes, count);
	length += count;
}

static void
joins_the_strings_of_a_text(void)
{
	static const struct {
		const char *rdata;
		size_t length;
		const char *want; /* NULL: malformed */
	} cases[] = {
		{ "\6v=STSv1", 7, "v=STSv" },
		{ "\6v=STSv1", 8, NULL },
		{ "\7v=STSv1", 8, "v=STSv1" },
		{ "\7v=STSv1\5; id=\1"
		  "1",
		  16, "v=STSv1; id=1" },
		{ "\0\2ab\0", 5, "ab" },
		{ "\0", 1, "" },
		{ "", 0, "" },
		{ "\3ab", 3, NULL },
		{ "\2ab\1", 4, NULL },
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct answer a;

		begin(0x8180, 1, "_mta-sts.example.org", TYPE_TXT);
		put_bytes("@12", TYPE_TXT, cases[i].rdata, cases[i].length);
		a = parse(TYPE_TXT);
		CHECK(a.status == (cases[i].want != NULL ? ANSWER_OK : ANSWER_MALFORMED));
		CHECK(a.count == (cases[i].want != NULL));
		if (a.count == 1)
			CHECK(a.records[0].length == strlen(cases[i].want) &&
			      memcmp(a.records[0].data, cases[i].want, a.records[0].length) ==
				  0);
		answer_clear(&a);
	}
}

static void
takes_tlsa_as_it_comes(void)
{
	struct answer a;

	begin(0x81a0, 3, "_25._tcp.mx.example.org", TYPE_TLSA);
	put_bytes("@12", TYPE_TLSA, "\3\1\1abc", 6);
	put_bytes("@12", TYPE_TLSA, "\3", 1);
	put_bytes("@12", TYPE_TLSA, "", 0);
	a = parse(TYPE_TLSA);
	CHECK(a.status == ANSWER_OK && a.authenticated && a.count == 3);
	CHECK(a.records[0].length == 6 && memcmp(a.records[0].data, "\3\1\1abc", 6) == 0);
	CHECK(a.records[1].length == 1 && a.records[2].length == 0);
	answer_clear(&a);
}

static void
finds_loops(void)
{
	struct answer a;

	begin(0x8180, 2, "a.example.org", TYPE_MX);
	put_record("a.example.org", TYPE_CNAME, -1, "b.example.org");
	put_record("b.example.org", TYPE_CNAME, -1, "a.example.org");
	a = parse(TYPE_MX);
	CHECK(a.status == ANSWER_LOOP);
	answer_clear(&a);
	a = parse(TYPE_CNAME); /* asked for the link itself */
	CHECK(a.status == ANSWER_OK);
	CHECK_TEXT(a.records[0].name, "b.example.org");
	answer_clear(&a);
}

static void
keeps_the_null_mx(void)
{
	struct answer a;

	begin(0x8180, 1, "example.org", TYPE_MX);
	put_record("@12", TYPE_MX, 0, "");
	a = parse(TYPE_MX);
	CHECK(a.status == ANSWER_OK && a.count == 1);
	CHECK_TEXT(a.records[0].name, "");
	answer_clear(&a);
}

static void
escapes_what_no_host_has(void)
{
	struct answer a;

	begin(0x8180, 1, "example.org", TYPE_MX);
	put_record("@12", TYPE_MX, 0, "a b.x");
	a = parse(TYPE_MX);
	CHECK_TEXT(a.records[0].name, "a\\032b.x");
	answer_clear(&a);
}

static void
refuses_what_is_cut_short(void)
{
	begin(0x8180, 1, "example.org", TYPE_MX);
	put_record("@12", TYPE_MX, 10, "mx1.example.org");
	for (size_t whole = length; length > 0; length--) {
		struct answer a = parse(TYPE_MX);

		CHECK(length == whole ? a.status == ANSWER_OK : a.status == ANSWER_MALFORMED);
		answer_clear(&a);
	}
}

static void
refuses_pointers_forward(void)
{
	struct answer a;

	begin(0x8180, 1, "example.org", TYPE_MX);
	put_record("@29", TYPE_MX, 10, "@41"); /* each points at itself */
	a = parse(TYPE_MX);
	CHECK(a.status == ANSWER_MALFORMED);
	answer_clear(&a);
}

static void
reads_addresses(void)
{
	static const uint8_t address[] = { 192, 0, 2, 7 };
	struct answer a;
	char text[ADDRESS_TEXT];

	begin(0x8180, 1, "mx.example.org", TYPE_A);
	put_record("@12", TYPE_A, -1, "xxx"); /* five bytes: no address */
	a = parse(TYPE_A);
	CHECK(a.status == ANSWER_MALFORMED && a.count == 0);
	answer_clear(&a);
	length -= 5;
	wire[length - 1] = 4;
	memcpy(wire + length, address, 4);
	length += 4;
	a = parse(TYPE_A);
	CHECK(a.status == ANSWER_OK && a.count == 1);
	CHECK_TEXT(address_format(&a.records[0].address, text), "192.0.2.7");
	answer_clear(&a);
}

int
main(void)
{
	RUN(reads_mx_with_ad);
	RUN(tells_rcodes_apart);
	RUN(follows_aliases_in_any_order);
	RUN(joins_the_strings_of_a_text);
	RUN(takes_tlsa_as_it_comes);
	RUN(finds_loops);
	RUN(keeps_the_null_mx);
	RUN(escapes_what_no_host_has);
	RUN(refuses_what_is_cut_short);
	RUN(refuses_pointers_forward);
	RUN(reads_addresses);
	return test_end();
}
