/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The MTA-STS policies of domains (RFC 8461 section 3.3): finds a policy host's
 * addresses, waits for its turn like any other conversation, and has the policy
 * fetched by a prober, from the next address when one cannot be reached, and again
 * after a while when the failure may pass.
 */
#ifndef SCANNER_POLICIES_H
#define SCANNER_POLICIES_H

#include <stddef.h>

#include "scanner/facts.h"

struct policies;
struct sweep;

/* The facts are complete. */
typedef void policy_done(void *arg);

struct policies *policies_new(struct sweep *sweep);
/* Only once the pool is closed and pace starts nothing; fetches still open end without a call.
 */
void policies_free(struct policies *policies);
/* Fetches that are not over. */
size_t policies_waiting(const struct policies *policies);
/* Fetches mta-sts.DOMAIN's policy and fills in what is known of the fetch: the record and
 * what the body says (policy, mode, max_age) are the caller's.  The facts are lent until
 * done, which is called exactly once, never before this has returned. */
void policies_fetch(struct policies *policies, const char *domain, struct sts_facts *facts,
		    policy_done *done, void *arg);

#endif
