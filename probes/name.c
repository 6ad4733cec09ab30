/* SPDX-License-Identifier: Apache-2.0 */
#include "probes/name.h"

#include <openssl/x509v3.h>
#include <string.h>

#include "probes/certificate.h"
#include "scanner/address.h"
#include "scanner/errors.h"

/* X509_check_host takes a leading dot for "any subdomain", and would find an
 * address in a DNS name that spells it; RFC 9525 section 6.2 keeps them apart. */
static bool
is_host_name(const char *host)
{
	struct address address;
	size_t length = strlen(host);

	return length > 0 && length <= 253 && host[0] != '.' && host[length - 1] != '.' &&
	       !address_parse(&address, host);
}

/* A subjectAltName that is there but cannot be read, or is there twice (RFC 5280
 * section 4.2).  OpenSSL takes it for none and would look at the common name. */
static bool
names_unreadable(const X509 *x)
{
	int found;
	GENERAL_NAMES *names = X509_get_ext_d2i(x, NID_subject_alt_name, &found, NULL);
	bool unreadable = names == NULL && found != -1;

	GENERAL_NAMES_free(names);
	return unreadable;
}

/* OpenSSL's own comparison is what we want: by length and so past any embedded
 * NUL, ASCII case folded, no trailing dot taken away (RFC 5280 section 4.2.1.6
 * has names in preferred syntax, which has none), and a wildcard (with partial
 * ones off) as the whole left-most label, for exactly one label of letters, digits
 * and hyphens, and with two dots after it, so neither "*" nor "*.tld".  Without
 * ALWAYS_CHECK_SUBJECT the common names count only if the SAN has no DNS name. */
static bool
check(X509 *x, const char *host, unsigned int subject)
{
	return X509_check_host(x, host, strlen(host),
			       X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS | subject, NULL) == 1;
}

bool
name_matches(const uint8_t *leaf, size_t length, const char *host, bool *cn_only)
{
	X509 *x = is_host_name(host) ? certificate_parse(leaf, length) : NULL;
	bool matches = false;

	*cn_only = false;
	if (x != NULL) {
		matches = check(x, host, X509_CHECK_FLAG_NEVER_CHECK_SUBJECT);
		if (!matches && !names_unreadable(x))
			matches = *cn_only = check(x, host, 0);
	}
	X509_free(x);
	errors_forget();
	return matches;
}
