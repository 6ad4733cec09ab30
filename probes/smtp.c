/* SPDX-License-Identifier: Apache-2.0 */
#include "probes/smtp.h"

#include <stdlib.h>

#include "probes/outcome.h"
#include "probes/smtp_parts.h"
#include "probes/stripping.h"
#include "scanner/clock.h"
#include "scanner/mem.h"

#define SECOND INT64_C(1000000) /* all times here are microseconds */

static bool
is_unsettled(enum io io)
{
	return io == IO_READ || io == IO_WRITE || io == IO_LOCAL;
}

/* Always with QUIT, if there is still somebody to hear it. */
static enum io
part(struct smtp *s, enum io io)
{
	smtp_enter(s, io == IO_CLOSED ? END : QUIT);
	return IO_DONE;
}

/* What each state makes of its outcome.  They record, choose the next state, and
 * answer IO_DONE: step again. */

static enum io
connected(struct smtp *s, enum io io)
{
	enum tcp_word tcp = outcome_connect(io, s->stream.error);

	if (tcp == TCP_CONNECTED) {
		smtp_enter(s, GREETING);
		return s->readable ? IO_DONE : IO_READ; /* the talk begins with a word */
	}
	smtp_talk_of(s)->facts->tcp = tcp;
	smtp_enter(s, END);
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
	facts->greeting_text = smtp_reply_text(s);
	if (facts->greeting == GREETING_OK || facts->greeting == GREETING_MASKED)
		smtp_enter(s, EHLO);
	else if (facts->greeting == GREETING_TEMPORARY || facts->greeting == GREETING_REJECTED)
		smtp_enter(s, QUIT); /* RFC 5321 section 3.1 */
	else
		smtp_enter(s, END);
	return IO_DONE;
}

/* The answer to EHLO, or to HELO after EHLO was rejected. */
static enum io
welcomed(struct smtp *s, enum io io)
{
	struct server_facts *facts = s->talk->facts;
	const struct reply *reply = &s->talk->exchange.reply;
	char *text = smtp_reply_text(s);

	facts->ehlo = outcome_ehlo(io, reply);
	if (text != NULL) {
		free(facts->ehlo_text);
		facts->ehlo_text = text;
	}
	if (facts->ehlo == EHLO_REJECTED && s->state == EHLO) {
		smtp_enter(s, HELO); /* RFC 5321 section 4.1.4 */
		return IO_DONE;
	}
	if (facts->ehlo != EHLO_OK)
		return part(s, io);
	if (s->state == HELO)
		facts->ehlo = EHLO_HELO_ONLY;
	facts->offer = stripping_offer(reply->text, reply->length);
	smtp_enter(s, STARTTLS); /* offered or not */
	return IO_DONE;
}

static enum io
answered(struct smtp *s, enum io io)
{
	struct server_facts *facts = s->talk->facts;
	const struct reply *reply = &s->talk->exchange.reply;
	enum starttls_answer answer = outcome_starttls(io, reply);

	facts->starttls_code = io == IO_DONE ? reply->code : 0;
	facts->starttls_text = smtp_reply_text(s);
	if (io == IO_DONE && answer != ANSWER_READY)
		facts->starttls_echo = stripping_echo(reply->text, reply->length);
	facts->starttls =
	    stripping_word(facts->offer, answer, stripping_corrupts(facts->starttls_echo));
	if (answer != ANSWER_READY)
		return part(s, io);
	smtp_enter(s, GATE);
	return IO_DONE;
}

static bool
may_enter(struct smtp *s)
{
	struct smtp_talk *talk = s->talk;

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
	struct smtp_talk *talk = s->talk;
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
	smtp_enter(s, HANDSHAKE);
	return IO_DONE;
}

static enum io
shaken(struct smtp *s, enum io io)
{
	struct smtp_talk *talk = s->talk;

	gate_leave(s->desk->gate, &talk->pass);
	talk->facts->handshake = tls_word(&talk->sight, io, s->stream.error);
	if (io == IO_DONE)
		tls_describe(s->stream.tls, talk->facts);
	smtp_enter(s, io == IO_DONE ? EHLO_AGAIN : END);
	return IO_DONE;
}

