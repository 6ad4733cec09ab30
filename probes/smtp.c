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

/* What is needed only once the server has spoken, or will not: thousands may be
 * waiting for a greeting at the same time. */
struct talk {
	char name[sizeof "[IPv6:]" + ADDRESS_TEXT]; /* ours, where it is an address; or "" */
	struct exchange exchange;                   /* the state's command and its reply */
	struct gate_pass pass;
	int64_t queued; /* when it came to the gate */
	struct tls_sight sight;
	struct server_facts *facts;
};

struct smtp {
	const struct desk *desk;
	const struct probe_job *job; /* lent */
	probe_done *done;
	void *arg;

	struct event event; /* the only one; armed when there is something to wait for */
	enum state state;
	bool readable; /* the kernel said so when it woke us */
	int64_t started, began;
	int64_t deadline; /* of the state */
	int64_t last;     /* of the whole conversation */
	struct stream stream;
	struct talk *talk; /* NULL: still waiting for the greeting */
};

static void
wake(void *arg)
{
	struct smtp *s = arg;

	event_active(&s->event, EV_WRITE, 0);
}

static void
trace(const struct smtp *s, const char *mark, const char *bytes, size_t length)
{
	char address[ADDRESS_TEXT], *text;

	if (!log_enabled(2))
		return;
	while (length > 0 && (bytes[length - 1] == '\n' || bytes[length - 1] == '\r'))
		length--;
	text = text_of_bytes(bytes, length, 0);
	log_debug("%s [%s] %s %s", s->job->host != NULL ? s->job->host : "-",
		  address_format(&s->job->address, address), mark, text);
	free(text);
}

/* The talk and its facts, made when they are first needed. */
static struct talk *
talk_of(struct smtp *s)
{
	struct talk *talk = s->talk;

	if (talk != NULL)
		return talk;
	s->talk = talk = mem_alloc(sizeof *talk);
	talk->pass = (struct gate_pass){ .opened = wake, .arg = s };
	talk->facts = server_facts_new();
	talk->facts->address = s->job->address;
	talk->facts->started = s->started;
	return talk;
}

static void
enter(struct smtp *s, enum state state)
{
	int64_t patience = s->desk->manners->patience[states[state].patience];

	s->state = state;
	s->deadline = clock_monotonic() + patience;
	if (s->deadline > s->last && state != QUIT)
		s->deadline = s->last;
	if (s->talk != NULL)
		exchange_next(&s->talk->exchange);
	trace(s, "...", states[state].name, strlen(states[state].name));
}

/* The name we give: the operator's, or the address of this end as a literal
 * (RFC 5321 section 4.1.3), which is the same to the end. */
static const char *
our_name(const struct smtp *s)
{
	char *name = s->talk->name, text[ADDRESS_TEXT];
	struct address local;

	if (s->desk->manners->name != NULL)
		return s->desk->manners->name;
	if (name[0] == '\0') {
		local = stream_local_address(&s->stream);
		snprintf(name, sizeof s->talk->name, "[%s%s]", local.family == 6 ? "IPv6:" : "",
			 address_format(&local, text));
	}
	return name;
}

/* The state's command with its line end; returns its length, 0 if it has none. */
static size_t
command_line(const struct smtp *s, char line[COMMAND_SIZE])
{
	const char *command = states[s->state].command, *name = NULL;

	line[0] = '\0';
	if (command == NULL)
		return 0;
	if (strchr(command, '%') != NULL)
		name = our_name(s);
	return (size_t)snprintf(line, COMMAND_SIZE, command, name);
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
	const struct reply *reply = &s->talk->exchange.reply;
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
	struct exchange *exchange = &talk_of(s)->exchange;
	char line[COMMAND_SIZE];
	bool said = exchange->said;
	size_t length = 0;
	enum io io;

	line[0] = '\0';
	if (!said)
		length = command_line(s, line);
	io = in_time(
	    s, exchange_run(exchange, &s->stream, &s->desk->manners->limits, line, length));

	if (!said && exchange->said && length > 0)
		trace(s, ">>>", line, length);
	if ((io == IO_TIMEOUT || io == IO_CLOSED) && exchange->reply.doubtful)
		io = IO_PROTOCOL; /* what came cannot be the beginning of a reply */
	if (io != IO_READ && io != IO_WRITE)
		trace_reply(s);
	s->talk->facts->bare_lf |= exchange->reply.bare_lf;
	return io;
}

