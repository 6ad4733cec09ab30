/* SPDX-License-Identifier: Apache-2.0 */
#include "scanner/stream.h"

#include <errno.h>
#include <limits.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "scanner/errors.h"
#include "scanner/mem.h"

void
stream_init(struct stream *stream, size_t limit)
{
	*stream = (struct stream){ .fd = -1, .limit = limit };
}

static enum io
answer_of_errno(struct stream *stream, int error)
{
	stream->error = error;
	switch (error) {
	case ECONNRESET:
	case ECONNABORTED:
	case ENOTCONN:
	case EPIPE:
		return IO_CLOSED;
	case EMFILE:
	case ENFILE:
	case ENOBUFS:
	case ENOMEM:
	case EADDRNOTAVAIL:
	case EADDRINUSE:
	case EAGAIN: /* from connect: no local port is left */
	case ENETDOWN:
		return IO_LOCAL;
	default:
		return IO_FAILED;
	}
}

/* A port chosen at bind time would be taken for every destination, so the choice
 * is put off to connect. */
static int
bind_source(int fd, const struct address *from)
{
	struct sockaddr_storage source;
	socklen_t length = address_socket(from, 0, &source);
	int on = 1;

	setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on);
	return bind(fd, (struct sockaddr *)&source, length);
}

/* EADDRNOTAVAIL says that no port is left, which is our trouble, or that this
 * machine has no address of the family at all, so that there is no way to the
 * peer.  A datagram socket needs the address only. */
