/* SPDX-License-Identifier: Apache-2.0 */
#include "probes/certificate.h"

#include <jansson.h>
#include <openssl/sha.h>
#include <stdlib.h>

#include "scanner/mem.h"
#include "tests/unit/pki.h"
#include "tests/unit/test.h"

static struct certificate_facts
describe(const struct pki_spec *spec)
{
	struct certificate_facts facts;
	struct pki *pki = pki_make(NULL, spec);

	judge.describe(pki->der, pki->length, &facts);
	pki_free(pki);
	return facts;
}

static void
tells_what_it_reads(void)
{
	struct certificate_facts facts =
	    describe(&(struct pki_spec){ .cn = "Größe, \"x\"",
					 .dns = "mx.example.org,*.example.net",
					 .serial = 0xabc,
					 .not_before = 0x60000000,
					 .not_after = 4102444800 });

	CHECK(facts.parsed);
	CHECK_TEXT(facts.subject, "CN=Größe\\, \\\"x\\\",O=Test");
	CHECK_TEXT(facts.issuer, facts.subject);
	CHECK_TEXT(facts.serial, "0abc");
	CHECK_TEXT(facts.not_before, "2021-01-14T08:25:36Z");
	CHECK_TEXT(facts.not_after, "2100-01-01T00:00:00Z");
	CHECK_TEXT(facts.key_type, "ec:secp256r1");
	CHECK(facts.key_bits == 256);
	CHECK_TEXT(facts.signature, "ecdsa-with-SHA256");
	CHECK_TEXT(facts.names, "[\"mx.example.org\",\"*.example.net\"]");
	certificate_facts_clear(&facts);
	CHECK(!facts.parsed && facts.subject == NULL && facts.names == NULL);
	certificate_facts_clear(&facts);
}

static void
names_every_key(void)
{
	static const struct {
		const char *key, *type, *signature;
		int bits;
	} cases[] = {
		{ "P-256", "ec:secp256r1", "ecdsa-with-SHA256", 256 },
		{ "P-384", "ec:secp384r1", "ecdsa-with-SHA256", 384 },
		{ "RSA:1024", "rsa", "sha256WithRSAEncryption", 1024 },
		{ "ED25519", "ed25519", "ED25519", 256 },
		{ "ED448", "ed448", "ED448", 456 },
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct certificate_facts facts =
		    describe(&(struct pki_spec){ .key = cases[i].key });

		CHECK_TEXT(facts.key_type, cases[i].type);
		CHECK_TEXT(facts.signature, cases[i].signature);
		CHECK(facts.key_bits == cases[i].bits);
		certificate_facts_clear(&facts);
	}
}

/* The object identifier of the key's algorithm, wherever it stands, replaced. */
static void
replace(struct pki *pki, const char *from, const char *to, size_t length)
{
	uint8_t *at = memmem(pki->der, pki->length, from, length);

	CHECK(at != NULL);
	if (at != NULL)
		memcpy(at, to, length);
}

static void
bears_an_unknown_key(void)
{
	struct certificate_facts facts;
	struct pki *pki = pki_make(NULL, &(struct pki_spec){ .key = "RSA:1024" });

	/* rsaEncryption 1.2.840.113549.1.1.1 becomes 1.2.840.113549.1.1.99 */
	replace(pki, "\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01",
		"\x2a\x86\x48\x86\xf7\x0d\x01\x01\x63", 9);
	judge.describe(pki->der, pki->length, &facts);
	CHECK(facts.parsed);
	CHECK_TEXT(facts.key_type, "1.2.840.113549.1.1.99");
	CHECK(facts.key_bits == 0);
	certificate_facts_clear(&facts);
	pki_free(pki);
}

static void
bears_an_undecodable_key(void)
{
	struct certificate_facts facts;
	struct pki *pki = pki_make(NULL, &(struct pki_spec){ 0 });

	/* prime256v1 becomes 1.2.840.10045.3.1.99, which is no curve */
	replace(pki, "\x2a\x86\x48\xce\x3d\x03\x01\x07", "\x2a\x86\x48\xce\x3d\x03\x01\x63", 8);
	judge.describe(pki->der, pki->length, &facts);
	CHECK(facts.parsed);
	CHECK_TEXT(facts.key_type, "ec");
	CHECK(facts.key_bits == 0);
	certificate_facts_clear(&facts);
	pki_free(pki);
}

static void
bears_absurd_dates(void)
{
	struct certificate_facts facts = describe(
	    &(struct pki_spec){ .not_before = -62167219200, .not_after = 253402300799 });
	struct pki *pki = pki_make(NULL, &(struct pki_spec){ 0 });

	CHECK_TEXT(facts.not_before, "0000-01-01T00:00:00Z");
	CHECK_TEXT(facts.not_after, "9999-12-31T23:59:59Z");
	certificate_facts_clear(&facts);
	replace(pki, "2412", "2499", 4); /* in the year 24, month 99 */
	judge.describe(pki->der, pki->length, &facts);
	CHECK(facts.parsed && facts.not_before == NULL && facts.not_after != NULL);
	certificate_facts_clear(&facts);
	pki_free(pki);
}

