/* SPDX-License-Identifier: Apache-2.0 */
#include "output/policy/policy_compare.h"

#include <stdlib.h>
#include <string.h>

#include "output/policy/policy_parts.h"
#include "scanner/mem.h"

static int
compare(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Sorts, and drops what stands there twice. */
static void
tidy(struct policy_demand *demand)
{
	size_t count = 0;

	qsort(demand->mxs, demand->count, sizeof *demand->mxs, compare);
	for (size_t i = 0; i < demand->count; i++) {
		if (count > 0 && strcmp(demand->mxs[count - 1], demand->mxs[i]) == 0)
			free(demand->mxs[i]);
		else
			demand->mxs[count++] = demand->mxs[i];
	}
	demand->count = count;
}

void
policy_demand_set(struct policy_demand *demand, enum policy_mode mode, char *const patterns[],
		  size_t count)
{
	struct policy_demand set = { .mode = mode, .count = count };

	set.mxs = mem_alloc((count + 1) * sizeof *set.mxs);
	for (size_t i = 0; i < count; i++)
		set.mxs[i] = mem_strdup(patterns[i]);
	tidy(&set);
	policy_demand_clear(demand);
	*demand = set;
}

void
policy_demand_parse(struct policy_demand *demand, enum policy_mode mode, const char *text)
{
	char *copy = mem_strdup(text != NULL ? text : ""), *rest = NULL;
	size_t count = 0;
	char **patterns = mem_alloc((strlen(copy) / 2 + 1) * sizeof *patterns);

	for (char *p = strtok_r(copy, " ", &rest); p != NULL; p = strtok_r(NULL, " ", &rest))
		patterns[count++] = p;
	policy_demand_set(demand, mode, patterns, count);
	free(patterns);
	free(copy);
}

static char *
join(const char *first, const struct policy_demand *demand)
{
	size_t length = strlen(first);
	char *text, *end;

	for (size_t i = 0; i < demand->count; i++)
		length += 1 + strlen(demand->mxs[i]);
	text = mem_alloc(length + 1);
	end = stpcpy(text, first);
	for (size_t i = 0; i < demand->count; i++) {
		if (end > text)
			*end++ = ' ';
		end = stpcpy(end, demand->mxs[i]);
	}
	return text;
}

char *
policy_demand_patterns(const struct policy_demand *demand)
{
	return join("", demand);
}

char *
policy_demand_text(const struct policy_demand *demand)
{
	return join(policy_mode_names[demand->mode], demand);
}

bool
policy_patterns_equal(const struct policy_demand *a, const struct policy_demand *b)
{
	if (a->count != b->count)
		return false;
	for (size_t i = 0; i < a->count; i++)
		if (strcmp(a->mxs[i], b->mxs[i]) != 0)
			return false;
	return true;
}

/* A leading dot is within nothing but itself. */
static bool
is_within(const char *pattern, const struct policy_demand *other)
{
	for (size_t i = 0; i < other->count; i++)
		if (strcmp(pattern, other->mxs[i]) == 0 ||
		    (pattern[0] != '.' && policy_pattern_matches(other->mxs[i], pattern)))
			return true;
	return false;
}

/* Does each pattern stand only for hosts that the other's stand for as well? */
static bool
patterns_within(const struct policy_demand *demand, const struct policy_demand *other)
{
	for (size_t i = 0; i < demand->count; i++)
		if (!is_within(demand->mxs[i], other))
			return false;
	return true;
}

bool
policy_demand_weaker(const struct policy_demand *demand, const struct policy_demand *other)
{
	return demand->mode < other->mode || !patterns_within(demand, other);
}

enum policy_mode
policy_mode_parse(const char *word)
{
	for (int mode = POLICY_NONE; mode <= POLICY_ENFORCE; mode++)
		if (word != NULL && strcmp(word, policy_mode_names[mode]) == 0)
			return (enum policy_mode)mode;
	return POLICY_NONE;
}
