/* SPDX-License-Identifier: Apache-2.0 */
/* A policy list that is to be relied on. */
#include "output/policy/policy_parts.h"
#include "scanner/log.h"

static void
warn(enum policy_level level, const char *place, const char *says, void *arg)
{
	size_t *faults = arg;

	if (level != POLICY_FAULT)
		return;
	++*faults;
	log_warn("%s: %s", place, says);
}

struct policy_list *
policy_list_open(const char *path, int64_t at, size_t *faults)
{
	char error[512], end[POLICY_TIME_SIZE];
	struct policy_list *list;

	*faults = 0;
	list = policy_list_read(path, warn, faults, error);
	if (list == NULL)
		die("%s", error);
	if (policy_list_expired(list, at))
		die("%s: the list has expired: it ended at %s", path,
		    policy_time_text(list->expires, end));
	return list;
}
