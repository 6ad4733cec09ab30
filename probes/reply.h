/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Pure: bytes into one SMTP reply (RFC 5321 section 4.2).  Bytes may come in any
 * portions; what follows the reply is not taken.  A zeroed struct reply is ready
 * for its first byte; reply_clear makes it so again.
 *
 * Every line is three digits and then a space, a hyphen or its end, and all lines
 * carry the same digits.  A line may end in LF alone, which is noted; any other
 * byte, NUL included, is text.
 */
#ifndef PROBES_REPLY_H
#define PROBES_REPLY_H

#include <stdbool.h>
#include <stddef.h>

enum reply_status {
	REPLY_MORE, /* not complete yet */
	REPLY_DONE,
	REPLY_MALFORMED, /* a line that cannot be part of a reply; it is kept in text */
	REPLY_TOO_LONG,  /* a limit was reached first */
};

struct reply_limits {
	size_t line;  /* bytes of one line, code and line end included */
	size_t lines; /* of one reply */
	size_t total; /* bytes of one reply */
};

struct reply {
	enum reply_status status;
	int code;
	bool bare_lf;
	bool doubtful; /* what there is of the last line can no longer become one */
	/* The lines without their codes, joined by LF; not terminated, NULL at first. */
	char *text;
	size_t length, capacity;
	size_t line;         /* where the line that is coming in begins in text */
	size_t lines, taken; /* complete lines, all bytes so far */
};

/* Returns how many of the bytes belonged to the reply: all of them unless its
 * status is no longer REPLY_MORE. */
size_t reply_feed(struct reply *reply, const struct reply_limits *limits, const void *bytes,
		  size_t length);
void reply_clear(struct reply *reply);

#endif
