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
#include "tests/bench/talk.h"
#include "tests/bench/world.h"

#define PORT    25
#define EVENTS  256
#define BACKLOG 65535
#define PAUSE   1000 /* milliseconds a slow server thinks */

struct worker {
	const struct leaves *leaves;
	int epoll, listener;
	struct talk *slow, **slow_end;
};

static atomic_ulong connections;

static int64_t
milliseconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* A reset instead of an end. */
static void
reset(int fd)
{
	struct linger linger = { .l_onoff = 1 };

	setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, sizeof linger);
	close(fd);
}

static void
listen_to(struct worker *worker, struct talk *talk)
{
	struct epoll_event event = { .events = EPOLLIN, .data.ptr = talk };

	if (epoll_ctl(worker->epoll, EPOLL_CTL_ADD, talk->fd, &event) != 0)
		talk_end(talk);
}

static void
begin(struct worker *worker, int fd)
{
	struct sockaddr_in local = { 0 };
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
	talk->leaves = worker->leaves;
	talk->address = ntohl(local.sin_addr.s_addr);
	talk->server = world_server(talk->address);
	if (talk->server.manner == MANNER_CLOSES) {
		reset(fd);
		free(talk);
	} else if (talk->server.manner == MANNER_SLOW) {
		talk->due = milliseconds() + PAUSE;
		*worker->slow_end = talk;
		worker->slow_end = &talk->next;
	} else if (talk->server.manner == MANNER_SILENT || talk_greet(talk)) {
		listen_to(worker, talk);
	} else {
		talk_end(talk);
	}
	/* NOLINTNEXTLINE(clang-analyzer-unix.Malloc): epoll or the slow have it */
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
		if (talk_greet(talk))
			listen_to(worker, talk);
		else
			talk_end(talk);
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
	if (talk == NULL)
		welcome_all(worker);
	else if (!talk_go_on(talk))
		talk_end(talk);
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
	       talk_handshakes());
	fflush(stdout);
	_exit(0); /* the threads are still at it */
}
