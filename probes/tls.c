/* SPDX-License-Identifier: Apache-2.0 */
#include "probes/tls.h"

#include <ctype.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <string.h>

#include "probes/slots.h"
#include "scanner/errors.h"
#include "scanner/log.h"

/* Everything the library has.  Without anonymous suites: servers that go by their
 * own preference would choose them and not show the certificate they have. */
#define CIPHERS             "ALL:!eNULL:!aNULL"
#define CIPHERS_ANONYMOUS   "aNULL:!eNULL"
#define LEAST_SECURITY_BITS 112

static int
accept_any_chain(X509_STORE_CTX *store, void *arg)
{
	(void)store, (void)arg;
	return 1;
}

static void see(int outgoing, int version, int type, const void *bytes, size_t length, SSL *tls,
		void *arg);

SSL_CTX *
tls_open(int min_version, int max_version)
{
	SSL_CTX *context = SSL_CTX_new(TLS_client_method());

	if (context == NULL)
		die("the TLS library cannot make a context");
	SSL_CTX_set_security_level(context, 0);
	if (!SSL_CTX_set_min_proto_version(context, min_version) ||
	    !SSL_CTX_set_max_proto_version(context, max_version) ||
	    !SSL_CTX_set_cipher_list(context, CIPHERS))
		die("the TLS library refuses these versions");
	SSL_CTX_clear_options(context, SSL_OP_NO_SSL_MASK | SSL_OP_PRIORITIZE_CHACHA);
	SSL_CTX_set_options(context, SSL_OP_LEGACY_SERVER_CONNECT | SSL_OP_NO_RENEGOTIATION |
					 SSL_OP_NO_TICKET | SSL_OP_TLSEXT_PADDING);
	SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
				      SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
	SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
	SSL_CTX_set_read_ahead(context, 1); /* a flight in one call, not two a record */
	SSL_CTX_set_cert_verify_callback(context, accept_any_chain, NULL);
	SSL_CTX_set_msg_callback(context, see);
	return context;
}

void
tls_allow_anonymous(SSL *tls)
{
	SSL_set_cipher_list(tls, CIPHERS_ANONYMOUS);
}

/* The first step sends our hello; those that find nothing to read change nothing. */
enum io
tls_handshake(struct stream *stream, struct tls_sight *sight)
{
	enum io io;

	if (SSL_in_before(stream->tls))
		slots_watch();
	slots_resume(&sight->wait);
	io = stream_handshake(stream);
	if (io == IO_READ && !sight->answered)
		slots_wait(&sight->wait);
	slots_look_away();
	return io;
}

/* A big-endian number off the front of *bytes; false if it is not there. */
static bool
take_number(const uint8_t **bytes, size_t *length, size_t width, size_t *number)
{
	if (*length < width)
		return false;
	*number = 0;
	for (size_t i = 0; i < width; i++)
		*number = *number << 8 | (*bytes)[i];
	*bytes += width;
	*length -= width;
	return true;
}

/* A vector with its length before it; cut at what there is. */
static bool
take_vector(const uint8_t **bytes, size_t *length, size_t width, size_t *size)
{
	if (!take_number(bytes, length, width, size))
		return false;
	if (*size > *length)
		*size = *length;
	return true;
}

/* RFC 8446 section 4.4.2, RFC 5246 section 7.4.2. */
struct chain *
tls_chain_of_message(const uint8_t *message, size_t length, bool is_tls13)
{
	const uint8_t *certificates[TLS_CHAIN_LIMIT];
	size_t lengths[TLS_CHAIN_LIMIT], count = 0, size;

	if (length < 4 || message[0] != SSL3_MT_CERTIFICATE)
		return NULL;
	message++, length--;
	take_vector(&message, &length, 3, &size);
	length = size;
	if (is_tls13) { /* the request context, empty from a server */
		if (!take_vector(&message, &length, 1, &size))
			return NULL;
		message += size;
		length -= size;
	}
	if (!take_vector(&message, &length, 3, &size))
		return NULL;
	length = size;
	while (count < TLS_CHAIN_LIMIT && take_number(&message, &length, 3, &size) &&
	       size > 0 && size <= length) {
		certificates[count] = message;
		lengths[count++] = size;
		message += size;
		length -= size;
		if (!is_tls13)
			continue;
		if (!take_vector(&message, &length, 2, &size))
			break;
		message += size;
		length -= size;
	}
	return count > 0 ? chain_new(count, certificates, lengths) : NULL;
}

static void
see_first(struct tls_sight *sight, const uint8_t *header, size_t length)
{
	sight->answered = true;
	sight->foreign = length < 2 || header[0] < SSL3_RT_CHANGE_CIPHER_SPEC ||
			 header[0] > SSL3_RT_APPLICATION_DATA ||
			 header[1] != SSL3_VERSION_MAJOR;
}

/* libssl shows every record header and message before it looks at it. */
static void
see(int outgoing, int version, int type, const void *bytes, size_t length, SSL *tls, void *arg)
{
	struct tls_sight *sight = arg;
	const uint8_t *byte = bytes;

	(void)tls;
	if (outgoing || sight == NULL || length == 0)
		return;
	if (type == SSL3_RT_HEADER && !sight->answered)
		see_first(sight, byte, length);
	else if (type == SSL3_RT_ALERT && length >= 2 && byte[1] != SSL3_AD_CLOSE_NOTIFY)
		sight->facts->alert = byte[1];
	else if (type == SSL3_RT_HANDSHAKE && byte[0] == SSL3_MT_CERTIFICATE &&
		 sight->facts->chain == NULL)
		sight->facts->chain =
		    tls_chain_of_message(byte, length, version == TLS1_3_VERSION);
}

