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

/* A parsed certificate.  Its hash chooses a set of slots, the latest used first; the
 * last of a set makes room for a new one. */
#define WAYS 4
#define SETS (PARSED_CERTIFICATES / WAYS)

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
set_of(uint32_t hash)
{
	struct slot *slots = pthread_getspecific(cache);

	if (slots == NULL) {
		slots = mem_alloc(PARSED_CERTIFICATES * sizeof *slots);
		pthread_setspecific(cache, slots);
	}
	return &slots[hash % SETS * WAYS];
}

static bool
holds(const struct slot *slot, uint32_t hash, const unsigned char *der, size_t length)
{
	return slot->certificate != NULL && slot->hash == hash && slot->length == length &&
	       memcmp(slot->der, der, length) == 0;
}

static void
move_to_front(struct slot *set, size_t from)
{
	struct slot moved = set[from];

	memmove(set + 1, set, from * sizeof *set);
	set[0] = moved;
}

/* The set's slot that holds the certificate is then its first. */
static bool
find(struct slot *set, uint32_t hash, const unsigned char *der, size_t length)
{
	for (size_t i = 0; i < WAYS; i++)
		if (holds(&set[i], hash, der, length)) {
			move_to_front(set, i);
			return true;
		}
	return false;
}

static void
keep(struct slot *set, uint32_t hash, X509 *x, const unsigned char *der, size_t length)
{
	empty(&set[WAYS - 1]);
	move_to_front(set, WAYS - 1);
	X509_up_ref(x);
	set[0] = (struct slot){ hash, x, mem_dup(der, length), length };
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
	struct slot *set;
	uint32_t hash;
	X509 *x;

	pthread_once(&once, set_up);
	if (!enabled || length <= 0)
		return parse(a, in, length);
	hash = table_hash(der, (size_t)length);
	set = set_of(hash);
	if (find(set, hash, der, (size_t)length))
		return reuse(set, a, in);
	x = parse(a, in, length);
	if (x != NULL && *in == der + length)
		keep(set, hash, x, der, (size_t)length);
	return x;
}
