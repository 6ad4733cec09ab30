/* SPDX-License-Identifier: Apache-2.0 */
/* `mxsweep policy lint` and `mxsweep policy diff`: for a person's eyes and a job's
 * exit code. */
#include <inttypes.h>
#include <stdio.h>
#include <time.h>

#include "output/policy/policy_command.h"
#include "output/policy/policy_diff.h"
#include "output/policy/policy_parts.h"
#include "scanner/log.h"

struct findings {
	size_t faults, oddities;
};

static void
print_finding(enum policy_level level, const char *place, const char *says, void *arg)
{
	struct findings *findings = arg;

	if (level == POLICY_FAULT)
		findings->faults++;
	else
		findings->oddities++;
	printf("%s: %s%s\n", place, level == POLICY_FAULT ? "fault: " : "", says);
}

static struct policy_list *
read_or_die(const char *path, policy_fault *fault, void *arg)
{
	char error[512];
	struct policy_list *list = policy_list_read(path, fault, arg, error);

	if (list == NULL)
		die("%s", error);
	return list;
}

static void
finish(void)
{
	flush_stdout();
}

static void
check_expiry(const struct policy_list *list, int64_t at, struct findings *findings)
{
	char end[POLICY_TIME_SIZE], says[64];

	snprintf(says, sizeof says, "the list ended at %s",
		 policy_time_text(list->expires, end));
	if (policy_list_expired(list, at))
		print_finding(POLICY_FAULT, "expires", says, findings);
}

/* A list that is not newer may have been put in its place by somebody. */
static void
check_previous(const struct policy_list *list, const struct policy_list *previous,
	       struct findings *findings)
{
	char then[POLICY_TIME_SIZE], says[96];

	snprintf(says, sizeof says, "is not later than the previous list's, %s",
		 policy_time_text(previous->timestamp, then));
	if (list->timestamp <= previous->timestamp)
		print_finding(POLICY_FAULT, "timestamp", says, findings);
}

static void
print_counts(const struct policy_list *list, const struct findings *findings)
{
	size_t modes[POLICY_ENFORCE + 1] = { 0 }, aliased = 0;

	for (size_t i = 0; i < list->entry_count; i++) {
		if (list->entries[i].alias != NULL)
			aliased++;
		else
			modes[list->entries[i].demand.mode]++;
	}
	printf("%zu domains (%zu testing, %zu enforce, %zu none, %zu by alias), %zu aliases; "
	       "%zu fault%s, %zu odd\n",
	       list->entry_count, modes[POLICY_TESTING], modes[POLICY_ENFORCE],
	       modes[POLICY_NONE], aliased, list->alias_count, findings->faults,
	       findings->faults == 1 ? "" : "s", findings->oddities);
}

/* The previous list first: what it lacks is a mistake before anything is printed. */
int
policy_lint_command(const struct options *options)
{
	struct findings findings = { 0, 0 };
	struct policy_list *list, *previous = NULL;

	if (options->previous != NULL)
		previous = read_or_die(options->previous, NULL, NULL);
	list = read_or_die(options->words[1], print_finding, &findings);
	check_expiry(list, options->at != 0 ? options->at : (int64_t)time(NULL), &findings);
	if (previous != NULL)
		check_previous(list, previous, &findings);
	print_counts(list, &findings);
	policy_list_free(list);
	policy_list_free(previous);
	finish();
	return findings.faults > 0;
}

static void
print_change(const char *says, void *arg)
{
	(void)arg;
	puts(says);
}

int
policy_diff_command(const struct options *options)
{
	struct policy_list *old = read_or_die(options->words[1], NULL, NULL);
	struct policy_list *new = read_or_die(options->words[2], NULL, NULL);
	size_t changes = policy_diff(old, new, print_change, NULL);

	policy_list_free(old);
	policy_list_free(new);
	finish();
	return changes > 0;
}
