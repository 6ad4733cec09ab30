/* SPDX-License-Identifier: Apache-2.0 */
#include "probes/webpki.h"

#include <errno.h>
#include <openssl/x509.h>
#include <stdlib.h>

#include "probes/chain.h"
#include "probes/name.h"
#include "probes/tls.h"
#include "probes/verdict.h"
#include "scanner/clock.h"
#include "scanner/mem.h"

#define BENCH_AGE (INT64_C(3600) * 1000000) /* microseconds */

/* What each finding is called, what we tell the host (the alert follows from it),
 * and a person. */
static const struct {
	enum sts_fetch_word word;
	int error;
	const char *detail;
} findings[] = {
	[CERTIFICATE_OK] = { STS_FETCH_OK, X509_V_OK, NULL },
	[CERTIFICATE_NONE] = { STS_FETCH_TLS_OTHER, X509_V_ERR_UNSPECIFIED,
			       "no certificate was presented" },
	[CERTIFICATE_UNPARSABLE] = { STS_FETCH_TLS_OTHER, X509_V_ERR_UNSPECIFIED,
				     "the certificate cannot be read" },
	[CERTIFICATE_EXPIRED] = { STS_FETCH_TLS_EXPIRED, X509_V_ERR_CERT_HAS_EXPIRED,
				  "the certificate has expired" },
	[CERTIFICATE_NOT_YET_VALID] = { STS_FETCH_TLS_EXPIRED, X509_V_ERR_CERT_NOT_YET_VALID,
					"the certificate is not valid yet" },
	[CERTIFICATE_SELF_SIGNED] = { STS_FETCH_TLS_SELF_SIGNED,
				      X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT,
				      "the certificate is signed by itself" },
	[CERTIFICATE_UNTRUSTED] = { STS_FETCH_TLS_UNTRUSTED,
				    X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY, NULL },
	[CERTIFICATE_NAME_MISMATCH] = { STS_FETCH_TLS_MISMATCH, X509_V_ERR_HOSTNAME_MISMATCH,
					"the certificate does not name the policy host" },
};

/* An old one is better than none. */
bool
webpki_ready(struct webpki *webpki)
{
	int64_t now = clock_wall();
	char error[256];
	struct bench *bench;

	if (webpki->bench != NULL && now - webpki->opened < BENCH_AGE)
		return true;
	errno = 0;
	bench = chain_open(webpki->root_cas, now / 1000000, error);
	if (bench == NULL)
		return webpki->bench != NULL;
	chain_close(webpki->bench);
	webpki->bench = bench;
	webpki->opened = now;
	return true;
}

/* The certificates as they came, the leaf first; NULL: none. */
static struct chain *
chain_of(X509_STORE_CTX *presented)
{
	const struct stack_st_X509 *stack = X509_STORE_CTX_get0_untrusted(presented);
	int count = sk_X509_num(stack) < TLS_CHAIN_LIMIT ? sk_X509_num(stack) : TLS_CHAIN_LIMIT;
	uint8_t *bytes[TLS_CHAIN_LIMIT] = { NULL };
	size_t lengths[TLS_CHAIN_LIMIT];
	struct chain *chain = NULL;
	int whole = 0;

	for (; whole < count; whole++) {
		int length = i2d_X509(sk_X509_value(stack, whole), &bytes[whole]);

		if (length <= 0)
			break;
		lengths[whole] = (size_t)length;
	}
	if (whole > 0)
		chain = chain_new((size_t)whole, (const uint8_t *const *)bytes, lengths);
	for (int i = 0; i < whole; i++)
		OPENSSL_free(bytes[i]);
	return chain;
}

/* The common name does not count (RFC 8461 section 3.3). */
static bool
named_in_san(const struct certificate_der *leaf, const char *host)
{
	bool cn_only;

	return name_matches(leaf->bytes, leaf->length, host, &cn_only) && !cn_only;
}

enum sts_fetch_word
webpki_judge(struct webpki *webpki, X509_STORE_CTX *presented, const char *host, char **detail)
{
	enum certificate_word found = CERTIFICATE_NONE;
	const char *why;
	struct chain_verdict v = { 0 };
	struct chain *chain;

	chain = chain_of(presented);
	if (chain != NULL) {
		chain_judge(webpki->bench, chain, &v);
		found = verdict_certificate(&v, named_in_san(&chain->certificates[0], host));
	}
	free(chain);
	why = findings[found].detail;
	if (found == CERTIFICATE_UNTRUSTED)
		why = X509_verify_cert_error_string(v.error);
	*detail = mem_strdup(why);
	X509_STORE_CTX_set_error(presented, findings[found].error);
	return findings[found].word;
}

void
webpki_clear(struct webpki *webpki)
{
	chain_close(webpki->bench);
	webpki->bench = NULL;
}
