/* SPDX-License-Identifier: Apache-2.0 */
#include "probes/outcome.h"

#include <errno.h>

enum tcp_word
outcome_connect(enum io io, int error)
{
	/* Only an established connection is reset: a SYN is refused. */
	if (io == IO_DONE || io == IO_CLOSED)
		return TCP_CONNECTED;
	if (io == IO_TIMEOUT || error == ETIMEDOUT)
		return TCP_TIMEOUT;
	return error == ECONNREFUSED ? TCP_REFUSED : TCP_UNREACHABLE;
}

/* The first digit of the code; 0: there is no such reply. */
static int
class_of(enum io io, const struct reply *reply)
{
	return io == IO_DONE ? reply->code / 100 : 0;
}

enum greeting_word
outcome_greeting(enum io io, const struct reply *reply)
{
	if (io == IO_TIMEOUT)
		return GREETING_TIMEOUT;
	if (io == IO_CLOSED)
		return GREETING_CLOSED;
	switch (class_of(io, reply)) {
	case 2:
		return stripping_masked_greeting(reply->text, reply->length) ? GREETING_MASKED
									     : GREETING_OK;
	case 4:
		return GREETING_TEMPORARY;
	case 5:
		return GREETING_REJECTED;
	default:
		return GREETING_NOT_SMTP;
	}
}

enum ehlo_word
outcome_ehlo(enum io io, const struct reply *reply)
{
	if (io == IO_TIMEOUT)
		return EHLO_TIMEOUT;
	if (io == IO_CLOSED)
		return EHLO_CLOSED;
	switch (class_of(io, reply)) {
	case 2:
		return EHLO_OK;
	case 4:
		return EHLO_TEMPORARY;
	case 5:
		return EHLO_REJECTED;
	default:
		return EHLO_MALFORMED;
	}
}

enum starttls_answer
outcome_starttls(enum io io, const struct reply *reply)
{
	if (io == IO_TIMEOUT)
		return ANSWER_TIMEOUT;
	if (io == IO_CLOSED)
		return ANSWER_CLOSED;
	switch (class_of(io, reply)) {
	case 2:
		return reply->code == 220 ? ANSWER_READY : ANSWER_OTHER;
	case 4:
		return ANSWER_TEMPORARY;
	case 5:
		return ANSWER_PERMANENT;
	default:
		return ANSWER_OTHER;
	}
}
