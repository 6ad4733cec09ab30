/* SPDX-License-Identifier: Apache-2.0 */
/* What one alias or entry of a policy list demands, and what is wrong with it. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "output/policy/policy_parts.h"
#include "scanner/mem.h"
#include "scanner/text.h"

#define SHOWN_MAX 300 /* bytes: longer than any name */

char *
policy_shown(const char *text)
{
	size_t length = strnlen(text, SHOWN_MAX);
	char *clean = text_of_bytes(text, length, 0), *shown;

	if (text[length] == '\0')
		return clean;
	shown = mem_printf("%s...", clean);
	free(clean);
	return shown;
}

static void
append(char **place, const char *separator, const char *text)
{
	char *clean = policy_shown(text),
	     *longer = mem_printf("%s%s%s", *place, separator, clean);

	free(clean);
	free(*place);
	*place = longer;
}

void
policy_tell(const struct policy_reading *reading, enum policy_level level, const char *member,
	    size_t index, const char *format, ...)
{
	char *place, says[SHOWN_MAX * 8], number[24];
	va_list list;

	if (reading->fault == NULL)
		return;
	place = mem_strdup(reading->part);
	if (reading->key != NULL)
		append(&place, ".", reading->key);
	if (member != NULL)
		append(&place, *place != '\0' ? "." : "", member);
	snprintf(number, sizeof number, "[%zu]", index);
	if (index != POLICY_NO_INDEX)
		append(&place, "", number);
	va_start(list, format);
	vsnprintf(says, sizeof says, format, list);
	va_end(list);
	reading->fault(level, place, says, reading->arg);
	free(place);
}

static bool
read_mode(const struct policy_reading *reading, json_t *object, struct policy_demand *demand)
{
	json_t *json = json_object_get(object, "mode");
	const char *word = json_is_string(json) ? json_string_value(json) : "";

	for (int mode = POLICY_NONE; mode <= POLICY_ENFORCE; mode++) {
		if (strcmp(word, policy_mode_names[mode]) != 0)
			continue;
		demand->mode = (enum policy_mode)mode;
		if (mode == POLICY_NONE)
			policy_tell(reading, POLICY_ODD, "mode", POLICY_NO_INDEX,
				    "asks for nothing, and is no mode of format 0.1");
		return true;
	}
	if (json == NULL)
		policy_tell(reading, POLICY_FAULT, NULL, POLICY_NO_INDEX, "has no mode");
	else
		policy_tell(reading, POLICY_FAULT, "mode", POLICY_NO_INDEX,
			    "is neither testing nor enforce");
	return false;
}

static bool
read_pattern(const struct policy_reading *reading, json_t *json, size_t index, char **pattern)
{
	const char *text = json_string_value(json), *reason;
	char name[POLICY_NAME_MAX + 1];

	if (text == NULL) {
		policy_tell(reading, POLICY_FAULT, "mxs", index, "is not a text");
		return false;
	}
	reason = policy_fold_pattern(text, name);
	if (reason != NULL) {
		char *shown = policy_shown(text);

		policy_tell(reading, POLICY_FAULT, "mxs", index, "%s: %s", shown, reason);
		free(shown);
		return false;
	}
	if (strcmp(text, name) != 0)
		policy_tell(reading, POLICY_ODD, "mxs", index, "is read as %s", name);
	*pattern = mem_strdup(name);
	return true;
}

struct numbered {
	const char *pattern;
	size_t index;
};

static int
compare(const void *a, const void *b)
{
	const struct numbered *x = a, *y = b;
	int order = strcmp(x->pattern, y->pattern);

	return order != 0 ? order : (x->index > y->index) - (x->index < y->index);
}

static void
tell_repeated(const struct policy_reading *reading, const struct policy_demand *demand)
{
	struct numbered *sorted = mem_alloc((demand->count + 1) * sizeof *sorted);

	for (size_t i = 0; i < demand->count; i++)
		sorted[i] = (struct numbered){ demand->mxs[i], i };
	qsort(sorted, demand->count, sizeof *sorted, compare);
	for (size_t i = 1; i < demand->count; i++)
		if (strcmp(sorted[i - 1].pattern, sorted[i].pattern) == 0)
			policy_tell(reading, POLICY_ODD, "mxs", sorted[i].index,
				    "stands there twice: %s", sorted[i].pattern);
	free(sorted);
}

static bool
read_patterns(const struct policy_reading *reading, json_t *mxs, struct policy_demand *demand)
{
	size_t count = json_array_size(mxs);
	bool good = true;

	demand->mxs = mem_alloc((count + 1) * sizeof *demand->mxs);
	for (size_t i = 0; i < count; i++) {
		if (read_pattern(reading, json_array_get(mxs, i), i,
				 &demand->mxs[demand->count]))
			demand->count++;
		else
			good = false;
	}
	if (good && count > 1)
		tell_repeated(reading, demand);
	return good;
}

static bool
read_mxs(const struct policy_reading *reading, json_t *object, struct policy_demand *demand,
	 bool mode_known)
{
	json_t *mxs = json_object_get(object, "mxs");
	bool none = mode_known && demand->mode == POLICY_NONE;

	if (mxs == NULL && !none)
		policy_tell(reading, POLICY_FAULT, NULL, POLICY_NO_INDEX, "has no mxs");
	else if (mxs != NULL && !json_is_array(mxs))
		policy_tell(reading, POLICY_FAULT, "mxs", POLICY_NO_INDEX, "is not an array");
	else if (json_array_size(mxs) == 0 && !none)
		policy_tell(reading, POLICY_FAULT, "mxs", POLICY_NO_INDEX,
			    "is empty: no MX host would do");
	else
		return read_patterns(reading, mxs, demand);
	return false;
}

bool
policy_read_demand(const struct policy_reading *reading, json_t *object,
		   struct policy_demand *demand)
{
	bool mode = read_mode(reading, object, demand);
	bool good = read_mxs(reading, object, demand, mode) && mode;

	if (!good)
		policy_demand_clear(demand);
	return good;
}
