/* SPDX-License-Identifier: Apache-2.0 */
#include "probes/signatures.h"

#include <openssl/x509v3.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>

#include "probes/parsed.h"
#include "scanner/mem.h"

/* Both are held, so that nothing else can come to their addresses: who meets the same
 * two pointers meets the same two certificates, which never change. */
struct pair {
	X509 *subject, *issuer; /* NULL: empty */
};

struct signatures {
	bool enabled, faultless;
	time_t at;
	X509_STORE_CTX_verify_fn usual; /* libcrypto's own check */
	struct pair good[SIGNATURES_PAIRS];
};

struct signatures *
signatures_new(time_t at)
{
	struct signatures *signatures = mem_alloc(sizeof *signatures);

	signatures->at = at;
	signatures->enabled = getenv(PARSED_SWITCH) == NULL;
	return signatures;
}

static void
set_pair(struct pair *pair, X509 *subject, X509 *issuer)
{
	X509_free(pair->subject);
	X509_free(pair->issuer);
	*pair = (struct pair){ subject, issuer };
}

void
signatures_free(struct signatures *signatures)
{
	if (signatures == NULL)
		return;
	for (size_t i = 0; i < SIGNATURES_PAIRS; i++)
		set_pair(&signatures->good[i], NULL, NULL);
	free(signatures);
}

/* Hardly any authority has several issuers; the latest then has the place. */
static struct pair *
place_of(struct signatures *signatures, const X509 *subject)
{
	uint64_t mixed = (uint64_t)(uintptr_t)subject * UINT64_C(0x9e3779b97f4a7c15);

	return &signatures->good[(mixed >> 32) % SIGNATURES_PAIRS];
}

/* Proxy certificates (RFC 3820) are signed by other keys; they are left to libcrypto. */
static bool
has_signed(X509 *issuer, X509 *subject)
{
	EVP_PKEY *key = X509_get0_pubkey(issuer);

	return (X509_get_extension_flags(subject) & EXFLAG_PROXY) == 0 &&
	       (X509_get_key_usage(issuer) & KU_KEY_CERT_SIGN) != 0 && key != NULL &&
	       X509_verify(subject, key) == 1;
}

static bool
is_within_dates(const X509 *x, time_t at)
{
	return X509_cmp_time(X509_get0_notBefore(x), &at) < 0 &&
	       X509_cmp_time(X509_get0_notAfter(x), &at) > 0;
}

static bool
are_good_authorities(struct signatures *signatures, X509 *issuer, X509 *subject)
{
	struct pair *pair = place_of(signatures, subject);

	if (pair->subject == subject && pair->issuer == issuer)
		return true;
	if (!is_within_dates(issuer, signatures->at) ||
	    !is_within_dates(subject, signatures->at) || !has_signed(issuer, subject))
		return false;
	X509_up_ref(subject);
	X509_up_ref(issuer);
	set_pair(pair, subject, issuer);
	return true;
}

/* The path has an anchor at its end, which needs no signature. */
static bool
is_faultless(struct signatures *signatures, X509_STORE_CTX *context)
{
	struct stack_st_X509 *path = X509_STORE_CTX_get0_chain(context);
	int depth = sk_X509_num(path) - 1;

	if (depth < 1 || !is_within_dates(sk_X509_value(path, 0), signatures->at))
		return false;
	if (depth == 1 && !is_within_dates(sk_X509_value(path, 1), signatures->at))
		return false;
	for (; depth > 1; depth--)
		if (!are_good_authorities(signatures, sk_X509_value(path, depth),
					  sk_X509_value(path, depth - 1)))
			return false;
	return has_signed(sk_X509_value(path, 1), sk_X509_value(path, 0));
}

/* In the place of libcrypto's check, which ends at the leaf when all is well. */
static int
verify(X509_STORE_CTX *context)
{
	struct signatures *signatures = X509_STORE_CTX_get_app_data(context);

	signatures->faultless = is_faultless(signatures, context);
	if (!signatures->faultless)
		return signatures->usual(context);
	X509_STORE_CTX_set_current_cert(context, X509_STORE_CTX_get0_cert(context));
	X509_STORE_CTX_set_error_depth(context, 0);
	return 1;
}

void
signatures_lend(struct signatures *signatures, X509_STORE_CTX *context)
{
	signatures->faultless = false;
	if (!signatures->enabled)
		return;
	signatures->usual = X509_STORE_CTX_get_verify(context);
	X509_STORE_CTX_set_app_data(context, signatures);
	X509_STORE_CTX_set_verify(context, verify);
}

bool
signatures_faultless(const struct signatures *signatures)
{
	return signatures->faultless;
}
