/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Pure: the mx patterns of an MTA-STS policy, each a host name or "*." and a name
 * (RFC 8461 section 3.2), and the hosts they stand for (section 4.1): "*" is exactly
 * one label.  Names are compared as A-labels in any case.
 */
#ifndef PROBES_STS_PATTERNS_H
#define PROBES_STS_PATTERNS_H

#include "probes/span.h"
#include "scanner/judge.h"

/* The pattern in lower case, the caller's; NULL when the value of an mx is none. */
char *sts_patterns_read(struct span value);
/* Does a pattern of the policy stand for the host? */
bool sts_patterns_list(const struct sts_policy *policy, const char *host);
/*
 * Of enum sts_lint: an MX host that fits no pattern, a pattern that no host fits, and
 * one of these that is nearly the name of a host without a pattern: no more than three
 * letters put in, left out or changed, nor more than a letter in four.  Behind "*."
 * what the host name has behind its first label is compared.  0 when the policy is not
 * in force (its word not ok, its mode none), or no host is known.
 */
unsigned sts_patterns_lint(const struct sts_policy *policy, const char *const hosts[],
			   size_t count);

#endif
