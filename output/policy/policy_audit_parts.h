/* SPDX-License-Identifier: Apache-2.0 */
/* What the policy_audit*.c files share. */
#ifndef OUTPUT_POLICY_AUDIT_PARTS_H
#define OUTPUT_POLICY_AUDIT_PARTS_H

#include "output/policy/eligibility.h"
#include "output/policy/policy_audit.h"

/* How an entry fails and what is different from the sweep in which it last passed; to
 * free.  NULL: the database failed. */
char *policy_audit_failure(struct eligibility_desk *desk, int64_t sweep,
			   const struct policy_entry *entry);

#endif
