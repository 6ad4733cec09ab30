/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The least that a STARTTLS client can do with this libssl: connect, greeting,
 * EHLO, STARTTLS, handshake, EHLO, QUIT, close_notify, with epoll and nothing else.  Nothing is
 * judged, stored, timed or resolved.  It is the floor that a sweep's CPU time is
 * compared with, so it has the sweep's libssl settings (probes/tls.c) and is
 * linked with the sweep's cache of parsed certificates (probes/parsed.c, probes/decoder.c).
 *
 *	floor IN_FLIGHT THREADS <list
 *
 * The list has an address and a name for SNI a line.  Prints a line of JSON:
 * servers, handshakes, and CPU and wall time in seconds.
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "probes/decoder.h"

#define PORT   25
#define EVENTS 256
#define REPLY  2048
#define NAME   256

struct server {
	struct in_addr address;
	char *name;
};

enum step { GREETING, EHLO, STARTTLS, HANDSHAKE, EHLO_AGAIN, QUIT, STEPS };

static const char *const commands[STEPS] = {
	[EHLO] = "EHLO floor.bench\r\n",
	[STARTTLS] = "STARTTLS\r\n",
	[EHLO_AGAIN] = "EHLO floor.bench\r\n",
	[QUIT] = "QUIT\r\n",
};

struct talk {
	const struct server *server;
	int fd;
	enum step step;
	SSL *tls;
	size_t got;
	char in[REPLY];
};

static struct server *servers;
static size_t server_count;
static atomic_size_t next_server, handshakes;
static SSL_CTX *context;
static unsigned in_flight, threads;

static int
accept_any_chain(X509_STORE_CTX *store, void *arg)
{
	(void)store, (void)arg;
	return 1;
}

static void
make_context(void)
{
	context = SSL_CTX_new(TLS_client_method());
	SSL_CTX_set_security_level(context, 0);
	SSL_CTX_set_min_proto_version(context, TLS1_VERSION);
	SSL_CTX_set_cipher_list(context, "ALL:!eNULL:!aNULL");
	SSL_CTX_clear_options(context, SSL_OP_NO_SSL_MASK | SSL_OP_PRIORITIZE_CHACHA);
	SSL_CTX_set_options(context, SSL_OP_LEGACY_SERVER_CONNECT | SSL_OP_NO_RENEGOTIATION |
					 SSL_OP_NO_TICKET | SSL_OP_TLSEXT_PADDING);
	SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS);
	SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
	SSL_CTX_set_read_ahead(context, 1);
	SSL_CTX_set_cert_verify_callback(context, accept_any_chain, NULL);
}

static bool
wait_for(int epoll, struct talk *talk, int operation, uint32_t events)
{
	struct epoll_event event = { .events = events, .data.ptr = talk };

	return epoll_ctl(epoll, operation, talk->fd, &event) == 0;
}

