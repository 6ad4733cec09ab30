/* SPDX-License-Identifier: Apache-2.0 */
#include "output/policy/policy_list.h"

#include <stdlib.h>
#include <string.h>

#include "output/policy/policy_parts.h"

const char *const policy_mode_names[] = {
	[POLICY_NONE] = "none", [POLICY_TESTING] = "testing", [POLICY_ENFORCE] = "enforce"
};

void
policy_demand_clear(struct policy_demand *demand)
{
	for (size_t i = 0; i < demand->count; i++)
		free(demand->mxs[i]);
	free(demand->mxs);
	*demand = (struct policy_demand){ .mode = POLICY_NONE };
}

void
policy_list_free(struct policy_list *list)
{
	if (list == NULL)
		return;
	for (size_t i = 0; i < list->alias_count; i++) {
		free(list->aliases[i].name);
		policy_demand_clear(&list->aliases[i].demand);
	}
	for (size_t i = 0; i < list->entry_count; i++) {
		free(list->entries[i].domain);
		policy_demand_clear(&list->entries[i].demand);
	}
	free(list->aliases);
	free(list->entries);
	free(list->author);
	free(list);
}

const struct policy_demand *
policy_demand_of(const struct policy_entry *entry)
{
	return entry->alias != NULL ? &entry->alias->demand : &entry->demand;
}

static int
compare(const void *domain, const void *entry)
{
	return strcmp(domain, ((const struct policy_entry *)entry)->domain);
}

const struct policy_entry *
policy_list_find(const struct policy_list *list, const char *domain)
{
	if (list->entry_count == 0)
		return NULL;
	return bsearch(domain, list->entries, list->entry_count, sizeof *list->entries,
		       compare);
}

bool
policy_pattern_matches(const char *pattern, const char *host)
{
	const char *dot;

	if (pattern[0] != '.')
		return strcmp(pattern, host) == 0;
	dot = strchr(host, '.');
	return dot != NULL && dot > host && strcmp(dot, pattern) == 0;
}

bool
policy_list_expired(const struct policy_list *list, int64_t at)
{
	return list->expires <= at;
}
