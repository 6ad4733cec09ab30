/* SPDX-License-Identifier: Apache-2.0 */
#include "scanner/hash.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <stdlib.h>
#include <string.h>

#include "scanner/log.h"
#include "scanner/mem.h"

struct hasher {
	EVP_MAC_CTX *mac;
	uint8_t key[HASH_KEY];
};

struct hasher *
hasher_new(const uint8_t key[HASH_KEY])
{
	struct hasher *hasher = mem_alloc(sizeof *hasher);
	EVP_MAC *siphash = EVP_MAC_fetch(NULL, "SIPHASH", NULL);
	size_t size = sizeof(struct hash);
	OSSL_PARAM output[] = { OSSL_PARAM_construct_size_t(OSSL_MAC_PARAM_SIZE, &size),
				OSSL_PARAM_construct_end() };

	memcpy(hasher->key, key, HASH_KEY);
	hasher->mac = siphash != NULL ? EVP_MAC_CTX_new(siphash) : NULL;
	EVP_MAC_free(siphash);
	if (hasher->mac == NULL || !EVP_MAC_CTX_set_params(hasher->mac, output))
		die("OpenSSL has no SipHash; is its default provider switched off?");
	return hasher;
}

void
hasher_free(struct hasher *hasher)
{
	if (hasher == NULL)
		return;
	EVP_MAC_CTX_free(hasher->mac);
	free(hasher);
}

static uint64_t
little_endian(const uint8_t bytes[8])
{
	uint64_t value = 0;

	for (int i = 7; i >= 0; i--)
		value = value << 8 | bytes[i];
	return value;
}

struct hash
hash_of(struct hasher *hasher, const void *bytes, size_t length)
{
	uint8_t out[sizeof(struct hash)];
	size_t size = 0;

	if (!EVP_MAC_init(hasher->mac, hasher->key, HASH_KEY, NULL) ||
	    !EVP_MAC_update(hasher->mac, bytes, length) ||
	    !EVP_MAC_final(hasher->mac, out, &size, sizeof out) || size != sizeof out)
		die("OpenSSL's SipHash failed");
	return (struct hash){ .high = little_endian(out), .low = little_endian(out + 8) };
}
