/* SPDX-License-Identifier: Apache-2.0 */
/*
 * DNS messages to and from the resolvers: a c-ares channel on libevent, UDP with
 * EDNS and TCP where an answer was cut short, all tries of one message within
 * the time-out.  It knows nothing of what a failure means; dns.h does.
 *
 * done is called exactly once a message, possibly before resolver_send returns,
 * and with no bytes when no answer came; the bytes are lent.
 */
#ifndef SCANNER_RESOLVER_H
#define SCANNER_RESOLVER_H

#include <event2/event.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct resolver;

typedef void resolver_done(const uint8_t *bytes, size_t length, void *arg);

/* servers: "A[:PORT],…" (IPv6 in brackets before a port); NULL: the system's.
 * timeout in seconds for all tries.  Dies when the servers are none. */
struct resolver *resolver_open(struct event_base *base, const char *servers, double timeout);
/* Messages in flight are answered with no bytes. */
void resolver_close(struct resolver *resolver);
/* checking_disabled: the CD bit (RFC 4035 section 3.2.2).  false: no message can
 * hold this name; nothing was sent and done is not called. */
bool resolver_send(struct resolver *resolver, const char *name, int type,
		   bool checking_disabled, resolver_done *done, void *arg);
/* To be called after the last resolver_send of a turn of the event loop: messages
 * are kept until then, to be sent with few system calls. */
void resolver_flush(struct resolver *resolver);
/* To be called every 50 to 100 ms: finds what has timed out. */
void resolver_tick(struct resolver *resolver);
/* The servers in use as "A[:PORT],…", and how many; the text is the caller's. */
char *resolver_servers(const struct resolver *resolver, unsigned *count);
/* Every server is this machine. */
bool resolver_is_local(const struct resolver *resolver);
/* How many messages may be in flight without losing answers in the kernel. */
size_t resolver_window(const struct resolver *resolver);

#endif
