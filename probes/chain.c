/* SPDX-License-Identifier: Apache-2.0 */
#include "probes/chain.h"

#include <errno.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "probes/certificate.h"
#include "probes/decoder.h"
#include "probes/signatures.h"
#include "scanner/errors.h"
#include "scanner/mem.h"

#define YEAR_0    (-62167219200)
#define YEAR_9999 253402300799 /* its last second; what ASN.1 can say */

struct bench {
	X509_STORE *store;
	X509_STORE_CTX *context; /* set up and cleaned for each path */
	struct signatures *signatures;
	time_t at;
};

/* Dates are told apart from trust, so they break no path.  The time is set all
 * the same (and not X509_V_FLAG_NO_CHECK_TIME), because OpenSSL then prefers, of
 * several issuers, the one that is within its dates. */
static int
pass_dates(int ok, X509_STORE_CTX *context)
{
	switch (X509_STORE_CTX_get_error(context)) {
	case X509_V_ERR_CERT_NOT_YET_VALID:
	case X509_V_ERR_CERT_HAS_EXPIRED:
	case X509_V_ERR_ERROR_IN_CERT_NOT_BEFORE_FIELD:
	case X509_V_ERR_ERROR_IN_CERT_NOT_AFTER_FIELD:
		return 1;
	}
	return ok;
}

static void
set_rules(struct bench *bench)
{
	X509_VERIFY_PARAM *rules = X509_STORE_get0_param(bench->store);

	X509_VERIFY_PARAM_set_time(rules, bench->at);
	X509_VERIFY_PARAM_set_purpose(rules, X509_PURPOSE_SSL_SERVER);
	X509_VERIFY_PARAM_set_auth_level(rules, 0);
	X509_VERIFY_PARAM_set_depth(rules, CHAIN_DEPTH_MAX);
	X509_STORE_set_verify_cb(bench->store, pass_dates);
}

static time_t
hold_time(int64_t at)
{
	return at < YEAR_0 ? YEAR_0 : at > YEAR_9999 ? YEAR_9999 : at;
}

/* The store is the bench's, and may be NULL. */
static struct bench *
bench_new(X509_STORE *store, time_t at)
{
	struct bench *bench = mem_alloc(sizeof *bench);

	bench->store = store;
	bench->context = X509_STORE_CTX_new();
	bench->signatures = signatures_new(at);
	bench->at = at;
	return bench;
}

struct bench *
chain_open(const char *root_cas, int64_t at, char error[256])
{
	FILE *file = fopen(root_cas, "rb");
	struct bench *bench;

	if (file == NULL) {
		snprintf(error, 256, "cannot read trust store %s: %s", root_cas,
			 strerror(errno));
		return NULL;
	}
	fclose(file);
	decoder_simplify();
	bench = bench_new(X509_STORE_new(), hold_time(at));
	if (bench->store == NULL || bench->context == NULL) {
		snprintf(error, 256, "out of memory for trust store %s", root_cas);
	} else if (!X509_STORE_load_file(bench->store, root_cas)) {
		snprintf(error, 256, "trust store %s: not a file of PEM certificates",
			 root_cas);
	} else {
		set_rules(bench);
		return bench;
	}
	errors_forget();
	chain_close(bench);
	return NULL;
}

/* A store has a lock of its own. */
struct bench *
chain_share(const struct bench *bench)
{
	struct bench *other;

	X509_STORE_up_ref(bench->store);
	other = bench_new(bench->store, bench->at);
	if (other->context != NULL)
		return other;
	chain_close(other);
	return NULL;
}

void
chain_close(struct bench *bench)
{
	if (bench == NULL)
		return;
	signatures_free(bench->signatures);
	X509_STORE_CTX_free(bench->context);
	X509_STORE_free(bench->store);
	free(bench);
}

time_t
chain_time(const struct bench *bench)
{
	return bench->at;
}

static bool
sent_before(const struct chain *chain, size_t which)
{
	for (size_t i = 0; i < which; i++)
		if (memcmp(chain->certificates[i].sha256, chain->certificates[which].sha256,
			   DIGEST_BYTES) == 0)
			return true;
	return false;
}

/* In whatever order: RFC 8446 section 4.4.2 asks receivers to bear that.  What does
 * not parse cannot be on a path. */
struct stack_st_X509 *
chain_presented(const struct chain *chain)
{
	struct stack_st_X509 *presented = sk_X509_new_null();

	for (size_t i = 1; i < chain->count && i < CHAIN_PRESENTED_MAX; i++) {
		const struct certificate_der *der = &chain->certificates[i];
		X509 *x =
		    sent_before(chain, i) ? NULL : certificate_parse(der->bytes, der->length);

		if (x != NULL && sk_X509_push(presented, x) <= 0)
			X509_free(x);
	}
	return presented;
}

