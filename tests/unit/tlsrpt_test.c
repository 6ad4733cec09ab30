/* SPDX-License-Identifier: Apache-2.0 */
#include "scanner/judge.h"

#include <stdlib.h>

#include "tests/unit/test.h"

#define COUNT(table) (sizeof(table) / sizeof *(table))
#define TEXTS_MAX    3

static void
check_texts(const char *const texts[], const char *want, const char *rua, const char *text)
{
	struct txt txt[TEXTS_MAX];
	struct tlsrpt_facts facts = { 0 };
	size_t count = 0;
	int before = test_failures;

	for (; count < TEXTS_MAX && texts[count] != NULL; count++)
		txt[count] =
		    (struct txt){ (const uint8_t *)texts[count], strlen(texts[count]) };
	judge.tlsrpt_record(txt, count, &facts);
	CHECK_TEXT(word(WORDS_TLSRPT, (int)facts.record), want);
	CHECK_TEXT(facts.rua, rua);
	CHECK_TEXT(facts.record_text, text);
	if (test_failures > before && count > 0)
		printf("  for \"%s\"\n", texts[0]);
	free(facts.rua);
	free(facts.record_text);
}

#define V "v=TLSRPTv1; rua="
#define M "mailto:reports@example.com"
#define H "https://reporting.example.com/v1/tlsrpt"

static void
reads_one_record(void)
{
	static const struct {
		const char *text, *word, *rua;
	} cases[] = {
		{ "v=TLSRPTv1;rua=" M, "ok", M }, /* the RFC's two */
		{ "v=TLSRPTv1; rua=" H, "ok", H },
		{ V M ";", "ok", M },
		{ V M " ; ", "ok", M },
		{ "v=TLSRPTv1 ;  rua=" M, "ok", M },
		{ V M "," H, "ok", M "," H },
		{ V M "  , " H, "ok", M "," H },
		{ V "MailTo:a@example.com", "ok", "MailTo:a@example.com" },
		{ V "HTTPS://example.com", "ok", "HTTPS://example.com" },
		{ V "https://[2001:db8::1]:8443/a?b=c&d=%21%2C%3b#x", "ok",
		  "https://[2001:db8::1]:8443/a?b=c&d=%21%2C%3b#x" },
		{ V "ftp://example.com/," M, "ok", "ftp://example.com/," M },
		{ V "https://example.com/%21", "ok", "https://example.com/%21" },
		{ V M "; foo=bar", "ok", M },
		{ "v=TLSRPTv1; foo=bar; rua=" M, "ok", M },
		{ V M "; rua=" H, "ok", M },
		{ V M "; rua=x", "ok", M }, /* passes for an extension */
		{ V M "; rua=" M " , " H, "ok", M },
		{ V M "; ruf=" M, "ok", M },

		{ "v=TLSRPTv12; rua=" M, "bad-version", NULL },
		{ "v=TLSRPTv2; rua=" M, "bad-version", NULL },
		{ "v=TLSRPT; rua=" M, "bad-version", NULL },
		{ "V=tlsrptv1; rua=" M, "bad-version", NULL },
		{ "v = TLSRPTv1; rua=" M, "bad-version", NULL },
		{ "v=TLSRPTv1 rua=" M, "bad-version", NULL },
		{ "v=TLSRPTv1, rua=" M, "bad-version", NULL },
		{ " v=TLSRPTv1; rua=" M, "bad-version", NULL },

		{ V M ";;", "bad-syntax", M },
		{ "v=TLSRPTv1;; rua=" M, "bad-syntax", NULL },
		{ V M " ", "bad-syntax", NULL },
		{ V " " M, "bad-syntax", M },
		{ "v=TLSRPTv1; " M, "bad-syntax", NULL },
		{ V M ",", "bad-syntax", M },
		{ V "," M, "bad-syntax", M },
		{ V M ",," H, "bad-syntax", M "," H },
		{ V ",", "bad-syntax", NULL },
		{ V "reports@example.com", "bad-syntax", NULL },
		{ V M " " H, "bad-syntax", NULL },
		{ V M "!10m", "bad-syntax", NULL }, /* as DMARC writes a size */
		{ V "https://example.com/%2", "bad-syntax", NULL },
		{ V "https://example.com/%2g", "bad-syntax", NULL },
		{ V "https://example.com/\"", "bad-syntax", NULL },
		{ V "https://ex\xc3\xa4mple.com/", "bad-syntax", NULL },
		{ V "1mailto:a@example.com", "bad-syntax", NULL },
		{ V ":a@example.com", "bad-syntax", NULL },
		{ V M "; x=", "bad-syntax", M },
		{ V M "; x=y z", "bad-syntax", M },
		{ V M "; rua=a b", "bad-syntax", M },
		{ V M "; _x=y", "bad-syntax", M },
		{ "v=TLSRPTv1; x=", "bad-syntax", NULL },

		{ "v=TLSRPTv1", "no-rua", NULL },
		{ "v=TLSRPTv1;", "no-rua", NULL },
		{ "v=TLSRPTv1; RUA=" M, "no-rua", NULL },
		{ "v=TLSRPTv1; foo=bar;", "no-rua", NULL },
		{ V, "no-rua", NULL },
		{ V ";", "no-rua", NULL },

		{ V "ftp://example.com/", "unusable-rua", "ftp://example.com/" },
		{ V "http://example.com/", "unusable-rua", "http://example.com/" },
		{ V "mailto:", "unusable-rua", "mailto:" },
		{ V "mailto:reports", "unusable-rua", "mailto:reports" },
		{ V "mailto:@example.com", "unusable-rua", "mailto:@example.com" },
		{ V "mailto:reports@", "unusable-rua", "mailto:reports@" },
		{ V "https:example.com", "unusable-rua", "https:example.com" },
		{ V "https://", "unusable-rua", "https://" },
		{ V "https:///x", "unusable-rua", "https:///x" },
		{ V "x:,y:z", "unusable-rua", "x:,y:z" },
	};

	for (size_t i = 0; i < COUNT(cases); i++)
		check_texts((const char *const[]){ cases[i].text, NULL }, cases[i].word,
			    cases[i].rua, cases[i].text);
}

