/* SPDX-License-Identifier: Apache-2.0 */
#include "scanner/digest.h"

#include <openssl/evp.h>
#include <openssl/sha.h>
#include <pthread.h>

static EVP_MD *algorithm; /* NULL: without memory; never freed, like OpenSSL's own */

static void
find_algorithm(void)
{
	algorithm = EVP_MD_fetch(NULL, "SHA256", NULL);
}

void
digest_sha256(const void *bytes, size_t length, uint8_t digest[DIGEST_BYTES])
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	pthread_once(&once, find_algorithm);
	if (algorithm == NULL || !EVP_Digest(bytes, length, digest, NULL, algorithm, NULL))
		SHA256(bytes, length, digest);
}