static enum io
welcomed_again(struct smtp *s, enum io io)
{
	if (io == IO_DONE)
		s->talk->facts->ehlo_tls_text = smtp_reply_text(s);
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
		io = smtp_in_time(s, stream_connect(&s->stream, &job->address,
						    s->desk->manners->port, &job->from));
		return is_unsettled(io) ? io : connected(s, io);
	case GREETING:
		io = smtp_converse(s);
		return is_unsettled(io) ? io : greeted(s, io);
	case EHLO:
	case HELO:
		io = smtp_converse(s);
		return is_unsettled(io) ? io : welcomed(s, io);
	case STARTTLS:
		io = smtp_converse(s);
		return is_unsettled(io) ? io : answered(s, io);
	case GATE:
		return may_enter(s) ? admitted(s) : IO_READ;
	case HANDSHAKE:
		io = smtp_in_time(s, tls_handshake(&s->stream, &s->talk->sight));
		return is_unsettled(io) ? io : shaken(s, io);
	case EHLO_AGAIN:
		io = smtp_converse(s);
		return is_unsettled(io) ? io : welcomed_again(s, io);
	case QUIT:
		io = smtp_converse(s);
		if (!is_unsettled(io))
			smtp_enter(s, END);
		return is_unsettled(io) ? io : IO_DONE;
	case END:
		break;
	}
	return IO_DONE;
}

static void
talk_free(struct smtp_talk *talk, struct gate *gate)
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
	event_del(&s->timer);
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

/* The timer is seldom set: most deadlines move on before they are reached, which it finds
 * out when it is due. */
static void
set_timer(struct smtp *s)
{
	int64_t left = s->deadline - clock_monotonic();
	struct timeval time;

	if (s->due != 0 && s->due <= s->deadline)
		return;
	if (left < 0)
		left = 0;
	time = (struct timeval){ .tv_sec = left / SECOND, .tv_usec = left % SECOND };
	event_add(&s->timer, &time);
	s->due = s->deadline;
}

static void
on_time(evutil_socket_t fd, short what, void *arg)
{
	struct smtp *s = arg;

	s->due = 0;
	if (s->state == GATE)
		return; /* no clock runs; opened() wakes us */
	if (clock_monotonic() < s->deadline)
		set_timer(s);
	else
		smtp_run(fd, what, s);
}

/* The kernel is asked once to tell of both directions, each time that something
 * changes: we wait only when it had nothing for us. */
static void
smtp_wait(struct smtp *s)
{
	const short wanted = EV_READ | EV_WRITE | EV_CLOSED | EV_ET | EV_PERSIST;

	if (event_get_fd(&s->event) != s->stream.fd) {
		event_assign(&s->event, s->desk->base, s->stream.fd, wanted, smtp_run, s);
		event_add(&s->event, NULL);
	}
	if (s->state != GATE)
		set_timer(s);
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
	stream_awake(&s->stream, what & EV_CLOSED);
	/* When our loop is behind, whatever waits to be read came in time.  At the gate no
	 * clock runs, and admitted() makes up for the wait. */
	if (s->state != GATE && late > 0)
		s->last += late;
	while (io == IO_DONE && s->state != END)
		io = smtp_step(s);
	if (io == IO_READ || io == IO_WRITE)
		smtp_wait(s);
	else
		smtp_finish(s, io);
}

static void *
desk_open(void *shared, struct event_base *base, struct gate *handshakes)
{
	struct smtp_desk *desk = mem_alloc(sizeof *desk);

	*desk = (struct smtp_desk){ shared, base, handshakes };
	return desk;
}

static void *
smtp_start(void *desk_entered, const struct probe_job *job, probe_done *done, void *arg)
{
	const struct smtp_desk *desk = desk_entered;
	struct smtp *s = mem_alloc(sizeof *s);

	s->desk = desk;
	s->job = job;
	s->done = done;
	s->arg = arg;
	s->started = clock_wall();
	stream_init(&s->stream, desk->manners->limits.total);
	event_assign(&s->event, desk->base, -1, 0, smtp_run, s);
	event_assign(&s->timer, desk->base, -1, 0, on_time, s);
	s->began = clock_monotonic();
	s->last = s->began + desk->manners->target_time;
	smtp_enter(s, CONNECT);
	smtp_wake(s); /* done must not be called from in here */
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
	.enter = desk_open,
	.leave = free,
	.start = smtp_start,
	.cancel = smtp_cancel,
};
