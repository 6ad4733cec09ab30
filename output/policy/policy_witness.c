/* SPDX-License-Identifier: Apache-2.0 */
#include "output/policy/policy_witness.h"

#include <stdlib.h>
#include <string.h>

#include "scanner/mem.h"

static struct policy_sight *
find_sight(const struct policy_known *known, const char *vantage)
{
	for (size_t i = 0; i < known->sight_count; i++)
		if (strcmp(known->sights[i].vantage, vantage) == 0)
			return &known->sights[i];
	return NULL;
}

static struct policy_sight *
add_sight(struct policy_known *known, const char *vantage)
{
	size_t at = known->sight_count;

	known->sights = mem_realloc(known->sights, (at + 1) * sizeof *known->sights);
	while (at > 0 && strcmp(known->sights[at - 1].vantage, vantage) > 0) {
		known->sights[at] = known->sights[at - 1];
		at--;
	}
	known->sight_count++;
	known->sights[at] = (struct policy_sight){ .vantage = mem_strdup(vantage) };
	return &known->sights[at];
}

bool
witness_hear(struct policy_known *known, const struct policy_facts *facts,
	     enum policy_testimony what, const char *demand)
{
	struct policy_sight *sight = find_sight(known, facts->vantage);

	if (sight == NULL)
		sight = add_sight(known, facts->vantage);
	if (sight->started > facts->started)
		return false;
	free(sight->before.demand);
	sight->before = sight->last;
	sight->last = (struct policy_said){ what, mem_strdup(demand) };
	sight->sweep = facts->sweep;
	sight->started = facts->started;
	return true;
}

static bool
say_the_same(const struct policy_said *a, const struct policy_said *b)
{
	if (a->what != b->what || (a->demand == NULL) != (b->demand == NULL))
		return false;
	return a->demand == NULL || strcmp(a->demand, b->demand) == 0;
}

static bool
is_of_late(const struct policy_sight *sight, const struct policy_facts *facts)
{
	return sight->started >= facts->started - POLICY_WINDOW;
}

bool
witness_agrees(const struct policy_known *known, const struct policy_facts *facts)
{
	const struct policy_sight *ours = find_sight(known, facts->vantage);
	bool alone = facts->vantages < 2;

	if (ours == NULL)
		return false;
	for (size_t i = 0; i < known->sight_count; i++) {
		const struct policy_sight *other = &known->sights[i];

		if (other == ours || !is_of_late(other, facts))
			continue;
		if (say_the_same(&ours->last, &other->last))
			return true;
		alone = false; /* also one whose later sweep came into the database first */
	}
	return alone && say_the_same(&ours->last, &ours->before);
}

bool
witness_objects(const struct policy_known *known, const struct policy_facts *facts,
		enum policy_testimony least)
{
	for (size_t i = 0; i < known->sight_count; i++) {
		const struct policy_sight *other = &known->sights[i];

		if (strcmp(other->vantage, facts->vantage) != 0 && is_of_late(other, facts) &&
		    other->last.what >= least)
			return true;
	}
	return false;
}

void
witness_forget(struct policy_known *known)
{
	for (size_t i = 0; i < known->sight_count; i++) {
		free(known->sights[i].vantage);
		free(known->sights[i].last.demand);
		free(known->sights[i].before.demand);
	}
	free(known->sights);
	known->sights = NULL;
	known->sight_count = 0;
}
