/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/lab/talk.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "scanner/mem.h"
#include "tests/lab/steps.h"

#define LINGER     2.0 /* seconds for the client's end after ours */
#define TURNS      200 /* at a time, then others have theirs */
#define MOST_INPUT (1u << 20)

static double
now(clockid_t clock)
{
	struct timespec time;

	clock_gettime(clock, &time);
	return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static void
write_story(struct talk *talk)
{
	char address[ADDRESS_TEXT];

	fprintf(talk->talks->log, "%.6f\t%.6f\t%s\t%s\t%lu\t%u\t", talk->started,
		now(CLOCK_REALTIME), address_format(&talk->there, address), talk->place->host,
		talk->number, talk->beside);
	fwrite(evbuffer_pullup(talk->story, -1), 1, evbuffer_get_length(talk->story),
	       talk->talks->log);
	fputc('\n', talk->talks->log);
}

static void
finish(struct talk *talk, const char *why)
{
	voice_note(talk, why);
	if (talk->talks->log != NULL)
		write_story(talk);
	*talk->link = talk->next;
	if (talk->next != NULL)
		talk->next->link = talk->link;
	event_del(&talk->event);
	SSL_free(talk->ssl);
	close(talk->fd);
	evbuffer_free(talk->in);
	evbuffer_free(talk->out);
	evbuffer_free(talk->story);
	free(talk);
}

/* RST instead of FIN. */
static void
reset(struct talk *talk)
{
	struct linger linger = { .l_onoff = 1, .l_linger = 0 };

	setsockopt(talk->fd, SOL_SOCKET, SO_LINGER, &linger, sizeof linger);
	finish(talk, "(reset)");
}

/* Reads what is there.  After our own end it is only thrown away, so that the
 * kernel sends no RST for it. */
static void
receive(struct talk *talk)
{
	char bytes[16384];
	ssize_t length = recv(talk->fd, bytes, sizeof bytes, 0);

	if (length < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (length <= 0 || evbuffer_get_length(talk->in) > MOST_INPUT) {
		talk->gone = true;
		return;
	}
	if (talk->leaving)
		return;
	if (talk->handshaken) {
		BIO_write(SSL_get_rbio(talk->ssl), bytes, (int)length);
		voice_decrypt(talk);
	} else {
		evbuffer_add(talk->in, bytes, (size_t)length);
	}
}

/* Sends what is to be sent, all at once or in drips. */
static enum need
transmit(struct talk *talk)
{
	while (evbuffer_get_length(talk->out) > 0) {
		int length = evbuffer_write_atmost(
		    talk->out, talk->fd, talk->drip > 0 ? (ev_ssize_t)talk->drip : -1);

		if (length < 0 && (errno == EAGAIN || errno == EINTR))
			return NEED_WRITE;
		if (length <= 0) {
			talk->gone = talk->broken = true;
			evbuffer_drain(talk->out, evbuffer_get_length(talk->out));
		} else if (talk->drip > 0) {
			talk->pause = talk->drip_pause;
			return NEED_PAUSE;
		}
	}
	return NEED_NOTHING;
}

/* Our side ends: close_notify if there is TLS, FIN, then the client's end is
 * awaited for a moment. */
static enum need
leave(struct talk *talk)
{
	if (talk->leaving)
		return NEED_READ;
	talk->leaving = true;
	if (talk->handshaken) {
		SSL_shutdown(talk->ssl);
		voice_collect(talk);
		transmit(talk);
	}
	voice_note(talk, "(closing)");
	shutdown(talk->fd, SHUT_WR);
	talk->deadline = now(CLOCK_MONOTONIC) + LINGER;
	return NEED_READ;
}

/* Lines that follow one another leave together, as real servers' do. */
static bool
has_more_to_say(const struct talk *talk)
{
	return talk->op != talk->end && talk->op->act == ACT_SEND;
}

static enum need
turn(struct talk *talk)
{
	enum need need = has_more_to_say(talk) ? NEED_NOTHING : transmit(talk);

	if (need != NEED_NOTHING)
		return need;
	need = talk->leaving ? NEED_READ : step(talk);
	if (need == NEED_READ && evbuffer_get_length(talk->out) > 0)
		return NEED_NOTHING;
	if (need != NEED_LEAVE)
		return need;
	need = transmit(talk);
	return need == NEED_NOTHING ? leave(talk) : need;
}

static enum need
run(struct talk *talk)
{
	enum need need = NEED_NOTHING;

	for (int i = 0; i < TURNS && need == NEED_NOTHING && !talk->broken; i++)
		need = turn(talk);
	return need;
}

static void carry_on(evutil_socket_t fd, short what, void *arg);

static void
await(struct talk *talk, enum need need)
{
	double left = talk->deadline - now(CLOCK_MONOTONIC), seconds = left;
	short what = need == NEED_READ    ? EV_READ
		     : need == NEED_WRITE ? EV_WRITE
		     : need == NEED_PAUSE ? EV_CLOSED
					  : 0;
	struct timeval time;

	if (need == NEED_NOTHING) /* its turn is over, not its work */
		seconds = 0;
	if (need == NEED_PAUSE && talk->pause < left)
		seconds = talk->pause;
	talk->expired = need != NEED_NOTHING && seconds >= left;
	if (seconds < 0)
		seconds = 0;
	time.tv_sec = (time_t)seconds;
	time.tv_usec = (suseconds_t)((seconds - (double)time.tv_sec) * 1e6);
	event_del(&talk->event);
	event_assign(&talk->event, talk->talks->base, talk->fd, what, carry_on, talk);
	event_add(&talk->event, &time);
}

static void
carry_on(evutil_socket_t fd, short what, void *arg)
{
	struct talk *talk = arg;
	enum need need;

	(void)fd;
	if ((what & EV_TIMEOUT) && talk->expired) {
		finish(talk, talk->leaving ? "(client stays)" : "(life over)");
		return;
	}
	if (what & EV_CLOSED)
		talk->gone = talk->broken = true;
	if (what & EV_READ)
		receive(talk);
	need = run(talk);
	if (need == NEED_RESET)
		reset(talk);
	else if (talk->broken || (talk->gone && (need == NEED_READ || need == NEED_WRITE)))
		finish(talk, "(client closed)");
	else
		await(talk, need);
}

/* Whether the client has not closed yet, which the kernel knows before we have read so
 * far; after our own end it waits for the client's in FIN_WAIT1 or FIN_WAIT2. */
static bool
client_stays(const struct talk *talk)
{
	struct tcp_info info;
	socklen_t length = sizeof info;

	if (getsockopt(talk->fd, IPPROTO_TCP, TCP_INFO, &info, &length) != 0)
		return false;
	return info.tcpi_state == TCP_ESTABLISHED || info.tcpi_state == TCP_FIN_WAIT1 ||
	       info.tcpi_state == TCP_FIN_WAIT2;
}

/* Clients that are at this address now. */
static unsigned
staying(const struct talks *talks, const struct address *there)
{
	unsigned count = 0;

	for (const struct talk *talk = talks->first; talk != NULL; talk = talk->next)
		if (address_equal(&talk->there, there) && client_stays(talk))
			count++;
	return count;
}

void
talk_start(struct talks *talks, struct place *place, const struct address *there, int fd)
{
	struct talk *talk = mem_alloc(sizeof *talk);
	int on = 1;

	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
	talk->talks = talks;
	talk->place = place;
	talk->there = *there;
	talk->fd = fd;
	talk->op = place->script->ops;
	talk->end = talk->op + place->script->count;
	talk->number = ++place->contacts;
	talks->contacts++;
	talk->started = now(CLOCK_REALTIME);
	talk->beside = staying(talks, there);
	talk->deadline = now(CLOCK_MONOTONIC) + talks->life;
	talk->in = evbuffer_new();
	talk->out = evbuffer_new();
	talk->story = evbuffer_new();
	talk->next = talks->first;
	talk->link = &talks->first;
	if (talk->next != NULL)
		talk->next->link = &talk->next;
	talks->first = talk;
	event_assign(&talk->event, talks->base, fd, EV_READ, carry_on, talk);
	carry_on(fd, 0, talk);
}

void
talk_end_all(struct talks *talks)
{
	while (talks->first != NULL) /* finish() unlinks */
		/* NOLINTNEXTLINE(clang-analyzer-unix.Malloc) */
		finish(talks->first, "(open)");
}
