/* SPDX-License-Identifier: Apache-2.0 */
#include "probes/association.h"

#include <openssl/evp.h>
#include <openssl/sha.h>
#include <openssl/x509.h>
#include <string.h>

#include "probes/certificate.h"
#include "scanner/digest.h"
#include "scanner/errors.h"

#define NUMBERS 3 /* bytes of RDATA before the data */

static void
put(struct selected *selected, const uint8_t *bytes, size_t length)
{
	selected->bytes = bytes;
	selected->length = length;
	digest_sha256(bytes, length, selected->sha256);
	SHA512(bytes, length, selected->sha512);
}

void
association_select(struct selection *selection, const uint8_t *der, size_t length)
{
	X509 *x = certificate_parse(der, length);
	int key;

	*selection = (struct selection){ 0 };
	if (x == NULL)
		return;
	put(&selection->by[SELECTOR_CERT], der, length);
	key = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(x), &selection->key);
	if (key > 0)
		put(&selection->by[SELECTOR_SPKI], selection->key, (size_t)key);
	X509_free(x);
	errors_forget();
}

void
association_release(struct selection *selection)
{
	OPENSSL_free(selection->key);
	*selection = (struct selection){ 0 };
}

static int
number(const struct tlsa_record *record, size_t which)
{
	return record->length >= NUMBERS ? record->rdata[which] : -1;
}

int
association_usage(const struct tlsa_record *record)
{
	return number(record, 0);
}

int
association_selector(const struct tlsa_record *record)
{
	return number(record, 1);
}

int
association_matching(const struct tlsa_record *record)
{
	return number(record, 2);
}

/* OpenSSL refuses a certificate whose key it cannot read, even for usage 3. */
static bool
is_certificate(const uint8_t *der, size_t length)
{
	X509 *x = certificate_parse(der, length);
	bool readable = x != NULL && X509_get0_pubkey(x) != NULL;

	X509_free(x);
	return readable;
}

static bool
is_key(const uint8_t *der, size_t length)
{
	const uint8_t *end = der;
	EVP_PKEY *key = d2i_PUBKEY(NULL, &end, (long)length);
	bool readable = key != NULL && end == der + length;

	EVP_PKEY_free(key);
	return readable;
}

static bool
data_usable(int selector, int matching, const uint8_t *data, size_t length)
{
	bool readable;

	switch (matching) {
	case MATCHING_FULL:
		readable = selector == SELECTOR_CERT ? is_certificate(data, length)
						     : is_key(data, length);
		errors_forget();
		return readable;
	case MATCHING_SHA2_256:
		return length == SHA256_DIGEST_LENGTH;
	case MATCHING_SHA2_512:
		return length == SHA512_DIGEST_LENGTH;
	}
	return false;
}

/* Longer than 65535 is no RDATA. */
bool
association_usable(const struct tlsa_record *record)
{
	int usage = association_usage(record), selector = association_selector(record);

	if (record->length <= NUMBERS || record->length > UINT16_MAX)
		return false;
	if (usage != USAGE_DANE_TA && usage != USAGE_DANE_EE)
		return false;
	return selector < SELECTORS &&
	       data_usable(selector, association_matching(record), record->rdata + NUMBERS,
			   record->length - NUMBERS);
}

static bool
holds(const struct tlsa_record *record, const uint8_t *data, size_t length)
{
	return record->length == NUMBERS + length &&
	       memcmp(record->rdata + NUMBERS, data, length) == 0;
}

bool
association_is_empty(const struct tlsa_record *record)
{
	uint8_t digest[SHA512_DIGEST_LENGTH];

	return holds(record, SHA256(NULL, 0, digest), SHA256_DIGEST_LENGTH) ||
	       holds(record, SHA512(NULL, 0, digest), SHA512_DIGEST_LENGTH);
}

bool
association_fits(const struct tlsa_record *record, int selector, int matching,
		 const struct selection *selection)
{
	const struct selected *s;

	if (selector < 0 || selector >= SELECTORS)
		return false;
	s = &selection->by[selector];
	if (s->length == 0)
		return false;
	switch (matching) {
	case MATCHING_FULL:
		return holds(record, s->bytes, s->length);
	case MATCHING_SHA2_256:
		return holds(record, s->sha256, sizeof s->sha256);
	case MATCHING_SHA2_512:
		return holds(record, s->sha512, sizeof s->sha512);
	}
	return false;
}

bool
association_matches(const struct tlsa_record *record, const uint8_t *der, size_t length)
{
	struct selection selection;
	bool matches;

	association_select(&selection, der, length);
	matches = association_fits(record, association_selector(record),
				   association_matching(record), &selection);
	association_release(&selection);
	return matches;
}
