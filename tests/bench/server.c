/* SPDX-License-Identifier: Apache-2.0 */
/*
 * All mail servers of the benchmark in one process: a listener a thread on port
 * 25 of every address, the address says which server it is (world.h).  It does
 * nothing it need not, so that it takes little of the machine it shares with
 * whom it serves.
 *
 *	server ROOT_FILE [THREADS]
 *
 * writes the root certificates, prints "ready", serves until SIGTERM, then
 * prints what it served.
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "tests/bench/leaves.h"
#include "tests/bench/world.h"

#define PORT    25
#define EVENTS  256
#define BACKLOG 65535
#define LINE    512
#define REPLY   512
#define PAUSE   1000 /* milliseconds a slow server thinks */

#define KEYWORDS                                                                               \
	"250-PIPELINING\r\n250-SIZE 52428800\r\n250-ETRN\r\n%s250-ENHANCEDSTATUSCODES\r\n"     \
	"250-8BITMIME\r\n250-DSN\r\n250-SMTPUTF8\r\n250 CHUNKING\r\n"

enum step { STEP_TALK, STEP_SHAKE, STEP_STALL };

struct talk {
	int fd;
	enum step step;
	SSL *tls;
	uint32_t address;
	struct world_server server;
	struct talk *next; /* of the slow, in the order they came */
	int64_t due;
	size_t got;
	char in[LINE];
};

struct worker {
	const struct leaves *leaves;
	int epoll, listener;
	struct talk *slow, **slow_end;
};

static atomic_ulong connections, handshakes;

static int64_t
milliseconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void
end(struct talk *talk)
{
	SSL_free(talk->tls);
	ERR_clear_error();
	close(talk->fd);
	free(talk);
}

/* A reset instead of an end. */
static void
reset(int fd)
{
	struct linger linger = { .l_onoff = 1 };

	setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, sizeof linger);
	close(fd);
}

static bool
say(struct talk *talk, const char *text, size_t length)
{
	if (talk->tls != NULL)
		return SSL_write(talk->tls, text, (int)length) == (int)length;
	return send(talk->fd, text, length, MSG_NOSIGNAL) == (ssize_t)length;
}

static bool
greet(struct talk *talk)
{
	char host[WORLD_NAME], reply[REPLY];
	bool rejects = talk->server.manner == MANNER_REJECTS;
	int length;

	world_host_name(talk->address, host);
	length = snprintf(reply, sizeof reply, "%d %s %s\r\n", rejects ? 554 : 220, host,
			  rejects ? "5.7.1 not you" : "ESMTP Postfix (Debian/GNU)");
	return say(talk, reply, (size_t)length);
}

static bool
list_keywords(struct talk *talk)
{
	char host[WORLD_NAME], reply[REPLY];
	bool offers = talk->tls == NULL && talk->server.manner != MANNER_PLAIN;
	int length;

	world_host_name(talk->address, host);
	length = snprintf(reply, sizeof reply, "250-%s\r\n" KEYWORDS, host,
			  offers ? "250-STARTTLS\r\n" : "");
	return say(talk, reply, (size_t)length);
}

static bool
secure(struct worker *worker, struct talk *talk)
{
	static const char ready[] = "220 2.0.0 Ready to start TLS\r\n";

	if (!say(talk, ready, sizeof ready - 1))
		return false;
	talk->step = STEP_STALL;
	if (talk->server.manner == MANNER_STALLS)
		return true;
	talk->step = STEP_SHAKE;
	talk->tls = leaves_ssl(worker->leaves, talk->server.ec, talk->server.leaf);
	return talk->tls != NULL && SSL_set_fd(talk->tls, talk->fd) == 1;
}

/* One line of the client's; false: the conversation is over. */
static bool
obey(struct worker *worker, struct talk *talk, const char *line)
{
	static const char bye[] = "221 2.0.0 Bye\r\n", no[] = "502 5.5.1 Not implemented\r\n";

	if (strncmp(line, "EHLO ", 5) == 0)
		return list_keywords(talk);
	if (strncmp(line, "STARTTLS", 8) == 0 && talk->server.manner != MANNER_PLAIN)
		return secure(worker, talk);
	if (strncmp(line, "QUIT", 4) == 0)
		return say(talk, bye, sizeof bye - 1) && false;
	return say(talk, no, sizeof no - 1);
}

static bool
is_patient(struct talk *talk, int result)
{
	int error = SSL_get_error(talk->tls, result);

	return error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE;
}

/* More of a line; false: the end.  *waits: there is nothing to read now. */
static bool
hear(struct talk *talk, bool *waits)
{
	size_t room = LINE - 1 - talk->got;
	ssize_t count;

	if (talk->tls != NULL) {
		count = SSL_read(talk->tls, talk->in + talk->got, (int)room);
		*waits = count <= 0 && is_patient(talk, (int)count);
	} else {
		count = recv(talk->fd, talk->in + talk->got, room, MSG_DONTWAIT);
		*waits = count < 0;
	}
	if (count > 0)
		talk->got += (size_t)count;
	return count > 0 || *waits;
}

static bool
converse(struct worker *worker, struct talk *talk)
{
	bool waits, secured = talk->tls != NULL;
	char *end_of_line;

	if (talk->got == LINE - 1 || !hear(talk, &waits))
		return false;
	talk->in[talk->got] = '\0';
	while ((end_of_line = strchr(talk->in, '\n')) != NULL) {
		size_t used = (size_t)(end_of_line - talk->in) + 1;

		if (!obey(worker, talk, talk->in))
			return false;
		talk->got -= used;
		memmove(talk->in, end_of_line + 1, talk->got + 1);
		if (!secured && talk->tls != NULL)
			talk->got = 0; /* RFC 3207 section 4.2 */
	}
	return true;
}

