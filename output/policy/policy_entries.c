/* SPDX-License-Identifier: Apache-2.0 */
/* The aliases and the entries of a policy list. */
#include <stdlib.h>
#include <string.h>

#include "output/policy/policy_parts.h"
#include "scanner/mem.h"

static void
tell(const struct policy_reading *reading, enum policy_level level, const char *says)
{
	policy_tell(reading, level, NULL, POLICY_NO_INDEX, "%s", says);
}

static void
check_keys(const struct policy_reading *reading, json_t *object, bool reference)
{
	const char *key;
	json_t *value;

	json_object_foreach (object, key, value) {
		bool demands = strcmp(key, "mode") == 0 || strcmp(key, "mxs") == 0;

		if (reference && demands)
			policy_tell(reading, POLICY_ODD, key, POLICY_NO_INDEX,
				    "is ignored beside policy-alias");
		else if (!demands && !(reference && strcmp(key, "policy-alias") == 0))
			policy_tell(reading, POLICY_ODD, key, POLICY_NO_INDEX,
				    "is no key of this format");
	}
}

static int
compare_aliases(const void *a, const void *b)
{
	return strcmp(((const struct policy_alias *)a)->name,
		      ((const struct policy_alias *)b)->name);
}

static void
read_alias(const struct policy_reading *reading, json_t *object)
{
	struct policy_list *list = reading->list;
	struct policy_alias alias = { .name = NULL };

	if (!json_is_object(object)) {
		tell(reading, POLICY_FAULT, "is not an object");
		return;
	}
	check_keys(reading, object, false);
	if (reading->key[0] == '\0') {
		tell(reading, POLICY_FAULT, "has an empty name");
	} else if (policy_read_demand(reading, object, &alias.demand)) {
		alias.name = mem_strdup(reading->key);
		list->aliases[list->alias_count++] = alias;
	}
}

void
policy_read_aliases(struct policy_reading *reading, json_t *aliases)
{
	struct policy_list *list = reading->list;
	json_t *object;

	reading->part = "policy-aliases";
	list->aliases = mem_alloc((json_object_size(aliases) + 1) * sizeof *list->aliases);
	json_object_foreach (aliases, reading->key, object) {
		read_alias(reading, object);
	}
	reading->key = NULL;
	qsort(list->aliases, list->alias_count, sizeof *list->aliases, compare_aliases);
}

/* An entry as it stands in the file, good or not. */
struct found {
	struct policy_entry entry;
	const char *key;
	size_t index;
	bool good;
};

static int
compare_found(const void *a, const void *b)
{
	const struct found *x = a, *y = b;
	int order = strcmp(x->entry.domain, y->entry.domain);

	return order != 0 ? order : (x->index > y->index) - (x->index < y->index);
}

static const struct policy_alias *
find_alias(const struct policy_list *list, const char *name)
{
	const struct policy_alias key = { .name = (char *)name };

	if (list->alias_count == 0)
		return NULL;
	return bsearch(&key, list->aliases, list->alias_count, sizeof key, compare_aliases);
}

static bool
read_reference(const struct policy_reading *reading, json_t *json, json_t *aliases,
	       struct policy_entry *entry)
{
	const char *name = json_string_value(json);
	char *shown;

	if (name == NULL) {
		policy_tell(reading, POLICY_FAULT, "policy-alias", POLICY_NO_INDEX,
			    "is not a text");
		return false;
	}
	entry->alias = find_alias(reading->list, name);
	if (entry->alias != NULL)
		return true;
	shown = policy_shown(name);
	policy_tell(reading, POLICY_FAULT, "policy-alias", POLICY_NO_INDEX,
		    json_object_get(aliases, name) != NULL ? "the alias %s has a fault"
							   : "there is no alias %s",
		    shown);
	free(shown);
	return false;
}

static bool
read_entry(const struct policy_reading *reading, json_t *object, json_t *aliases,
	   struct policy_entry *entry)
{
	json_t *reference = json_object_get(object, "policy-alias");

	if (!json_is_object(object)) {
		tell(reading, POLICY_FAULT, "is not an object");
		return false;
	}
	check_keys(reading, object, reference != NULL);
	if (reference != NULL)
		return read_reference(reading, reference, aliases, entry);
	return policy_read_demand(reading, object, &entry->demand);
}

/* Reads what the key names; false when the key is no domain. */
static bool
read_found(const struct policy_reading *reading, json_t *object, json_t *aliases,
	   struct found *found)
{
	char name[FOLD_NAME_MAX + 1];
	const char *reason = policy_fold_domain(reading->key, name);

	if (reason != NULL) {
		policy_tell(reading, POLICY_FAULT, NULL, POLICY_NO_INDEX, "no mail domain: %s",
			    reason);
		return false;
	}
	if (strcmp(reading->key, name) != 0)
		policy_tell(reading, POLICY_ODD, NULL, POLICY_NO_INDEX, "is read as %s", name);
	found->key = reading->key;
	found->good = read_entry(reading, object, aliases, &found->entry);
	found->entry.domain = mem_strdup(name);
	return true;
}

/* Of two spellings of one domain the later is left out, whatever the earlier is
 * worth: an addition at the end must not replace what stands there. */
static void
keep(struct policy_reading *reading, struct found *found, size_t count)
{
	struct policy_list *list = reading->list;
	const struct found *first = found;

	list->entries = mem_alloc((count + 1) * sizeof *list->entries);
	for (size_t i = 0; i < count; i++) {
		bool again = i > 0 && strcmp(first->entry.domain, found[i].entry.domain) == 0;

		reading->key = found[i].key;
		if (again) {
			char *shown = policy_shown(first->key);

			policy_tell(reading, POLICY_FAULT, NULL, POLICY_NO_INDEX,
				    "is the domain of %s again", shown);
			free(shown);
		} else {
			first = &found[i];
		}
		if (!again && found[i].good)
			list->entries[list->entry_count++] = found[i].entry;
		found[i].good = !again && found[i].good;
	}
	reading->key = NULL;
}

static void
discard(struct found *found, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (found[i].good)
			continue;
		free(found[i].entry.domain);
		policy_demand_clear(&found[i].entry.demand);
	}
	free(found);
}

static void
tell_unused(struct policy_reading *reading)
{
	const struct policy_list *list = reading->list;
	bool *used = mem_alloc(list->alias_count + 1);

	for (size_t i = 0; i < list->entry_count; i++)
		if (list->entries[i].alias != NULL)
			used[list->entries[i].alias - list->aliases] = true;
	reading->part = "policy-aliases";
	for (size_t i = 0; i < list->alias_count; i++) {
		reading->key = list->aliases[i].name;
		if (!used[i])
			tell(reading, POLICY_ODD, "no domain has this alias");
	}
	reading->key = NULL;
	free(used);
}

void
policy_read_entries(struct policy_reading *reading, json_t *policies, json_t *aliases)
{
	struct found *found = mem_alloc((json_object_size(policies) + 1) * sizeof *found);
	size_t count = 0;
	json_t *object;

	reading->part = "policies";
	json_object_foreach (policies, reading->key, object) {
		found[count].index = count;
		if (read_found(reading, object, aliases, &found[count]))
			count++;
	}
	qsort(found, count, sizeof *found, compare_found);
	keep(reading, found, count);
	discard(found, count);
	tell_unused(reading);
}
