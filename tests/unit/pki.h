/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Certificates for tests, made with OpenSSL as they are asked for: authorities,
 * leaves, and wrong ones of both.  A test that cannot make its certificate ends
 * there (abort).  What pki_make returns is the test's: pki_free.
 *
 *     struct pki *root = pki_make(NULL, &(struct pki_spec){ .cn = "Root", .ca = true });
 *     struct pki *leaf = pki_make(root, &(struct pki_spec){ .dns = "mx.example.org" });
 */
#ifndef TESTS_UNIT_PKI_H
#define TESTS_UNIT_PKI_H

#include <openssl/evp.h>
#include <openssl/x509.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "scanner/facts.h"

#define PKI_NOW 1750000000 /* 2025-06-15T15:06:40Z; unless told, valid a year around it */
#define PKI_DAY INT64_C(86400)

/* Everything left out has a sensible default. */
struct pki_spec {
	const char *cn;    /* subject, and beside it only O=Test; NULL: "mxsweep test" */
	const char *dns;   /* DNS names of the SAN, by comma; NULL: no SAN */
	size_t dns_length; /* of dns, where NUL bytes are part of it */
	int64_t not_before, not_after;
	const char *key;         /* "P-256" (default), "P-384", "RSA:2048", "ED25519" … */
	EVP_PKEY *shared_key;    /* this key instead (cross-signed authorities) */
	const char *digest;      /* NULL: SHA256 */
	bool ca;                 /* CA:TRUE and keyCertSign; without it CA:FALSE */
	bool version_1;          /* no extensions at all */
	const char *path_length; /* of an authority: "0" */
	const char *key_usage, *extended_key_usage, *name_constraints; /* as in openssl.cnf */
	long serial;                                                   /* 0: the next */
};

struct pki {
	X509 *x;
	EVP_PKEY *key;
	uint8_t *der;
	size_t length;
};

/* Signed by issuer, or by itself when that is NULL. */
struct pki *pki_make(const struct pki *issuer, const struct pki_spec *spec);
void pki_free(struct pki *pki); /* NULL is fine */
/* As sent: the count certificates that follow, the leaf first. */
struct chain *pki_chain(size_t count, ...);
/* Writes the count certificates that follow to a new file in PEM; the caller
 * unlinks and frees the path. */
char *pki_store(size_t count, ...);

#endif
