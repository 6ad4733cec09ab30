/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Domains of one provider demand the same: an alias says it once.  It is named after the
 * registrable domain of the hosts, by the Public Suffix List within libpsl, so that the
 * same list comes out on every machine with that library.
 */
#ifndef OUTPUT_POLICY_ALIASES_H
#define OUTPUT_POLICY_ALIASES_H

#include "output/policy/policy_list.h"

#define POLICY_ALIAS_LEAST 5 /* domains */

/* Replaces equal demands of a list without aliases, whose patterns are sorted, by
 * aliases.  One of old (NULL: there is none) keeps its name as long as a single domain
 * has its demand. */
void policy_aliases_make(struct policy_list *list, const struct policy_list *old);

#endif
