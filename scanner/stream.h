/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One nonblocking TCP connection that becomes TLS in place.  A stream is a plain
 * value inside its owner, who must not move it once TLS has begun; stream_close
 * releases everything, may be called at any time and twice.
 *
 * Every call answers what the owner can do next.  After anything but IO_DONE,
 * IO_READ and IO_WRITE the stream is only good for stream_close.  The process
 * needs no handler for SIGPIPE: none is raised here.  No call ever blocks; which
 * descriptor to wait for is stream->fd, and who waited says stream_awake.
 */
#ifndef SCANNER_STREAM_H
#define SCANNER_STREAM_H

#include <openssl/ssl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "scanner/address.h"
#include "scanner/held.h"

enum io {
	IO_DONE,
	IO_READ,     /* call again when the descriptor is readable */
	IO_WRITE,    /* … writable */
	IO_CLOSED,   /* the peer ended the connection: FIN, RST or close_notify */
	IO_FAILED,   /* the network did; why is in error */
	IO_PROTOCOL, /* what the peer sends is not the protocol; libssl's reason in error */
	IO_EXCESS,   /* the peer sent more bytes than it may */
	IO_TIMEOUT,  /* never answered here: for the owner's own clock */
	IO_LOCAL,    /* this machine lacks something; errno in error */
};

struct stream {
	int fd;            /* -1: none */
	int error;         /* errno of IO_FAILED and IO_LOCAL, SSL_R_* or 0 of IO_PROTOCOL */
	SSL *tls;          /* NULL before stream_start_tls */
	struct held *held; /* records that have not left yet; NULL: there were none */
	size_t received, limit; /* bytes from the peer, TLS records included */
	enum io trouble;        /* what ended the connection underneath TLS */
	bool drained;           /* the last read left nothing */
	bool spoke;             /* after that, and the peer cannot have answered yet */
	bool ending;            /* the peer will send no more than is there */
};

/* limit: how many bytes are accepted from the peer in all. */
void stream_init(struct stream *stream, size_t limit);
void stream_close(struct stream *stream);

/* Connects, from a source address unless that is none or of the other family;
 * IO_WRITE means call again with the same arguments. */
enum io stream_connect(struct stream *stream, const struct address *to, uint16_t port,
		       const struct address *from);
/* When the kernel tells of the descriptor, or the owner's clock does.  Until then nothing is
 * read after something was written: it saves a system call for each command.  ending: the
 * kernel told of the end, of which it tells once. */
void stream_awake(struct stream *stream, bool ending);
/* The address the connection has on this side. */
struct address stream_local_address(const struct stream *stream);

/* IO_DONE: at least one byte, *count says how many. */
enum io stream_read(struct stream *stream, void *to, size_t size, size_t *count);
enum io stream_write(struct stream *stream, const void *from, size_t size, size_t *count);
/* Takes what has arrived out of the kernel's buffer and throws it away; returns
 * how much it was.  The end of the stream is left for the next read to see. */
size_t stream_drain(struct stream *stream);

/* From here on stream->tls exists and the stream is TLS.  sni may be NULL. */
enum io stream_start_tls(struct stream *stream, SSL_CTX *context, const char *sni);
/* IO_DONE: what ends it may leave with what is written next. */
enum io stream_handshake(struct stream *stream);

#endif
