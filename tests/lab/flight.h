/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The first flight of a TLS 1.2 server written by hand, up to and with the
 * Certificate message, so that a script can stop there in ways no library
 * would: an alert, plaintext, the end of the connection.
 */
#ifndef TESTS_LAB_FLIGHT_H
#define TESTS_LAB_FLIGHT_H

#include <event2/buffer.h>
#include <openssl/x509.h>

/* Without a certificate: bytes that are none. */
void flight_write(struct evbuffer *out, const X509 *certificate);

#endif
