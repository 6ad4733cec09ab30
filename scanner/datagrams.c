/* SPDX-License-Identifier: Apache-2.0 */
#include "scanner/datagrams.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include "scanner/mem.h"
#include "scanner/segments.h"

#define INTAKE       64  /* come with one system call */
#define QUESTION_MAX 512 /* a header, a name of 255 bytes, type and class, EDNS */

_Static_assert(DATAGRAMS_KEPT <= SEGMENTS_MAX, "all that are kept are sent at once");

struct door {
	struct door *next;
	ares_socket_t fd;
	struct sockaddr_storage peer; /* it is connected: nobody else is heard */
	socklen_t peer_length;
	int error;    /* of sending, not yet told; 0: none */
	bool drained; /* the last reading emptied the socket */
	bool segments;
	/* To be sent: those from sent on.  They lie in questions in some order. */
	struct iovec kept[DATAGRAMS_KEPT];
	unsigned sent, end;
	/* Come in: those from taken on are to be handed out. */
	struct mmsghdr headers[INTAKE];
	struct iovec parts[INTAKE];
	unsigned taken, came;
	uint8_t questions[DATAGRAMS_KEPT][QUESTION_MAX];
	uint8_t answers[INTAKE][DATAGRAM_MAX];
};

struct datagrams {
	struct door *doors; /* the UDP sockets: one a server */
};

static struct door *
find(const struct datagrams *datagrams, ares_socket_t fd)
{
	struct door *door = datagrams->doors;

	while (door != NULL && door->fd != fd)
		door = door->next;
	return door;
}

static void
add_door(struct datagrams *datagrams, ares_socket_t fd)
{
	struct door *door = mem_alloc(sizeof *door);

	door->fd = fd;
	door->segments = true;
	for (unsigned i = 0; i < INTAKE; i++) {
		door->parts[i] = (struct iovec){ door->answers[i], DATAGRAM_MAX };
		door->headers[i].msg_hdr.msg_iov = &door->parts[i];
		door->headers[i].msg_hdr.msg_iovlen = 1;
	}
	door->next = datagrams->doors;
	datagrams->doors = door;
}

static void
remove_door(struct datagrams *datagrams, ares_socket_t fd)
{
	struct door **at = &datagrams->doors, *door;

	while (*at != NULL && (*at)->fd != fd)
		at = &(*at)->next;
	if ((door = *at) == NULL)
		return;
	*at = door->next;
	free(door);
}

/* c-ares leaves the settings of a socket to whom it lets open it. */
static ares_socket_t
open_socket(int family, int type, int protocol, void *arg)
{
	int fd = socket(family, type | SOCK_NONBLOCK | SOCK_CLOEXEC, protocol), on = 1;

	if (fd >= 0 && type == SOCK_DGRAM)
		add_door(arg, fd);
	else if (fd >= 0)
		setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
	return fd;
}

/* c-ares asks again elsewhere what it asked here, sent or not. */
static int
close_socket(ares_socket_t fd, void *arg)
{
	remove_door(arg, fd);
	return close(fd);
}

static int
connect_socket(ares_socket_t fd, const struct sockaddr *peer, ares_socklen_t length, void *arg)
{
	struct door *door = find(arg, fd);

	if (door != NULL && length <= sizeof door->peer) {
		memcpy(&door->peer, peer, length);
		door->peer_length = length;
	}
	return connect(fd, peer, length);
}

/* An error of a connected UDP socket is mostly the ICMP message that an earlier
 * datagram has earned; the kernel tells it once. */
static void
send_kept(struct door *door)
{
	int count;

	while (door->sent < door->end && door->error == 0) {
		count = segments_send(door->fd, door->kept + door->sent, door->end - door->sent,
				      &door->segments);
		if (count > 0)
			door->sent += (unsigned)count;
		else if (errno == EAGAIN || errno == ENOBUFS)
			return;
		else if (errno != EINTR)
			door->error = errno;
	}
	if (door->sent == door->end)
		door->sent = door->end = 0;
}

