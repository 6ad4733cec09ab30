/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the scanner knows of probes: how to begin a conversation with one
 * address, and that it will be told of its end.  probes/probes.c holds the table.
 *
 * A probe is opened once (its shared part is read-only afterwards) and entered
 * once for each prober thread: the desk holds what belongs to the thread and its
 * event base.  Each conversation is started at a desk, on its thread; the job is
 * lent to it until done or cancel.  done is called exactly once on that thread,
 * never before start has returned, never after cancel; the facts are then the
 * receiver's.
 */
#ifndef SCANNER_PROBE_H
#define SCANNER_PROBE_H

#include <event2/event.h>

#include "scanner/facts.h"
#include "scanner/gate.h"
#include "scanner/options.h"

enum probe_kind {
	PROBE_SERVER, /* talks to a mail server; its facts: struct server_facts */
	PROBE_POLICY, /* fetches an MTA-STS policy; struct sts_facts, in part (policy_fetch.h)
		       */
	PROBE_COUNT,
};

struct probe_job {
	const char *host; /* for SNI and traces; NULL (not for a policy): none */
	enum probe_kind kind;
	bool anonymous;         /* of a server: offer TLS without certificates, too */
	struct address address; /* whom to contact */
	struct address from;    /* source address, or none */
};

/* facts is NULL when a local failure (errno) ended the conversation: nothing
 * was learnt about the other side, and it is to be asked again. */
typedef void probe_done(void *facts, int local_error, void *arg);

struct probe {
	const char *name, *help;
	/* Dies on the operator's mistakes. */
	void *(*open)(const struct options *options);
	void (*close)(void *shared);
	/* A desk; called before its thread runs, and after. */
	void *(*enter)(void *shared, struct event_base *base, struct gate *handshakes);
	void (*leave)(void *desk);
	void *(*start)(void *desk, const struct probe_job *job, probe_done *done, void *arg);
	void (*cancel)(void *conversation);
};

/* By enum probe_kind. */
extern const struct probe *const probes[PROBE_COUNT];
/* First in the program, before libcrypto is used for anything. */
void probes_prepare(void);

#endif
