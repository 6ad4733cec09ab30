/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as a policy list; what was read holds together, and written again it is
 * the same list, without a fault. */
#include <assert.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "output/policy/policy_diff.h"
#include "tests/fuzz/fuzz.h"

static void
check_shown(const char *text)
{
	for (; *text != '\0'; text++)
		assert((unsigned char)*text >= 0x20 && *text != 0x7f);
}

static void
look(enum policy_level level, const char *place, const char *says, void *arg)
{
	(void)level;
	(void)arg;
	check_shown(place);
	check_shown(says);
}

/* An expiry before the timestamp is the only fault that stays in what was read. */
static void
refuse(enum policy_level level, const char *place, const char *says, void *arg)
{
	(void)says;
	(void)arg;
	assert(level == POLICY_ODD || strcmp(place, "expires") == 0);
}

static void
refuse_change(const char *says, void *arg)
{
	(void)arg;
	check_shown(says);
	assert(!"a list differs from what was written of it");
}

static void
check_name(const char *name)
{
	assert(strlen(name) > 2 && strlen(name) <= 253 && strchr(name + 1, '.') != NULL);
	assert(strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-.") == strlen(name));
	assert(strstr(name, "..") == NULL && name[strlen(name) - 1] != '.');
}

static void
check_demand(const struct policy_demand *demand)
{
	char host[300];

	assert(demand->mode == POLICY_NONE || demand->count > 0);
	for (size_t i = 0; i < demand->count; i++) {
		const char *pattern = demand->mxs[i];

		check_name(pattern[0] == '.' ? pattern + 1 : pattern);
		snprintf(host, sizeof host, "%s%s", pattern[0] == '.' ? "mx" : "", pattern);
		assert(policy_pattern_matches(pattern, host));
		snprintf(host, sizeof host, "a.mx.%s", pattern);
		assert(!policy_pattern_matches(pattern, host));
	}
}

static void
check_list(const struct policy_list *list)
{
	for (size_t i = 0; i < list->alias_count; i++) {
		assert(i == 0 || strcmp(list->aliases[i - 1].name, list->aliases[i].name) < 0);
		check_demand(&list->aliases[i].demand);
	}
	for (size_t i = 0; i < list->entry_count; i++) {
		const struct policy_entry *entry = &list->entries[i];

		check_name(entry->domain);
		check_demand(policy_demand_of(entry));
		assert(entry->alias == NULL ||
		       (size_t)(entry->alias - list->aliases) < list->alias_count);
		assert(policy_list_find(list, entry->domain) == entry);
		assert(i == 0 || strcmp(entry[-1].domain, entry->domain) < 0);
	}
}

static json_t *
json_of_demand(const struct policy_demand *demand)
{
	json_t *mxs = json_array();

	for (size_t i = 0; i < demand->count; i++)
		json_array_append_new(mxs, json_string(demand->mxs[i]));
	return json_pack("{s:s, s:o}", "mode", policy_mode_names[demand->mode], "mxs", mxs);
}

static char *
write_list(const struct policy_list *list)
{
	json_t *aliases = json_object(), *policies = json_object(), *top;
	char *text;

	for (size_t i = 0; i < list->alias_count; i++)
		json_object_set_new(aliases, list->aliases[i].name,
				    json_of_demand(&list->aliases[i].demand));
	for (size_t i = 0; i < list->entry_count; i++) {
		const struct policy_entry *entry = &list->entries[i];

		json_object_set_new(policies, entry->domain,
				    entry->alias != NULL
					? json_pack("{s:s}", "policy-alias", entry->alias->name)
					: json_of_demand(&entry->demand));
	}
	top = json_pack("{s:I, s:I, s:s, s:s*, s:o, s:o}", "timestamp",
			(json_int_t)list->timestamp, "expires", (json_int_t)list->expires,
			"version", "0.1", "author", list->author, "policy-aliases", aliases,
			"policies", policies);
	text = json_dumps(top, JSON_COMPACT);
	json_decref(top);
	assert(text != NULL);
	return text;
}

void
fuzz_one(const uint8_t *data, size_t size)
{
	char error[512] = "";
	struct policy_list *again,
	    *list = policy_list_parse((const char *)data, size, "list", look, NULL, error);
	char *text;

	if (list == NULL) {
		assert(strncmp(error, "list:", 5) == 0);
		check_shown(error);
		return;
	}
	check_list(list);
	text = write_list(list);
	again = policy_list_parse(text, strlen(text), "list", refuse, NULL, error);
	assert(again != NULL && policy_diff(list, again, refuse_change, NULL) == 0);
	policy_list_free(again);
	policy_list_free(list);
	free(text);
}
