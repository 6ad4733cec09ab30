/* SPDX-License-Identifier: Apache-2.0 */
#include "scanner/datagrams.h"
#include "tests/unit/test.h"

#include <arpa/nameser.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#define MANY     150  /* more than are kept */
#define PATIENCE 1000 /* milliseconds */

static ares_channel channel;
static struct datagrams *datagrams;
static ares_socket_t udp, tcp; /* the channel's; ARES_SOCKET_BAD: not open */
static unsigned opened;        /* UDP sockets, all in all */
static unsigned answered, failed, longest;

/* The resolver's side. */
static int server, listener;
static union {
	struct sockaddr any;
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
} place;
static socklen_t place_length;

static int room = -1;        /* datagrams that the kernel takes; -1: any number */
static int refusal;          /* errno of a kernel that cuts no messages; 0: it does */
static unsigned cuts, whole; /* messages to be cut that it was given; others */

static bool
is_refused(const struct mmsghdr *headers, unsigned count)
{
	bool refused = false;

	for (unsigned i = 0; i < count; i++) {
		bool cut = headers[i].msg_hdr.msg_controllen > 0;

		CHECK(cut == (headers[i].msg_hdr.msg_iovlen > 1));
		cuts += cut;
		whole += !cut;
		refused |= cut && refusal != 0;
	}
	return refused;
}

/* In the place of the C library's. */
int
sendmmsg(int fd, struct mmsghdr *headers, unsigned count, int flags)
{
	unsigned fit = 0;

	if (is_refused(headers, count)) {
		errno = refusal;
		return -1;
	}
	for (; fit < count && (room < 0 || headers[fit].msg_hdr.msg_iovlen <= (size_t)room);
	     fit++)
		if (room > 0)
			room -= (int)headers[fit].msg_hdr.msg_iovlen;
	if (fit == 0) {
		errno = EAGAIN;
		return -1;
	}
	return (int)syscall(SYS_sendmmsg, fd, headers, fit, flags);
}

static void
note_socket(void *arg, ares_socket_t fd, int readable, int writable)
{
	int type = 0;
	socklen_t length = sizeof type;

	(void)arg;
	if (!readable && !writable) {
		if (fd == udp)
			udp = ARES_SOCKET_BAD;
		if (fd == tcp)
			tcp = ARES_SOCKET_BAD;
		return;
	}
	getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &length);
	if (type == SOCK_STREAM) {
		tcp = fd;
	} else {
		udp = fd;
		opened++;
	}
}

static void
bind_server(int family)
{
	memset(&place, 0, sizeof place);
	place.any.sa_family = (sa_family_t)family;
	place_length = family == AF_INET ? sizeof place.v4 : sizeof place.v6;
	if (family == AF_INET)
		place.v4.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	else
		place.v6.sin6_addr = in6addr_loopback;
	server = socket(family, SOCK_DGRAM, 0);
	listener = socket(family, SOCK_STREAM, 0);
	CHECK(bind(server, &place.any, place_length) == 0);
	CHECK(getsockname(server, &place.any, &place_length) == 0);
	CHECK(bind(listener, &place.any, place_length) == 0 && listen(listener, 5) == 0);
}

static void
begin(int family)
{
	struct ares_options options = { .flags = ARES_FLAG_NOCHECKRESP | ARES_FLAG_EDNS |
						 ARES_FLAG_STAYOPEN,
					.timeout = 60000,
					.tries = 2,
					.ednspsz = 1232,
					.sock_state_cb = note_socket };
	char text[64];

	bind_server(family);
	udp = tcp = ARES_SOCKET_BAD;
	opened = answered = failed = longest = cuts = whole = 0;
	CHECK(ares_init_options(&channel, &options,
				ARES_OPT_FLAGS | ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES |
				    ARES_OPT_EDNSPSZ | ARES_OPT_SOCK_STATE_CB) == ARES_SUCCESS);
	snprintf(text, sizeof text, family == AF_INET ? "127.0.0.1:%d" : "[::1]:%d",
		 ntohs(family == AF_INET ? place.v4.sin_port : place.v6.sin6_port));
	CHECK(ares_set_servers_ports_csv(channel, text) == ARES_SUCCESS);
	datagrams = datagrams_new();
	datagrams_serve(datagrams, channel);
}

static void
end(void)
{
	ares_destroy(channel);
	datagrams_free(datagrams);
	if (server >= 0)
		close(server);
	close(listener);
}

