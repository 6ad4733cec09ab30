/* SPDX-License-Identifier: Apache-2.0 */
#include "probes/chain.h"

#include <openssl/x509_vfy.h>
#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

#include "probes/parsed.h"
#include "scanner/mem.h"
#include "tests/unit/pki.h"
#include "tests/unit/test.h"

#define LEAF   .dns = "mx.example.org"
#define CA(n)  .cn = n, .ca = true
#define PAST   .not_before = PKI_NOW - 90 * PKI_DAY, .not_after = PKI_NOW - PKI_DAY
#define FUTURE .not_before = PKI_NOW + PKI_DAY, .not_after = PKI_NOW + 90 * PKI_DAY

#define MAKE(issuer, ...) pki_make(issuer, &(struct pki_spec){ __VA_ARGS__ })

/* Field by field, for what lies between the fields is anyone's. */
static bool
same(const struct chain_verdict *v, const struct chain_verdict *w)
{
	return v->parsed == w->parsed && v->trusted == w->trusted && v->expired == w->expired &&
	       v->not_yet_valid == w->not_yet_valid && v->self_signed == w->self_signed &&
	       v->error == w->error;
}

/* A bench that checks every signature again. */
static struct bench *
open_plain(const char *store, int64_t at)
{
	char error[256];
	struct bench *bench;

	setenv(PARSED_SWITCH, "1", 1);
	bench = judge.open(store, at, error);
	unsetenv(PARSED_SWITCH);
	return bench;
}

/* The verdict on a chain over a store, at a time; owns what it is given. */
static struct chain_verdict
judge_at(int64_t at, char *store, struct chain *chain)
{
	char error[256];
	struct bench *bench = judge.open(store, at, error), *plain = open_plain(store, at);
	struct chain_verdict v = { 0 }, again;

	CHECK(bench != NULL && plain != NULL);
	if (bench != NULL && plain != NULL) {
		judge.chain(plain, chain, &v);
		judge.chain(bench, chain, &again);
		CHECK(same(&v, &again));
		judge.chain(bench, chain, &again); /* now with intermediates remembered */
		CHECK(same(&v, &again));
	}
	judge.close(bench);
	judge.close(plain);
	unlink(store);
	free(store);
	free(chain);
	return v;
}

#define NOW(store, chain) judge_at(PKI_NOW, store, chain)

enum { UNTRUSTED = 0, TRUSTED = 1, EXPIRED = 2, NOT_YET = 4, SELF = 8 };

static void
check_flags(int line, const struct chain_verdict *v, unsigned want)
{
	unsigned got = (v->trusted ? TRUSTED : 0u) | (v->expired ? EXPIRED : 0u) |
		       (v->not_yet_valid ? NOT_YET : 0u) | (v->self_signed ? SELF : 0u);

	CHECK(v->parsed);
	CHECK(got == want);
	CHECK((v->error == X509_V_OK) == ((want & (TRUSTED | EXPIRED | NOT_YET)) == TRUSTED));
	if (got != want)
		printf("  for line %d: flags %u, not %u; %s\n", line, got, want,
		       X509_verify_cert_error_string(v->error));
}

#define CHECK_FLAGS(v, want) check_flags(__LINE__, &(v), want)

/* Root, intermediate and leaf as they should be; tests spoil one of them. */
static struct pki *root, *middle, *leaf;

static void
make_good(void)
{
	root = MAKE(NULL, CA("Root"));
	middle = MAKE(root, CA("Middle"));
	leaf = MAKE(middle, LEAF);
}

static void
free_good(void)
{
	pki_free(root);
	pki_free(middle);
	pki_free(leaf);
}

static void
trusts_a_good_chain(void)
{
	struct chain_verdict v = NOW(pki_store(1, root), pki_chain(2, leaf, middle));

	CHECK_FLAGS(v, TRUSTED);
	v = NOW(pki_store(1, root), pki_chain(3, leaf, middle, root));
	CHECK_FLAGS(v, TRUSTED);
}

static void
misses_an_intermediate(void)
{
	struct chain_verdict v = NOW(pki_store(1, root), pki_chain(1, leaf));

	CHECK_FLAGS(v, UNTRUSTED);
	CHECK(v.error == X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY);
}

