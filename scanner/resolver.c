/* SPDX-License-Identifier: Apache-2.0 */
#include "scanner/resolver.h"

#include <ares.h>
#include <arpa/nameser.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <unistd.h>

#include "scanner/address.h"
#include "scanner/datagrams.h"
#include "scanner/log.h"
#include "scanner/mem.h"

#define TRIES                   3
#define UDP_PAYLOAD             1232 /* fits any path without fragments (DNS flag day 2020) */
#define RECEIVE_BUFFER          (8 << 20) /* bytes */
#define RECEIVE_BUFFER_A_ANSWER 1024      /* what the kernel charges for a small datagram */
#define WINDOW_MAX              10000
#define WINDOW_MIN              64

_Static_assert(DATAGRAM_MAX > UDP_PAYLOAD, "an answer that is too long must show as such");

/* c-ares reports its sockets to us; there are few (one a server, and TCP). */
struct watch {
	struct watch *next;
	struct event *event;
	ares_socket_t fd;
};

#define RANDOM_IDS 128 /* drawn with one system call, which gives 256 bytes at once */

struct resolver {
	struct event_base *base;
	ares_channel channel;
	struct datagrams *datagrams;
	struct watch *watches;
	size_t window;
	uint8_t id_used[65536 / 8];  /* c-ares sends the id it is given */
	uint16_t random[RANDOM_IDS]; /* drawn, not yet used: the first random_left */
	size_t random_left;
};

struct message {
	struct resolver *resolver;
	resolver_done *done;
	void *arg;
	uint16_t id;
};

static struct watch **
find_watch(struct resolver *r, ares_socket_t fd)
{
	struct watch **at = &r->watches;

	while (*at != NULL && (*at)->fd != fd)
		at = &(*at)->next;
	return at;
}

/* c-ares is to look at a socket that could not be sent to. */
void
resolver_flush(struct resolver *r)
{
	struct watch *watch = *find_watch(r, datagrams_flush(r->datagrams));

	if (watch != NULL)
		event_active(watch->event, EV_READ, 1);
}

/* c-ares may read one datagram a call or all. */
static void
on_socket(evutil_socket_t fd, short what, void *arg)
{
	struct resolver *r = arg;

	do {
		ares_process_fd(r->channel, what & EV_READ ? fd : ARES_SOCKET_BAD,
				what & EV_WRITE ? fd : ARES_SOCKET_BAD);
	} while (datagrams_waiting(r->datagrams, fd));
	resolver_flush(r);
}

static void
remove_watch(struct watch **at)
{
	struct watch *watch = *at;

	*at = watch->next;
	event_free(watch->event);
	free(watch);
}

/* c-ares: wants to read from or write to fd from now on; neither: it closes. */
static void
socket_state(void *arg, ares_socket_t fd, int readable, int writable)
{
	struct resolver *r = arg;
	struct watch **at = find_watch(r, fd);
	short what = (short)(EV_PERSIST | (readable ? EV_READ : 0) | (writable ? EV_WRITE : 0));

	if (*at != NULL)
		remove_watch(at);
	if (!readable && !writable)
		return;
	*at = mem_alloc(sizeof **at);
	(*at)->fd = fd;
	(*at)->event = event_new(r->base, fd, what, on_socket, r);
	event_add((*at)->event, NULL);
}

/* Answers that come faster than we read them wait in the socket's buffer; its size
 * in bytes. */
static size_t
widen(int fd)
{
	int size = RECEIVE_BUFFER;
	socklen_t length = sizeof size;

	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof size) != 0)
		setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof size);
	return getsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, &length) == 0 ? (size_t)size : 0;
}

static int
widen_socket(ares_socket_t fd, int type, void *arg)
{
	(void)arg;
	if (type == SOCK_DGRAM)
		widen(fd);
	return 0;
}

/* Tried on a socket of the kind that c-ares will open. */
static size_t
measure_window(void)
{
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	size_t window = 0;

	if (fd >= 0) {
		window = widen(fd) / RECEIVE_BUFFER_A_ANSWER;
		close(fd);
	}
	return window < WINDOW_MIN ? WINDOW_MIN : window > WINDOW_MAX ? WINDOW_MAX : window;
}

/* c-ares doubles the time-out with each round over the servers. */
static int
first_timeout_ms(double timeout, unsigned servers)
{
	int ms = (int)(timeout * 1000 / ((1 << TRIES) - 1) / (servers > 0 ? servers : 1));

	return ms > 100 ? ms : 100;
}

static void
open_channel(struct resolver *r, const char *servers, int timeout_ms)
{
	struct ares_options options = {
		/* NOCHECKRESP: without it a SERVFAIL is turned into "connection refused" */
		.flags = ARES_FLAG_NOCHECKRESP | ARES_FLAG_EDNS | ARES_FLAG_NOSEARCH |
			 ARES_FLAG_NOALIASES | ARES_FLAG_STAYOPEN,
		.timeout = timeout_ms,
		.tries = TRIES,
		.ednspsz = UDP_PAYLOAD,
		.lookups = "b",
		.sock_state_cb = socket_state,
		.sock_state_cb_data = r,
	};

	if (ares_init_options(&r->channel, &options,
			      ARES_OPT_FLAGS | ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES |
				  ARES_OPT_EDNSPSZ | ARES_OPT_LOOKUPS | ARES_OPT_SOCK_STATE_CB |
				  ARES_OPT_ROTATE) != ARES_SUCCESS)
		die("c-ares could not be started");
	datagrams_serve(r->datagrams, r->channel);
	ares_set_socket_configure_callback(r->channel, widen_socket, NULL);
	if (servers != NULL && ares_set_servers_ports_csv(r->channel, servers) != ARES_SUCCESS)
		die("--name-servers: %s is not A[:PORT],…", servers);
}

