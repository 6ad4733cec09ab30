/* SPDX-License-Identifier: Apache-2.0 */
#include "output/result_types.h"

#include <stdio.h>
#include <stdlib.h>

#include "output/sql.h"

#define NONE           "" /* looked at, and there is none */
#define NO_STARTTLS    "starttls-not-supported"
#define HOST_MISMATCH  "certificate-host-mismatch"
#define EXPIRED        "certificate-expired"
#define NOT_TRUSTED    "certificate-not-trusted"
#define VALIDATION     "validation-failure"
#define TLSA_INVALID   "tlsa-invalid"
#define DNSSEC_INVALID "dnssec-invalid"
#define FETCH_ERROR    "sts-policy-fetch-error"
#define POLICY_INVALID "sts-policy-invalid"
#define WEBPKI_INVALID "sts-webpki-invalid"
/* "dane-required" is about a sender that insists on DANE; no word of a recipient
 * comes down to it. */

static const char *const dns[] = {
	[DNS_OK] = NONE,         [DNS_NXDOMAIN] = NONE,
	[DNS_TEMPORARY] = NONE,  [DNS_BOGUS] = DNSSEC_INVALID,
	[DNS_CNAME_LOOP] = NONE, [DNS_INVALID_NAME] = NONE,
};

static const char *const mx[] = {
	[MX_OK] = NONE,   [MX_IMPLICIT] = NONE,
	[MX_NULL] = NONE, [MX_NULL_WITH_OTHERS] = NONE,
	[MX_NONE] = NONE, [MX_BAD_TARGET] = NONE,
};

static const char *const security[] = {
	[SECURITY_SECURE] = NONE,
	[SECURITY_INSECURE] = NONE,
	[SECURITY_BOGUS] = DNSSEC_INVALID,
	[SECURITY_INDETERMINATE] = NONE,
};

/* A session that never began is not the business of a TLS report. */
static const char *const tcp[] = {
	[TCP_CONNECTED] = NONE,         [TCP_REFUSED] = NONE,
	[TCP_TIMEOUT] = NONE,           [TCP_UNREACHABLE] = NONE,
	[TCP_BLOCKED] = NONE,           [TCP_NO_ADDRESS] = NONE,
	[TCP_ADDRESS_TEMPORARY] = NONE, [TCP_ADDRESS_BOGUS] = DNSSEC_INVALID,
};

static const char *const greeting[] = {
	[GREETING_OK] = NONE,       [GREETING_MASKED] = NONE,  [GREETING_TEMPORARY] = NONE,
	[GREETING_REJECTED] = NONE, [GREETING_TIMEOUT] = NONE, [GREETING_CLOSED] = NONE,
	[GREETING_NOT_SMTP] = NONE,
};

static const char *const ehlo[] = {
	[EHLO_OK] = NONE,        [EHLO_HELO_ONLY] = NO_STARTTLS, [EHLO_TEMPORARY] = NONE,
	[EHLO_REJECTED] = NONE,  [EHLO_TIMEOUT] = NONE,          [EHLO_CLOSED] = NONE,
	[EHLO_MALFORMED] = NONE,
};

static const char *const offer[] = {
	[OFFER_OFFERED] = NONE,
	[OFFER_MASKED] = NO_STARTTLS,
	[OFFER_ABSENT] = NO_STARTTLS,
};

/* Senders go by the offer, so STARTTLS that works unannounced is not supported. */
static const char *const starttls[] = {
	[STARTTLS_OK] = NONE,
	[STARTTLS_NOT_OFFERED] = NO_STARTTLS,
	[STARTTLS_REFUSED] = NO_STARTTLS,
	[STARTTLS_REFUSED_TEMPORARY] = NONE,
	[STARTTLS_STRIPPED] = NO_STARTTLS,
	[STARTTLS_CORRUPTED] = NO_STARTTLS,
	[STARTTLS_MASKED_BUT_WORKS] = NO_STARTTLS,
	[STARTTLS_HIDDEN] = NO_STARTTLS,
	[STARTTLS_INJECTED] = VALIDATION,
	[STARTTLS_CLOSED] = VALIDATION,
	[STARTTLS_TIMEOUT] = VALIDATION,
};

static const char *const handshake[] = {
	[HANDSHAKE_OK] = NONE,
	[HANDSHAKE_ALERT] = VALIDATION,
	[HANDSHAKE_CLOSED] = VALIDATION,
	[HANDSHAKE_TIMEOUT] = VALIDATION,
	[HANDSHAKE_NOT_TLS] = VALIDATION,
	[HANDSHAKE_VERSION_UNSUPPORTED] = VALIDATION,
	[HANDSHAKE_NO_SHARED_CIPHER] = VALIDATION,
	[HANDSHAKE_PROTOCOL_ERROR] = VALIDATION,
};