static bool
has_source(const struct sockaddr_storage *peer, socklen_t length)
{
	int fd = socket(peer->ss_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	bool has = fd < 0 || connect(fd, (const struct sockaddr *)peer, length) == 0 ||
		   errno != EADDRNOTAVAIL;

	if (fd >= 0)
		close(fd);
	return has;
}

static enum io
begin_connect(struct stream *stream, const struct address *to, uint16_t port,
	      const struct address *from)
{
	struct sockaddr_storage peer;
	socklen_t length = address_socket(to, port, &peer);
	int on = 1, error;

	stream->fd = socket(peer.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (stream->fd < 0)
		return answer_of_errno(stream, errno);
	if (from->family == to->family && bind_source(stream->fd, from) < 0) {
		stream->error = errno;
		return IO_LOCAL;
	}
	setsockopt(stream->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
	if (connect(stream->fd, (struct sockaddr *)&peer, length) == 0)
		return IO_DONE;
	error = errno;
	if (error == EADDRNOTAVAIL && !has_source(&peer, length))
		error = ENETUNREACH;
	return error == EINPROGRESS ? IO_WRITE : answer_of_errno(stream, error);
}

/* Only a connection has a peer; where there is none yet or no more, the socket's
 * error tells which.  (A second connect() would tell as well, but only once, and
 * libcurl, which may be given the socket, needs that for itself.) */
static enum io
look_connected(struct stream *stream)
{
	struct sockaddr_storage peer;
	socklen_t length = sizeof peer;
	int error = 0;

	if (getpeername(stream->fd, (struct sockaddr *)&peer, &length) == 0)
		return IO_DONE;
	length = sizeof error;
	if (getsockopt(stream->fd, SOL_SOCKET, SO_ERROR, &error, &length) < 0)
		error = errno;
	return error == 0 ? IO_WRITE : answer_of_errno(stream, error);
}

enum io
stream_connect(struct stream *stream, const struct address *to, uint16_t port,
	       const struct address *from)
{
	return stream->fd < 0 ? begin_connect(stream, to, port, from) : look_connected(stream);
}

void
stream_awake(struct stream *stream, bool ending)
{
	stream->spoke = false;
	stream->ending |= ending;
}

struct address
stream_local_address(const struct stream *stream)
{
	struct sockaddr_storage local = { 0 };
	socklen_t length = sizeof local;

	getsockname(stream->fd, (struct sockaddr *)&local, &length);
	return address_of_socket((struct sockaddr *)&local);
}

/* The two ends of the wire, below TLS or without it. */

static enum io
receive(struct stream *stream, void *to, size_t size, size_t *count)
{
	ssize_t got;

	if (stream->spoke)
		return IO_READ;
	if (stream->received >= stream->limit)
		return IO_EXCESS;
	if (size > stream->limit - stream->received)
		size = stream->limit - stream->received;
	do
		got = recv(stream->fd, to, size, 0);
	while (got < 0 && errno == EINTR);
	if (got < 0 && errno != EAGAIN)
		return answer_of_errno(stream, errno);
	stream->drained = got < (ssize_t)size;
	if (got < 0)
		return IO_READ;
	stream->received += (size_t)got;
	*count = (size_t)got;
	return got == 0 ? IO_CLOSED : IO_DONE;
}

static enum io
transmit(struct stream *stream, const void *from, size_t size, size_t *count)
{
	ssize_t sent;

	do
		sent = send(stream->fd, from, size, MSG_NOSIGNAL);
	while (sent < 0 && errno == EINTR);
	if (sent < 0)
		return errno == EAGAIN ? IO_WRITE : answer_of_errno(stream, errno);
	*count = (size_t)sent;
	stream->spoke = stream->drained && !stream->ending;
	return IO_DONE;
}

/* false: there is no room.  Nor is any made for a ClientHello, which is mostly larger, and
 * may be all that there ever is. */
static bool
hold(struct stream *stream, const void *from, size_t size)
{
	if (size > HELD_BYTES)
		return false;
	if (stream->held == NULL)
		stream->held = mem_alloc(sizeof *stream->held);
	return held_add(stream->held, from, size);
}

/* All that is held back. */
static enum io
send_held(struct stream *stream)
{
	struct held *held = stream->held;
	size_t count = 0;

	while (held != NULL && held->count > 0) {
		enum io io = transmit(stream, held->bytes, held->count, &count);

		if (io != IO_DONE)
			return io;
		held_sent(held, count);
	}
	return IO_DONE;
}

static void
end_tls(struct stream *stream)
{
	/* close_notify is a courtesy; libssl forbids it after an error. */
	if (stream->trouble == IO_DONE && SSL_is_init_finished(stream->tls)) {
		errors_forget();
		SSL_shutdown(stream->tls);
	}
	send_held(stream); /* an alert, too */
	SSL_free(stream->tls);
	errors_forget();
	free(stream->held);
	stream->tls = NULL;
	stream->held = NULL;
}

void
stream_close(struct stream *stream)
{
	if (stream->tls != NULL)
		end_tls(stream);
	if (stream->fd >= 0)
		close(stream->fd);
	stream->fd = -1;
}

size_t
stream_drain(struct stream *stream)
{
	char waste[4096];
	size_t total = 0, count = 0;

	stream->spoke = false;
	while (receive(stream, waste, sizeof waste, &count) == IO_DONE)
		total += count;
	return total;
}

/* The same ends as libssl wants them.  Its own socket BIO raises SIGPIPE and
 * reads without limit. */

static int
answer_to_libssl(BIO *bio, struct stream *stream, enum io io, size_t count)
{
	BIO_clear_retry_flags(bio);
	if (io == IO_DONE)
		return (int)count;
	if (io == IO_READ)
		BIO_set_retry_read(bio);
	else if (io == IO_WRITE)
		BIO_set_retry_write(bio);
	else
		stream->trouble = io;
	return -1;
}

static int
bio_read(BIO *bio, char *to, int size)
{
	struct stream *stream = BIO_get_data(bio);
	size_t count = 0;
	enum io io = send_held(stream);

	if (io == IO_DONE)
		io = receive(stream, to, (size_t)size, &count);
	return answer_to_libssl(bio, stream, io, count);
}

static int
bio_write(BIO *bio, const char *from, int size)
{
	struct stream *stream = BIO_get_data(bio);
	size_t count = 0;
	enum io io;

	if (hold(stream, from, (size_t)size))
		return answer_to_libssl(bio, stream, IO_DONE, (size_t)size);
	io = send_held(stream);
	if (io == IO_DONE)
		io = transmit(stream, from, (size_t)size, &count);
	return answer_to_libssl(bio, stream, io, count);
}

static long
bio_ctrl(BIO *bio, int command, long number, void *pointer)
{
	(void)bio, (void)number, (void)pointer;
	return command == BIO_CTRL_FLUSH;
}

static BIO_METHOD *bio_method;

static void
make_bio_method(void)
{
	bio_method = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "stream");
	if (bio_method == NULL)
		return;
	BIO_meth_set_read(bio_method, bio_read);
	BIO_meth_set_write(bio_method, bio_write);
	BIO_meth_set_ctrl(bio_method, bio_ctrl);
}

static BIO *
bio_new(struct stream *stream)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	BIO *bio;

	pthread_once(&once, make_bio_method);
	bio = bio_method != NULL ? BIO_new(bio_method) : NULL;
	if (bio != NULL) {
		BIO_set_data(bio, stream);
		BIO_set_init(bio, 1);
	}
	return bio;
}

enum io
stream_start_tls(struct stream *stream, SSL_CTX *context, const char *sni)
{
	BIO *bio = bio_new(stream);

	errors_forget();
	stream->tls = bio != NULL ? SSL_new(context) : NULL;
	if (stream->tls == NULL) {
		BIO_free(bio);
		stream->error = ENOMEM;
		return IO_LOCAL;
	}
	SSL_set_bio(stream->tls, bio, bio); /* takes bio */
	SSL_set_connect_state(stream->tls);
	if (sni != NULL)
		SSL_set_tlsext_host_name(stream->tls, sni);
	errors_forget();
	return IO_DONE;
}

/* libssl's own complaint: what the peer sent, or our memory. */
static enum io
complaint(struct stream *stream)
{
	unsigned long error = ERR_peek_last_error();

	stream->trouble = IO_PROTOCOL;
	stream->error = ERR_GET_LIB(error) == ERR_LIB_SSL ? ERR_GET_REASON(error) : 0;
	errors_forget();
	if (ERR_GET_REASON(error) != ERR_R_MALLOC_FAILURE)
		return IO_PROTOCOL;
	stream->error = ENOMEM;
	return IO_LOCAL;
}

static enum io
answer_of_tls(struct stream *stream, int result)
{
	switch (SSL_get_error(stream->tls, result)) {
	case SSL_ERROR_NONE:
		return IO_DONE;
	case SSL_ERROR_WANT_READ:
		return IO_READ;
	case SSL_ERROR_WANT_WRITE:
		return IO_WRITE;
	case SSL_ERROR_ZERO_RETURN:
		return IO_CLOSED;
	case SSL_ERROR_SSL:
		return complaint(stream);
	default:
		return stream->trouble != IO_DONE ? stream->trouble : IO_CLOSED;
	}
}

enum io
stream_handshake(struct stream *stream)
{
	errors_forget(); /* the queue is the thread's, not the stream's */
	return answer_of_tls(stream, SSL_do_handshake(stream->tls));
}

enum io
stream_read(struct stream *stream, void *to, size_t size, size_t *count)
{
	if (stream->tls == NULL)
		return receive(stream, to, size, count);
	errors_forget();
	return answer_of_tls(stream, SSL_read_ex(stream->tls, to, size, count));
}

enum io
stream_write(struct stream *stream, const void *from, size_t size, size_t *count)
{
	enum io io;

	if (stream->tls == NULL)
		return transmit(stream, from, size, count);
	errors_forget();
	io = answer_of_tls(stream, SSL_write_ex(stream->tls, from, size, count));
	if (io != IO_DONE)
		return io;
	io = send_held(stream);
	if (io == IO_DONE || io == IO_WRITE) /* then the next call sends the rest */
		return IO_DONE;
	return stream->trouble = io;
}
