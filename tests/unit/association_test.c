/* SPDX-License-Identifier: Apache-2.0 */
#include "probes/association.h"

#include <openssl/ssl.h>
#include <stdlib.h>

#include "scanner/mem.h"
#include "tests/unit/letters.h"
#include "tests/unit/test.h"

/* What OpenSSL says of a record that this project would give it. */
static int
openssl_adds(const struct tlsa_record *record)
{
	SSL_CTX *context = SSL_CTX_new(TLS_client_method());
	SSL *ssl = NULL;
	int added = -1;

	CHECK(SSL_CTX_dane_enable(context) > 0);
	ssl = SSL_new(context);
	if (SSL_dane_enable(ssl, "mx.example.org") > 0)
		added =
		    SSL_dane_tlsa_add(ssl, record->rdata[0], record->rdata[1], record->rdata[2],
				      record->rdata + 3, record->length - 3);
	SSL_free(ssl);
	SSL_CTX_free(context);
	return added;
}

/* A good certificate that no RDATA can hold. */
static void
bears_what_dns_cannot_carry(void)
{
	char *names = mem_alloc(UINT16_MAX);
	struct pki *big;
	struct tlsa_record record;

	memset(names, 'a', UINT16_MAX - 1);
	for (size_t i = 60; i < UINT16_MAX - 1; i += 61)
		names[i] = ',';
	big = pki_make(NULL, &(struct pki_spec){ .dns = names });
	CHECK(big->length > UINT16_MAX);
	record = (struct tlsa_record){ .length = 3 + big->length,
				       .rdata = mem_alloc(3 + big->length) };
	record.rdata[0] = 3;
	memcpy(record.rdata + 3, big->der, big->length);
	CHECK(openssl_adds(&record) == 1);
	CHECK(!judge.tlsa_usable(&record));
	free(record.rdata);
	pki_free(big);
	free(names);
}

/* Data of all kinds after three numbers; false when there are no more. */
static bool
put_data(struct tlsa_record *record, size_t kind)
{
	static const char *const numbers[] = { "300L", "310L", "301L", "302L", "300U", "310U" };
	static const int changes[] = { 0, 1, -1, -20 }; /* bytes more or fewer */
	size_t which = kind / 4;
	uint8_t kept[3];
	struct tlsa_record from;

	if (which >= sizeof numbers / sizeof *numbers)
		return false;
	from = letters_record(numbers[which]);
	memcpy(kept, record->rdata, 3);
	memcpy(record->rdata, from.rdata, from.length);
	memcpy(record->rdata, kept, 3);
	record->length = from.length + (size_t)changes[kind % 4];
	free(from.rdata);
	return true;
}

static void
agrees_with_openssl(void)
{
	static const uint8_t small[] = { 0, 1, 2, 3, 4, 255 };
	struct tlsa_record record = { .rdata = mem_alloc(4096) };
	int usable = 0, compared = 0;

	for (size_t n = 0; n < 6 * 6 * 6; n++) {
		record.rdata[0] = small[n / 36];
		record.rdata[1] = small[n / 6 % 6];
		record.rdata[2] = small[n % 6];
		for (size_t kind = 0; put_data(&record, kind); kind++) {
			bool smtp = record.rdata[0] == 2 || record.rdata[0] == 3;
			int added = openssl_adds(&record);

			CHECK(added >= 0);
			CHECK(judge.tlsa_usable(&record) == (smtp && added > 0));
			usable += judge.tlsa_usable(&record);
			compared++;
		}
	}
	CHECK(compared == 216 * 24);
	CHECK(usable == 2 * 2 * 3); /* each usage, selector and matching type once */
	free(record.rdata);
}

static void
finds_the_certificate_of_a_record(void)
{
	static const struct {
		const char *record;
		char certificate;
		bool want;
	} cases[] = {
		{ "311L", 'L', true },  { "301L", 'L', true },    { "300L", 'L', true },
		{ "310L", 'L', true },  { "212L", 'L', true },    { "111L", 'L', true },
		{ "311L", 'D', true },  { "301L", 'D', false },   { "311L", 'M', false },
		{ "311E", 'L', false }, { "301L11", 'L', false }, { "31xL11", 'L', false },
		{ "3x1L", 'L', false }, { "311L", '-', false },   { "301-", '-', false },
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		const struct pki *from = letters_certificate(cases[i].certificate);
		struct tlsa_record record = letters_record(cases[i].record);

		CHECK(judge.tlsa_matches(&record, from->der, from->length) == cases[i].want);
		free(record.rdata);
	}
}

int
main(void)
{
	letters_begin();
	RUN(bears_what_dns_cannot_carry);
	RUN(agrees_with_openssl);
	RUN(finds_the_certificate_of_a_record);
	letters_end();
	return test_end();
}