/* Postfix reports every fault of the dates as expired, and self-signed leaves as
 * validation-failure; the text of certificate-not-trusted (section 4.3.1) takes the
 * latter in, as it does all that no known authority vouches for. */
static const char *const certificate[] = {
	[CERTIFICATE_OK] = NONE,
	[CERTIFICATE_NONE] = VALIDATION,
	[CERTIFICATE_UNPARSABLE] = VALIDATION,
	[CERTIFICATE_EXPIRED] = EXPIRED,
	[CERTIFICATE_NOT_YET_VALID] = EXPIRED,
	[CERTIFICATE_SELF_SIGNED] = NOT_TRUSTED,
	[CERTIFICATE_UNTRUSTED] = NOT_TRUSTED,
	[CERTIFICATE_NAME_MISMATCH] = HOST_MISMATCH,
};

static const char *const tlsa[] = {
	[TLSA_FOUND] = NONE,         [TLSA_NONE] = NONE,    [TLSA_FAILED] = DNSSEC_INVALID,
	[TLSA_INSECURE_HOST] = NONE, [TLSA_UNKNOWN] = NONE,
};

/* Large senders report records that match nothing as tlsa-invalid, as those that
 * cannot be used (section 4.3.2.1). */
static const char *const dane[] = {
	[DANE_OK_EE] = NONE,
	[DANE_OK_TA] = NONE,
	[DANE_MISMATCH] = TLSA_INVALID,
	[DANE_NAME_MISMATCH] = HOST_MISMATCH,
	[DANE_EXPIRED] = EXPIRED,
	[DANE_TA_MISSING] = TLSA_INVALID,
	[DANE_NO_STARTTLS] = NO_STARTTLS,
	[DANE_UNUSABLE] = TLSA_INVALID,
	[DANE_LOOKUP_FAILED] = DNSSEC_INVALID,
	[DANE_NO_TLSA] = NONE,
	[DANE_INSECURE_MX] = NONE,
	[DANE_INSECURE_HOST] = NONE,
	[DANE_UNKNOWN] = NONE,
};

/* They explain a word of dane, which has the type. */
static const char *const dane_reason[] = {
	[DANE_REASON_USAGE] = NONE,      [DANE_REASON_SELECTOR] = NONE,
	[DANE_REASON_MATCHING] = NONE,   [DANE_REASON_STALE] = NONE,
	[DANE_REASON_EMPTY_HASH] = NONE, [DANE_REASON_DATA] = NONE,
};

/* To most senders a broken record is none (RFC 8461 section 3.1); who reports it says
 * that the policy is invalid. */
static const char *const sts_record[] = {
	[STS_RECORD_OK] = NONE,
	[STS_RECORD_NONE] = NONE,
	[STS_RECORD_MULTIPLE] = POLICY_INVALID,
	[STS_RECORD_NO_ID] = POLICY_INVALID,
	[STS_RECORD_BAD_ID] = POLICY_INVALID,
	[STS_RECORD_BAD_VERSION] = POLICY_INVALID,
	[STS_RECORD_BAD_EXTENSION] = POLICY_INVALID,
	[STS_RECORD_BAD_SYNTAX] = POLICY_INVALID,
	[STS_RECORD_TEMPORARY] = NONE,
};

static const char *const sts_fetch[] = {
	[STS_FETCH_OK] = NONE,
	[STS_FETCH_BLOCKED] = NONE,
	[STS_FETCH_DNS] = FETCH_ERROR,
	[STS_FETCH_TCP] = FETCH_ERROR,
	[STS_FETCH_TLS_MISMATCH] = WEBPKI_INVALID,
	[STS_FETCH_TLS_EXPIRED] = WEBPKI_INVALID,
	[STS_FETCH_TLS_SELF_SIGNED] = WEBPKI_INVALID,
	[STS_FETCH_TLS_UNTRUSTED] = WEBPKI_INVALID,
	[STS_FETCH_TLS_OTHER] = WEBPKI_INVALID,
	[STS_FETCH_HTTP_404] = FETCH_ERROR,
	[STS_FETCH_HTTP_REDIRECT] = FETCH_ERROR,
	[STS_FETCH_HTTP_STATUS] = FETCH_ERROR,
	[STS_FETCH_HTTP_BROKEN] = FETCH_ERROR,
	[STS_FETCH_TOO_BIG] = FETCH_ERROR,
	[STS_FETCH_TIMEOUT] = FETCH_ERROR,
};

