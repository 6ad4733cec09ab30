/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A mail server that follows a script, on a thread of its own, for one
 * connection.  A script is a list of lines, the first character of each says what
 * to do:
 *
 *   >text   send it (after T: under TLS)     <text   read a line that begins so
 *   .text   send it a byte each 100 ms       0text   send it with @ as NUL
 *   *text   the same without end             ~text   wait, then send it
 *   9text   the same 90 times
 *   H       hold until the other side ends   R       reset the connection
 *   I       read whatever comes, once        Axx     send alert xx (hex)
 *   E       send no more, but go on
 *   T12 T13 a TLS handshake of that version  X       the same, but hang up after
 *                                                    the certificate was shown
 *   F12 F13 the same, and the other side     G       show a certificate that is none
 *           refuses it with an alert
 *   ?       read lines until an empty one    Z       end TLS with a close_notify
 *
 * At the end of the script the connection is closed.
 */
#ifndef TESTS_UNIT_PEER_H
#define TESTS_UNIT_PEER_H

#include <netinet/in.h>
#include <openssl/x509.h>
#include <pthread.h>
#include <stdbool.h>

struct peer {
	const char *const *script; /* ends in NULL */
	X509 *certificate;         /* to show instead of everyone's; NULL: that one */
	X509 *issuer;              /* beside it, or NULL */
	EVP_PKEY *key;             /* of certificate */
	int listener;
	pthread_t thread;
	bool strayed;         /* what was read was not what the script says */
	char from[64];        /* who connected */
	char server_name[64]; /* SNI */
	int alert;            /* with which the handshake was refused, 0: none */
	char request[1024];   /* what ? has read */
};

/* Listens on 127.<net>.<host> at *port, or at any free port if that is 0; no
 * thread runs yet. */
void peer_listen(struct peer *peer, unsigned net, unsigned host, in_port_t *port);
void peer_start(struct peer *peer);
/* Waits for the end of the script.  A peer nobody connected to ends as well. */
void peer_join(struct peer *peer);
/* The certificate all peers show, made at the first call; DER. */
const unsigned char *peer_certificate(size_t *length);
/* Gives back what all peers share. */
void peer_cleanup(void);

#endif
