/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/lab/doors.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "scanner/log.h"
#include "scanner/mem.h"

#define QUEUE   4096
#define AT_ONCE 64 /* accepted in one turn */
#define FILLING 2  /* connections that fill a queue of length 0 */

struct door {
	struct doors *doors;
	int fd, filling[FILLING];
	struct event *event; /* NULL: deaf */
	struct door *next;
};

struct doors {
	struct talks *talks;
	struct plan *plan;
	struct door *first;
};

static struct address
contacted(int fd)
{
	struct sockaddr_storage here;
	socklen_t length = sizeof here;

	memset(&here, 0, sizeof here);
	getsockname(fd, (struct sockaddr *)&here, &length);
	return address_of_socket((struct sockaddr *)&here);
}

static void
answer(evutil_socket_t listener, short what, void *arg)
{
	struct door *door = arg;

	(void)what;
	for (int i = 0; i < AT_ONCE; i++) {
		int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
		struct address there;
		struct place *place;

		if (fd < 0)
			return;
		there = contacted(fd);
		place = plan_find(door->doors->plan, &there);
		if (place != NULL)
			talk_start(door->doors->talks, place, &there, fd);
		else
			close(fd);
	}
}

/* A listening socket; addresses need not exist (IP_FREEBIND), so that a prefix
 * routed to the loopback interface will do. */
static int
listen_on(const struct place *place, uint16_t port, int queue)
{
	struct sockaddr_storage here;
	socklen_t length = address_socket(&place->address, port, &here);
	int fd = socket(here.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	int on = 1;

	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
	setsockopt(fd, IPPROTO_IP, IP_FREEBIND, &on, sizeof on);
	if (here.ss_family == AF_INET6)
		setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on);
	if (fd < 0 || bind(fd, (struct sockaddr *)&here, length) != 0 ||
	    listen(fd, queue) != 0) {
		char text[ADDRESS_TEXT];
		die("cannot listen on %s: %s", address_format(&place->address, text),
		    strerror(errno));
	}
	return fd;
}

static void
fill_queue(struct door *door, const struct place *place, uint16_t port)
{
	struct sockaddr_storage there;
	socklen_t length = address_socket(&place->address, port, &there);

	for (int i = 0; i < FILLING; i++) {
		int fd = socket(there.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

		if (fd >= 0 && connect(fd, (struct sockaddr *)&there, length) != 0 &&
		    errno != EINPROGRESS)
			log_warn("cannot fill a queue: %s", strerror(errno));
		door->filling[i] = fd;
	}
}

static bool
is_deaf(const struct place *place)
{
	return place->script->count > 0 && place->script->ops[0].act == ACT_DEAF;
}

static void
open_door(struct doors *doors, const struct place *place, uint16_t usual_port)
{
	struct door *door = mem_alloc(sizeof *door);
	uint16_t port = place->port != 0 ? place->port : usual_port;
	bool deaf = is_deaf(place);

	door->doors = doors;
	door->fd = listen_on(place, port, deaf ? 0 : QUEUE);
	for (int i = 0; i < FILLING; i++)
		door->filling[i] = -1;
	if (deaf) {
		fill_queue(door, place, port);
	} else {
		door->event =
		    event_new(doors->talks->base, door->fd, EV_READ | EV_PERSIST, answer, door);
		event_add(door->event, NULL);
	}
	door->next = doors->first;
	doors->first = door;
}

struct doors *
doors_open(struct talks *talks, struct plan *plan, uint16_t usual_port)
{
	struct doors *doors = mem_alloc(sizeof *doors);
	struct place *place = NULL;

	doors->talks = talks;
	doors->plan = plan;
	while ((place = plan_next(plan, place)) != NULL) {
		struct address any = { .family = place->address.family };
		struct place *wildcard = plan_find(plan, &any);

		if (wildcard == NULL || wildcard == place)
			open_door(doors, place, usual_port);
	}
	return doors;
}

void
doors_close(struct doors *doors)
{
	struct door *door;

	while ((door = doors->first) != NULL) {
		doors->first = door->next;
		if (door->event != NULL)
			event_free(door->event);
		for (int i = 0; i < FILLING; i++)
			if (door->filling[i] >= 0)
				close(door->filling[i]);
		close(door->fd);
		free(door);
	}
	free(doors);
}