/* The next server's conversation begins; false: there is none left. */
static bool
begin(int epoll, struct talk *talk)
{
	size_t number = atomic_fetch_add(&next_server, 1);
	struct sockaddr_in peer = { .sin_family = AF_INET, .sin_port = htons(PORT) };
	int on = 1;

	if (number >= server_count)
		return false;
	talk->server = &servers[number];
	talk->step = GREETING;
	talk->got = 0;
	peer.sin_addr = talk->server->address;
	talk->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	setsockopt(talk->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
	/* A refusal shows when there is something to read. */
	(void)connect(talk->fd, (struct sockaddr *)&peer, sizeof peer);
	if (wait_for(epoll, talk, EPOLL_CTL_ADD, EPOLLIN))
		return true;
	perror("floor");
	exit(2);
}

/* With close_notify (RFC 8446 section 6.1). */
static void
end(struct talk *talk)
{
	if (talk->tls != NULL && SSL_is_init_finished(talk->tls))
		SSL_shutdown(talk->tls);
	SSL_free(talk->tls);
	talk->tls = NULL;
	ERR_clear_error();
	close(talk->fd);
}

/* A whole reply has come: its last line has no hyphen after the code. */
static bool
is_whole(const struct talk *talk)
{
	const char *last;

	if (talk->got == 0 || talk->in[talk->got - 1] != '\n')
		return false;
	last = memrchr(talk->in, '\n', talk->got - 1);
	last = last != NULL ? last + 1 : talk->in;
	return talk->in + talk->got - last > 4 && last[3] != '-';
}

static bool
is_patient(struct talk *talk, int result)
{
	int error = SSL_get_error(talk->tls, result);

	return error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE;
}

static bool
say(struct talk *talk)
{
	const char *line = commands[talk->step];
	size_t length = strlen(line);

	talk->got = 0;
	if (talk->tls != NULL)
		return SSL_write(talk->tls, line, (int)length) == (int)length;
	return send(talk->fd, line, length, MSG_NOSIGNAL) == (ssize_t)length;
}

static bool
secure(struct talk *talk)
{
	talk->tls = SSL_new(context);
	SSL_set_fd(talk->tls, talk->fd);
	SSL_set_tlsext_host_name(talk->tls, talk->server->name);
	SSL_set_connect_state(talk->tls);
	return true;
}

/* False: the conversation is over.  *done: the handshake is. */
static bool
shake(struct talk *talk, bool *done)
{
	int result = SSL_do_handshake(talk->tls);

	*done = result == 1;
	if (*done)
		atomic_fetch_add(&handshakes, 1);
	return *done || is_patient(talk, result);
}

static bool
hear(struct talk *talk, bool *done)
{
	size_t room = REPLY - talk->got;
	ssize_t count;

	if (talk->tls != NULL)
		count = SSL_read(talk->tls, talk->in + talk->got, (int)room);
	else
		count = recv(talk->fd, talk->in + talk->got, room, 0);
	if (talk->tls != NULL && count <= 0)
		return is_patient(talk, (int)count);
	if (count <= 0)
		return false;
	talk->got += (size_t)count;
	*done = is_whole(talk);
	return true;
}

/* What the step waits for has come; false: the conversation is over. */
static bool
next_step(struct talk *talk)
{
	if (talk->step == QUIT || (talk->step < HANDSHAKE && talk->in[0] != '2'))
		return false;
	talk->step++;
	return talk->step == HANDSHAKE ? secure(talk) : say(talk);
}

/* Goes on until it must wait; false: the conversation is over. */
static bool
go_on(struct talk *talk)
{
	bool done = true;

	/* After a command there is nothing to hear yet. */
	for (bool first = true; done && (first || talk->step == HANDSHAKE); first = false) {
		done = false;
		if (!(talk->step == HANDSHAKE ? shake(talk, &done) : hear(talk, &done)))
			return false;
		if (done && !next_step(talk))
			return false;
	}
	return true;
}

static void *
work(void *arg)
{
	struct epoll_event events[EVENTS];
	int epoll = epoll_create1(EPOLL_CLOEXEC);
	unsigned open = 0, most = in_flight / threads;
	struct talk *talks = calloc(most, sizeof *talks);

	(void)arg;
	while (talks != NULL && open < most && begin(epoll, &talks[open]))
		open++;
	while (open > 0) {
		int count = epoll_wait(epoll, events, EVENTS, -1);

		for (int i = 0; i < count; i++) {
			struct talk *talk = events[i].data.ptr;

			if (go_on(talk))
				continue;
			end(talk);
			if (!begin(epoll, talk))
				open--;
		}
	}
	free(talks);
	close(epoll);
	return NULL;
}

static void
add_server(const char *address, const char *name)
{
	static size_t room;
	struct server *more = servers;

	if (server_count == room) {
		room = room > 0 ? 2 * room : 1024;
		more = realloc(servers, room * sizeof *servers);
	}
	if (more == NULL || inet_pton(AF_INET, address, &more[server_count].address) != 1) {
		fprintf(stderr, "floor: %s is no address\n", address);
		exit(2);
	}
	servers = more;
	servers[server_count++].name = strdup(name);
}

static void
read_list(void)
{
	char address[NAME], name[NAME];

	while (scanf("%255s %255s", address, name) == 2)
		add_server(address, name);
}

static double
seconds(struct timeval time)
{
	return (double)time.tv_sec + (double)time.tv_usec / 1e6;
}

static double
now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static void
sweep(void)
{
	pthread_t *workers = calloc(threads, sizeof *workers);

	for (unsigned i = 0; workers != NULL && i < threads; i++)
		if (pthread_create(&workers[i], NULL, work, NULL) != 0)
			exit(2);
	for (unsigned i = 0; workers != NULL && i < threads; i++)
		pthread_join(workers[i], NULL);
	free(workers);
}

int
main(int argc, char *argv[])
{
	struct rusage use;
	double began;

	if (argc != 3 || (in_flight = (unsigned)atoi(argv[1])) == 0 ||
	    (threads = (unsigned)atoi(argv[2])) == 0 || in_flight < threads) {
		fprintf(stderr, "usage: floor IN_FLIGHT THREADS <list\n");
		return 2;
	}
	signal(SIGPIPE, SIG_IGN);
	decoder_simplify();
	read_list();
	make_context();
	began = now();
	sweep();
	getrusage(RUSAGE_SELF, &use);
	printf("{\"servers\": %zu, \"handshakes\": %zu, \"cpu\": %.6f, \"wall\": %.6f}\n",
	       server_count, handshakes, seconds(use.ru_utime) + seconds(use.ru_stime),
	       now() - began);
	return 0;
}
