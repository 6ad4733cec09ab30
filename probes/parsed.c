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
#define WAYS  16
#define SETS  (PARSED_CERTIFICATES / WAYS)
#define LOCKS 16 /* each guards the sets of its number, and those LOCKS further on */

struct slot {
	uint32_t hash;
	X509 *certificate;
	uint8_t *der;
	size_t length;
};

typedef X509 *parse_function(X509 **a, const unsigned char **in, long length);

static parse_function *parse; /* libcrypto's own d2i_X509 */
static bool enabled;
static struct slot sets[SETS][WAYS];
static pthread_mutex_t locks[LOCKS];
static pthread_once_t once = PTHREAD_ONCE_INIT;

#ifdef __SANITIZE_THREAD__
/* The sanitizer does not see how libcrypto, which is not built with it, counts its
 * references, and would call every last X509_free on another thread a race. */
const char *__tsan_default_suppressions(void);

const char *
__tsan_default_suppressions(void)
{
	return "race:libcrypto.so\n";
}
#endif

static void
empty(struct slot *slot)
{
	X509_free(slot->certificate);
	free(slot->der);
	memset(slot, 0, sizeof *slot);
}

static void
set_up(void)
{
	*(void **)&parse = dlsym(RTLD_NEXT, "d2i_X509");
	if (parse == NULL)
		die("libcrypto has no d2i_X509");
	enabled = getenv(PARSED_SWITCH) == NULL;
	for (size_t i = 0; i < LOCKS; i++)
		pthread_mutex_init(&locks[i], NULL);
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

/* Answers the kept certificate of these bytes, one more reference to it, or NULL. */
static X509 *
recall(uint32_t hash, const unsigned char *der, size_t length)
{
	struct slot *set = sets[hash % SETS];
	X509 *x = NULL;

	pthread_mutex_lock(&locks[hash % LOCKS]);
	if (find(set, hash, der, length)) {
		x = set[0].certificate;
		X509_up_ref(x);
	}
	pthread_mutex_unlock(&locks[hash % LOCKS]);
	return x;
}

/* Two threads that parsed the same at once both keep theirs; of these, the one that is
 * not found any more is soon the last of its set. */
static void
keep(uint32_t hash, X509 *x, const unsigned char *der, size_t length)
{
	struct slot *set = sets[hash % SETS];
	struct slot added = { hash, x, mem_dup(der, length), length }, last;

	X509_up_ref(x);
	pthread_mutex_lock(&locks[hash % LOCKS]);
	last = set[WAYS - 1];
	set[WAYS - 1] = added;
	move_to_front(set, WAYS - 1);
	pthread_mutex_unlock(&locks[hash % LOCKS]);
	empty(&last);
}

/* Instead of parsing: the shared certificate also takes the place of the caller's
 * own in *a. */
static X509 *
hand_out(X509 *x, X509 **a, const unsigned char **in, long length)
{
	*in += length;
	if (a != NULL) {
		X509_free(*a);
		*a = x;
	}
	return x;
}

X509 *
d2i_X509(X509 **a, const unsigned char **in, long length)
{
	const unsigned char *der = *in;
	uint32_t hash;
	X509 *x;

	pthread_once(&once, set_up);
	if (!enabled || length <= 0)
		return parse(a, in, length);
	hash = table_hash(der, (size_t)length);
	x = recall(hash, der, (size_t)length);
	if (x != NULL)
		return hand_out(x, a, in, length);
	x = parse(a, in, length);
	if (x != NULL && *in == der + length)
		keep(hash, x, der, (size_t)length);
	return x;
}