static void
on_answer(void *arg, int status, int timeouts, unsigned char *bytes, int length)
{
	(void)arg, (void)timeouts, (void)bytes;
	if (status == ARES_SUCCESS)
		answered++;
	else
		failed++;
	if (length > (int)longest)
		longest = (unsigned)length;
}

static void
ask(unsigned first, unsigned count)
{
	unsigned char *query;
	char name[32];
	int length;

	for (unsigned i = first; i < first + count; i++) {
		snprintf(name, sizeof name, "d%u.example", i);
		CHECK(ares_create_query(name, ns_c_in, ns_t_mx, (unsigned short)i, 1, &query,
					&length, 1232) == ARES_SUCCESS);
		ares_send(channel, query, length, on_answer, NULL);
		ares_free_string(query);
	}
}

static bool
comes(int fd, int patience)
{
	struct pollfd wait = { .fd = fd, .events = POLLIN };

	return poll(&wait, 1, patience) == 1;
}

static void
process(ares_socket_t fd)
{
	do
		ares_process_fd(channel, fd, ARES_SOCKET_BAD);
	while (datagrams_waiting(datagrams, fd));
}

/* Sends back what has come to the server, made an answer by flags; what is longer
 * than the question is zeros.  Returns how many. */
static unsigned
echo(unsigned flags, size_t size)
{
	uint8_t message[4096];
	struct sockaddr_storage from;
	socklen_t length = sizeof from;
	unsigned count = 0;
	ssize_t got;

	for (; comes(server, 100); count++, length = sizeof from) {
		memset(message, 0, sizeof message);
		got = recvfrom(server, message, sizeof message, 0, (struct sockaddr *)&from,
			       &length);
		message[2] |= (uint8_t)(flags >> 8);
		message[3] |= (uint8_t)flags;
		if (got < (ssize_t)size)
			got = (ssize_t)size;
		CHECK(sendto(server, message, (size_t)got, 0, (struct sockaddr *)&from,
			     length) == got);
	}
	return count;
}

static void
sends_when_flushed(void)
{
	begin(AF_INET);
	ask(0, 3);
	CHECK(!comes(server, 0));
	CHECK(datagrams_flush(datagrams) == ARES_SOCKET_BAD);
	CHECK(echo(0x8000, 0) == 3);
	process(udp);
	CHECK(answered == 3 && failed == 0);
	CHECK(datagrams_flush(datagrams) == ARES_SOCKET_BAD && !comes(server, 0));
	end();
}

static void
takes_more_than_a_batch(int family)
{
	begin(family);
	ask(0, MANY);
	CHECK(comes(server, 0)); /* more than may be kept do not wait */
	CHECK(datagrams_flush(datagrams) == ARES_SOCKET_BAD);
	CHECK(echo(0x8000, 0) == MANY);
	process(udp);
	CHECK(answered == MANY && failed == 0);
	ask(MANY, 64); /* exactly one */
	datagrams_flush(datagrams);
	CHECK(echo(0x8000, 0) == 64);
	process(udp);
	process(udp);
	CHECK(answered == MANY + 64 && opened == 1);
	CHECK(cuts > 0 && cuts + whole < 12); /* names of three lengths, 64 to a message */
	end();
}

/* Each question then is a message, and nothing is tried again. */
static void
does_without_cuts(int error)
{
	begin(AF_INET);
	refusal = error;
	ask(0, 20);
	CHECK(datagrams_flush(datagrams) == ARES_SOCKET_BAD && echo(0x8000, 0) == 20);
	process(udp);
	CHECK(cuts == 2 && whole == 20);
	ask(20, 20);
	CHECK(datagrams_flush(datagrams) == ARES_SOCKET_BAD && echo(0x8000, 0) == 20);
	process(udp);
	CHECK(cuts == 2 && whole == 40 && answered == 40 && failed == 0);
	refusal = 0;
	end();
}

static void
serves_kernels_that_cannot_cut(void)
{
	does_without_cuts(EINVAL);
	does_without_cuts(EIO);
}

static void
takes_batches(void)
{
	takes_more_than_a_batch(AF_INET);
}

static void
takes_batches_by_ipv6(void)
{
	takes_more_than_a_batch(AF_INET6);
}

/* The peer's empty datagram is no end, and no answer. */
static void
survives_empty_datagrams(void)
{
	struct sockaddr_storage from;
	socklen_t length = sizeof from;

	begin(AF_INET);
	ask(0, 2);
	datagrams_flush(datagrams);
	CHECK(comes(server, PATIENCE));
	recvfrom(server, NULL, 0, MSG_PEEK, (struct sockaddr *)&from, &length);
	CHECK(sendto(server, "", 0, 0, (struct sockaddr *)&from, length) == 0);
	CHECK(echo(0x8000, 0) == 2);
	process(udp);
	CHECK(answered == 2 && opened == 1);
	end();
}