static bool
shake(struct talk *talk)
{
	int result;

	ERR_clear_error();
	result = SSL_accept(talk->tls);
	if (result != 1)
		return is_patient(talk, result);
	atomic_fetch_add(&handshakes, 1);
	talk->step = STEP_TALK;
	return true;
}

static void
listen_to(struct worker *worker, struct talk *talk)
{
	struct epoll_event event = { .events = EPOLLIN, .data.ptr = talk };

	if (epoll_ctl(worker->epoll, EPOLL_CTL_ADD, talk->fd, &event) != 0)
		end(talk);
}

static void
begin(struct worker *worker, int fd)
{
	struct sockaddr_in local;
	socklen_t size = sizeof local;
	struct talk *talk = calloc(1, sizeof *talk);
	int on = 1;

	atomic_fetch_add(&connections, 1);
	if (talk == NULL || getsockname(fd, (struct sockaddr *)&local, &size) != 0) {
		free(talk);
		close(fd);
		return;
	}
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
	talk->fd = fd;
	talk->address = ntohl(local.sin_addr.s_addr);
	talk->server = world_server(talk->address);
	if (talk->server.manner == MANNER_CLOSES) {
		reset(fd);
		free(talk);
	} else if (talk->server.manner == MANNER_SLOW) {
		talk->due = milliseconds() + PAUSE;
		*worker->slow_end = talk;
		worker->slow_end = &talk->next;
	} else if (talk->server.manner == MANNER_SILENT || greet(talk)) {
		listen_to(worker, talk);
	} else {
		end(talk);
	}
}

static void
greet_slow(struct worker *worker)
{
	int64_t now = milliseconds();
	struct talk *talk;

	while ((talk = worker->slow) != NULL && talk->due <= now) {
		worker->slow = talk->next;
		if (worker->slow == NULL)
			worker->slow_end = &worker->slow;
		if (greet(talk))
			listen_to(worker, talk);
		else
			end(talk);
	}
}

static void
welcome_all(struct worker *worker)
{
	int fd;

	while ((fd = accept4(worker->listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0)
		begin(worker, fd);
}

static void
serve(struct worker *worker, struct talk *talk)
{
	char waste[4096];
	bool goes_on;

	if (talk == NULL) {
		welcome_all(worker);
		return;
	}
	if (talk->step == STEP_TALK)
		goes_on = converse(worker, talk);
	else if (talk->step == STEP_SHAKE)
		goes_on = shake(talk);
	else
		goes_on = recv(talk->fd, waste, sizeof waste, 0) > 0;
	if (!goes_on)
		end(talk);
}

static void *
work(void *arg)
{
	struct worker *worker = arg;
	struct epoll_event events[EVENTS];

	for (;;) {
		int patience = worker->slow != NULL ? PAUSE / 20 : -1;
		int count = epoll_wait(worker->epoll, events, EVENTS, patience);

		for (int i = 0; i < count; i++)
			serve(worker, events[i].data.ptr);
		greet_slow(worker);
	}
	return NULL;
}

static int
open_listener(void)
{
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), on = 1;
	struct sockaddr_in any = { .sin_family = AF_INET, .sin_port = htons(PORT) };

	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
	setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof on);
	if (bind(fd, (struct sockaddr *)&any, sizeof any) != 0 || listen(fd, BACKLOG) != 0) {
		perror("server");
		exit(2);
	}
	return fd;
}

static void
start(struct worker *worker, const struct leaves *leaves)
{
	struct epoll_event event = { .events = EPOLLIN, .data.ptr = NULL };
	pthread_t thread;

	worker->leaves = leaves;
	worker->slow_end = &worker->slow;
	worker->listener = open_listener();
	worker->epoll = epoll_create1(EPOLL_CLOEXEC);
	if (epoll_ctl(worker->epoll, EPOLL_CTL_ADD, worker->listener, &event) != 0 ||
	    pthread_create(&thread, NULL, work, worker) != 0) {
		perror("server");
		exit(2);
	}
	pthread_detach(thread);
}

int
main(int argc, char *argv[])
{
	int threads = argc > 2 ? atoi(argv[2]) : 1, signal_number;
	struct leaves *leaves;
	struct worker *workers;
	sigset_t signals;

	if (argc < 2 || threads < 1) {
		fprintf(stderr, "usage: server ROOT_FILE [THREADS]\n");
		return 2;
	}
	signal(SIGPIPE, SIG_IGN);
	sigemptyset(&signals);
	sigaddset(&signals, SIGTERM);
	sigaddset(&signals, SIGINT);
	pthread_sigmask(SIG_BLOCK, &signals, NULL);
	leaves = leaves_new(argv[1]);
	workers = calloc((size_t)threads, sizeof *workers);
	for (int i = 0; workers != NULL && i < threads; i++)
		start(&workers[i], leaves);
	puts("ready");
	fflush(stdout);
	sigwait(&signals, &signal_number);
	printf("%lu connections, %lu handshakes\n", atomic_load(&connections),
	       atomic_load(&handshakes));
	fflush(stdout);
	_exit(0); /* the threads are still at it */
}
