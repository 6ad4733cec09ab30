/* SPDX-License-Identifier: Apache-2.0 */
#include "output/policy/policy_aliases.h"

#include <libpsl.h>
#include <stdlib.h>
#include <string.h>

#include "output/policy/policy_compare.h"
#include "output/policy/policy_parts.h"
#include "scanner/mem.h"
#include "scanner/table.h"

/* Entries with one demand, one after the other in an array of pointers. */
struct group {
	struct policy_entry **entries;
	size_t count;
	char *name;               /* NULL: no alias */
	struct table_entry taken; /* by its name */
	unsigned next;            /* number for another one of that name */
};

static int
compare_demands(const struct policy_demand *a, const struct policy_demand *b)
{
	int order = (int)a->mode - (int)b->mode;

	for (size_t i = 0; order == 0 && i < a->count && i < b->count; i++)
		order = strcmp(a->mxs[i], b->mxs[i]);
	return order != 0 ? order : (a->count > b->count) - (a->count < b->count);
}

static int
compare_entries(const void *a, const void *b)
{
	const struct policy_entry *x = *(struct policy_entry *const *)a;
	const struct policy_entry *y = *(struct policy_entry *const *)b;
	int order = compare_demands(&x->demand, &y->demand);

	return order != 0 ? order : strcmp(x->domain, y->domain);
}

/* By name; those without come last. */
static int
compare_groups(const void *a, const void *b)
{
	const struct group *x = a, *y = b;

	if (x->name == NULL || y->name == NULL)
		return (x->name == NULL) - (y->name == NULL);
	return strcmp(x->name, y->name);
}

static struct group *
make_groups(struct policy_entry **sorted, size_t entries, size_t *count)
{
	struct group *groups = mem_alloc((entries + 1) * sizeof *groups);

	*count = 0;
	for (size_t i = 0; i < entries; i++) {
		if (i == 0 || compare_demands(&sorted[i - 1]->demand, &sorted[i]->demand) != 0)
			groups[(*count)++].entries = &sorted[i];
		groups[*count - 1].count++;
	}
	return groups;
}

static bool
is_named(const struct table_entry *entry, const void *name)
{
	return strcmp(table_owner(entry, struct group, taken)->name, name) == 0;
}

static struct group *
find_name(const struct table *taken, const char *name)
{
	struct table_entry *entry = table_find(taken, table_hash(name, strlen(name)), name);

	return entry != NULL ? table_owner(entry, struct group, taken) : NULL;
}

static void
take_name(struct table *taken, struct group *group, char *name)
{
	group->name = name;
	group->next = 2;
	table_add(taken, &group->taken, table_hash(name, strlen(name)));
}

static int
find_group(const void *demand, const void *group)
{
	return compare_demands(demand, &((const struct group *)group)->entries[0]->demand);
}

static void
keep_old_names(struct group *groups, size_t count, const struct policy_list *old,
	       struct table *taken)
{
	for (size_t i = 0; old != NULL && count > 0 && i < old->alias_count; i++) {
		const struct policy_alias *alias = &old->aliases[i];
		struct policy_demand demand = { .mode = POLICY_NONE };
		struct group *group;

		policy_demand_set(&demand, alias->demand.mode, alias->demand.mxs,
				  alias->demand.count);
		group = bsearch(&demand, groups, count, sizeof *groups, find_group);
		if (group != NULL && group->name == NULL)
			take_name(taken, group, mem_strdup(alias->name));
		policy_demand_clear(&demand);
	}
}

static const char *
registrable(const psl_ctx_t *suffixes, const char *pattern)
{
	const char *host = pattern[0] == '.' ? pattern + 1 : pattern, *domain = NULL;

	if (suffixes != NULL)
		domain = psl_registrable_domain(suffixes, host);
	return domain != NULL ? domain : host;
}

static int
compare_texts(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The registrable domain that most patterns are of; of equals the first.  Lent by the
 * demand. */
static const char *
name_of(const psl_ctx_t *suffixes, const struct policy_demand *demand)
{
	const char **names = mem_alloc((demand->count + 1) * sizeof *names), *best = "";
	size_t most = 0, times = 0;

	for (size_t i = 0; i < demand->count; i++)
		names[i] = registrable(suffixes, demand->mxs[i]);
	qsort(names, demand->count, sizeof *names, compare_texts);
	for (size_t i = 0; i < demand->count; i++) {
		times = i > 0 && strcmp(names[i - 1], names[i]) == 0 ? times + 1 : 1;
		if (times > most) {
			most = times;
			best = names[i];
		}
	}
	free(names);
	return best;
}

/* One provider may have several: "example.net", "example.net-enforce",
 * "example.net-enforce-2" and so on. */
static void
give_name(struct group *group, const psl_ctx_t *suffixes, struct table *taken)
{
	const struct policy_demand *demand = &group->entries[0]->demand;
	const char *base = name_of(suffixes, demand), *mode = policy_mode_names[demand->mode];
	char *name = mem_strdup(base);
	struct group *first = NULL;

	if (find_name(taken, name) != NULL) {
		free(name);
		name = mem_printf("%s-%s", base, mode);
		first = find_name(taken, name);
	}
	while (first != NULL && find_name(taken, name) != NULL) {
		free(name);
		name = mem_printf("%s-%s-%u", base, mode, first->next++);
	}
	take_name(taken, group, name);
}

static void
fill_alias(struct policy_list *list, struct group *group)
{
	struct policy_alias *alias = &list->aliases[list->alias_count++];

	alias->name = group->name;
	alias->demand = group->entries[0]->demand;
	group->entries[0]->demand = (struct policy_demand){ .mode = POLICY_NONE };
	for (size_t i = 0; i < group->count; i++) {
		policy_demand_clear(&group->entries[i]->demand);
		group->entries[i]->alias = alias;
	}
}

void
policy_aliases_make(struct policy_list *list, const struct policy_list *old)
{
	struct policy_entry **sorted = mem_alloc((list->entry_count + 1) * sizeof *sorted);
	const psl_ctx_t *suffixes = psl_builtin();
	struct group *groups;
	struct table taken;
	size_t count;

	table_init(&taken, is_named);
	for (size_t i = 0; i < list->entry_count; i++)
		sorted[i] = &list->entries[i];
	qsort(sorted, list->entry_count, sizeof *sorted, compare_entries);
	groups = make_groups(sorted, list->entry_count, &count);
	keep_old_names(groups, count, old, &taken);
	for (size_t i = 0; i < count; i++)
		if (groups[i].name == NULL && groups[i].count >= POLICY_ALIAS_LEAST)
			give_name(&groups[i], suffixes, &taken);
	table_clear(&taken);
	qsort(groups, count, sizeof *groups, compare_groups);
	list->aliases = mem_alloc((count + 1) * sizeof *list->aliases);
	for (size_t i = 0; i < count && groups[i].name != NULL; i++)
		fill_alias(list, &groups[i]);
	free(groups);
	free(sorted);
}