static void
chooses_among_records(void)
{
	static const struct {
		const char *texts[TEXTS_MAX + 1], *word, *rua, *text;
	} cases[] = {
		{ { NULL }, "none", NULL, NULL },
		{ { "v=STSv1; id=1" }, "none", NULL, NULL },
		{ { "" }, "none", NULL, NULL },
		{ { "rua=" M }, "none", NULL, NULL },
		{ { "v=spf1", V M }, "ok", M, V M },
		{ { V M, V M }, "multiple", NULL, V M "\n" V M },
		{ { V M, "v=TLSRPTv1" }, "multiple", NULL, V M "\nv=TLSRPTv1" },
		{ { "v=TLSRPTv2", V M }, "ok", M, "v=TLSRPTv2\n" V M },
		{ { "v=TLSRPTv2", "v=tlsrpt" }, "bad-version", NULL, "v=TLSRPTv2\nv=tlsrpt" },
	};

	for (size_t i = 0; i < COUNT(cases); i++)
		check_texts(cases[i].texts, cases[i].word, cases[i].rua, cases[i].text);
}

/* As many as a record can hold, in no time. */
static void
reads_thousands_of_uris(void)
{
	static char text[65536] = V;
	struct tlsrpt_facts facts;

	for (size_t i = strlen(text); i + 3 < sizeof text; i += 3)
		memcpy(text + i, "a:,", 3);
	text[strlen(text) - 1] = '\0';
	judge.tlsrpt_record(&(struct txt){ (uint8_t *)text, strlen(text) }, 1, &facts);
	CHECK(facts.record == TLSRPT_UNUSABLE_RUA);
	CHECK_TEXT(facts.rua, text + strlen(V));
	free(facts.rua);
	free(facts.record_text);
}

int
main(void)
{
	RUN(reads_one_record);
	RUN(chooses_among_records);
	RUN(reads_thousands_of_uris);
	return test_end();
}