static void
bears_version_1(void)
{
	struct certificate_facts facts =
	    describe(&(struct pki_spec){ .version_1 = true, .cn = "old", .key = "RSA:512" });

	CHECK(facts.parsed);
	CHECK_TEXT(facts.subject, "CN=old,O=Test");
	CHECK_TEXT(facts.names, "[]");
	CHECK(facts.key_bits == 512);
	certificate_facts_clear(&facts);
}

static void
makes_names_safe(void)
{
	static const char evil[] = "a.example\0.b,\xff\x1b[2J,\"\\,";
	struct certificate_facts facts =
	    describe(&(struct pki_spec){ .dns = evil, .dns_length = sizeof evil - 1 });

	CHECK_TEXT(facts.names,
		   "[\"a.example\\\\x00.b\",\"\\\\xff\\\\x1b[2J\",\"\\\"\\\\\",\"\"]");
	certificate_facts_clear(&facts);
	facts = describe(&(struct pki_spec){ .cn = "a\x01\nb\\x00" });
	CHECK_TEXT(facts.subject, "CN=a\\01\\0Ab\\\\x5cx00,O=Test");
	certificate_facts_clear(&facts);
}

/* As OpenSSL sees it, and so no handshake with it succeeds either. */
static void
refuses_a_name_of_wrong_type(void)
{
	struct pki *pki = pki_make(NULL, &(struct pki_spec){ .cn = "Größe" });
	struct certificate_facts facts;

	replace(pki, "Gr\xc3", "Gr\xff", 3);
	judge.describe(pki->der, pki->length, &facts);
	CHECK(!facts.parsed);
	pki_free(pki);
}

static void
caps_names(void)
{
	size_t count = CERTIFICATE_NAMES_MAX + 500, length = 0;
	char *dns = mem_alloc(count * 16 + 1000);
	struct certificate_facts facts;
	json_t *names;

	length += (size_t)sprintf(dns, "%0900d,", 7);
	for (size_t i = 1; i < count; i++)
		length += (size_t)sprintf(dns + length, "mx%zu.example,", i);
	facts = describe(&(struct pki_spec){ .dns = dns });
	names = json_loads(facts.names, 0, NULL);
	CHECK(json_array_size(names) == CERTIFICATE_NAMES_MAX);
	CHECK(json_string_length(json_array_get(names, 0)) == CERTIFICATE_NAME_MAX);
	CHECK_TEXT(json_string_value(json_array_get(names, 999)), "mx999.example");
	json_decref(names);
	certificate_facts_clear(&facts);
	free(dns);
}

static void
digests_the_key(void)
{
	struct pki *pki = pki_make(NULL, &(struct pki_spec){ .key = "ED25519" });
	uint8_t want[DIGEST_BYTES], *spki = NULL;
	int length = i2d_PUBKEY(pki->key, &spki);
	struct certificate_facts facts;

	SHA256(spki, (size_t)length, want);
	judge.describe(pki->der, pki->length, &facts);
	CHECK(memcmp(facts.spki_sha256, want, sizeof want) == 0);
	certificate_facts_clear(&facts);
	OPENSSL_free(spki);
	pki_free(pki);
}

static void
refuses_what_is_no_certificate(void)
{
	struct pki *pki = pki_make(NULL, &(struct pki_spec){ 0 });
	uint8_t *longer = mem_alloc(pki->length + 1);
	struct certificate_facts facts;

	memcpy(longer, pki->der, pki->length);
	judge.describe(longer, pki->length, &facts);
	CHECK(facts.parsed);
	certificate_facts_clear(&facts);
	judge.describe(longer, pki->length + 1, &facts);
	CHECK(!facts.parsed && facts.subject == NULL && facts.names == NULL);
	for (size_t length = 0; length < pki->length; length++) {
		judge.describe(longer, length, &facts);
		CHECK(!facts.parsed);
		certificate_facts_clear(&facts);
	}
	free(longer);
	pki_free(pki);
}

int
main(void)
{
	RUN(tells_what_it_reads);
	RUN(names_every_key);
	RUN(bears_an_unknown_key);
	RUN(bears_an_undecodable_key);
	RUN(bears_absurd_dates);
	RUN(bears_version_1);
	RUN(makes_names_safe);
	RUN(refuses_a_name_of_wrong_type);
	RUN(caps_names);
	RUN(digests_the_key);
	RUN(refuses_what_is_no_certificate);
	return test_end();
}