static char *
reply_as_text(const struct smtp *s)
{
	const struct reply *reply = &s->talk->exchange.reply;

	return reply->length > 0 || reply->lines > 0
		   ? text_of_bytes(reply->text, reply->length, 1)
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
	enum tcp_word tcp = outcome_connect(io, s->stream.error);

	if (tcp == TCP_CONNECTED) {
		enter(s, GREETING);
		return s->readable ? IO_DONE : IO_READ; /* the talk begins with a word */
	}
	talk_of(s)->facts->tcp = tcp;
	enter(s, END);
	return IO_DONE;
}

static enum io
greeted(struct smtp *s, enum io io)
{
	struct server_facts *facts = s->talk->facts;
	const struct reply *reply = &s->talk->exchange.reply;

	facts->tcp = TCP_CONNECTED;
	facts->greeting = outcome_greeting(io, reply);
	facts->greeting_code = io == IO_DONE ? reply->code : 0;
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
	struct server_facts *facts = s->talk->facts;
	const struct reply *reply = &s->talk->exchange.reply;
	char *text = reply_as_text(s);

	facts->ehlo = outcome_ehlo(io, reply);
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
	facts->offer = stripping_offer(reply->text, reply->length);
	enter(s, STARTTLS); /* offered or not */
	return IO_DONE;
}

static enum io
answered(struct smtp *s, enum io io)
{
	struct server_facts *facts = s->talk->facts;
	const struct reply *reply = &s->talk->exchange.reply;
	enum starttls_answer answer = outcome_starttls(io, reply);

	facts->starttls_code = io == IO_DONE ? reply->code : 0;
	facts->starttls_text = reply_as_text(s);
	if (io == IO_DONE && answer != ANSWER_READY)
		facts->starttls_echo = stripping_echo(reply->text, reply->length);
	facts->starttls =
	    stripping_word(facts->offer, answer, stripping_corrupts(facts->starttls_echo));
	if (answer != ANSWER_READY)
		return part(s, io);
	enter(s, GATE);
	return IO_DONE;
}

static bool
may_enter(struct smtp *s)
{
	struct talk *talk = s->talk;

	if (talk->pass.state == GATE_OUTSIDE) {
		talk->queued = clock_monotonic();
		gate_enter(s->desk->gate, &talk->pass);
	}
	return talk->pass.state == GATE_INSIDE;
}

/* Through the gate, into TLS. */
static enum io
admitted(struct smtp *s)
{
	struct talk *talk = s->talk;
	size_t injected = exchange_drop_ahead(&talk->exchange) + stream_drain(&s->stream);
	enum io io;

	s->last += clock_monotonic() - talk->queued; /* the wait was ours, not the peer's */
	if (injected > 0) /* RFC 3207 section 6: nothing said before TLS is to be kept */
		talk->facts->starttls = STARTTLS_INJECTED;
	io = stream_start_tls(&s->stream, s->desk->manners->context, s->job->host);
	if (io != IO_DONE)
		return io;
	if (s->job->anonymous)
		tls_allow_anonymous(s->stream.tls);
	tls_watch(s->stream.tls, &talk->sight, talk->facts);
	enter(s, HANDSHAKE);
	return IO_DONE;
}

