/* SPDX-License-Identifier: Apache-2.0 */
#include "probes/smtp.h"

#include <errno.h>
#include <event2/event_struct.h>
#include <stdlib.h>
#include <string.h>

#include "probes/exchange.h"
#include "probes/manners.h"
#include "probes/outcome.h"
#include "probes/stripping.h"
#include "probes/tls.h"
#include "scanner/clock.h"
#include "scanner/log.h"
#include "scanner/mem.h"
#include "scanner/stream.h"
#include "scanner/text.h"

#define SECOND       INT64_C(1000000) /* all times here are microseconds */
#define COMMAND_SIZE (MANNERS_NAME_LIMIT + sizeof "EHLO \r\n")

/* What is being waited for; they follow in this order. */
enum state {
	CONNECT,
	GREETING,
	EHLO,
	HELO,
	STARTTLS,
	GATE,
	HANDSHAKE,
	EHLO_AGAIN,
	QUIT,
	END,
};

static const struct {
	const char *name;
	const char *command; /* what is said on entering; %s is our name */
	enum patience patience;
} states[] = {
	[CONNECT] = { "connect", NULL, CONNECT_TIME },
	[GREETING] = { "greeting", NULL, BANNER_TIME },
	[EHLO] = { "ehlo", "EHLO %s\r\n", BANNER_TIME },
	[HELO] = { "helo", "HELO %s\r\n", BANNER_TIME },
	[STARTTLS] = { "starttls", "STARTTLS\r\n", BANNER_TIME },
	[GATE] = { "gate", NULL, NO_TIME },
	[HANDSHAKE] = { "handshake", NULL, HANDSHAKE_TIME },
	[EHLO_AGAIN] = { "ehlo again", "EHLO %s\r\n", BANNER_TIME },
	[QUIT] = { "quit", "QUIT\r\n", QUIT_TIME },
	[END] = { "end", NULL, NO_TIME },
};

/* What the conversations of one thread share. */
struct desk {
	const struct manners *manners;
	struct event_base *base;
	struct gate *gate;
};

struct smtp {
	const struct manners *manners;
	struct event event; /* the only one; armed when there is something to wait for */
	struct gate *gate;
	struct gate_pass pass;
	const char *host;
	struct address address, from;
	bool anonymous;
	probe_done *done;
	void *arg;

	enum state state;
	int64_t began, entered;
	int64_t deadline; /* of the state */
	int64_t last;     /* of the whole conversation */
	struct stream stream;
	struct exchange exchange; /* the state's command and its reply */
	struct tls_sight sight;
	struct server_facts *facts;
};

static void
trace(const struct smtp *s, const char *mark, const char *bytes, size_t length)
{
	char address[ADDRESS_TEXT], *text;

	if (!log_enabled(2))
		return;
	while (length > 0 && (bytes[length - 1] == '\n' || bytes[length - 1] == '\r'))
		length--;
	text = text_of_bytes(bytes, length, 0);
	log_debug("%s [%s] %s %s", s->host != NULL ? s->host : "-",
		  address_format(&s->address, address), mark, text);
	free(text);
}

static void
enter(struct smtp *s, enum state state)
{
	int64_t patience = s->manners->patience[states[state].patience];

	s->state = state;
	s->entered = clock_monotonic();
	s->deadline = s->entered + patience;
	if (s->deadline > s->last && state != QUIT)
		s->deadline = s->last;
	exchange_next(&s->exchange);
	trace(s, "...", states[state].name, strlen(states[state].name));
}

/* The state's command with its line end; returns its length, 0 if it has none. */
static size_t
command_line(const struct smtp *s, char line[COMMAND_SIZE])
{
	char literal[ADDRESS_TEXT + sizeof "[IPv6:]"], text[ADDRESS_TEXT];
	const char *name = s->manners->name;
	struct address local;

	line[0] = '\0';
	if (states[s->state].command == NULL)
		return 0;
	if (name == NULL &&
	    strchr(states[s->state].command, '%') != NULL) { /* RFC 5321 section 4.1.3 */
		local = stream_local_address(&s->stream);
		snprintf(literal, sizeof literal, "[%s%s]", local.family == 6 ? "IPv6:" : "",
			 address_format(&local, text));
		name = literal;
	}
	return (size_t)snprintf(line, COMMAND_SIZE, states[s->state].command, name);
}

