/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The outcome words: one enum for each column that holds one, and one table of
 * their spellings.  Value 0 of each is "this stage was not reached" (NULL in
 * the database).  The spellings are public; their order here is not.
 */
#ifndef SCANNER_WORDS_H
#define SCANNER_WORDS_H

#include <stddef.h>

enum dns_word {
	DNS_OK = 1,
	DNS_NXDOMAIN,
	DNS_TEMPORARY,
	DNS_BOGUS,
	DNS_CNAME_LOOP,
	DNS_INVALID_NAME,
};

enum mx_word { MX_OK = 1, MX_IMPLICIT, MX_NULL, MX_NULL_WITH_OTHERS, MX_NONE, MX_BAD_TARGET };

enum security_word {
	SECURITY_SECURE = 1,
	SECURITY_INSECURE,
	SECURITY_BOGUS,
	SECURITY_INDETERMINATE,
};

enum tcp_word {
	TCP_CONNECTED = 1,
	TCP_REFUSED,
	TCP_TIMEOUT,
	TCP_UNREACHABLE,
	TCP_BLOCKED,
	TCP_NO_ADDRESS,
	TCP_ADDRESS_TEMPORARY,
	TCP_ADDRESS_BOGUS,
};

enum greeting_word {
	GREETING_OK = 1,
	GREETING_MASKED,
	GREETING_TEMPORARY,
	GREETING_REJECTED,
	GREETING_TIMEOUT,
	GREETING_CLOSED,
	GREETING_NOT_SMTP,
};

enum ehlo_word {
	EHLO_OK = 1,
	EHLO_HELO_ONLY,
	EHLO_TEMPORARY,
	EHLO_REJECTED,
	EHLO_TIMEOUT,
	EHLO_CLOSED,
	EHLO_MALFORMED,
};

enum offer_word { OFFER_OFFERED = 1, OFFER_MASKED, OFFER_ABSENT };

enum starttls_word {
	STARTTLS_OK = 1,
	STARTTLS_NOT_OFFERED,
	STARTTLS_REFUSED,
	STARTTLS_REFUSED_TEMPORARY,
	STARTTLS_STRIPPED,
	STARTTLS_CORRUPTED,
	STARTTLS_MASKED_BUT_WORKS,
	STARTTLS_HIDDEN,
	STARTTLS_INJECTED,
	STARTTLS_CLOSED,
	STARTTLS_TIMEOUT,
};

enum handshake_word {
	HANDSHAKE_OK = 1,
	HANDSHAKE_ALERT,
	HANDSHAKE_CLOSED,
	HANDSHAKE_TIMEOUT,
	HANDSHAKE_NOT_TLS,
	HANDSHAKE_VERSION_UNSUPPORTED,
	HANDSHAKE_NO_SHARED_CIPHER,
	HANDSHAKE_PROTOCOL_ERROR,
};

enum certificate_word {
	CERTIFICATE_OK = 1,
	CERTIFICATE_NONE,
	CERTIFICATE_UNPARSABLE,
	CERTIFICATE_EXPIRED,
	CERTIFICATE_NOT_YET_VALID,
	CERTIFICATE_SELF_SIGNED,
	CERTIFICATE_UNTRUSTED,
	CERTIFICATE_NAME_MISMATCH,
};

/* domains.starttls and domains.certificate: how many of the domain's servers. */
enum share_word { SHARE_ALL = 1, SHARE_PARTIAL, SHARE_NONE, SHARE_STRIPPED, SHARE_UNKNOWN };

enum headline_word {
	HEADLINE_NO_MAIL = 1,
	HEADLINE_UNTESTABLE,
	HEADLINE_STRIPPED,
	HEADLINE_PLAINTEXT,
	HEADLINE_PARTIAL,
	HEADLINE_AUTHENTICATED,
	HEADLINE_ENCRYPTED,
};

/* The columns, each with its own set of words. */
enum words {
	WORDS_DNS,
	WORDS_MX,
	WORDS_SECURITY,
	WORDS_TCP,
	WORDS_GREETING,
	WORDS_EHLO,
	WORDS_OFFER,
	WORDS_STARTTLS,
	WORDS_HANDSHAKE,
	WORDS_CERTIFICATE,
	WORDS_SHARE,
	WORDS_HEADLINE,
	WORDS_COUNT,
};

/* The name of the column: "starttls_offer". */
const char *words_column(enum words column);
/* How many values the column's enum has, the unreached 0 included. */
int words_count(enum words column);
/* The spelling of a value; NULL for 0. */
const char *word(enum words column, int value);
/* The value of a spelling; 0 for NULL and for what is no word of the column. */
int word_parse(enum words column, const char *spelling);

#endif