static enum io
shaken(struct smtp *s, enum io io)
{
	struct talk *talk = s->talk;

	gate_leave(s->desk->gate, &talk->pass);
	talk->facts->handshake = tls_word(&talk->sight, io, s->stream.error);
	if (io == IO_DONE)
		tls_describe(s->stream.tls, talk->facts);
	enter(s, io == IO_DONE ? EHLO_AGAIN : END);
	return IO_DONE;
}

static enum io
welcomed_again(struct smtp *s, enum io io)
{
	if (io == IO_DONE)
		s->talk->facts->ehlo_tls_text = reply_as_text(s);
	return part(s, io);
}

/* IO_DONE: step again, until the end. */
static enum io
smtp_step(struct smtp *s)
{
	const struct probe_job *job = s->job;
	enum io io;

	switch (s->state) {
	case CONNECT:
		io = in_time(s, stream_connect(&s->stream, &job->address,
					       s->desk->manners->port, &job->from));
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
		return may_enter(s) ? admitted(s) : IO_READ;
	case HANDSHAKE:
		io = in_time(s, tls_handshake(&s->stream, &s->talk->sight));
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

static void
talk_free(struct talk *talk, struct gate *gate)
{
	if (talk == NULL)
		return;
	gate_leave(gate, &talk->pass);
	exchange_clear(&talk->exchange);
	server_facts_free(talk->facts);
	free(talk);
}

/* Ends everything. */
static void
release(struct smtp *s)
{
	event_del(&s->event);
	if (s->talk != NULL)
		tls_look_away(&s->talk->sight);
	stream_close(&s->stream);
	talk_free(s->talk, s->desk->gate);
	free(s);
}

/* The facts, to be given away. */
static struct server_facts *
take_facts(struct smtp *s)
{
	struct server_facts *facts = s->talk->facts;

	s->talk->facts = NULL;
	facts->duration_us = clock_monotonic() - s->began;
	return facts;
}

static void
smtp_finish(struct smtp *s, enum io io)
{
	struct server_facts *facts = io == IO_LOCAL ? NULL : take_facts(s);
	int error = io == IO_LOCAL ? s->stream.error : 0;
	probe_done *done = s->done;
	void *arg = s->arg;

	release(s);
	done(facts, error, arg);
}

static void smtp_run(evutil_socket_t fd, short what, void *arg);

/* The kernel is asked once to tell of both directions, each time that something
 * changes: we wait only when it had nothing for us. */
static void
smtp_wait(struct smtp *s)
{
	const short wanted = EV_READ | EV_WRITE | EV_ET | EV_PERSIST;
	int64_t left = s->deadline - clock_monotonic();
	struct timeval time;

	if (s->state == GATE) {
		event_del(&s->event); /* no clock runs; opened() wakes us */
		return;
	}
	if (left < 0)
		left = 0;
	time = (struct timeval){ .tv_sec = left / SECOND, .tv_usec = left % SECOND };
	if (event_get_fd(&s->event) != s->stream.fd)
		event_assign(&s->event, s->desk->base, s->stream.fd, wanted, smtp_run, s);
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
	s->readable = what & EV_READ;
	/* When our loop is behind, whatever waits to be read came in time. */
	if ((what & EV_TIMEOUT) && late > 0)
		s->last += late;
	while (io == IO_DONE && s->state != END)
		io = smtp_step(s);
	if (io == IO_READ || io == IO_WRITE)
		smtp_wait(s);
	else
		smtp_finish(s, io);
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

	s->desk = desk;
	s->job = job;
	s->done = done;
	s->arg = arg;
	s->started = clock_wall();
	stream_init(&s->stream, desk->manners->limits.total);
	event_assign(&s->event, desk->base, -1, 0, smtp_run, s);
	s->began = clock_monotonic();
	s->last = s->began + desk->manners->target_time;
	enter(s, CONNECT);
	wake(s); /* done must not be called from in here */
	return s;
}

static void
smtp_cancel(void *conversation)
{
	release(conversation);
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
