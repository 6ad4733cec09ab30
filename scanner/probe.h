/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the scanner knows of a probe: how to begin a conversation with one
 * address, and that it will be told of its end.  probes/probes.c holds the table.
 *
 * A probe is opened once (its shared part is read-only afterwards, so every
 * prober thread uses it) and started once a conversation, on the thread of the
 * event base it is given.  done is called exactly once on that thread, never
 * before start has returned, never after cancel; the facts are then the
 * receiver's.
 */
#ifndef SCANNER_PROBE_H
#define SCANNER_PROBE_H

#include <event2/event.h>

#include "scanner/facts.h"
#include "scanner/gate.h"
#include "scanner/options.h"

struct probe_job {
	const char *host; /* MX host name, for SNI and traces; NULL: none.  Lent until done */
	struct address address; /* whom to contact */
	struct address from;    /* source address, or none */
	bool anonymous;         /* offer TLS without certificates, too */
};

/* facts is NULL when a local failure (errno) ended the conversation: nothing
 * was learnt about the server, and it is to be asked again. */
typedef void probe_done(struct server_facts *facts, int local_error, void *arg);

struct probe {
	const char *name, *help;
	/* Dies on the operator's mistakes. */
	void *(*open)(const struct options *options);
	void (*close)(void *shared);
	void *(*start)(void *shared, struct event_base *base, struct gate *handshakes,
		       const struct probe_job *job, probe_done *done, void *arg);
	void (*cancel)(void *conversation);
};

/* The probe that talks to a mail server. */
extern const struct probe *const probe_server;

#endif