static const char *const sts_policy[] = {
	[STS_POLICY_OK] = NONE,
	[STS_POLICY_EMPTY] = POLICY_INVALID,
	[STS_POLICY_BAD_VERSION] = POLICY_INVALID,
	[STS_POLICY_BAD_MODE] = POLICY_INVALID,
	[STS_POLICY_BAD_MAX_AGE] = POLICY_INVALID,
	[STS_POLICY_BAD_MX] = POLICY_INVALID,
	[STS_POLICY_NO_MX] = POLICY_INVALID,
	[STS_POLICY_BAD_SYNTAX] = POLICY_INVALID,
};

static const char *const sts_mode[] = {
	[STS_MODE_NONE] = NONE,
	[STS_MODE_TESTING] = NONE,
	[STS_MODE_ENFORCE] = NONE,
};

/* What is wrong with a bad certificate stands in `certificate`; a host that the policy
 * does not list fits no type but the general one. */
static const char *const sts_server[] = {
	[STS_SERVER_OK] = NONE,
	[STS_SERVER_UNLISTED] = VALIDATION,
	[STS_SERVER_BAD_CERTIFICATE] = VALIDATION,
	[STS_SERVER_NO_STARTTLS] = NO_STARTTLS,
	[STS_SERVER_UNKNOWN] = NONE,
};

static const char *const tlsrpt[] = {
	[TLSRPT_OK] = NONE,           [TLSRPT_NONE] = NONE,      [TLSRPT_MULTIPLE] = NONE,
	[TLSRPT_BAD_VERSION] = NONE,  [TLSRPT_NO_RUA] = NONE,    [TLSRPT_BAD_SYNTAX] = NONE,
	[TLSRPT_UNUSABLE_RUA] = NONE, [TLSRPT_TEMPORARY] = NONE,
};

#define TABLE(rows)                                                                            \
	{                                                                                      \
		rows, sizeof rows / sizeof *rows                                               \
	}

static const struct {
	const char *const *rows; /* NULL: a column that sums others up */
	size_t count;
} tables[WORDS_COUNT] = {
	[WORDS_DNS] = TABLE(dns),
	[WORDS_MX] = TABLE(mx),
	[WORDS_SECURITY] = TABLE(security),
	[WORDS_TCP] = TABLE(tcp),
	[WORDS_GREETING] = TABLE(greeting),
	[WORDS_EHLO] = TABLE(ehlo),
	[WORDS_OFFER] = TABLE(offer),
	[WORDS_STARTTLS] = TABLE(starttls),
	[WORDS_HANDSHAKE] = TABLE(handshake),
	[WORDS_CERTIFICATE] = TABLE(certificate),
	[WORDS_TLSA] = TABLE(tlsa),
	[WORDS_DANE] = TABLE(dane),
	[WORDS_DANE_REASON] = TABLE(dane_reason),
	[WORDS_STS_RECORD] = TABLE(sts_record),
	[WORDS_STS_FETCH] = TABLE(sts_fetch),
	[WORDS_STS_POLICY] = TABLE(sts_policy),
	[WORDS_STS_MODE] = TABLE(sts_mode),
	[WORDS_STS_SERVER] = TABLE(sts_server),
	[WORDS_TLSRPT] = TABLE(tlsrpt),
};

/* The row of a value; NULL: there is none. */
static const char *
find(enum words column, int value)
{
	return value > 0 && (size_t)value < tables[column].count ? tables[column].rows[value]
								 : NULL;
}

const char *
result_type(enum words column, int value)
{
	const char *type = find(column, value);

	return type != NULL && type[0] != '\0' ? type : NULL;
}

static void
write_column(FILE *out, enum words column)
{
	for (int value = 1; value < words_count(column); value++)
		if (find(column, value) != NULL)
			fprintf(out, "%s('%s', '%s', nullif('%s', ''))",
				column == 0 && value == 1 ? "" : ",", words_column(column),
				word(column, value), find(column, value));
}

bool
result_types_make_view(sqlite3 *db)
{
	char *sql = NULL;
	size_t size;
	FILE *out = open_memstream(&sql, &size);
	bool ok;

	fputs("DROP VIEW IF EXISTS result_types;"
	      "CREATE VIEW result_types(\"column\", word, result_type) AS VALUES",
	      out);
	for (int column = 0; column < WORDS_COUNT; column++)
		write_column(out, (enum words)column);
	fclose(out);
	ok = sql_run(db, sql);
	free(sql);
	return ok;
}
