/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The inside of a conversation, shared by its three parts: talk.c moves bytes
 * and owns it, voice.c says and understands lines, steps.c obeys the script.
 */
#ifndef TESTS_LAB_STEPS_H
#define TESTS_LAB_STEPS_H

#include <event2/buffer.h>
#include <event2/event_struct.h>

#include "tests/lab/talk.h"

/* What a statement waits for before it can go on. */
enum need { NEED_NOTHING, NEED_READ, NEED_WRITE, NEED_PAUSE, NEED_RESET, NEED_LEAVE };

struct talk {
	struct talks *talks;
	struct place *place;
	struct address there;
	struct talk *next, **link;
	int fd;
	struct event event;
	const struct op *op, *end; /* the statement we are in; one past the last */
	unsigned long number;      /* of the connections of its place */
	unsigned beside;           /* clients that were at its address when it began */
	double started, deadline;
	SSL *ssl; /* over memory: what passes goes through in and out */
	bool handshaken, paused, expired, leaving, in_message;
	bool gone, broken;         /* no more from the client; no more to it */
	struct evbuffer *in, *out; /* in: plaintext; out: bytes for the wire */
	struct evbuffer *story;    /* for the log */
	char line[1024];           /* the client's last one */
	double pause;
	unsigned long drip, flooded;
	double drip_pause;
	unsigned strikes;
};

/* Obeys the statement the conversation is in, once. */
enum need step(struct talk *talk);

/* Adds to the connection's line in the log; bytes may be anything. */
void voice_note(struct talk *talk, const char *what);
/* Through TLS once there is some. */
void voice_say(struct talk *talk, const void *bytes, size_t length);
/* The same with %-marks replaced. */
void voice_say_template(struct talk *talk, const char *from, size_t length);
/* Moves the client's next line into talk->line, cut to its size. */
bool voice_take_line(struct talk *talk);
bool voice_is_verb(const struct talk *talk, const char *verb);
/* What libssl wants sent becomes ours to send. */
void voice_collect(struct talk *talk);
/* What libssl has understood becomes input. */
void voice_decrypt(struct talk *talk);

#endif
