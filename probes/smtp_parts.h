/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One conversation, for the two files that hold it: smtp.c goes from state to state,
 * smtp_talk.c says what a state has to say and hears the reply in time.
 */
#ifndef PROBES_SMTP_PARTS_H
#define PROBES_SMTP_PARTS_H

#include <event2/event_struct.h>

#include "probes/exchange.h"
#include "probes/manners.h"
#include "probes/tls.h"
#include "scanner/gate.h"
#include "scanner/probe.h"
#include "scanner/stream.h"

/* What is being waited for; they follow in this order. */
enum smtp_state {
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

/* What the conversations of one thread share. */
struct smtp_desk {
	const struct manners *manners;
	struct event_base *base;
	struct gate *gate;
};

/* What is needed only once the server has spoken, or will not: thousands may be
 * waiting for a greeting at the same time. */
struct smtp_talk {
	char name[sizeof "[IPv6:]" + ADDRESS_TEXT]; /* ours, where it is an address; or "" */
	struct exchange exchange;                   /* the state's command and its reply */
	struct gate_pass pass;
	int64_t queued; /* when it came to the gate */
	struct tls_sight sight;
	struct server_facts *facts;
};

struct smtp {
	const struct smtp_desk *desk;
	const struct probe_job *job; /* lent */
	probe_done *done;
	void *arg;

	struct event event; /* what the socket tells */
	struct event timer;
	int64_t due; /* when the timer wakes us; 0: it does not */
	enum smtp_state state;
	bool readable;    /* the kernel said so when it woke us */
	int64_t started;  /* microseconds since the epoch; all others are monotonic */
	int64_t began;    /* the same moment */
	int64_t deadline; /* of the state */
	int64_t last;     /* the deadline of the whole conversation */
	struct stream stream;
	struct smtp_talk *talk; /* NULL: still waiting for the greeting */
};

/* Lets a conversation (struct smtp) go on from its event loop, as if there were something to
 * do. */
void smtp_wake(void *conversation);
/* The talk and its facts, made when they are first needed. */
struct smtp_talk *smtp_talk_of(struct smtp *s);
/* The next state, whose clock begins to run. */
void smtp_enter(struct smtp *s, enum smtp_state state);
/* Waiting ends with the state's deadline, but only when there was nothing to
 * read: it may be we who are late.  A network error is silence or an end. */
enum io smtp_in_time(const struct smtp *s, enum io io);
/* Says what the state has to say, then hears one whole reply. */
enum io smtp_converse(struct smtp *s);
/* The reply as it is stored; to be freed.  NULL: not a line of one came. */
char *smtp_reply_text(const struct smtp *s);

#endif
