/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a TLS handshake shows.  The context is made once and shared by all
 * threads; it takes whatever the library still speaks and never judges a
 * certificate.  A sight is the witness of one handshake: it sees the messages as
 * they come off the wire, so that the certificates and the alert are known also
 * when the handshake fails afterwards.
 */
#ifndef PROBES_TLS_H
#define PROBES_TLS_H

#include <openssl/ssl.h>

#include "probes/slots.h"
#include "scanner/facts.h"
#include "scanner/stream.h"

/* More certificates than these are not kept. */
#define TLS_CHAIN_LIMIT 100

struct tls_sight {
	struct server_facts *facts; /* lent; alert and chain are filled in on the way */
	bool answered, foreign;     /* something came; it was no TLS record */
	struct slots_wait wait;
};

/* Versions are TLS1_VERSION to TLS1_3_VERSION.  Dies if the library refuses. */
SSL_CTX *tls_open(int min_version, int max_version);

/* Offers suites without a certificate, too: for servers that have none. */
void tls_allow_anonymous(SSL *tls);
/* Lets the sight, which must live as long as tls, see what comes. */
void tls_watch(SSL *tls, struct tls_sight *sight, struct server_facts *facts);
/* Before tls is freed, on the thread of the handshake; idempotent. */
void tls_look_away(struct tls_sight *sight);
/* A step of the handshake, as stream_handshake. */
enum io tls_handshake(struct stream *stream, struct tls_sight *sight);
/* The word for how the handshake ended; error is the stream's. */
enum handshake_word tls_word(const struct tls_sight *sight, enum io io, int error);
/* Fills in version, cipher, key exchange and legacy after a good handshake. */
void tls_describe(SSL *tls, struct server_facts *facts);

/* Pure: the certificates of a Certificate handshake message, its header included,
 * in the form of TLS 1.3 or of those before.  What is whole in a broken message is
 * kept; NULL if that is nothing. */
struct chain *tls_chain_of_message(const uint8_t *message, size_t length, bool is_tls13);

#endif
