/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One command said over a stream, and the one reply heard to it.  What comes
 * behind that reply is kept for the next exchange, or to be thrown away.  No
 * buffer is held while there is nothing in it.
 */
#ifndef PROBES_EXCHANGE_H
#define PROBES_EXCHANGE_H

#include <stdbool.h>

#include "probes/reply.h"
#include "scanner/stream.h"

struct exchange {
	size_t sent; /* of the command */
	bool said;   /* all of it is sent */
	struct reply reply;
	char *ahead; /* came behind the last reply; NULL: nothing did */
	size_t ahead_length;
};

/* Says what is left of command (any, once it is said), then listens.  IO_DONE: the reply is
 * there; IO_PROTOCOL: what came is none; IO_EXCESS: it is longer than allowed. */
enum io exchange_run(struct exchange *exchange, struct stream *stream,
		     const struct reply_limits *limits, const char *command, size_t length);
/* Forgets command and reply, ready for the next. */
void exchange_next(struct exchange *exchange);
/* Throws away what came behind the last reply; returns how many bytes. */
size_t exchange_drop_ahead(struct exchange *exchange);
void exchange_clear(struct exchange *exchange);

#endif