/* Adds one certificate's dates to the verdict; false when it is outside them.  A
 * date that cannot be read holds at no time. */
static bool
judge_dates(const struct bench *bench, const X509 *x, struct chain_verdict *v)
{
	time_t at = bench->at;
	int begun = X509_cmp_time(X509_get0_notBefore(x), &at);
	int ended = X509_cmp_time(X509_get0_notAfter(x), &at);

	v->not_yet_valid |= begun >= 0;
	v->expired |= ended <= 0;
	return begun < 0 && ended > 0;
}

/* Where on the path the certificate stands that is nearest the leaf of those outside
 * their dates; -1: nowhere.  The path may be empty. */
static int
judge_all_dates(const struct bench *bench, const X509 *leaf, const struct stack_st_X509 *path,
		struct chain_verdict *v)
{
	int outdated = -1;

	for (int i = sk_X509_num(path) - 1; i > 0; i--)
		if (!judge_dates(bench, sk_X509_value(path, i), v))
			outdated = i;
	return judge_dates(bench, leaf, v) ? outdated : 0;
}

/* The presented certificate without which another path may be better: the one
 * that stands where the path fails, or where its dates do (outdated, -1: nowhere);
 * NULL when there is none.  For a wrong signature it is the supposed issuer, and
 * for what fails in the leaf too: it may be under a constraint from above. */
static X509 *
suspect(X509_STORE_CTX *context, bool trusted, int outdated)
{
	int where = outdated, last = X509_STORE_CTX_get_num_untrusted(context) - 1;

	if (!trusted) {
		where = X509_STORE_CTX_get_error_depth(context);
		if (X509_STORE_CTX_get_error(context) == X509_V_ERR_CERT_SIGNATURE_FAILURE ||
		    where == 0)
			where++;
	}
	if (where > last)
		where = last;
	return where > 0 ? sk_X509_value(X509_STORE_CTX_get0_chain(context), where) : NULL;
}

/* Judges the one path that OpenSSL finds. */
static struct chain_verdict
judge_path(struct bench *bench, X509 *leaf, struct stack_st_X509 *presented, X509 **culprit)
{
	struct chain_verdict v = { .parsed = true, .error = X509_V_ERR_OUT_OF_MEM };
	X509_STORE_CTX *context = bench->context;
	struct stack_st_X509 *path;
	int outdated = -1;

	*culprit = NULL;
	if (!X509_STORE_CTX_init(context, bench->store, leaf, presented))
		return v;
	signatures_lend(bench->signatures, context);
	v.trusted = X509_verify_cert(context) == 1;
	v.error = X509_STORE_CTX_get_error(context);
	path = X509_STORE_CTX_get0_chain(context);
	if (!signatures_faultless(bench->signatures))
		outdated = judge_all_dates(bench, leaf, path, &v);
	*culprit = suspect(context, v.trusted, outdated);
	X509_STORE_CTX_cleanup(context);
	return v;
}

static int
rank(const struct chain_verdict *v)
{
	return !v->trusted ? 0 : v->expired || v->not_yet_valid ? 1 : 2;
}

/* OpenSSL follows the first issuer that fits and never turns back, but "trusted"
 * asks whether there is a path: so try again without what was in the way.  If
 * nothing better comes of it, the first path is the one to speak of. */
static struct chain_verdict
judge_paths(struct bench *bench, X509 *leaf, struct stack_st_X509 *presented)
{
	X509 *culprit;
	struct chain_verdict best = judge_path(bench, leaf, presented, &culprit), next;

	for (int tried = 1; tried < CHAIN_PATHS_MAX && culprit != NULL; tried++) {
		X509_free(sk_X509_delete_ptr(presented, culprit));
		next = judge_path(bench, leaf, presented, &culprit);
		if (rank(&next) > rank(&best))
			best = next;
	}
	return best;
}

/* By its own key, whatever its key identifiers and key usage say. */
static bool
signs_itself(X509 *x)
{
	return X509_NAME_cmp(X509_get_subject_name(x), X509_get_issuer_name(x)) == 0 &&
	       X509_get0_pubkey(x) != NULL && X509_verify(x, X509_get0_pubkey(x)) == 1;
}

void
chain_judge(struct bench *bench, const struct chain *chain, struct chain_verdict *v)
{
	const struct certificate_der *first = chain->certificates;
	X509 *leaf = chain->count > 0 ? certificate_parse(first->bytes, first->length) : NULL;
	struct stack_st_X509 *presented;

	*v = (struct chain_verdict){ .error = X509_V_ERR_UNSPECIFIED };
	if (leaf == NULL)
		return;
	presented = chain_presented(chain);
	*v = judge_paths(bench, leaf, presented);
	v->self_signed = signs_itself(leaf);
	sk_X509_pop_free(presented, X509_free);
	X509_free(leaf);
	errors_forget();
}
