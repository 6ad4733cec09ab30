/* SPDX-License-Identifier: Apache-2.0 */
/* The MTA-STS policy of a domain, as a policy list would have it. */
#include <stdlib.h>
#include <string.h>

#include "output/policy/eligibility_parts.h"
#include "output/policy/policy_parts.h"
#include "scanner/mem.h"

static enum eligibility_sts
sts_of(const struct domain_outcome *domain)
{
	struct domain_verdict nobody = { 0 };

	if (domain->sts_record == STS_RECORD_OK && domain->sts_fetch == STS_FETCH_OK &&
	    domain->sts_policy == STS_POLICY_OK)
		return ELIGIBILITY_STS_VALID;
	switch (judge.sts_domain(&nobody, domain)) {
	case STS_DOMAIN_NONE:
		return ELIGIBILITY_STS_NONE;
	case STS_DOMAIN_BROKEN_RECORD:
	case STS_DOMAIN_BROKEN_POLICY:
		return ELIGIBILITY_STS_BROKEN;
	default:
		return ELIGIBILITY_STS_UNKNOWN;
	}
}

static enum policy_mode
mode_of(enum sts_mode_word mode)
{
	if (mode == STS_MODE_ENFORCE)
		return POLICY_ENFORCE;
	return mode == STS_MODE_TESTING ? POLICY_TESTING : POLICY_NONE;
}

static int
compare(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* "*.example.org" is ".example.org" in a list: one label more.  What no list can hold is
 * left out: an MX host that only such a pattern lets in is outside of what can be listed. */
static void
add_patterns(struct policy_demand *demand, const struct sts_policy *policy)
{
	char name[POLICY_NAME_MAX + 1];
	size_t count = 0, kept = 0;

	demand->mxs = mem_alloc((policy->count + 1) * sizeof *demand->mxs);
	for (size_t i = 0; i < policy->count; i++) {
		const char *pattern = policy->patterns[i];

		pattern += pattern[0] == '*';
		if (policy_fold_pattern(pattern, name) == NULL)
			demand->mxs[count++] = mem_strdup(pattern);
	}
	if (count > 0)
		qsort(demand->mxs, count, sizeof *demand->mxs, compare);
	for (size_t i = 0; i < count; i++) {
		if (kept > 0 && strcmp(demand->mxs[kept - 1], demand->mxs[i]) == 0)
			free(demand->mxs[i]);
		else
			demand->mxs[kept++] = demand->mxs[i];
	}
	demand->count = kept;
}

bool
eligibility_add_sts(struct eligibility_desk *desk, const struct domain_outcome *domain,
		    int64_t policy, int64_t max_age, struct eligibility *e)
{
	e->sts = sts_of(domain);
	if (e->sts != ELIGIBILITY_STS_VALID)
		return true;
	e->sts_max_age = max_age;
	e->sts_demand.mode = mode_of(domain->sts_mode);
	if (e->sts_demand.mode == POLICY_NONE)
		eligibility_add_fault(e, REASON_MTA_STS_NONE, NULL, NULL, NULL);
	if (!policy_desk_turn(&desk->policies, policy))
		return false;
	add_patterns(&e->sts_demand, &desk->policies.policy);
	if (e->sts_demand.count == 0 && e->sts_demand.mode != POLICY_NONE) {
		policy_demand_clear(&e->sts_demand);
		e->sts = ELIGIBILITY_STS_BROKEN;
	}
	return true;
}