/* Waiting ends with the state's deadline, but only when there was nothing to
 * read: it may be we who are late.  A network error is silence or an end. */
static enum io
in_time(const struct smtp *s, enum io io)
{
	if ((io == IO_READ || io == IO_WRITE) && clock_monotonic() >= s->deadline)
		return IO_TIMEOUT;
	if (io == IO_FAILED && s->state != CONNECT)
		return s->stream.error == ETIMEDOUT ? IO_TIMEOUT : IO_CLOSED;
	return io;
}

static void
trace_reply(const struct smtp *s)
{
	const struct reply *reply = &s->exchange.reply;
	char mark[16];

	if (!log_enabled(2) || reply->length == 0)
		return;
	snprintf(mark, sizeof mark, "<<< %03d", reply->code);
	for (size_t at = 0, end; at <= reply->length; at = end + 1) {
		const char *lf = memchr(reply->text + at, '\n', reply->length - at);

		end = lf != NULL ? (size_t)(lf - reply->text) : reply->length;
		trace(s, mark, reply->text + at, end - at);
	}
}

/* Says what the state has to say, then hears one whole reply. */
static enum io
converse(struct smtp *s)
{
	struct exchange *exchange = &s->exchange;
	char line[COMMAND_SIZE];
	bool said = exchange->said;
	size_t length = 0;
	enum io io;

	line[0] = '\0';
	if (!said)
		length = command_line(s, line);
	io = in_time(s, exchange_run(exchange, &s->stream, &s->manners->limits, line, length));

	if (!said && exchange->said && length > 0)
		trace(s, ">>>", line, length);
	if ((io == IO_TIMEOUT || io == IO_CLOSED) && exchange->reply.doubtful)
		io = IO_PROTOCOL; /* what came cannot be the beginning of a reply */
	if (io != IO_READ && io != IO_WRITE)
		trace_reply(s);
	s->facts->bare_lf |= exchange->reply.bare_lf;
	return io;
}

static char *
reply_as_text(const struct smtp *s)
{
	return s->exchange.reply.length > 0 || s->exchange.reply.lines > 0
		   ? text_of_bytes(s->exchange.reply.text, s->exchange.reply.length, 1)
		   : NULL;
}

static bool
is_unsettled(enum io io)
{
	return io == IO_READ || io == IO_WRITE || io == IO_LOCAL;
}

/* Always with QUIT, if there is still somebody to hear it. */
static enum io
part(struct smtp *s, enum io io)
{
	enter(s, io == IO_CLOSED ? END : QUIT);
	return IO_DONE;
}

/* What each state makes of its outcome.  They record, choose the next state, and
 * answer IO_DONE: step again. */

static enum io
connected(struct smtp *s, enum io io)
{
	s->facts->tcp = outcome_connect(io, s->stream.error);
	enter(s, s->facts->tcp == TCP_CONNECTED ? GREETING : END);
	return IO_DONE;
}

static enum io
greeted(struct smtp *s, enum io io)
{
	struct server_facts *facts = s->facts;

	facts->greeting = outcome_greeting(io, &s->exchange.reply);
	facts->greeting_code = io == IO_DONE ? s->exchange.reply.code : 0;
	facts->greeting_text = reply_as_text(s);
	if (facts->greeting == GREETING_OK || facts->greeting == GREETING_MASKED)
		enter(s, EHLO);
	else if (facts->greeting == GREETING_TEMPORARY || facts->greeting == GREETING_REJECTED)
		enter(s, QUIT); /* RFC 5321 section 3.1 */
	else
		enter(s, END);
	return IO_DONE;
}

