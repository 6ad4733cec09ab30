/* SPDX-License-Identifier: Apache-2.0 */
#include "scanner/words.h"

#include <assert.h>
#include <string.h>

/* The second line refuses to compile where there are more than WORDS_MOST. */
#define COUNT(...) (sizeof((const char *[]){ __VA_ARGS__ }) / sizeof(char *))
#define LIST(...)                                                                              \
	(const char *const[]){ __VA_ARGS__ },                                                  \
	    COUNT(__VA_ARGS__) + 0 * sizeof(char[COUNT(__VA_ARGS__) <= WORDS_MOST ? 1 : -1])

/* In the order of each enum; the first is the unreached stage. */
static const struct {
	const char *column;
	const char *const *spelling;
	size_t count;
} table[WORDS_COUNT] = {
	[WORDS_DNS] = { "dns", LIST(NULL, "ok", "nxdomain", "temporary", "bogus", "cname-loop",
				    "invalid-name") },
	[WORDS_MX] = { "mx", LIST(NULL, "ok", "implicit", "null", "null-with-others", "none",
				  "bad-target") },
	[WORDS_SECURITY] = { "mx_security",
			     LIST(NULL, "secure", "insecure", "bogus", "indeterminate") },
	[WORDS_TCP] = { "tcp",
			LIST(NULL, "connected", "refused", "timeout", "unreachable", "blocked",
			     "no-address", "address-temporary", "address-bogus") },
	[WORDS_GREETING] = { "greeting", LIST(NULL, "ok", "masked", "temporary", "rejected",
					      "timeout", "closed", "not-smtp") },
	[WORDS_EHLO] = { "ehlo", LIST(NULL, "ok", "helo-only", "temporary", "rejected",
				      "timeout", "closed", "malformed") },
	[WORDS_OFFER] = { "starttls_offer", LIST(NULL, "offered", "masked", "absent") },
	[WORDS_STARTTLS] = { "starttls",
			     LIST(NULL, "ok", "not-offered", "refused", "refused-temporary",
				  "stripped", "corrupted", "masked-but-works", "hidden",
				  "injected", "closed", "timeout") },
	[WORDS_HANDSHAKE] = { "handshake", LIST(NULL, "ok", "alert", "closed", "timeout",
						"not-tls", "version-unsupported",
						"no-shared-cipher", "protocol-error") },
	[WORDS_CERTIFICATE] = { "certificate", LIST(NULL, "ok", "none", "unparsable", "expired",
						    "not-yet-valid", "self-signed", "untrusted",
						    "name-mismatch") },
	[WORDS_SHARE] = { "share",
			  LIST(NULL, "all", "partial", "none", "stripped", "unknown") },
	[WORDS_TLSA] = { "tlsa",
			 LIST(NULL, "found", "none", "failed", "insecure-host", "unknown") },
	[WORDS_DANE] = { "dane",
			 LIST(NULL, "ok-ee", "ok-ta", "mismatch", "name-mismatch", "expired",
			      "ta-missing", "no-starttls", "unusable", "lookup-failed",
			      "no-tlsa", "insecure-mx", "insecure-host", "unknown") },
	[WORDS_DANE_REASON] = { "dane_reason", LIST(NULL, "usage", "selector", "matching",
						    "stale", "empty-hash", "data") },
	[WORDS_DANE_SHARE] = { "dane", LIST(NULL, "all", "partial", "none", "broken", "half",
					    "unknown") },
	[WORDS_STS_RECORD] = { "mta_sts_record", LIST(NULL, "ok", "none", "multiple", "no-id",
						      "bad-id", "bad-version", "bad-extension",
						      "bad-syntax", "temporary") },
	[WORDS_STS_FETCH] = { "mta_sts_fetch",
			      LIST(NULL, "ok", "blocked", "dns", "tcp", "tls-mismatch",
				   "tls-expired", "tls-self-signed", "tls-untrusted",
				   "tls-other", "http-404", "http-redirect", "http-status",
				   "http-broken", "too-big", "timeout") },
	[WORDS_STS_POLICY] = { "mta_sts_policy",
			       LIST(NULL, "ok", "empty", "bad-version", "bad-mode",
				    "bad-max-age", "bad-mx", "no-mx", "bad-syntax") },
	[WORDS_STS_MODE] = { "mta_sts_mode", LIST(NULL, "none", "testing", "enforce") },
	[WORDS_STS_SERVER] = { "mta_sts", LIST(NULL, "ok", "unlisted", "bad-certificate",
					       "no-starttls", "unknown") },
	[WORDS_STS_DOMAIN] = { "mta_sts", LIST(NULL, "ok", "partial", "failing", "none",
					       "broken-record", "broken-policy", "unknown") },
	[WORDS_TLSRPT] = { "tlsrpt",
			   LIST(NULL, "ok", "none", "multiple", "bad-version", "no-rua",
				"bad-syntax", "unusable-rua", "temporary") },
	[WORDS_HEADLINE] = { "headline",
			     LIST(NULL, "no-mail", "untestable", "stripped", "broken-dane",
				  "broken-mta-sts", "plaintext", "partial", "secure-dane",
				  "secure-mta-sts", "authenticated", "encrypted") },
};

const char *
words_column(enum words column)
{
	return table[column].column;
}

bool
words_judged(enum words column)
{
	switch (column) {
	case WORDS_CERTIFICATE:
	case WORDS_SHARE:
	case WORDS_DANE:
	case WORDS_DANE_REASON:
	case WORDS_DANE_SHARE:
	case WORDS_STS_SERVER:
	case WORDS_STS_DOMAIN:
	case WORDS_HEADLINE:
		return true;
	default:
		return false;
	}
}

int
words_count(enum words column)
{
	return (int)table[column].count;
}

const char *
word(enum words column, int value)
{
	assert(value >= 0 && value < words_count(column));
	return table[column].spelling[value];
}

int
word_parse(enum words column, const char *spelling)
{
	for (int i = 1; spelling != NULL && i < words_count(column); i++)
		if (strcmp(table[column].spelling[i], spelling) == 0)
			return i;
	return 0;
}