static void
bears_order_duplicates_and_rubbish(void)
{
	struct pki *other = MAKE(NULL, CA("Other")), *between = MAKE(middle, CA("Between"));
	struct pki *low = MAKE(between, LEAF);
	struct pki rubbish = { .der = (uint8_t *)"\x30\x03rub", .length = 5 };
	struct chain_verdict v;

	v = NOW(pki_store(1, root), pki_chain(5, low, root, middle, other, between));
	CHECK_FLAGS(v, TRUSTED);
	v = NOW(pki_store(1, root),
		pki_chain(7, low, low, middle, middle, between, between, low));
	CHECK_FLAGS(v, TRUSTED);
	v = NOW(pki_store(1, root), pki_chain(4, low, &rubbish, between, middle));
	CHECK_FLAGS(v, TRUSTED);
	v = NOW(pki_store(1, root), pki_chain(3, low, between, &rubbish));
	CHECK_FLAGS(v, UNTRUSTED);
	v = NOW(pki_store(1, root), pki_chain(2, &rubbish, leaf));
	CHECK(!v.parsed && !v.trusted && v.error != 0);
	v = NOW(pki_store(1, root), pki_chain(0));
	CHECK(!v.parsed && v.error != 0);
	pki_free(other);
	pki_free(between);
	pki_free(low);
}

static void
tells_an_expired_leaf(void)
{
	struct pki *old = MAKE(middle, LEAF, PAST), *young = MAKE(middle, LEAF, FUTURE);
	struct chain_verdict v = NOW(pki_store(1, root), pki_chain(2, old, middle));

	CHECK_FLAGS(v, TRUSTED | EXPIRED);
	CHECK(v.error == X509_V_ERR_CERT_HAS_EXPIRED);
	v = NOW(pki_store(1, root), pki_chain(2, young, middle));
	CHECK_FLAGS(v, TRUSTED | NOT_YET);
	v = NOW(pki_store(1, root), pki_chain(1, old)); /* nothing hides it */
	CHECK_FLAGS(v, EXPIRED);
	v = NOW(pki_store(1, root), pki_chain(1, young));
	CHECK_FLAGS(v, NOT_YET);
	pki_free(old);
	pki_free(young);
}

static void
judges_at_any_time(void)
{
	static const struct {
		int64_t at;
		unsigned want;
	} cases[] = {
		{ INT64_MIN, TRUSTED | NOT_YET },  { -1, TRUSTED | NOT_YET },
		{ 0, TRUSTED | NOT_YET },          { 1000, TRUSTED },
		{ 2524608000, TRUSTED }, /* 2050, where UTCTime ends */
		{ 2524608001, TRUSTED | EXPIRED }, { 253402300799, TRUSTED | EXPIRED },
		{ INT64_MAX, TRUSTED | EXPIRED },
	};
	struct pki *old_root = MAKE(NULL, CA("R"), .not_before = 1000, .not_after = 2524608001);
	struct pki *end = MAKE(old_root, LEAF, .not_before = 1000, .not_after = 2524608001);

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct chain_verdict v =
		    judge_at(cases[i].at, pki_store(1, old_root), pki_chain(1, end));

		CHECK_FLAGS(v, cases[i].want);
	}
	pki_free(old_root);
	pki_free(end);
}

static void
dates_an_unreadable_date_outside(void)
{
	struct pki *spoilt = MAKE(NULL, LEAF);
	struct chain_verdict v;
	uint8_t *date = memmem(spoilt->der, spoilt->length,
			       "\x17\x0d"
			       "2412",
			       6);

	CHECK(date != NULL);
	if (date != NULL)
		memcpy(date + 4, "99", 2);
	v = NOW(pki_store(1, root), pki_chain(1, spoilt));
	CHECK(v.parsed && v.not_yet_valid && !v.expired);
	pki_free(spoilt);
}

static void
looks_for_issuers_within_their_dates(void)
{
	struct pki *old = MAKE(root, CA("Middle"), PAST, .shared_key = middle->key);
	struct pki *young = MAKE(root, CA("Middle"), FUTURE, .shared_key = middle->key);
	struct chain_verdict v;

	v = NOW(pki_store(1, root), pki_chain(4, leaf, old, young, middle));
	CHECK_FLAGS(v, TRUSTED);
	v = NOW(pki_store(1, root), pki_chain(2, leaf, old));
	CHECK_FLAGS(v, TRUSTED | EXPIRED);
	v = NOW(pki_store(1, root), pki_chain(2, leaf, young));
	CHECK_FLAGS(v, TRUSTED | NOT_YET);
	pki_free(old);
	pki_free(young);
}

