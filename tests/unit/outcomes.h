/* SPDX-License-Identifier: Apache-2.0 */
/*
 * For tests of verdicts: what servers can do, as one letter each.
 */
#ifndef TESTS_UNIT_OUTCOMES_H
#define TESTS_UNIT_OUTCOMES_H

#include "scanner/judge.h"
#include "tests/unit/test.h"

#define COUNT(table) (sizeof(table) / sizeof *(table))

/* Servers as one letter each. */
static const struct {
	char letter;
	struct server_outcome outcome;
} kinds[] = {
#define UP  .tcp = TCP_CONNECTED, .greeting = GREETING_OK, .ehlo = EHLO_OK
#define TLS .handshake = HANDSHAKE_OK
	{ 'A', { UP, .starttls = STARTTLS_OK, TLS, .certificate = CERTIFICATE_OK } },
	{ 'E', { UP, .starttls = STARTTLS_OK, TLS, .certificate = CERTIFICATE_SELF_SIGNED } },
	{ 'a', { UP, .starttls = STARTTLS_OK, TLS, .certificate = CERTIFICATE_NONE } },
	{ 'm',
	  { UP, .starttls = STARTTLS_MASKED_BUT_WORKS, TLS, .certificate = CERTIFICATE_OK } },
	{ 'h', { UP, .starttls = STARTTLS_HIDDEN, TLS, .certificate = CERTIFICATE_OK } },
	{ 'i', { UP, .starttls = STARTTLS_INJECTED, TLS, .certificate = CERTIFICATE_OK } },
	{ 'F', { UP, .starttls = STARTTLS_OK, .handshake = HANDSHAKE_ALERT } },
	{ 'f', { UP, .starttls = STARTTLS_MASKED_BUT_WORKS, .handshake = HANDSHAKE_CLOSED } },
	{ 'N', { UP, .starttls = STARTTLS_NOT_OFFERED } },
	{ 'n',
	  { .tcp = TCP_CONNECTED,
	    .greeting = GREETING_MASKED,
	    .ehlo = EHLO_HELO_ONLY,
	    .starttls = STARTTLS_NOT_OFFERED } },
	{ 'r', { UP, .starttls = STARTTLS_REFUSED } },
	{ 'c', { UP, .starttls = STARTTLS_CLOSED } },
	{ 't', { UP, .starttls = STARTTLS_TIMEOUT } },
	{ 'S', { UP, .starttls = STARTTLS_STRIPPED } },
	{ 'C', { UP, .starttls = STARTTLS_CORRUPTED } },
	{ '4', { UP, .starttls = STARTTLS_REFUSED_TEMPORARY } },
	{ '3', { UP } },
	{ 'R', { .tcp = TCP_CONNECTED, .greeting = GREETING_REJECTED } },
	{ 'T', { .tcp = TCP_CONNECTED, .greeting = GREETING_TEMPORARY } },
	{ 'x', { .tcp = TCP_CONNECTED, .greeting = GREETING_OK, .ehlo = EHLO_REJECTED } },
	{ 'y', { .tcp = TCP_CONNECTED, .greeting = GREETING_OK, .ehlo = EHLO_TEMPORARY } },
	{ 'z', { .tcp = TCP_CONNECTED, .greeting = GREETING_NOT_SMTP } },
	{ '-', { .tcp = TCP_REFUSED } },
	{ '.', { .tcp = TCP_TIMEOUT } },
	{ 'b', { .tcp = TCP_BLOCKED } },
	{ '0', { .tcp = TCP_NO_ADDRESS } },
};

#undef UP
#undef TLS

static const struct domain_outcome takes_mail = { .dns = DNS_OK, .mx = MX_OK };

static inline const struct server_outcome *
kind_of(char letter)
{
	size_t i = 0;

	while (i < COUNT(kinds) - 1 && kinds[i].letter != letter)
		i++;
	CHECK(kinds[i].letter == letter);
	return &kinds[i].outcome;
}

#endif