/* The answer to EHLO, or to HELO after EHLO was rejected. */
static enum io
welcomed(struct smtp *s, enum io io)
{
	struct server_facts *facts = s->facts;
	char *text = reply_as_text(s);

	facts->ehlo = outcome_ehlo(io, &s->exchange.reply);
	if (text != NULL) {
		free(facts->ehlo_text);
		facts->ehlo_text = text;
	}
	if (facts->ehlo == EHLO_REJECTED && s->state == EHLO) {
		enter(s, HELO); /* RFC 5321 section 4.1.4 */
		return IO_DONE;
	}
	if (facts->ehlo != EHLO_OK)
		return part(s, io);
	if (s->state == HELO)
		facts->ehlo = EHLO_HELO_ONLY;
	facts->offer = stripping_offer(s->exchange.reply.text, s->exchange.reply.length);
	enter(s, STARTTLS); /* offered or not */
	return IO_DONE;
}

static enum io
answered(struct smtp *s, enum io io)
{
	struct server_facts *facts = s->facts;
	enum starttls_answer answer = outcome_starttls(io, &s->exchange.reply);

	facts->starttls_code = io == IO_DONE ? s->exchange.reply.code : 0;
	facts->starttls_text = reply_as_text(s);
	if (io == IO_DONE && answer != ANSWER_READY)
		facts->starttls_echo =
		    stripping_echo(s->exchange.reply.text, s->exchange.reply.length);
	facts->starttls =
	    stripping_word(facts->offer, answer, stripping_corrupts(facts->starttls_echo));
	if (answer != ANSWER_READY)
		return part(s, io);
	enter(s, GATE);
	return IO_DONE;
}

/* Through the gate, into TLS. */
static enum io
admitted(struct smtp *s)
{
	size_t injected = exchange_drop_ahead(&s->exchange) + stream_drain(&s->stream);
	enum io io;

	s->last += clock_monotonic() - s->entered; /* the wait was ours, not the peer's */
	if (injected > 0) /* RFC 3207 section 6: nothing said before TLS is to be kept */
		s->facts->starttls = STARTTLS_INJECTED;
	io = stream_start_tls(&s->stream, s->manners->context, s->host);
	if (io != IO_DONE)
		return io;
	if (s->anonymous)
		tls_allow_anonymous(s->stream.tls);
	tls_watch(s->stream.tls, &s->sight, s->facts);
	enter(s, HANDSHAKE);
	return IO_DONE;
}

static enum io
shaken(struct smtp *s, enum io io)
{
	gate_leave(s->gate, &s->pass);
	s->facts->handshake = tls_word(&s->sight, io, s->stream.error);
	if (io == IO_DONE)
		tls_describe(s->stream.tls, s->facts);
	enter(s, io == IO_DONE ? EHLO_AGAIN : END);
	return IO_DONE;
}

static enum io
welcomed_again(struct smtp *s, enum io io)
{
	if (io == IO_DONE)
		s->facts->ehlo_tls_text = reply_as_text(s);
	return part(s, io);
}

/* IO_DONE: step again, until the end. */
static enum io
smtp_step(struct smtp *s)
{
	enum io io;

	switch (s->state) {
	case CONNECT:
		io = in_time(
		    s, stream_connect(&s->stream, &s->address, s->manners->port, &s->from));
		return is_unsettled(io) ? io : connected(s, io);
	case GREETING:
		io = converse(s);
		return is_unsettled(io) ? io : greeted(s, io);
	case EHLO:
	case HELO:
		io = converse(s);
		return is_unsettled(io) ? io : welcomed(s, io);
	case STARTTLS:
		io = converse(s);
		return is_unsettled(io) ? io : answered(s, io);
	case GATE:
		if (s->pass.state == GATE_OUTSIDE)
			gate_enter(s->gate, &s->pass);
		return s->pass.state == GATE_WAITING ? IO_READ : admitted(s);
	case HANDSHAKE:
		io = in_time(s, tls_handshake(&s->stream, &s->sight));
		return is_unsettled(io) ? io : shaken(s, io);
	case EHLO_AGAIN:
		io = converse(s);
		return is_unsettled(io) ? io : welcomed_again(s, io);
	case QUIT:
		io = converse(s);
		if (!is_unsettled(io))
			enter(s, END);
		return is_unsettled(io) ? io : IO_DONE;
	case END:
		break;
	}
	return IO_DONE;
}

