/* SPDX-License-Identifier: Apache-2.0 */
#include "probes/smtp_parts.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "scanner/clock.h"
#include "scanner/log.h"
#include "scanner/mem.h"
#include "scanner/text.h"

#define COMMAND_SIZE (MANNERS_NAME_LIMIT + sizeof "EHLO \r\n")

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

void
smtp_wake(void *arg)
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

struct smtp_talk *
smtp_talk_of(struct smtp *s)
{
	struct smtp_talk *talk = s->talk;

	if (talk != NULL)
		return talk;
	s->talk = talk = mem_alloc(sizeof *talk);
	talk->pass = (struct gate_pass){ .opened = smtp_wake, .arg = s };
	talk->facts = server_facts_new();
	talk->facts->address = s->job->address;
	talk->facts->started = s->started;
	return talk;
}

void
smtp_enter(struct smtp *s, enum smtp_state state)
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

enum io
smtp_in_time(const struct smtp *s, enum io io)
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

enum io
smtp_converse(struct smtp *s)
{
	struct exchange *exchange = &smtp_talk_of(s)->exchange;
	char line[COMMAND_SIZE];
	bool said = exchange->said;
	size_t length = 0;
	enum io io;

	line[0] = '\0';
	if (!said)
		length = command_line(s, line);
	io = smtp_in_time(
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

char *
smtp_reply_text(const struct smtp *s)
{
	const struct reply *reply = &s->talk->exchange.reply;

	return reply->length > 0 || reply->lines > 0
		   ? text_of_bytes(reply->text, reply->length, 1)
		   : NULL;
}
