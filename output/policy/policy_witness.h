/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who has said what of a domain: the part of policy_state.h that counts witnesses.  The
 * sights belong to what is known of the domain.
 */
#ifndef OUTPUT_POLICY_WITNESS_H
#define OUTPUT_POLICY_WITNESS_H

#include "output/policy/policy_state.h"

/* Keeps what the sweep says as the last word of its vantage point.  demand: of WEAKER, a
 * text.  False: that vantage point has spoken since, and this counts no more. */
bool witness_hear(struct policy_known *known, const struct policy_facts *facts,
		  enum policy_testimony what, const char *demand);
/* Do two say what this sweep's vantage point said last?  Heard before. */
bool witness_agrees(const struct policy_known *known, const struct policy_facts *facts);
/* Did any other vantage point say so much against the domain, or more, and of late? */
bool witness_objects(const struct policy_known *known, const struct policy_facts *facts,
		     enum policy_testimony least);
/* What was said of an entry that is no more. */
void witness_forget(struct policy_known *known);

#endif