/* Ends everything but the facts; a second time it does nothing. */
static void
release(struct smtp *s)
{
	event_del(&s->event);
	gate_leave(s->gate, &s->pass);
	tls_look_away(&s->sight);
	stream_close(&s->stream);
	exchange_clear(&s->exchange);
}

static void
smtp_finish(struct smtp *s, enum io io)
{
	struct server_facts *facts = s->facts;
	probe_done *done = s->done;
	void *arg = s->arg;
	int error = s->stream.error;

	facts->duration_us = clock_monotonic() - s->began;
	release(s);
	free(s);
	if (io != IO_LOCAL) {
		done(facts, 0, arg);
		return;
	}
	server_facts_free(facts);
	done(NULL, error, arg);
}

static void smtp_run(evutil_socket_t fd, short what, void *arg);

static void
smtp_wait(struct smtp *s, enum io io)
{
	struct event_base *base = event_get_base(&s->event);
	int64_t left = s->deadline - clock_monotonic();
	short wanted = EV_PERSIST | (io == IO_READ ? EV_READ : EV_WRITE);
	struct timeval time;

	if (s->pass.state == GATE_WAITING) {
		event_del(&s->event); /* no clock runs; opened() wakes us */
		return;
	}
	if (left < 0)
		left = 0;
	time = (struct timeval){ .tv_sec = left / SECOND, .tv_usec = left % SECOND };
	/* The event stays with the kernel while the direction is the same. */
	if (event_get_events(&s->event) != wanted || event_get_fd(&s->event) != s->stream.fd) {
		event_del(&s->event);
		event_assign(&s->event, base, s->stream.fd, wanted, smtp_run, s);
	}
	event_add(&s->event, &time);
}

/* The only way in: step until there is something to wait for, or nothing. */
static void
smtp_run(evutil_socket_t fd, short what, void *arg)
{
	struct smtp *s = arg;
	int64_t late = clock_monotonic() - s->deadline;
	enum io io = IO_DONE;

	(void)fd;
	/* When our loop is behind, whatever waits to be read came in time. */
	if ((what & EV_TIMEOUT) && late > 0)
		s->last += late;
	while (io == IO_DONE && s->state != END)
		io = smtp_step(s);
	if (io == IO_READ || io == IO_WRITE)
		smtp_wait(s, io);
	else
		smtp_finish(s, io);
}

static void
wake(void *arg)
{
	struct smtp *s = arg;

	event_active(&s->event, EV_READ, 0);
}

static void *
smtp_enter(void *shared, struct event_base *base, struct gate *handshakes)
{
	struct desk *desk = mem_alloc(sizeof *desk);

	*desk = (struct desk){ shared, base, handshakes };
	return desk;
}

static void *
smtp_start(void *desk_entered, const struct probe_job *job, probe_done *done, void *arg)
{
	const struct desk *desk = desk_entered;
	struct smtp *s = mem_alloc(sizeof *s);

	s->manners = desk->manners;
	s->gate = desk->gate;
	s->pass = (struct gate_pass){ .opened = wake, .arg = s };
	s->host = job->host;
	s->address = job->address;
	s->from = job->from;
	s->anonymous = job->anonymous;
	s->done = done;
	s->arg = arg;
	s->facts = server_facts_new();
	s->facts->address = job->address;
	s->facts->started = clock_wall();
	stream_init(&s->stream, s->manners->limits.total);
	event_assign(&s->event, desk->base, -1, 0, smtp_run, s);
	s->began = clock_monotonic();
	s->last = s->began + s->manners->target_time;
	enter(s, CONNECT);
	wake(s); /* done must not be called from in here */
	return s;
}

static void
smtp_cancel(void *conversation)
{
	struct smtp *s = conversation;

	release(s);
	server_facts_free(s->facts);
	free(s);
}

const struct probe smtp_probe = {
	.name = "smtp",
	.help = "what a mail server says: greeting, EHLO, STARTTLS, handshake",
	.open = manners_open,
	.close = manners_close,
	.enter = smtp_enter,
	.leave = free,
	.start = smtp_start,
	.cancel = smtp_cancel,
};
