/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Questions to the resolvers: c-ares on the coordinator's event loop.  A
 * question is asked once and answered once: done is called exactly once, never
 * before dns_ask has returned, never after dns_cancel; the answer is lent.
 *
 * What fails is asked again after a while before it is reported.  A resolver
 * under strain is asked less at a time; one that is gone, or has lost its own way
 * to the Internet, holds every question back until it returns, because that is
 * our trouble, not the domain's.
 */
#ifndef SCANNER_DNS_H
#define SCANNER_DNS_H

#include <event2/event.h>

#include "scanner/answer.h"
#include "scanner/options.h"

struct dns;
struct dns_question;

typedef void dns_done(const struct answer *answer, void *arg);

/* Finds the resolvers and proves that they answer and whether they validate;
 * dies when none answers. */
struct dns *dns_open(struct event_base *base, const struct options *options);
/* Questions still open are dropped without a call. */
void dns_close(struct dns *dns);
/* Asks nothing more. */
void dns_stop(struct dns *dns);
/* Is the AD bit believed? */
bool dns_trusted(const struct dns *dns);
/* The resolvers and what was proved, for people. */
const char *dns_description(const struct dns *dns);

struct dns_question *dns_ask(struct dns *dns, const char *name, enum answer_type type,
			     dns_done *done, void *arg);
void dns_cancel(struct dns_question *question);

struct dns_counts {
	uint64_t asked, answered, failed; /* messages, not questions */
	size_t waiting, in_flight;
	bool down; /* no resolver answers at present */
};
struct dns_counts dns_counts(const struct dns *dns);

#endif
