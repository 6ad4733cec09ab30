/* SPDX-License-Identifier: Apache-2.0 */
#include "scanner/words.h"

#include <assert.h>
#include <string.h>

#define LIST(...)                                                                              \
	(const char *const[]){ __VA_ARGS__ },                                                  \
	    sizeof((const char *[]){ __VA_ARGS__ }) / sizeof(char *)

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
	[WORDS_HEADLINE] = { "headline",
			     LIST(NULL, "no-mail", "untestable", "stripped", "plaintext",
				  "partial", "authenticated", "encrypted") },
};

const char *
words_column(enum words column)
{
	return table[column].column;
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
