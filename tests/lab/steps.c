/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/lab/steps.h"

#include <openssl/err.h>
#include <string.h>

#include "tests/lab/flight.h"

#define FLOOD_LIMIT (64ul << 20) /* bytes: "without end", yet every test ends */
#define STRIKES     50           /* commands out of turn */

static enum need
leave(struct talk *talk)
{
	talk->op = talk->end;
	return NEED_LEAVE;
}

static enum need
done(struct talk *talk)
{
	talk->op++;
	return NEED_NOTHING;
}

/* QUIT is understood everywhere; anything else out of turn is refused. */
static enum need
refuse(struct talk *talk)
{
	static const char refusal[] = "502 5.5.1 not now\r\n",
			  farewell[] = "221 %h closing\r\n";

	if (voice_is_verb(talk, "QUIT")) {
		voice_say_template(talk, farewell, sizeof farewell - 1);
		return leave(talk);
	}
	voice_say(talk, refusal, sizeof refusal - 1);
	return ++talk->strikes > STRIKES ? leave(talk) : NEED_NOTHING;
}

static enum need
expect(struct talk *talk)
{
	if (!voice_take_line(talk))
		return NEED_READ;
	if (!voice_is_verb(talk, talk->op->text) && strcmp(talk->op->text, "*") != 0)
		return refuse(talk);
	return done(talk);
}

/* What a server answers that takes all mail. */
static bool
agree(struct talk *talk)
{
	static const char go_on[] = "354 go on\r\n", yes[] = "250 2.0.0 yes\r\n";

	if (voice_is_verb(talk, "DATA")) {
		talk->in_message = true;
		voice_say(talk, go_on, sizeof go_on - 1);
		return true;
	}
	if (!voice_is_verb(talk, "MAIL") && !voice_is_verb(talk, "RCPT") &&
	    !voice_is_verb(talk, "RSET"))
		return false;
	voice_say(talk, yes, sizeof yes - 1);
	return true;
}

/* A line of a message; only with the note is all of it here. */
static enum need
take_message(struct talk *talk)
{
	static const char taken[] = "250 2.0.0 taken\r\n";

	if (!voice_take_line(talk))
		return NEED_READ;
	if (strcmp(talk->line, ".") != 0)
		return NEED_NOTHING;
	talk->in_message = false;
	voice_note(talk, "(taken)");
	voice_say(talk, taken, sizeof taken - 1);
	return NEED_NOTHING;
}

static enum need
session(struct talk *talk)
{
	static const char list[] = "250-%h\r\n250-PIPELINING\r\n250 8BITMIME\r\n";
	static const char name[] = "250 %h\r\n";

	if (talk->in_message)
		return take_message(talk);
	if (!voice_take_line(talk))
		return NEED_READ;
	if (voice_is_verb(talk, "EHLO"))
		voice_say_template(talk, list, sizeof list - 1);
	else if (voice_is_verb(talk, "HELO"))
		voice_say_template(talk, name, sizeof name - 1);
	else if (talk->op->act != ACT_MAIL || !agree(talk))
		return refuse(talk);
	return ++talk->strikes > STRIKES ? leave(talk) : NEED_NOTHING;
}

/* One whole TLS record, whatever is in it. */
static enum need
hello(struct talk *talk)
{
	unsigned char header[5];
	size_t length;

	if (evbuffer_copyout(talk->in, header, sizeof header) < (ev_ssize_t)sizeof header)
		return NEED_READ;
	length = sizeof header + ((size_t)header[3] << 8 | header[4]);
	if (evbuffer_get_length(talk->in) < length)
		return NEED_READ;
	evbuffer_drain(talk->in, length);
	voice_note(talk, "(hello)");
	return done(talk);
}

static enum need
wait_once(struct talk *talk)
{
	talk->paused = !talk->paused;
	if (!talk->paused)
		return done(talk);
	talk->pause = talk->op->seconds;
	return NEED_PAUSE;
}

static enum need
silence(struct talk *talk)
{
	evbuffer_drain(talk->in, evbuffer_get_length(talk->in));
	return NEED_READ;
}

