/* SPDX-License-Identifier: Apache-2.0 */
/* What the eligibility_*.c files share. */
#ifndef OUTPUT_ELIGIBILITY_PARTS_H
#define OUTPUT_ELIGIBILITY_PARTS_H

#include "output/assess/assess_parts.h"
#include "output/policy/eligibility.h"

enum eligibility_statement {
	ELIGIBILITY_NAME,
	ELIGIBILITY_DOMAIN,
	ELIGIBILITY_HOST,
	ELIGIBILITY_CHAIN_END,
	ELIGIBILITY_SWEEP,
	ELIGIBILITY_STATEMENTS,
};

/* What was counted of a host whose servers are all in order.  Most domains share few
 * hosts; a host that loses its slot to another one is read again. */
struct eligibility_slot {
	int64_t host; /* 0: empty */
	unsigned servers, answered;
};
#define ELIGIBILITY_SLOTS 65536

struct eligibility_desk {
	sqlite3 *db;
	struct assessment assessment; /* whose the policies are */
	struct policy_desk policies;
	sqlite3_stmt *statements[ELIGIBILITY_STATEMENTS];
	struct eligibility_slot slots[ELIGIBILITY_SLOTS];
};

/* The texts are copied. */
void eligibility_add_fault(struct eligibility *eligibility, enum eligibility_reason reason,
			   const char *mx, const char *address, const char *detail);
/* The servers of one MX host: counts, and what is wrong with them. */
bool eligibility_add_host(struct eligibility_desk *desk, int64_t host, const char *mx,
			  struct eligibility *eligibility);
/* Its MTA-STS: policy is the number of the body that was fetched. */
bool eligibility_add_sts(struct eligibility_desk *desk, const struct domain_outcome *domain,
			 int64_t policy, int64_t max_age, struct eligibility *eligibility);

#endif
