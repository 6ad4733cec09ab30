/* SPDX-License-Identifier: Apache-2.0 */
#include "probes/parsed.h"

#include <dlfcn.h>
#include <openssl/x509.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "scanner/log.h"
#include "scanner/mem.h"
#include "scanner/table.h"

/* A parsed certificate in the slot that its hash chooses, until another needs it. */
struct slot {
	uint32_t hash;
	X509 *certificate;
	uint8_t *der;
	size_t length;
};

typedef X509 *parse_function(X509 **a, const unsigned char **in, long length);

static parse_function *parse; /* libcrypto's own d2i_X509 */
static bool enabled;
static pthread_key_t cache;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void
empty(struct slot *slot)
{
	X509_free(slot->certificate);
	free(slot->der);
	memset(slot, 0, sizeof *slot);
}

static void
free_cache(void *slots)
{
	for (size_t i = 0; i < PARSED_CERTIFICATES; i++)
		empty((struct slot *)slots + i);
	free(slots);
}

/* The main thread's is not freed by its end. */
static void
free_main_cache(void)
{
	void *slots = pthread_getspecific(cache);

	if (slots != NULL)
		free_cache(slots);
	pthread_setspecific(cache, NULL);
}

static void
set_up(void)
{
	*(void **)&parse = dlsym(RTLD_NEXT, "d2i_X509");
	if (parse == NULL)
		die("libcrypto has no d2i_X509");
	enabled = getenv(PARSED_SWITCH) == NULL && pthread_key_create(&cache, free_cache) == 0;
	if (enabled)
		atexit(free_main_cache);
}

static struct slot *
slot_of(uint32_t hash)
{
	struct slot *slots;

	slots = pthread_getspecific(cache);
	if (slots == NULL) {
		slots = mem_alloc(PARSED_CERTIFICATES * sizeof *slots);
		pthread_setspecific(cache, slots);
	}
	return &slots[hash % PARSED_CERTIFICATES];
}

static bool
holds(const struct slot *slot, uint32_t hash, const unsigned char *der, size_t length)
{
	return slot->certificate != NULL && slot->hash == hash && slot->length == length &&
	       memcmp(slot->der, der, length) == 0;
}

/* Instead of parsing: the shared certificate also takes the place of the caller's
 * own in *a. */
static X509 *
reuse(const struct slot *slot, X509 **a, const unsigned char **in)
{
	X509_up_ref(slot->certificate);
	*in += slot->length;
	if (a != NULL) {
		X509_free(*a);
		*a = slot->certificate;
	}
	return slot->certificate;
}

X509 *
d2i_X509(X509 **a, const unsigned char **in, long length)
{
	const unsigned char *der = *in;
	struct slot *slot;
	uint32_t hash;
	X509 *x;

	pthread_once(&once, set_up);
	if (!enabled || length <= 0)
		return parse(a, in, length);
	hash = table_hash(der, (size_t)length);
	slot = slot_of(hash);
	if (holds(slot, hash, der, (size_t)length))
		return reuse(slot, a, in);
	x = parse(a, in, length);
	if (x == NULL || *in != der + length)
		return x;
	empty(slot);
	X509_up_ref(x);
	*slot = (struct slot){ hash, x, mem_dup(der, (size_t)length), (size_t)length };
	return x;
}
