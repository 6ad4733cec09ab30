/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How we behave towards every mail server, from the options: the name we give,
 * how long we wait for what, how much we listen to, which TLS we offer.  Made
 * once, read-only afterwards, shared by all threads.
 */
#ifndef PROBES_MANNERS_H
#define PROBES_MANNERS_H

#include <openssl/ssl.h>
#include <stdint.h>

#include "probes/reply.h"
#include "scanner/options.h"

#define MANNERS_NAME_LIMIT 255

enum patience { CONNECT_TIME, BANNER_TIME, HANDSHAKE_TIME, QUIT_TIME, NO_TIME, PATIENCE_COUNT };

struct manners {
	SSL_CTX *context;
	char *name; /* for EHLO; NULL: the address literal of the connection */
	uint16_t port;
	int64_t patience[PATIENCE_COUNT], target_time; /* microseconds */
	struct reply_limits limits;
};

/* A struct manners; dies on the operator's mistakes. */
void *manners_open(const struct options *options);
void manners_close(void *manners);

#endif