void
tls_watch(SSL *tls, struct tls_sight *sight, struct server_facts *facts)
{
	*sight = (struct tls_sight){ .facts = facts };
	SSL_set_msg_callback_arg(tls, sight);
}

void
tls_look_away(struct tls_sight *sight)
{
	slots_resume(&sight->wait);
}

static enum handshake_word
word_of_protocol(const struct tls_sight *sight, int reason)
{
	if (sight->foreign)
		return HANDSHAKE_NOT_TLS;
	if (reason == SSL_R_UNSUPPORTED_PROTOCOL || reason == SSL_R_WRONG_SSL_VERSION)
		return HANDSHAKE_VERSION_UNSUPPORTED;
	/* Alerts received have reasons of their own, between libssl's and libcrypto's. */
	if (reason <= SSL_AD_REASON_OFFSET || reason > SSL_AD_REASON_OFFSET + UINT8_MAX)
		return HANDSHAKE_PROTOCOL_ERROR;
	switch (reason - SSL_AD_REASON_OFFSET) {
	case TLS1_AD_PROTOCOL_VERSION:
		return HANDSHAKE_VERSION_UNSUPPORTED;
	case TLS1_AD_INSUFFICIENT_SECURITY:
		return HANDSHAKE_NO_SHARED_CIPHER;
	default:
		return HANDSHAKE_ALERT;
	}
}

enum handshake_word
tls_word(const struct tls_sight *sight, enum io io, int error)
{
	switch (io) {
	case IO_DONE:
		return HANDSHAKE_OK;
	case IO_TIMEOUT:
		return HANDSHAKE_TIMEOUT;
	case IO_PROTOCOL:
		return word_of_protocol(sight, error);
	case IO_EXCESS:
		return HANDSHAKE_PROTOCOL_ERROR;
	default:
		return HANDSHAKE_CLOSED;
	}
}

/* The group's name in IANA's registry of supported groups. */
static void
name_group(EVP_PKEY *key, char name[24])
{
	const char *type = EVP_PKEY_get0_type_name(key);
	bool dh = type != NULL && strcmp(type, "DH") == 0;
	char group[24] = "";

	if (dh || (type != NULL && strcmp(type, "EC") == 0))
		EVP_PKEY_get_group_name(key, group, sizeof group, NULL);
	if (dh && strncmp(group, "ffdhe", 5) != 0)
		snprintf(name, 24, "dh%d", EVP_PKEY_get_bits(key));
	else if (strcmp(group, "prime256v1") == 0)
		snprintf(name, 24, "secp256r1");
	else if (strcmp(group, "prime192v1") == 0)
		snprintf(name, 24, "secp192r1");
	else if (group[0] != '\0')
		snprintf(name, 24, "%s", group);
	else if (type != NULL) /* a type that has but one group */
		for (size_t i = 0; i < 23 && type[i] != '\0'; i++)
			name[i] = (char)tolower((unsigned char)type[i]);
}

static bool
is_weak(EVP_PKEY *key)
{
	return key != NULL && EVP_PKEY_get_security_bits(key) < LEAST_SECURITY_BITS;
}

/* What security level 2 would refuse. */
static bool
is_weak_cipher(const SSL_CIPHER *cipher)
{
	int type = SSL_CIPHER_get_cipher_nid(cipher);

	return SSL_CIPHER_get_bits(cipher, NULL) < LEAST_SECURITY_BITS || type == NID_rc4 ||
	       SSL_CIPHER_get_digest_nid(cipher) == NID_md5 ||
	       SSL_CIPHER_get_auth_nid(cipher) == NID_auth_null;
}

static unsigned
legacy_of(SSL *tls, EVP_PKEY *exchange)
{
	X509 *leaf = SSL_get0_peer_certificate(tls);
	unsigned legacy = 0;
	int digest = NID_undef;

	if (SSL_version(tls) < TLS1_2_VERSION)
		legacy |= LEGACY_VERSION;
	if (is_weak(exchange) || (leaf != NULL && is_weak(X509_get0_pubkey(leaf))))
		legacy |= LEGACY_KEY;
	if (SSL_get_peer_signature_nid(tls, &digest) &&
	    (digest == NID_sha1 || digest == NID_md5 || digest == NID_md5_sha1))
		legacy |= LEGACY_SIGNATURE;
	if (SSL_version(tls) < TLS1_3_VERSION && !SSL_get_secure_renegotiation_support(tls))
		legacy |= LEGACY_RENEGOTIATION;
	if (is_weak_cipher(SSL_get_current_cipher(tls)))
		legacy |= LEGACY_CIPHER;
	return legacy;
}

void
tls_describe(SSL *tls, struct server_facts *facts)
{
	EVP_PKEY *exchange = NULL;

	SSL_get_peer_tmp_key(tls, &exchange);
	if (exchange != NULL)
		name_group(exchange, facts->key_exchange);
	facts->tls_version = SSL_get_version(tls);
	facts->cipher = SSL_CIPHER_standard_name(SSL_get_current_cipher(tls));
	facts->legacy = legacy_of(tls, exchange);
	EVP_PKEY_free(exchange);
	errors_forget();
}
