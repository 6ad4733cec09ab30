/* SPDX-License-Identifier: Apache-2.0 */
#include "probes/exchange.h"

#include <stdlib.h>

#include "scanner/mem.h"

#define READ_SIZE 4096

static enum io
speak(struct exchange *exchange, struct stream *stream, const char *command, size_t length)
{
	while (!exchange->said && exchange->sent < length) {
		size_t count = 0, left = length - exchange->sent;
		enum io io = stream_write(stream, command + exchange->sent, left, &count);

		/* A server that has hung up may have said why before. */
		if (io == IO_CLOSED && stream->tls == NULL)
			count = left;
		else if (io != IO_DONE)
			return io;
		exchange->sent += count;
	}
	exchange->said = true;
	return IO_DONE;
}

static void
keep_ahead(struct exchange *exchange, const char *bytes, size_t length)
{
	char *ahead = length > 0 ? mem_dup(bytes, length) : NULL;

	free(exchange->ahead);
	exchange->ahead = ahead;
	exchange->ahead_length = length;
}

/* Reads once; IO_DONE: the reply may or may not be complete. */
static enum io
hear(struct exchange *exchange, struct stream *stream, const struct reply_limits *limits)
{
	char fresh[READ_SIZE];
	const char *bytes = exchange->ahead;
	size_t length = exchange->ahead_length, used;

	if (length == 0) {
		enum io io = stream_read(stream, fresh, sizeof fresh, &length);

		if (io != IO_DONE)
			return io;
		bytes = fresh;
	}
	used = reply_feed(&exchange->reply, limits, bytes, length);
	keep_ahead(exchange, bytes + used, length - used);
	return IO_DONE;
}

enum io
exchange_run(struct exchange *exchange, struct stream *stream,
	     const struct reply_limits *limits, const char *command, size_t length)
{
	enum io io = speak(exchange, stream, command, length);

	while (io == IO_DONE && exchange->reply.status == REPLY_MORE)
		io = hear(exchange, stream, limits);
	if (io != IO_DONE)
		return io;
	switch (exchange->reply.status) {
	case REPLY_MALFORMED:
		return IO_PROTOCOL;
	case REPLY_TOO_LONG:
		return IO_EXCESS;
	default:
		return IO_DONE;
	}
}

void
exchange_next(struct exchange *exchange)
{
	exchange->sent = 0;
	exchange->said = false;
	reply_clear(&exchange->reply);
}

size_t
exchange_drop_ahead(struct exchange *exchange)
{
	size_t dropped = exchange->ahead_length;

	keep_ahead(exchange, NULL, 0);
	return dropped;
}

void
exchange_clear(struct exchange *exchange)
{
	exchange_next(exchange);
	exchange_drop_ahead(exchange);
}
