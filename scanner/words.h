/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The outcome words: one enum for each column that holds one, and one table of
 * their spellings.  Value 0 of each is "this stage was not reached" (NULL in
 * the database).  The spellings are public; their order here is not.
 */
#ifndef SCANNER_WORDS_H
#define SCANNER_WORDS_H

#include <stdbool.h>
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

/* What became of the look-up of a host's TLSA records (RFC 7672 section 2.2). */
enum tlsa_word {
	TLSA_FOUND = 1,     /* secure records, usable or not */
	TLSA_NONE,          /* none, or none that is secure */
	TLSA_FAILED,        /* SERVFAIL, bogus or silence: never the same as none */
	TLSA_INSECURE_HOST, /* the addresses are not signed, so it was not asked */
	TLSA_UNKNOWN,       /* no addresses, or a resolver that is not believed */
};

/* Of a server.  The words from DANE_NO_TLSA on judge nothing. */
enum dane_word {
	DANE_OK_EE = 1,
	DANE_OK_TA,
	DANE_MISMATCH,
	DANE_NAME_MISMATCH,
	DANE_EXPIRED,
	DANE_TA_MISSING,
	DANE_NO_STARTTLS,
	DANE_UNUSABLE,
	DANE_LOOKUP_FAILED,
	DANE_NO_TLSA,
	DANE_INSECURE_MX,
	DANE_INSECURE_HOST,
	DANE_UNKNOWN,
};

/* What is wrong with TLSA records that do not match, or that cannot be used. */
enum dane_reason_word {
	DANE_REASON_USAGE = 1,  /* would match as another usage; or all are PKIX-* */
	DANE_REASON_SELECTOR,   /* would match with the other selector */
	DANE_REASON_MATCHING,   /* would match as another matching type */
	DANE_REASON_STALE,      /* matches a certificate the host showed before */
	DANE_REASON_EMPTY_HASH, /* the digest of nothing */
	DANE_REASON_DATA,       /* matches nothing we know; or has the wrong length */
};

enum dane_share_word {
	DANE_SHARE_ALL = 1,
	DANE_SHARE_PARTIAL,
	DANE_SHARE_NONE,
	DANE_SHARE_BROKEN,
	DANE_SHARE_HALF,
	DANE_SHARE_UNKNOWN,
};

enum sts_record_word {
	STS_RECORD_OK = 1,
	STS_RECORD_NONE,
	STS_RECORD_MULTIPLE,
	STS_RECORD_NO_ID,
	STS_RECORD_BAD_ID,
	STS_RECORD_BAD_VERSION,
	STS_RECORD_BAD_EXTENSION,
	STS_RECORD_BAD_SYNTAX,
	STS_RECORD_TEMPORARY,
};

enum sts_fetch_word {
	STS_FETCH_OK = 1,
	STS_FETCH_BLOCKED,
	STS_FETCH_DNS,
	STS_FETCH_TCP,
	STS_FETCH_TLS_MISMATCH,
	STS_FETCH_TLS_EXPIRED,
	STS_FETCH_TLS_SELF_SIGNED,
	STS_FETCH_TLS_UNTRUSTED,
	STS_FETCH_TLS_OTHER,
	STS_FETCH_HTTP_404,
	STS_FETCH_HTTP_REDIRECT,
	STS_FETCH_HTTP_STATUS,
	STS_FETCH_HTTP_BROKEN,
	STS_FETCH_TOO_BIG,
	STS_FETCH_TIMEOUT,
};

enum sts_policy_word {
	STS_POLICY_OK = 1,
	STS_POLICY_EMPTY,
	STS_POLICY_BAD_VERSION,
	STS_POLICY_BAD_MODE,
	STS_POLICY_BAD_MAX_AGE,
	STS_POLICY_BAD_MX,
	STS_POLICY_NO_MX,
	STS_POLICY_BAD_SYNTAX,
};

enum sts_mode_word { STS_MODE_NONE = 1, STS_MODE_TESTING, STS_MODE_ENFORCE };

enum sts_server_word {
	STS_SERVER_OK = 1,
	STS_SERVER_UNLISTED,
	STS_SERVER_BAD_CERTIFICATE,
	STS_SERVER_NO_STARTTLS,
	STS_SERVER_UNKNOWN,
};

enum sts_domain_word {
	STS_DOMAIN_OK = 1,
	STS_DOMAIN_PARTIAL,
	STS_DOMAIN_FAILING,
	STS_DOMAIN_NONE,
	STS_DOMAIN_BROKEN_RECORD,
	STS_DOMAIN_BROKEN_POLICY,
	STS_DOMAIN_UNKNOWN,
};

enum tlsrpt_word {
	TLSRPT_OK = 1,
	TLSRPT_NONE,
	TLSRPT_MULTIPLE,
	TLSRPT_BAD_VERSION,
	TLSRPT_NO_RUA,
	TLSRPT_BAD_SYNTAX,
	TLSRPT_UNUSABLE_RUA,
	TLSRPT_TEMPORARY,
};

enum headline_word {
	HEADLINE_NO_MAIL = 1,
	HEADLINE_UNTESTABLE,
	HEADLINE_STRIPPED,
	HEADLINE_BROKEN_DANE,
	HEADLINE_BROKEN_MTA_STS,
	HEADLINE_PLAINTEXT,
	HEADLINE_PARTIAL,
	HEADLINE_SECURE_DANE,
	HEADLINE_SECURE_MTA_STS,
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
	WORDS_TLSA,
	WORDS_DANE,
	WORDS_DANE_REASON,
	WORDS_DANE_SHARE,
	WORDS_STS_RECORD,
	WORDS_STS_FETCH,
	WORDS_STS_POLICY,
	WORDS_STS_MODE,
	WORDS_STS_SERVER,
	WORDS_STS_DOMAIN,
	WORDS_TLSRPT,
	WORDS_HEADLINE,
	WORDS_COUNT,
};

#define WORDS_MOST 16 /* values of the largest, the unreached 0 included */

/* The name of the column: "starttls_offer". */
const char *words_column(enum words column);
/* Is the column filled in by judgement afterwards, not by the sweep itself? */
bool words_judged(enum words column);
/* How many values the column's enum has, the unreached 0 included. */
int words_count(enum words column);
/* The spelling of a value; NULL for 0. */
const char *word(enum words column, int value);
/* The value of a spelling; 0 for NULL and for what is no word of the column. */
int word_parse(enum words column, const char *spelling);

#endif
