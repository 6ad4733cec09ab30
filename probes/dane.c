/* SPDX-License-Identifier: Apache-2.0 */
#include "probes/dane.h"

#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <pthread.h>
#include <string.h>

#include "probes/association.h"
#include "probes/certificate.h"
#include "probes/chain.h"
#include "probes/comparison.h"
#include "probes/name.h"
#include "probes/verdict.h"
#include "scanner/errors.h"

/* OpenSSL takes TLSA records nowhere but in an SSL; ours never connect. */
static SSL_CTX *common;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void
make_common(void)
{
	common = SSL_CTX_new(TLS_client_method());
	if (common != NULL && SSL_CTX_dane_enable(common) <= 0) {
		SSL_CTX_free(common);
		common = NULL;
	}
}

/* The base domain is for SNI and for OpenSSL's name check, which are not wanted here:
 * usage 3 asks for no name, and for usage 2 name.h knows better what a name is. */
static SSL *
hold(const struct comparison *c)
{
	SSL *ssl;
	bool ok;

	pthread_once(&once, make_common);
	ssl = common != NULL ? SSL_new(common) : NULL;
	ok = ssl != NULL && SSL_dane_enable(ssl, "base.invalid") > 0;
	for (size_t i = 0; ok && i < c->count; i++) {
		const uint8_t *rdata = c->records[i].rdata;

		if (comparison_usable(c, i))
			ok = SSL_dane_tlsa_add(ssl, rdata[0], rdata[1], rdata[2], rdata + 3,
					       c->records[i].length - 3) > 0;
	}
	if (ok)
		return ssl;
	SSL_free(ssl);
	return NULL;
}

/* Remembers wrong dates, and goes on. */
static int
bear_dates(int ok, X509_STORE_CTX *context)
{
	bool *outdated = X509_STORE_CTX_get_app_data(context);

	if (ok)
		return ok;
	switch (X509_STORE_CTX_get_error(context)) {
	case X509_V_ERR_CERT_NOT_YET_VALID:
	case X509_V_ERR_CERT_HAS_EXPIRED:
	case X509_V_ERR_ERROR_IN_CERT_NOT_BEFORE_FIELD:
	case X509_V_ERR_ERROR_IN_CERT_NOT_AFTER_FIELD:
		*outdated = true;
		return 1;
	}
	return 0;
}

/* Is there a path from the leaf to a record?  Without a store, nothing but a record
 * can end it; that X509_verify_cert is content does not say by itself that one did. */
static bool
has_authority(SSL *ssl, time_t at, X509 *leaf, struct stack_st_X509 *presented, bool *outdated)
{
	X509_STORE_CTX *context = X509_STORE_CTX_new();
	bool verified = false;

	if (context != NULL && X509_STORE_CTX_init(context, NULL, leaf, presented)) {
		X509_STORE_CTX_set0_dane(context, SSL_get0_dane(ssl));
		X509_STORE_CTX_set_purpose(context, X509_PURPOSE_SSL_SERVER);
		X509_STORE_CTX_set_time(context, 0, at);
		X509_STORE_CTX_set_depth(context, CHAIN_DEPTH_MAX);
		X509_VERIFY_PARAM_set_auth_level(X509_STORE_CTX_get0_param(context), 0);
		X509_STORE_CTX_set_app_data(context, outdated);
		X509_STORE_CTX_set_verify_cb(context, bear_dates);
		verified = X509_verify_cert(context) == 1;
	}
	X509_STORE_CTX_free(context);
	SSL_set_verify_result(ssl, verified ? X509_V_OK : X509_V_ERR_UNSPECIFIED);
	return SSL_get0_dane_authority(ssl, NULL, NULL) >= 0;
}

/* Which record was it?  Of two alike, the first. */
static size_t
authority(SSL *ssl, const struct comparison *c)
{
	uint8_t numbers[3];
	const uint8_t *data;
	size_t length, i;

	SSL_get0_dane_tlsa(ssl, &numbers[0], &numbers[1], &numbers[2], &data, &length);
	for (i = 0; i + 1 < c->count; i++)
		if (c->records[i].length == length + 3 &&
		    memcmp(c->records[i].rdata, numbers, 3) == 0 &&
		    memcmp(c->records[i].rdata + 3, data, length) == 0)
			break;
	return i;
}

static bool
has_name(const struct certificate_der *leaf, const char *const names[])
{
	bool cn_only;

	for (; *names != NULL; names++)
		if (name_matches(leaf->bytes, leaf->length, *names, &cn_only))
			return true;
	return false;
}

static enum dane_word
word_of_path(const struct comparison *c, const struct chain *chain, const char *const names[],
	     bool outdated, int matched)
{
	if (matched < 0)
		return comparison_lacks_anchor(c) ? DANE_TA_MISSING : DANE_MISMATCH;
	if (association_usage(&c->records[matched]) == USAGE_DANE_EE)
		return DANE_OK_EE;
	if (outdated)
		return DANE_EXPIRED;
	return has_name(&chain->certificates[0], names) ? DANE_OK_TA : DANE_NAME_MISMATCH;
}

static void
judge_chain(struct bench *bench, const struct chain *chain, const struct comparison *c,
	    const char *const names[], struct dane_verdict *v)
{
	X509 *leaf =
	    certificate_parse(chain->certificates[0].bytes, chain->certificates[0].length);
	struct stack_st_X509 *presented = chain_presented(chain);
	SSL *ssl = hold(c);
	bool outdated = false;

	if (ssl == NULL) {
		v->word = DANE_UNKNOWN;
	} else {
		if (leaf != NULL &&
		    has_authority(ssl, chain_time(bench), leaf, presented, &outdated))
			v->matched = (int)authority(ssl, c);
		v->word = word_of_path(c, chain, names, outdated, v->matched);
	}
	SSL_free(ssl);
	sk_X509_pop_free(presented, X509_free);
	X509_free(leaf);
	errors_forget();
}

void
dane_judge(struct bench *bench, const struct chain *chain, const struct tlsa_set *set,
	   const char *const names[], struct dane_verdict *v)
{
	struct comparison c;
	bool presented = chain != NULL && chain->count > 0;

	*v = (struct dane_verdict){ .word = DANE_MISMATCH, .matched = -1 };
	comparison_make(&c, set, chain);
	if (!comparison_any_usable(&c))
		v->word = DANE_UNUSABLE;
	else if (presented)
		judge_chain(bench, chain, &c, names, v);
	if (v->word == DANE_MISMATCH || v->word == DANE_TA_MISSING || v->word == DANE_UNUSABLE)
		v->reason = comparison_reason(&c);
	v->lint = comparison_lint(&c, v->word);
}

/* All records being unusable takes away the authentication, not the TLS (RFC 7672
 * section 2.2). */
enum dane_word
dane_server(const struct server_outcome *server, const struct dane_verdict *v, bool usable)
{
	if (!verdict_answered(server))
		return DANE_UNKNOWN;
	if (v == NULL || !verdict_gives_tls(server))
		return DANE_NO_STARTTLS;
	return usable ? v->word : DANE_UNUSABLE;
}