struct resolver *
resolver_open(struct event_base *base, const char *servers, double timeout)
{
	struct resolver *r = mem_alloc(sizeof *r);
	unsigned count;

	if (ares_library_init(ARES_LIB_INIT_ALL) != ARES_SUCCESS)
		die("c-ares could not be started");
	r->base = base;
	r->datagrams = datagrams_new();
	r->window = measure_window();
	open_channel(r, servers, first_timeout_ms(timeout, 1));
	free(resolver_servers(r, &count));
	if (count > 1) { /* known only now */
		ares_destroy(r->channel);
		open_channel(r, servers, first_timeout_ms(timeout, count));
	}
	return r;
}

void
resolver_close(struct resolver *r)
{
	if (r == NULL)
		return;
	ares_destroy(r->channel);
	while (r->watches != NULL)
		remove_watch(&r->watches);
	datagrams_free(r->datagrams);
	ares_library_cleanup();
	free(r);
}

/* A random id no message in flight has (RFC 5452 section 9.1). */
static uint16_t
draw_id(struct resolver *r)
{
	uint16_t id;

	if (r->random_left == 0) {
		if (getrandom(r->random, sizeof r->random, 0) != (ssize_t)sizeof r->random)
			die("no random bytes from the kernel");
		r->random_left = RANDOM_IDS;
	}
	id = r->random[--r->random_left];
	while (r->id_used[id / 8] & 1 << id % 8)
		id++;
	r->id_used[id / 8] |= (uint8_t)(1 << id % 8);
	return id;
}

static void
on_answer(void *arg, int status, int timeouts, unsigned char *bytes, int length)
{
	struct message *message = arg;
	struct resolver *r = message->resolver;
	bool answered = status == ARES_SUCCESS && bytes != NULL && length > 0;

	(void)timeouts;
	r->id_used[message->id / 8] &= (uint8_t) ~(1 << message->id % 8);
	message->done(answered ? bytes : NULL, answered ? (size_t)length : 0, message->arg);
	free(message);
}

bool
resolver_send(struct resolver *r, const char *name, int type, bool checking_disabled,
	      resolver_done *done, void *arg)
{
	struct message *message = mem_alloc(sizeof *message);
	unsigned char *query = NULL;
	int length = 0;

	*message = (struct message){ r, done, arg, draw_id(r) };
	if (ares_create_query(name, ns_c_in, type, message->id, 1, &query, &length,
			      UDP_PAYLOAD) != ARES_SUCCESS) {
		r->id_used[message->id / 8] &= (uint8_t) ~(1 << message->id % 8);
		free(message);
		return false;
	}
	query[3] |= (unsigned char)(0x20 | (checking_disabled ? 0x10 : 0)); /* AD, CD */
	ares_send(r->channel, query, length, on_answer, message);
	ares_free_string(query);
	return true;
}

void
resolver_tick(struct resolver *r)
{
	ares_process_fd(r->channel, ARES_SOCKET_BAD, ARES_SOCKET_BAD);
	resolver_flush(r);
}

static struct address
server_address(const struct ares_addr_port_node *server)
{
	struct address address = { .family = server->family == AF_INET ? 4 : 6 };

	memcpy(address.bytes, &server->addr, address.family == 4 ? 4 : 16);
	return address;
}

static char *
server_text(const struct ares_addr_port_node *server)
{
	struct address address = server_address(server);
	char text[ADDRESS_TEXT];

	address_format(&address, text);
	if (server->udp_port == 0 || server->udp_port == 53)
		return mem_strdup(text);
	return mem_printf(address.family == 4 ? "%s:%d" : "[%s]:%d", text, server->udp_port);
}

char *
resolver_servers(const struct resolver *r, unsigned *count)
{
	struct ares_addr_port_node *list = NULL;
	char *all = mem_strdup("");

	*count = 0;
	ares_get_servers_ports(r->channel, &list);
	for (struct ares_addr_port_node *s = list; s != NULL; s = s->next) {
		char *one = server_text(s),
		     *longer = mem_printf("%s%s%s", all, (*count)++ > 0 ? "," : "", one);

		free(one);
		free(all);
		all = longer;
	}
	ares_free_data(list);
	return all;
}

bool
resolver_is_local(const struct resolver *r)
{
	struct ares_addr_port_node *list = NULL;
	bool local = true;

	ares_get_servers_ports(r->channel, &list);
	for (struct ares_addr_port_node *s = list; s != NULL; s = s->next) {
		struct address address = server_address(s);

		local = local && address_is_loopback(&address);
	}
	ares_free_data(list);
	return local;
}

size_t
resolver_window(const struct resolver *r)
{
	return r->window;
}
