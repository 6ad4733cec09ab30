/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Makes one key or one certificate.  What is made is the caller's; a failure
 * of the library ends the program, for nothing here depends on the network.
 */
#ifndef TESTS_LAB_MAKE_H
#define TESTS_LAB_MAKE_H

#include <openssl/x509.h>
#include <stdbool.h>

#include "tests/lab/kinds.h"

struct recipe {
	const char *common_name; /* of a leaf: its host */
	enum naming naming;
	bool named; /* a leaf, with a host's names */
	EVP_PKEY *key, *signer;
	X509 *issuer; /* NULL: itself */
	int from_days, until_days;
	bool authority;
	const char *permitted; /* the name space of an authority, or NULL */
	bool client_only, sha1, bad_signature, version1;
};

EVP_PKEY *make_key(enum key_type type);
X509 *make_certificate(const struct recipe *recipe);

#endif