/* The new root in the store, and in the chain its cross-signature by an old root
 * that has expired, whether or not the store still holds that. */
static void
passes_by_an_expired_root(void)
{
	struct pki *old = MAKE(NULL, CA("Old"), PAST);
	struct pki *cross = MAKE(old, CA("Root"), .shared_key = root->key);
	struct chain_verdict v;

	v = NOW(pki_store(1, root), pki_chain(4, leaf, middle, cross, old));
	CHECK_FLAGS(v, TRUSTED);
	v = NOW(pki_store(2, old, root), pki_chain(3, leaf, middle, cross));
	CHECK_FLAGS(v, TRUSTED);
	v = NOW(pki_store(1, old), pki_chain(3, leaf, middle, cross));
	CHECK_FLAGS(v, TRUSTED | EXPIRED);
	pki_free(old);
	pki_free(cross);
}

/* Two certificates of one intermediate: by an authority nobody knows (or that has
 * expired) and by the root.  OpenSSL alone takes the first and stays there. */
static void
turns_back_from_a_dead_end(void)
{
	struct pki *stranger = MAKE(NULL, CA("Stranger")), *old = MAKE(NULL, CA("Old"), PAST);
	struct pki *aside = MAKE(stranger, CA("Middle"), .shared_key = middle->key);
	struct pki *aback = MAKE(old, CA("Middle"), .shared_key = middle->key);
	struct chain_verdict v;

	v = NOW(pki_store(1, root), pki_chain(3, leaf, aside, middle));
	CHECK_FLAGS(v, TRUSTED);
	v = NOW(pki_store(1, root), pki_chain(4, leaf, aside, stranger, middle));
	CHECK_FLAGS(v, TRUSTED);
	v = NOW(pki_store(2, root, old), pki_chain(3, leaf, aback, middle));
	CHECK_FLAGS(v, TRUSTED);
	v = NOW(pki_store(1, root), pki_chain(3, leaf, aside, stranger));
	CHECK_FLAGS(v, UNTRUSTED);
	CHECK(v.error == X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN);
	pki_free(stranger);
	pki_free(old);
	pki_free(aside);
	pki_free(aback);
}

/* An impostor with the intermediate's name but another key, sent before it. */
static void
turns_back_from_a_wrong_signature(void)
{
	struct pki *impostor = MAKE(root, CA("Middle"));
	struct chain_verdict v = NOW(pki_store(1, root), pki_chain(3, leaf, impostor, middle));

	CHECK_FLAGS(v, TRUSTED);
	v = NOW(pki_store(1, root), pki_chain(2, leaf, impostor));
	CHECK_FLAGS(v, UNTRUSTED);
	CHECK(v.error == X509_V_ERR_CERT_SIGNATURE_FAILURE);
	pki_free(impostor);
}

static void
knows_the_self_signed(void)
{
	struct pki *self = MAKE(NULL, LEAF), *old = MAKE(NULL, LEAF, PAST);
	struct pki *authority = MAKE(NULL, LEAF, .ca = true);
	struct pki *namesake = MAKE(root, .cn = "Root"); /* self-issued, not self-signed */
	struct chain_verdict v = NOW(pki_store(1, root), pki_chain(1, self));

	CHECK_FLAGS(v, SELF);
	v = NOW(pki_store(1, root), pki_chain(1, authority));
	CHECK_FLAGS(v, SELF);
	v = NOW(pki_store(2, root, self), pki_chain(1, self));
	CHECK_FLAGS(v, TRUSTED | SELF);
	v = NOW(pki_store(1, root), pki_chain(1, old));
	CHECK_FLAGS(v, SELF | EXPIRED);
	v = NOW(pki_store(1, middle), pki_chain(1, namesake));
	CHECK_FLAGS(v, UNTRUSTED);
	pki_free(self);
	pki_free(old);
	pki_free(authority);
	pki_free(namesake);
}

