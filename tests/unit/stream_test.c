/* SPDX-License-Identifier: Apache-2.0 */
/* What leaves a TLS stream together, and that nothing stays behind.  The two ends are
 * joined by a socket that keeps every send apart.  And when nothing is read. */
#include "scanner/stream.h"

#include <openssl/err.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/unit/pki.h"
#include "tests/unit/test.h"

static struct pki *leaf;
static SSL_CTX *server_context, *client_context;
static struct stream client;
static SSL *server;
static int server_fd;

static int
accept_any_chain(X509_STORE_CTX *store, void *arg)
{
	(void)store, (void)arg;
	return 1;
}

static void
make_contexts(void)
{
	leaf = pki_make(NULL, &(struct pki_spec){ .cn = "mx.example" });
	server_context = SSL_CTX_new(TLS_server_method());
	CHECK(SSL_CTX_use_certificate(server_context, leaf->x) == 1);
	CHECK(SSL_CTX_use_PrivateKey(server_context, leaf->key) == 1);
	SSL_CTX_set_read_ahead(server_context, 1); /* a whole packet at a time */
	SSL_CTX_set_num_tickets(server_context, 0);
	client_context = SSL_CTX_new(TLS_client_method());
	SSL_CTX_set_cert_verify_callback(client_context, accept_any_chain, NULL);
	SSL_CTX_set_read_ahead(client_context, 1);
}

static void
begin(int version)
{
	int fds[2];

	CHECK(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK, 0, fds) == 0);
	stream_init(&client, 1 << 20);
	client.fd = fds[0];
	server_fd = fds[1];
	server = SSL_new(server_context);
	SSL_set_max_proto_version(server, version);
	SSL_set_fd(server, server_fd);
	CHECK(stream_start_tls(&client, client_context, "mx.example") == IO_DONE);
}

static void
end(void)
{
	stream_close(&client);
	SSL_free(server);
	ERR_clear_error();
	close(server_fd);
}

/* Until the client has all it needs; then what is its last has not left. */
static void
shake(void)
{
	enum io io = stream_handshake(&client);

	for (int i = 0; io == IO_READ && i < 8; i++) {
		SSL_accept(server);
		ERR_clear_error();
		stream_awake(&client, false);
		io = stream_handshake(&client);
	}
	CHECK(io == IO_DONE);
}

/* Bytes that wait for the server in its next packet; -1: there is none. */
static ssize_t
waiting(void)
{
	char byte;

	return recv(server_fd, &byte, 1, MSG_PEEK | MSG_TRUNC);
}

/* What the server reads of the client's words, after its handshake. */
static int
heard(char *text, int size)
{
	int length;

	if (!SSL_is_init_finished(server) && SSL_accept(server) != 1)
		return -1;
	length = SSL_read(server, text, size - 1);
	text[length > 0 ? length : 0] = '\0';
	return length;
}

static void
the_first_command_leaves_with_the_handshake(void)
{
	char text[64];
	size_t count = 0;

	begin(TLS1_3_VERSION);
	shake();
	CHECK(waiting() == -1);
	CHECK(stream_write(&client, "EHLO a.example\r\n", 16, &count) == IO_DONE &&
	      count == 16);
	CHECK(waiting() > 64 + 16);
	CHECK(heard(text, sizeof text) == 16);
	CHECK_TEXT(text, "EHLO a.example\r\n");
	CHECK(waiting() == -1); /* it was one packet */
	end();
}

/* TLS 1.2 ends with the server's turn, so nothing is left to hold. */
static void
nothing_is_held_from_a_server_that_waits(void)
{
	char text[64];
	size_t count = 0;

	begin(TLS1_2_VERSION);
	shake();
	CHECK(SSL_is_init_finished(server));
	CHECK(stream_write(&client, "EHLO a.example\r\n", 16, &count) == IO_DONE);
	CHECK(heard(text, sizeof text) == 16);
	end();
}

static void
whoever_reads_first_has_sent_all(void)
{
	char byte;
	size_t count = 0;

	begin(TLS1_3_VERSION);
	shake();
	CHECK(stream_read(&client, &byte, 1, &count) == IO_READ);
	CHECK(SSL_accept(server) == 1);
	end();
}

