/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a resolver shows at the start: does it answer, and does it validate?  The
 * root is signed, so a validating resolver answers for the root's SOA with AD.
 */
#ifndef SCANNER_PROOF_H
#define SCANNER_PROOF_H

#include <event2/event.h>
#include <stdbool.h>

struct proof {
	bool over, answered, authenticated;
};

/* Asks one server ("A[:PORT]") and runs base until it has answered or the
 * timeout (seconds) has passed. */
struct proof proof_of(struct event_base *base, const char *server, double timeout);

#endif