/* The answer to a TCP question, in two writes. */
static void
answer_by_tcp(void)
{
	uint8_t message[514];
	ssize_t got;
	int fd;

	if (!comes(listener, PATIENCE)) {
		CHECK(!"a connection");
		return;
	}
	fd = accept(listener, NULL, NULL);
	got = recv(fd, message, sizeof message, 0);
	CHECK(got > 14 && message[0] == 0 && message[1] == got - 2);
	message[4] |= 0x80;
	CHECK(send(fd, message, 5, 0) == 5);
	usleep(10000);
	CHECK(send(fd, message + 5, (size_t)got - 5, 0) == got - 5);
	for (int i = 0; i < 10 && answered + failed == 0; i++)
		if (comes(tcp, 200))
			process(tcp);
	CHECK(answered == 1 && failed == 0);
	close(fd);
}

static void
falls_back_to_tcp(unsigned flags, size_t size)
{
	begin(AF_INET);
	ask(7, 1);
	datagrams_flush(datagrams);
	CHECK(echo(flags, size) == 1);
	process(udp);
	CHECK(tcp != ARES_SOCKET_BAD && answered == 0);
	if (tcp != ARES_SOCKET_BAD)
		ares_process_fd(channel, ARES_SOCKET_BAD, tcp);
	answer_by_tcp();
	end();
}

static void
falls_back_when_cut_short(void)
{
	falls_back_to_tcp(0x8200, 0);
}

static void
falls_back_when_too_long(void)
{
	falls_back_to_tcp(0x8000, 4000);
}

/* ICMP's message arrives with the next sending or reading. */
static void
notices_who_is_gone(void)
{
	ares_socket_t bad;

	begin(AF_INET);
	close(server);
	server = -1;
	ask(0, MANY); /* the second batch meets the error of the first */
	bad = datagrams_flush(datagrams);
	CHECK(bad != ARES_SOCKET_BAD && bad == udp);
	for (int i = 0; i < 10 && failed < MANY; i++) {
		process(udp);
		datagrams_flush(datagrams);
	}
	CHECK(failed == MANY && answered == 0 && opened == 2);
	end();
}

/* A socket that is closed takes what it kept with it; the questions are asked anew. */
static void
forgets_what_waits(void)
{
	begin(AF_INET);
	ask(0, 5);
	ares_cancel(channel);
	CHECK(failed == 5);
	end(); /* with five kept */
	begin(AF_INET);
	ask(0, 3);
	datagrams_flush(datagrams);
	CHECK(echo(0x8000, 0) == 3);
	ares_cancel(channel);
	process(udp); /* answers nobody waits for */
	CHECK(answered == 0 && failed == 3);
	end();
}

/* The kernel has no room: what was kept goes out when it has.  Of 60 names ten are
 * shorter, and go first. */
static void
keeps_what_does_not_fit(void)
{
	begin(AF_INET);
	room = 12;
	ask(0, 60);
	CHECK(datagrams_flush(datagrams) == ARES_SOCKET_BAD && echo(0x8000, 0) == 10);
	room = 3;
	CHECK(datagrams_flush(datagrams) == ARES_SOCKET_BAD && echo(0x8000, 0) == 0);
	room = -1;
	CHECK(datagrams_flush(datagrams) == ARES_SOCKET_BAD && echo(0x8000, 0) == 50);
	process(udp);
	CHECK(answered == 60 && failed == 0);
	room = 0;
	ask(60, DATAGRAMS_KEPT + 6); /* six too many */
	room = -1;
	CHECK(failed == 6 && datagrams_flush(datagrams) == ARES_SOCKET_BAD);
	CHECK(echo(0x8000, 0) == DATAGRAMS_KEPT);
	process(udp);
	CHECK(answered == 60 + DATAGRAMS_KEPT && opened == 1);
	end();
}

int
main(void)
{
	ares_library_init(ARES_LIB_INIT_ALL);
	RUN(sends_when_flushed);
	RUN(takes_batches);
	RUN(takes_batches_by_ipv6);
	RUN(serves_kernels_that_cannot_cut);
	RUN(survives_empty_datagrams);
	RUN(falls_back_when_cut_short);
	RUN(falls_back_when_too_long);
	RUN(notices_who_is_gone);
	RUN(forgets_what_waits);
	RUN(keeps_what_does_not_fit);
	ares_library_cleanup();
	return test_end();
}