static ares_ssize_t
keep(struct door *door, const struct iovec *parts, int count)
{
	uint8_t *to;
	size_t length = 0;

	if (door->end == DATAGRAMS_KEPT)
		send_kept(door);
	if (door->end == DATAGRAMS_KEPT) {
		errno = door->error != 0 ? door->error : EAGAIN;
		return -1;
	}
	to = door->questions[door->end];
	for (int i = 0; i < count; length += parts[i++].iov_len) {
		if (parts[i].iov_len > QUESTION_MAX - length) {
			errno = EMSGSIZE;
			return -1;
		}
		memcpy(to + length, parts[i].iov_base, parts[i].iov_len);
	}
	door->kept[door->end++] = (struct iovec){ to, length };
	return (ares_ssize_t)length;
}

static ares_ssize_t
send_parts(ares_socket_t fd, const struct iovec *parts, int count, void *arg)
{
	struct door *door = find(arg, fd);
	struct msghdr message = { .msg_iov = (struct iovec *)parts,
				  .msg_iovlen = (size_t)count };

	if (door != NULL)
		return keep(door, parts, count);
	return sendmsg(fd, &message, MSG_NOSIGNAL);
}

/* false: there is none, and errno says why.  An intake that was not full has emptied
 * the socket; libevent calls again for what came since. */
static bool
fill(struct door *door)
{
	int got;

	if (door->error != 0) {
		errno = door->error;
		return false;
	}
	if (door->drained) {
		door->drained = false;
		errno = EAGAIN;
		return false;
	}
	got = recvmmsg(door->fd, door->headers, INTAKE, 0, NULL);
	if (got <= 0)
		return false;
	door->drained = got < INTAKE;
	door->taken = 0;
	door->came = (unsigned)got;
	return true;
}

static ares_ssize_t
take(struct door *door, void *to, size_t size, struct sockaddr *from,
     ares_socklen_t *from_length)
{
	size_t length;

	if (door->taken == door->came && !fill(door))
		return -1;
	length = door->headers[door->taken].msg_len;
	length = length < size ? length : size;
	memcpy(to, door->answers[door->taken++], length);
	if (from != NULL && door->peer_length <= *from_length) {
		memcpy(from, &door->peer, door->peer_length);
		*from_length = door->peer_length;
	}
	return (ares_ssize_t)length;
}

static ares_ssize_t
receive(ares_socket_t fd, void *to, size_t size, int flags, struct sockaddr *from,
	ares_socklen_t *from_length, void *arg)
{
	struct door *door = find(arg, fd);

	if (door != NULL)
		return take(door, to, size, from, from_length);
	return recvfrom(fd, to, size, flags, from, from_length);
}

struct datagrams *
datagrams_new(void)
{
	return mem_alloc(sizeof(struct datagrams));
}

void
datagrams_free(struct datagrams *datagrams)
{
	free(datagrams);
}

void
datagrams_serve(struct datagrams *datagrams, ares_channel channel)
{
	static const struct ares_socket_functions calls = {
		.asocket = open_socket,
		.aclose = close_socket,
		.aconnect = connect_socket,
		.arecvfrom = receive,
		.asendv = send_parts,
	};

	ares_set_socket_functions(channel, &calls, datagrams);
}

ares_socket_t
datagrams_flush(struct datagrams *datagrams)
{
	ares_socket_t failed = ARES_SOCKET_BAD;

	for (struct door *door = datagrams->doors; door != NULL; door = door->next) {
		send_kept(door);
		if (door->error != 0)
			failed = door->fd;
	}
	return failed;
}

bool
datagrams_waiting(const struct datagrams *datagrams, ares_socket_t fd)
{
	const struct door *door = find(datagrams, fd);

	return door != NULL && door->taken < door->came;
}
