/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Demands of a policy list beside each other.  A demand is weaker than another when a
 * sender would accept what the other refuses: its mode is a lower one, or its patterns
 * let in a host that the other's keep out.
 */
#ifndef OUTPUT_POLICY_COMPARE_H
#define OUTPUT_POLICY_COMPARE_H

#include "output/policy/policy_list.h"

/* The patterns sorted, each once; what was there is released.  The texts are copied, and
 * may be those of the demand itself. */
void policy_demand_set(struct policy_demand *demand, enum policy_mode mode,
		       char *const patterns[], size_t count);
/* Patterns with spaces between, as in a table of the database; NULL: none. */
void policy_demand_parse(struct policy_demand *demand, enum policy_mode mode, const char *text);
char *policy_demand_patterns(const struct policy_demand *demand); /* that text; to free */
char *policy_demand_text(const struct policy_demand *demand);     /* the mode first; to free */
/* Both sorted. */
bool policy_patterns_equal(const struct policy_demand *a, const struct policy_demand *b);
bool policy_demand_weaker(const struct policy_demand *demand,
			  const struct policy_demand *other);

/* POLICY_NONE for what is none of the words. */
enum policy_mode policy_mode_parse(const char *word);

#endif
