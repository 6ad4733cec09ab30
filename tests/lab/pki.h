/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The certificates of the laboratory, good and bad, all made in this process:
 * a root (the only thing that leaves it, for the trust store of whom we test),
 * intermediates, and a leaf for each pair of kind and host when first asked
 * for, kept until pki_free.  What is returned stays the pki's.
 */
#ifndef TESTS_LAB_PKI_H
#define TESTS_LAB_PKI_H

#include <openssl/ssl.h>

struct pki;
struct tls_choice;

/* Writes the root to root_file unless NULL. */
struct pki *pki_new(const char *root_file);
void pki_free(struct pki *pki);

/* Ends the program unless there is such a kind (no host needed). */
void pki_check_kind(const char *kind);
/* A server's SSL with the certificate of the kind for the host and its chain;
 * the caller's.  NULL when the library cannot do it. */
SSL *pki_ssl(struct pki *pki, const struct tls_choice *choice, const char *kind,
	     const char *host);
/* The leaf of a kind for a host; NULL for a kind without certificates. */
X509 *pki_leaf(struct pki *pki, const char *kind, const char *host);
/* Writes the key and the certificates that a server of this kind shows to a file, for
 * another server. */
void pki_issue(struct pki *pki, const char *kind, const char *host, const char *file);

#endif
