/* SPDX-License-Identifier: Apache-2.0 */
#include "probes/name.h"

#include <openssl/x509v3.h>

#include "scanner/judge.h"
#include "tests/unit/pki.h"
#include "tests/unit/test.h"

static void
check_name(const char *cn, const char *dns, size_t dns_length, const char *host, bool want,
	   bool want_cn_only)
{
	struct pki *pki = pki_make(
	    NULL, &(struct pki_spec){ .cn = cn, .dns = dns, .dns_length = dns_length });
	bool cn_only = !want_cn_only;
	bool got = judge.names(pki->der, pki->length, host, &cn_only);

	CHECK(got == want);
	CHECK(cn_only == want_cn_only);
	if (got != want || cn_only != want_cn_only)
		printf("  for CN %s, SAN %s, host %s\n", cn, dns ? dns : "(none)", host);
	pki_free(pki);
}

static void
compares_dns_names(void)
{
	static const struct {
		const char *dns, *host;
		bool want;
	} cases[] = {
		{ "mx.example.org", "mx.example.org", true },
		{ "MX.Example.ORG", "mx.example.org", true },
		{ "a.example,b.example,mx.example.org", "mx.example.org", true },
		{ "example.org", "mx.example.org", false },
		{ "mx.example.org", "example.org", false },
		{ "xmx.example.org", "mx.example.org", false },
		{ "*.example.org", "mx.example.org", true },
		{ "*.EXAMPLE.org", "mx.example.org", true },
		{ "*.example.org", "example.org", false },
		{ "*.example.org", "a.mx.example.org", false },
		{ "*.example.org", ".example.org", false },
		{ "*.mx.example.org", "a.mx.example.org", true },
		{ "mx*.example.org", "mx1.example.org", false },
		{ "*x.example.org", "mx.example.org", false },
		{ "*.*.org", "mx.example.org", false },
		{ "mx.*.org", "mx.example.org", false },
		{ "*", "example", false },
		{ "*", "mx.example.org", false },
		{ "*.org", "example.org", false },
		{ "*.xn--p1ai", "xn--e1afmkfd.xn--p1ai", false },
		{ "*.xn--e1afmkfd.xn--p1ai", "mx.xn--e1afmkfd.xn--p1ai", true },
		{ "*.example.org", "xn--mx-nia.example.org", true },
		{ "xn--*.example.org", "xn--mx.example.org", false },
		{ "mx.example.org.", "mx.example.org", false },
		{ ".example.org", "mx.example.org", false },
		{ "mx_1.example.org", "mx_1.example.org", true },
		{ "*.example.org", "mx_1.example.org", false },
		{ "192.0.2.1", "192.0.2.1", false },
		{ "*.0.2.1", "192.0.2.1", false },
		{ "2001:db8::1", "2001:db8::1", false },
		{ "mx.example.org", "mx.example.org.", false },
		{ "mx.example.org", ".example.org", false },
		{ "", "", false },
		{ "mx.example.org", "", false },
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		check_name("other", cases[i].dns, 0, cases[i].host, cases[i].want, false);
}

static void
stops_at_no_nul(void)
{
	static const char tail[] = "mx.example.org\0.evil.example", head[] = "\0mx.example.org",
			  end[] = "mx.example.org\0", wild[] = "*.example.org\0.evil.example";

	check_name("x", tail, sizeof tail - 1, "mx.example.org", false, false);
	check_name("x", head, sizeof head - 1, "mx.example.org", false, false);
	check_name("x", end, sizeof end - 1, "mx.example.org", false, false);
	check_name("x", wild, sizeof wild - 1, "mx.example.org", false, false);
}

static void
falls_back_to_the_common_name(void)
{
	check_name("mx.example.org", NULL, 0, "mx.example.org", true, true);
	check_name("*.example.org", NULL, 0, "mx.example.org", true, true);
	check_name("*.org", NULL, 0, "example.org", false, false);
	check_name("192.0.2.1", NULL, 0, "192.0.2.1", false, false);
	check_name("mx.example.org", "other.example", 0, "mx.example.org", false, false);
	check_name("mx.example.org", "mx.example.org", 0, "mx.example.org", true, false);
}

/* A certificate with CN=mx.example.org and a SAN of these bytes, count times. */
static bool
matches_with_san(const char *value, int length, int count, bool *cn_only)
{
	struct pki *pki = pki_make(NULL, &(struct pki_spec){ .cn = "mx.example.org" });
	ASN1_OCTET_STRING *bytes = ASN1_OCTET_STRING_new();
	X509_EXTENSION *extension;
	uint8_t *der = NULL;
	bool matches;

	ASN1_OCTET_STRING_set(bytes, (const uint8_t *)value, length);
	extension = X509_EXTENSION_create_by_NID(NULL, NID_subject_alt_name, 0, bytes);
	while (count-- > 0)
		X509_add_ext(pki->x, extension, -1);
	length = X509_sign(pki->x, pki->key, EVP_sha256()) > 0 ? i2d_X509(pki->x, &der) : 0;
	CHECK(length > 0);
	matches = judge.names(der, (size_t)length, "mx.example.org", cn_only);
	OPENSSL_free(der);
	X509_EXTENSION_free(extension);
	ASN1_OCTET_STRING_free(bytes);
	pki_free(pki);
	return matches;
}

static void
minds_other_sans(void)
{
	static const char dns[] = "\x30\x10\x82\x0emx.example.org", rubbish[] = "rubbish",
			  email[] = "\x30\x05\x81\x03"
				    "a@b",
			  ip[] = "\x30\x06\x87\x04\xc0\0\2\1";
	bool cn_only;

	CHECK(matches_with_san(dns, sizeof dns - 1, 1, &cn_only) && !cn_only);
	CHECK(!matches_with_san(dns, sizeof dns - 1, 2, &cn_only) && !cn_only);
	CHECK(!matches_with_san(rubbish, sizeof rubbish - 1, 1, &cn_only) && !cn_only);
	CHECK(matches_with_san(email, sizeof email - 1, 1, &cn_only) && cn_only);
	CHECK(matches_with_san(ip, sizeof ip - 1, 1, &cn_only) && cn_only);
}

static void
names_nothing_unparsed(void)
{
	bool cn_only = true;

	CHECK(!judge.names((const uint8_t *)"\x30\x00", 2, "mx.example.org", &cn_only));
	CHECK(!cn_only);
	CHECK(!judge.names(NULL, 0, "mx.example.org", &cn_only));
}

int
main(void)
{
	RUN(compares_dns_names);
	RUN(stops_at_no_nul);
	RUN(falls_back_to_the_common_name);
	RUN(minds_other_sans);
	RUN(names_nothing_unparsed);
	return test_end();
}
