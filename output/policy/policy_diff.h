/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What changed from one policy list to another.  A change of an alias is told once,
 * with the number of domains it reaches, not again for each of them.
 */
#ifndef OUTPUT_POLICY_DIFF_H
#define OUTPUT_POLICY_DIFF_H

#include "output/policy/policy_list.h"

/* One change, a line without its end; lent. */
typedef void policy_change(const char *says, void *arg);

/* Times and author first, then the aliases and the entries in the order of their
 * names.  Answers the number of changes told. */
size_t policy_diff(const struct policy_list *old, const struct policy_list *new,
		   policy_change *change, void *arg);

#endif
