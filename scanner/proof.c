/* SPDX-License-Identifier: Apache-2.0 */
#include "scanner/proof.h"

#include "scanner/answer.h"
#include "scanner/clock.h"
#include "scanner/resolver.h"

#define TICK 0.05 /* seconds */

static void
on_proof(const uint8_t *bytes, size_t length, void *arg)
{
	struct proof *proof = arg;
	struct answer answer;

	proof->over = true;
	if (bytes == NULL)
		return;
	proof->answered = true;
	answer_parse(&answer, bytes, length, TYPE_SOA);
	proof->authenticated = answer.status == ANSWER_OK && answer.authenticated;
	answer_clear(&answer);
}

struct proof
proof_of(struct event_base *base, const char *server, double timeout)
{
	struct resolver *resolver = resolver_open(base, server, timeout);
	struct proof proof = { 0 };
	struct timeval tick = clock_timeval(TICK);

	resolver_send(resolver, ".", TYPE_SOA, false, on_proof, &proof);
	while (!proof.over) {
		event_base_loopexit(base, &tick);
		event_base_dispatch(base);
		resolver_tick(resolver);
	}
	resolver_close(resolver);
	return proof;
}
