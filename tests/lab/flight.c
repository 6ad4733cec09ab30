/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/lab/flight.h"

#include <stdint.h>
#include <string.h>

static void
put_number(struct evbuffer *out, size_t number, int bytes)
{
	while (bytes-- > 0) {
		uint8_t byte = (uint8_t)(number >> 8 * bytes);
		evbuffer_add(out, &byte, 1);
	}
}

/* A handshake record (RFC 5246 section 6.2.1) with one message (7.4). */
static void
put_header(struct evbuffer *out, uint8_t type, size_t length)
{
	put_number(out, 22, 1);
	put_number(out, 0x0303, 2);
	put_number(out, length + 4, 2);
	put_number(out, type, 1);
	put_number(out, length, 3);
}

/* TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, no session, and the answer to the
 * renegotiation question (RFC 5746), without which clients stop before the
 * certificate. */
static void
put_server_hello(struct evbuffer *out)
{
	static const uint8_t after_random[] = { 0, 0xc0, 0x2b, 0, 0, 5, 0xff, 1, 0, 1, 0 };
	uint8_t chance[32];

	memset(chance, 0x5a, sizeof chance);
	put_header(out, 2, 2 + sizeof chance + sizeof after_random);
	put_number(out, 0x0303, 2);
	evbuffer_add(out, chance, sizeof chance);
	evbuffer_add(out, after_random, sizeof after_random);
}

void
flight_write(struct evbuffer *out, const X509 *certificate)
{
	static const uint8_t no_certificate[] = "this is no certificate at all";
	unsigned char *der = NULL;
	size_t length = sizeof no_certificate;

	if (certificate != NULL)
		length = (size_t)i2d_X509(certificate, &der);
	put_server_hello(out);
	put_header(out, 11, length + 6);
	put_number(out, length + 3, 3);
	put_number(out, length, 3);
	evbuffer_add(out, der != NULL ? der : no_certificate, length);
	OPENSSL_free(der);
}
