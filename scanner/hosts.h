/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Each MX host once: the first asker starts it (its addresses, then a
 * conversation with each), later askers share the answer, however many domains
 * name the host.  What is learnt goes to the writer as one record; a finished
 * host is remembered by its name and id alone.
 */
#ifndef SCANNER_HOSTS_H
#define SCANNER_HOSTS_H

#include <stdbool.h>
#include <stdint.h>

#include "scanner/address.h"

struct hosts;
struct sweep;

struct host_answer {
	int64_t id;       /* of the host's record, which is with the writer */
	bool addressless; /* the host has no address at all */
};

/* A place in the queue for a host; embedded in the asker, who may not go away
 * before done is called or hosts_free. */
struct host_waiter {
	struct host_waiter *next;
	bool implicit; /* asks whether the host has an address at all (RFC 5321 section 5.1) */
	void (*done)(const struct host_answer *answer, struct host_waiter *waiter);
};

struct hosts *hosts_new(struct sweep *sweep);
void hosts_free(struct hosts *hosts);
/* The first id that is free; before the first host is asked for. */
void hosts_number_from(struct hosts *hosts, int64_t id);
/* A host that is in the database already. */
void hosts_restore(struct hosts *hosts, int64_t id, const char *name, bool addressless);

/* true: the answer is known, in *answer; false: done will be called with it. */
bool hosts_ask(struct hosts *hosts, const char *name, struct host_answer *answer,
	       struct host_waiter *waiter);
/* The same for one address, with or without a name; not shared with others. */
bool hosts_ask_address(struct hosts *hosts, const struct address *address, const char *name,
		       struct host_answer *answer, struct host_waiter *waiter);
/* Writes the record of a host that must not be asked about. */
struct host_answer hosts_refuse(struct hosts *hosts);

#endif
