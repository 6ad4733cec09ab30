/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Is a policy host the one it says (RFC 8461 section 3.3): do its certificates
 * lead to the trust store, hold now, and name it in the SAN?  A webpki is one
 * thread's: its bench is opened when it is first needed, and again from time to
 * time, because a bench judges as of the time it was opened.
 */
#ifndef PROBES_WEBPKI_H
#define PROBES_WEBPKI_H

#include <openssl/x509_vfy.h>

#include "scanner/judge.h"

struct webpki {
	const char *root_cas; /* set by the owner */
	struct bench *bench;
	int64_t opened; /* wall clock */
};

/* Before a host is contacted; false: the trust store cannot be read (errno). */
bool webpki_ready(struct webpki *webpki);
/* The word for the certificates that a handshake presented: ok, or one of tls-*
 * and why in *detail, the caller's. */
enum sts_fetch_word webpki_judge(struct webpki *webpki, X509_STORE_CTX *presented,
				 const char *host, char **detail);
void webpki_clear(struct webpki *webpki);

#endif