static void
does_not_trust_strangers(void)
{
	struct pki *other = MAKE(NULL, CA("Other"));
	struct pki *double_ = MAKE(NULL, CA("Root")); /* the root's name, another key */
	struct chain_verdict v;

	v = NOW(pki_store(1, other), pki_chain(3, leaf, middle, root));
	CHECK_FLAGS(v, UNTRUSTED);
	v = NOW(pki_store(1, double_), pki_chain(2, leaf, middle));
	CHECK_FLAGS(v, UNTRUSTED);
	v = NOW(pki_store(1, middle), pki_chain(2, leaf, middle)); /* no root in the store */
	CHECK_FLAGS(v, UNTRUSTED);
	pki_free(other);
	pki_free(double_);
}

/* A chain in which upper or lower breaks a rule, or just keeps it. */
static void
check_spoilt(int line, struct pki *upper, struct pki *lower, int error)
{
	struct chain_verdict v = NOW(pki_store(1, root), pki_chain(2, lower, upper));

	check_flags(line, &v, error == X509_V_OK ? TRUSTED : UNTRUSTED);
	CHECK_TEXT(X509_verify_cert_error_string(v.error),
		   X509_verify_cert_error_string(error));
	pki_free(lower);
	pki_free(upper);
}

static void
keeps_the_rules_of_the_path(void)
{
	struct pki *m;

#define SPOILT(error, upper, ...)                                                              \
	do {                                                                                   \
		m = upper;                                                                     \
		check_spoilt(__LINE__, m, MAKE(m, __VA_ARGS__), error);                        \
	} while (0)
	SPOILT(X509_V_ERR_INVALID_PURPOSE, MAKE(root, CA("M")), LEAF,
	       .extended_key_usage = "clientAuth");
	SPOILT(X509_V_OK, MAKE(root, CA("M")), LEAF,
	       .extended_key_usage = "clientAuth,serverAuth");
	SPOILT(X509_V_ERR_INVALID_PURPOSE, MAKE(root, CA("M")), LEAF,
	       .key_usage = "keyCertSign");
	SPOILT(X509_V_ERR_INVALID_PURPOSE,
	       MAKE(root, CA("M"), .extended_key_usage = "clientAuth"), LEAF);
	SPOILT(X509_V_ERR_INVALID_CA, MAKE(root, .cn = "M"), LEAF);
	SPOILT(X509_V_ERR_INVALID_CA, MAKE(root, CA("M"), .key_usage = "cRLSign"), LEAF);
	SPOILT(X509_V_ERR_PERMITTED_VIOLATION,
	       MAKE(root, CA("M"), .name_constraints = "critical,permitted;DNS:example.com"),
	       LEAF);
	SPOILT(X509_V_ERR_EXCLUDED_VIOLATION,
	       MAKE(root, CA("M"), .name_constraints = "critical,excluded;DNS:example.org"),
	       LEAF);
	SPOILT(X509_V_OK,
	       MAKE(root, CA("M"), .name_constraints = "critical,permitted;DNS:example.org"),
	       LEAF);
	SPOILT(X509_V_OK, MAKE(root, CA("M")), LEAF, .version_1 = true);
	SPOILT(X509_V_OK, MAKE(root, CA("M"), .key = "RSA:512"), LEAF, .digest = "SHA1");
#undef SPOILT
}

static void
counts_path_lengths(void)
{
	struct pki *zero = MAKE(root, CA("Zero"), .path_length = "0");
	struct pki *below = MAKE(zero, CA("Below")), *low = MAKE(below, LEAF);
	struct pki *direct = MAKE(zero, LEAF);
	struct chain_verdict v = NOW(pki_store(1, root), pki_chain(3, low, below, zero));

	CHECK_FLAGS(v, UNTRUSTED);
	CHECK(v.error == X509_V_ERR_PATH_LENGTH_EXCEEDED);
	v = NOW(pki_store(1, root), pki_chain(2, direct, zero));
	CHECK_FLAGS(v, TRUSTED);
	pki_free(zero);
	pki_free(below);
	pki_free(low);
	pki_free(direct);
}

