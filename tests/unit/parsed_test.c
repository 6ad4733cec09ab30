/* SPDX-License-Identifier: Apache-2.0 */
/* The d2i_X509 of the program: shares what is the same, and nothing else. */
#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "probes/parsed.h"
#include "scanner/mem.h"
#include "tests/unit/pki.h"
#include "tests/unit/test.h"

static X509 *
parse(const uint8_t *der, size_t length)
{
	const unsigned char *at = der;
	X509 *x = d2i_X509(NULL, &at, (long)length);

	if (x != NULL)
		CHECK(at == der + length);
	return x;
}

/* As libssl does it: into a fresh X509. */
static X509 *
parse_into(const uint8_t *der, size_t length)
{
	const unsigned char *at = der;
	X509 *x = X509_new(), *result = d2i_X509(&x, &at, (long)length);

	CHECK(result == x || result == NULL);
	if (result == NULL)
		X509_free(x);
	return result;
}

static void
shares_equal_certificates(void)
{
	struct pki *one = pki_make(NULL, &(struct pki_spec){ .cn = "one", .ca = true });
	struct pki *two = pki_make(NULL, &(struct pki_spec){ .cn = "two", .ca = true });
	uint8_t *copy = mem_dup(one->der, one->length);
	X509 *a = parse_into(one->der, one->length), *b = parse_into(copy, one->length);
	X509 *c = parse(copy, one->length), *d = parse_into(two->der, two->length);

	CHECK(a != NULL && a == b && a == c);
	CHECK(d != NULL && d != a);
	CHECK(X509_cmp(a, one->x) == 0);
	CHECK(X509_cmp(d, two->x) == 0);
	X509_free(a);
	X509_free(b);
	X509_free(c);
	X509_free(d);
	free(copy);
	pki_free(one);
	pki_free(two);
}

static void
refuses_what_libcrypto_refuses(void)
{
	struct pki *pki = pki_make(NULL, &(struct pki_spec){ .cn = "x" });
	uint8_t *longer = mem_alloc(pki->length + 1);
	const unsigned char *at = longer;
	X509 *x;

	memcpy(longer, pki->der, pki->length);
	for (int i = 0; i < 2; i++) { /* the rest is the caller's, also the second time */
		at = longer;
		x = d2i_X509(NULL, &at, (long)pki->length + 1);
		CHECK(x != NULL && at == longer + pki->length);
		X509_free(x);
	}
	CHECK(parse(pki->der, pki->length - 1) == NULL);
	CHECK(parse(pki->der, 0) == NULL);
	CHECK(parse((const uint8_t *)"x", 1) == NULL);
	ERR_clear_error();
	free(longer);
	pki_free(pki);
}

#define MANY (PARSED_CERTIFICATES + 200) /* more than there are places */

static atomic_int living; /* certificates, since they are counted */

static void
count_birth(void *x, void *data, CRYPTO_EX_DATA *all, int index, long number, void *arg)
{
	(void)x, (void)data, (void)all, (void)index, (void)number, (void)arg;
	living++;
}

static void
count_death(void *x, void *data, CRYPTO_EX_DATA *all, int index, long number, void *arg)
{
	(void)x, (void)data, (void)all, (void)index, (void)number, (void)arg;
	living--;
}

/* Of those that the caller has no more, some are kept, and not all. */
static void
is_bounded(void)
{
	EVP_PKEY *key = EVP_PKEY_Q_keygen(NULL, NULL, "EC", "prime256v1");
	int wrong = 0;

	X509_get_ex_new_index(0, NULL, count_birth, NULL, count_death);

	for (int i = 0; i < MANY; i++) {
		struct pki *pki =
		    pki_make(NULL, &(struct pki_spec){ .cn = "many", .shared_key = key });
		X509 *a = parse(pki->der, pki->length), *b = parse(pki->der, pki->length);

		wrong += a == NULL || a != b || X509_cmp(a, pki->x) != 0;
		X509_free(a);
		X509_free(b);
		pki_free(pki);
	}
	CHECK(wrong == 0);
	CHECK(living > PARSED_CERTIFICATES / 2 && living <= PARSED_CERTIFICATES);
	EVP_PKEY_free(key);
}

static void *
parse_in_a_thread(void *arg)
{
	struct pki *pki = arg;
	X509 *x = parse(pki->der, pki->length);

	CHECK(x != NULL);
	return x;
}

static void
threads_share(void)
{
	struct pki *pki = pki_make(NULL, &(struct pki_spec){ .cn = "thread" });
	X509 *mine = parse(pki->der, pki->length);
	pthread_t thread;
	void *theirs = NULL;

	pthread_create(&thread, NULL, parse_in_a_thread, pki);
	pthread_join(thread, &theirs);
	CHECK(theirs != NULL && theirs == (void *)mine);
	X509_free(theirs);
	X509_free(mine);
	pki_free(pki);
}

#define ROUNDS 3

static struct pki *many[MANY];

/* Each thread begins elsewhere, so that they meet and push each other's out. */
static void *
parse_many(void *arg)
{
	size_t from = *(const size_t *)arg, wrong = 0;

	for (size_t i = 0; i < ROUNDS * MANY; i++) {
		const struct pki *pki = many[(from + i) % MANY];
		const unsigned char *at = pki->der;
		X509 *x = d2i_X509(NULL, &at, (long)pki->length);

		wrong += x == NULL || X509_cmp(x, pki->x) != 0 || X509_get_key_usage(x) == 0 ||
			 X509_get0_pubkey(x) == NULL;
		X509_free(x);
	}
	return (void *)wrong;
}

static void
threads_crowd(void)
{
	EVP_PKEY *key = EVP_PKEY_Q_keygen(NULL, NULL, "EC", "prime256v1");
	size_t from[] = { 0, MANY / 3, MANY / 3, MANY / 2 };
	pthread_t threads[4];
	void *wrong;

	for (size_t i = 0; i < MANY; i++)
		many[i] = pki_make(NULL, &(struct pki_spec){ .cn = "many", .shared_key = key });
	for (size_t i = 0; i < 4; i++)
		pthread_create(&threads[i], NULL, parse_many, &from[i]);
	for (size_t i = 0; i < 4; i++) {
		pthread_join(threads[i], &wrong);
		CHECK(wrong == NULL);
	}
	for (size_t i = 0; i < MANY; i++)
		pki_free(many[i]);
	EVP_PKEY_free(key);
}

int
main(void)
{
	RUN(shares_equal_certificates);
	RUN(refuses_what_libcrypto_refuses);
	RUN(is_bounded);
	RUN(threads_share);
	RUN(threads_crowd);
	return test_end();
}