static void
whoever_ends_has_sent_all(void)
{
	char text[8];
	int read;

	begin(TLS1_3_VERSION);
	shake();
	stream_close(&client);
	CHECK(SSL_accept(server) == 1);
	read = SSL_read(server, text, sizeof text);
	CHECK(SSL_get_error(server, read) == SSL_ERROR_ZERO_RETURN); /* close_notify */
	end();
}

/* More than there is room for leaves as soon as it can. */
static void
a_long_command_leaves_whole(void)
{
	char line[HELD_BYTES + 50], text[sizeof line + 1];
	size_t count = 0;

	memset(line, 'a', sizeof line);
	begin(TLS1_3_VERSION);
	shake();
	CHECK(stream_write(&client, line, sizeof line, &count) == IO_DONE &&
	      count == sizeof line);
	CHECK(heard(text, sizeof text) == sizeof line);
	CHECK(memcmp(text, line, sizeof line) == 0);
	end();
}

/* A peer that takes nothing: what is held waits, and the reader is told for what. */
static void
a_full_socket_is_waited_for(void)
{
	char byte, text[64];
	size_t count = 0;
	ssize_t full;

	begin(TLS1_3_VERSION);
	shake();
	do
		full = send(client.fd, "", 1, MSG_NOSIGNAL);
	while (full == 1);
	CHECK(stream_write(&client, "EHLO a.example\r\n", 16, &count) == IO_DONE);
	CHECK(stream_read(&client, &byte, 1, &count) == IO_WRITE);
	while (recv(server_fd, text, sizeof text, 0) == 1) /* not ours */
		;
	CHECK(stream_read(&client, &byte, 1, &count) == IO_READ);
	CHECK(heard(text, sizeof text) == 16);
	end();
}

/* One that has just spoken waits to be told that there is something to read, unless what
 * there is may be all that it is ever told of. */
static void
an_answer_is_waited_for(void)
{
	char byte;
	size_t count = 0;
	int fds[2];

	CHECK(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fds) == 0);
	stream_init(&client, 8);
	client.fd = fds[0];
	CHECK(send(fds[1], "ab", 2, 0) == 2);
	CHECK(stream_read(&client, &byte, 1, &count) == IO_DONE);
	CHECK(stream_write(&client, "!", 1, &count) == IO_DONE);
	CHECK(stream_read(&client, &byte, 1, &count) == IO_DONE && byte == 'b');
	CHECK(stream_read(&client, &byte, 1, &count) == IO_READ);
	CHECK(stream_write(&client, "!", 1, &count) == IO_DONE);
	CHECK(send(fds[1], "c", 1, 0) == 1);
	CHECK(stream_read(&client, &byte, 1, &count) == IO_READ);
	stream_awake(&client, true);
	CHECK(stream_read(&client, &byte, 1, &count) == IO_DONE && byte == 'c');
	CHECK(stream_write(&client, "!", 1, &count) == IO_DONE);
	close(fds[1]);
	CHECK(stream_read(&client, &byte, 1, &count) == IO_CLOSED);
	stream_close(&client);
}

static void
an_alert_leaves(void)
{
	char record[] = "\x15\x03\x03\x00\x02\x02\x28"; /* not what the client waits for */

	begin(TLS1_3_VERSION);
	CHECK(stream_handshake(&client) == IO_READ);
	while (waiting() > 0)
		CHECK(recv(server_fd, (char[1024]){ 0 }, 1024, 0) > 0);
	record[0] = 0x17; /* application data before any handshake */
	CHECK(send(server_fd, record, 7, 0) == 7);
	stream_awake(&client, false);
	CHECK(stream_handshake(&client) == IO_PROTOCOL);
	stream_close(&client);
	CHECK(waiting() == 7); /* unexpected_message, in the clear */
	end();
}

int
main(void)
{
	make_contexts();
	RUN(the_first_command_leaves_with_the_handshake);
	RUN(nothing_is_held_from_a_server_that_waits);
	RUN(whoever_reads_first_has_sent_all);
	RUN(whoever_ends_has_sent_all);
	RUN(a_long_command_leaves_whole);
	RUN(a_full_socket_is_waited_for);
	RUN(an_answer_is_waited_for);
	RUN(an_alert_leaves);
	SSL_CTX_free(server_context);
	SSL_CTX_free(client_context);
	pki_free(leaf);
	return test_end();
}