/* A tower of count authorities under the root, the leaf on its end. */
static struct chain_verdict
judge_tower(size_t count)
{
	struct pki **tower = mem_alloc((count + 1) * sizeof *tower);
	const uint8_t **bytes = mem_alloc((count + 1) * sizeof *bytes);
	size_t *lengths = mem_alloc((count + 1) * sizeof *lengths);
	struct chain_verdict v;
	char name[32];

	for (size_t i = 0; i <= count; i++) {
		snprintf(name, sizeof name, "Floor %zu", i);
		tower[i] = MAKE(i == 0 ? root : tower[i - 1], .cn = name, .ca = i < count);
		bytes[count - i] = tower[i]->der;
		lengths[count - i] = tower[i]->length;
	}
	v = NOW(pki_store(1, root), chain_new(count + 1, bytes, lengths));
	for (size_t i = 0; i <= count; i++)
		pki_free(tower[i]);
	free(tower);
	free(bytes);
	free(lengths);
	return v;
}

static void
climbs_no_endless_tower(void)
{
	struct chain_verdict v = judge_tower(CHAIN_DEPTH_MAX);

	CHECK_FLAGS(v, TRUSTED);
	v = judge_tower(CHAIN_DEPTH_MAX + 1);
	CHECK_FLAGS(v, UNTRUSTED);
	v = judge_tower(150);
	CHECK_FLAGS(v, UNTRUSTED);
}

/* Chains of everything below: authorities that share names, keys or both, with right
 * and wrong signatures; leaves of each; and what only its date or its use spoils. */
enum {
	POOL = 18,
	LEAVES = 9,
	TRIPLES = 300,
	CROWD = LEAVES * (1 + POOL + POOL * POOL) + TRIPLES,
};

static struct pki *pool[POOL], *leaves[LEAVES];
static struct chain *crowd[CROWD];

/* The same certificate but for a bit of its signature. */
static struct pki *
forge(struct pki *pki)
{
	pki->der[pki->length - 1] ^= 1;
	return pki;
}

/* middle with the same key, by whom and however else. */
#define MIDDLE(issuer, ...) MAKE(issuer, CA("Middle"), .shared_key = middle->key, __VA_ARGS__)

static void
fill_pool(struct pki *second)
{
	struct pki *false_root = MAKE(NULL, CA("Root")); /* its name, not its key */
	struct pki *copied_key = MAKE(NULL, CA("Copy"), .shared_key = root->key);
	struct pki *all[POOL] = {
		root,
		second,
		middle,
		false_root,
		copied_key,
		MIDDLE(root, .serial = 0),
		forge(MIDDLE(root, .serial = 0)),
		MIDDLE(false_root, .serial = 0),
		MIDDLE(second, .serial = 0),
		forge(MIDDLE(second, .serial = 0)),
		MIDDLE(copied_key, .serial = 0),
		MIDDLE(root, PAST),
		MIDDLE(root, FUTURE),
		MIDDLE(root, .key_usage = "digitalSignature"),
		MAKE(root, CA("Middle"), .key = "RSA:1024"),
		MAKE(middle, CA("Low"), .digest = "SHA384"),
		MAKE(second, CA("Root"), .shared_key = root->key),
		MAKE(second, CA("Root")),
	};

	memcpy(pool, all, sizeof all);
}

static void
fill_leaves(void)
{
	struct pki *all[LEAVES] = {
		leaf,
		MAKE(pool[14], LEAF),
		MAKE(pool[15], LEAF),
		MAKE(root, LEAF),
		MAKE(NULL, LEAF),
		forge(MAKE(middle, LEAF)),
		MAKE(middle, LEAF, PAST),
		MAKE(middle, LEAF, .key_usage = "keyCertSign"),
		MAKE(pool[3], LEAF),
	};

	memcpy(leaves, all, sizeof all);
}

/* Every leaf alone, with one, and with two of the pool, and some with three. */
static void
fill_crowd(void)
{
	size_t count = 0;

	for (int i = 0; i < LEAVES; i++) {
		crowd[count++] = pki_chain(1, leaves[i]);
		for (int j = 0; j < POOL; j++) {
			crowd[count++] = pki_chain(2, leaves[i], pool[j]);
			for (int k = 0; k < POOL; k++)
				crowd[count++] = pki_chain(3, leaves[i], pool[j], pool[k]);
		}
	}
	for (unsigned i = 0; i < TRIPLES; i++)
		crowd[count++] = pki_chain(4, leaves[i % LEAVES], pool[i * 7 % POOL],
					   pool[i * i % POOL], pool[(i / 3 + 5) % POOL]);
	CHECK(count == CROWD);
}

