/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The kinds of certificate a scripted server may show: one row each, saying in
 * what it differs from a good one.
 */
#ifndef TESTS_LAB_KINDS_H
#define TESTS_LAB_KINDS_H

#include <stdbool.h>

enum key_type { KEY_P256, KEY_P384, KEY_RSA2048, KEY_RSA1024, KEY_ED25519, KEY_COUNT };

enum issuer {
	ISSUER_INTERMEDIATE,
	ISSUER_ROOT,
	ISSUER_SELF,
	ISSUER_UNKNOWN_ROOT,
	ISSUER_EXPIRED,     /* an intermediate past its end */
	ISSUER_NO_CA,       /* an intermediate that is no authority */
	ISSUER_CONSTRAINED, /* an intermediate for another name space */
	ISSUER_COUNT,
};

/* What stands in the leaf as names. */
enum naming {
	NAMING_HOST,
	NAMING_OTHER,
	NAMING_CN_ONLY,
	NAMING_WILDCARD,
	NAMING_NUL,  /* the host, a NUL, and more */
	NAMING_MANY, /* the host among thousands */
	NAMING_NONE,
};

/* What follows the leaf in the Certificate message. */
enum following { FOLLOWING_ISSUER, FOLLOWING_NOTHING, FOLLOWING_ROOT_TOO, FOLLOWING_HUNDRED };

struct kind {
	const char *name;
	enum issuer issuer;
	enum naming naming;
	enum following following;
	enum key_type key;
	int from_days, until_days; /* of validity, from now; both 0: as a good one */
	bool client_only;          /* extended key usage is not for servers */
	bool sha1, bad_signature, version1;
	bool anonymous; /* no certificate at all */
};

/* NULL: no such kind. */
const struct kind *kind_find(const char *name);

#endif
