/* SPDX-License-Identifier: Apache-2.0 */
/* A policy list that is to be relied on. */
#include "output/policy/policy_parts.h"
#include "scanner/log.h"

void
policy_warn(enum policy_level level, const char *place, const char *says, void *arg)
{
	struct policy_faults *faults = arg;

	if (level != POLICY_FAULT)
		return;
	faults->count++;
	log_warn("%s: %s: %s", faults->path, place, says);
}

struct policy_list *
policy_list_open(const char *path, int64_t at, size_t *faults)
{
	char error[512], end[POLICY_TIME_SIZE];
	struct policy_faults found = { .path = path };
	struct policy_list *list = policy_list_read(path, policy_warn, &found, error);

	*faults = found.count;
	if (list == NULL)
		die("%s", error);
	if (policy_list_expired(list, at))
		die("%s: the list has expired: it ended at %s", path,
		    policy_time_text(list->expires, end));
	return list;
}