static struct chain_verdict verdicts[CROWD];

/* Judges the crowd on a bench that remembers more and more of it, from some place on;
 * answers how many verdicts are wrong. */
static void *
judge_crowd(void *arg)
{
	struct bench *bench = arg;
	struct chain_verdict v;
	size_t wrong = 0, from = (size_t)(uintptr_t)bench / 64 % CROWD;

	for (size_t i = 0; i < CROWD; i++) {
		size_t which = (from + i) % CROWD;

		judge.chain(bench, crowd[which], &v);
		wrong += !same(&v, &verdicts[which]);
	}
	return (void *)wrong;
}

/* Nothing that a bench remembers of one chain changes what it says of another. */
static void
compare_benches(char *store)
{
	char error[256];
	struct bench *plain = open_plain(store, PKI_NOW);
	struct bench *bench = judge.open(store, PKI_NOW, error), *other = judge.share(bench);
	size_t trusted = 0, forged = 0;
	pthread_t thread;
	void *wrong;

	for (size_t i = 0; i < CROWD; i++) {
		judge.chain(plain, crowd[i], &verdicts[i]);
		trusted += verdicts[i].trusted;
		forged += verdicts[i].error == X509_V_ERR_CERT_SIGNATURE_FAILURE;
	}
	CHECK(trusted > CROWD / 50 && forged > CROWD / 100);
	pthread_create(&thread, NULL, judge_crowd, other);
	CHECK(judge_crowd(bench) == NULL);
	pthread_join(thread, &wrong);
	CHECK(wrong == NULL);
	judge.close(bench); /* the store lives on in the other */
	CHECK(judge_crowd(other) == NULL);
	judge.close(other);
	judge.close(plain);
	unlink(store);
	free(store);
}

/* Where the store has both roots, and where it has one that has signed others of the
 * first's name. */
static void
remembers_without_a_difference(void)
{
	struct pki *second = MAKE(NULL, CA("Second"), .key = "P-384");

	fill_pool(second);
	fill_leaves();
	fill_crowd();
	compare_benches(pki_store(2, root, second));
	compare_benches(pki_store(1, second));
	for (size_t i = 0; i < CROWD; i++)
		free(crowd[i]);
	for (size_t i = 0; i < LEAVES; i++)
		if (leaves[i] != leaf)
			pki_free(leaves[i]);
	for (size_t i = 0; i < POOL; i++)
		if (pool[i] != root && pool[i] != middle)
			pki_free(pool[i]);
}

static void
needs_a_readable_store(void)
{
	char error[256] = "";
	char *path = pki_store(0);

	CHECK(judge.open("/nonexistent/roots.pem", PKI_NOW, error) == NULL);
	CHECK_TEXT(error, "cannot read trust store /nonexistent/roots.pem: "
			  "No such file or directory");
	CHECK(judge.open(path, PKI_NOW, error) == NULL);
	CHECK(strstr(error, path) != NULL && strstr(error, "not a file of PEM") != NULL);
	CHECK(judge.open("/", PKI_NOW, error) == NULL);
	judge.close(NULL);
	unlink(path);
	free(path);
}

int
main(void)
{
	make_good();
	RUN(trusts_a_good_chain);
	RUN(misses_an_intermediate);
	RUN(bears_order_duplicates_and_rubbish);
	RUN(tells_an_expired_leaf);
	RUN(judges_at_any_time);
	RUN(dates_an_unreadable_date_outside);
	RUN(looks_for_issuers_within_their_dates);
	RUN(passes_by_an_expired_root);
	RUN(turns_back_from_a_dead_end);
	RUN(turns_back_from_a_wrong_signature);
	RUN(knows_the_self_signed);
	RUN(does_not_trust_strangers);
	RUN(keeps_the_rules_of_the_path);
	RUN(counts_path_lengths);
	RUN(climbs_no_endless_tower);
	RUN(remembers_without_a_difference);
	RUN(needs_a_readable_store);
	free_good();
	return test_end();
}