static enum need
flood(struct talk *talk)
{
	const struct op *op = talk->op;

	for (int i = 0; i < 100; i++) {
		if (talk->flooded * op->length > FLOOD_LIMIT ||
		    (op->count > 0 && talk->flooded >= op->count)) {
			talk->flooded = 0;
			return done(talk);
		}
		talk->flooded++;
		voice_say_template(talk, op->text, op->length);
	}
	return NEED_NOTHING;
}

static const char *
kind_of(const struct talk *talk)
{
	return talk->op->tls.kind != NULL ? talk->op->tls.kind : talk->place->kind;
}

static bool
begin_tls(struct talk *talk)
{
	talk->ssl = pki_ssl(talk->talks->pki, &talk->op->tls, kind_of(talk), talk->place->host);
	if (talk->ssl == NULL)
		return false;
	SSL_set_bio(talk->ssl, BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem()));
	SSL_set_accept_state(talk->ssl);
	return true;
}

static void
feed(struct talk *talk)
{
	struct evbuffer_iovec part;

	while (evbuffer_peek(talk->in, -1, NULL, &part, 1) > 0 && part.iov_len > 0) {
		BIO_write(SSL_get_rbio(talk->ssl), part.iov_base, (int)part.iov_len);
		evbuffer_drain(talk->in, part.iov_len);
	}
}

static enum need
fail_tls(struct talk *talk)
{
	const char *why = ERR_reason_error_string(ERR_peek_error());

	voice_note(talk, why != NULL ? why : "tls failed");
	ERR_clear_error();
	return leave(talk);
}

/* Asks for a new handshake (RFC 5246 section 7.4.1.1); the answer is not waited for. */
static void
ask_again(struct talk *talk)
{
	SSL_renegotiate(talk->ssl);
	SSL_do_handshake(talk->ssl);
	voice_collect(talk);
	voice_note(talk, "(asked to renegotiate)");
}

static enum need
tls(struct talk *talk)
{
	int result;

	if (talk->ssl == NULL && !begin_tls(talk))
		return fail_tls(talk);
	feed(talk);
	ERR_clear_error();
	result = SSL_do_handshake(talk->ssl);
	voice_collect(talk);
	if (result != 1)
		return SSL_get_error(talk->ssl, result) == SSL_ERROR_WANT_READ ? NEED_READ
									       : fail_tls(talk);
	talk->handshaken = true;
	voice_note(talk, SSL_get_version(talk->ssl));
	if (talk->op->tls.renegotiate)
		ask_again(talk);
	voice_decrypt(talk);
	return done(talk);
}

static enum need
flight(struct talk *talk)
{
	bool none = talk->op->tls.kind != NULL && strcmp(talk->op->tls.kind, "none") == 0;

	flight_write(talk->out,
		     none ? NULL
			  : pki_leaf(talk->talks->pki, kind_of(talk), talk->place->host));
	return done(talk);
}

static enum need
go_on_in(struct talk *talk, bool so)
{
	const struct script *other = talk->op->other;

	if (!so)
		return done(talk);
	talk->op = other->ops;
	talk->end = other->ops + other->count;
	return NEED_NOTHING;
}

static enum need
drip(struct talk *talk)
{
	talk->drip = talk->op->count;
	talk->drip_pause = talk->op->seconds;
	return done(talk);
}

enum need
step(struct talk *talk)
{
	if (talk->op == talk->end)
		return NEED_LEAVE;
	switch (talk->op->act) {
	case ACT_SEND:
		voice_say_template(talk, talk->op->text, talk->op->length);
		return done(talk);
	case ACT_EXPECT:
		return expect(talk);
	case ACT_SESSION:
	case ACT_MAIL:
		return session(talk);
	case ACT_HELLO:
		return hello(talk);
	case ACT_WAIT:
		return wait_once(talk);
	case ACT_SILENCE:
		return silence(talk);
	case ACT_DRIP:
		return drip(talk);
	case ACT_FLOOD:
		return flood(talk);
	case ACT_TLS:
		return tls(talk);
	case ACT_FLIGHT:
		return flight(talk);
	case ACT_FIRST:
		return go_on_in(talk, talk->number <= talk->op->count);
	case ACT_OVER:
		return go_on_in(talk, talk->beside >= talk->op->count);
	case ACT_RESET:
		return NEED_RESET;
	case ACT_CLOSE:
	case ACT_DEAF:
		break;
	}
	return leave(talk);
}
