/* SPDX-License-Identifier: Apache-2.0 */
#include "output/policy/policy_diff.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "output/policy/policy_parts.h"
#include "scanner/mem.h"

struct diff {
	const struct policy_list *old, *new;
	policy_change *change;
	void *arg;
	size_t count;
	/* What is being compared, and the end of each line about it. */
	const char *part;
	char *name, *end;
};

static void tell(struct diff *diff, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static void
tell(struct diff *diff, const char *format, ...)
{
	char *what = NULL, *line;
	va_list list;

	va_start(list, format);
	if (vasprintf(&what, format, list) < 0)
		what = NULL;
	va_end(list);
	line = mem_printf("%s%s%s: %s%s", diff->part, diff->name != NULL ? "." : "",
			  diff->name != NULL ? diff->name : "", what != NULL ? what : "",
			  diff->end != NULL ? diff->end : "");
	diff->change(line, diff->arg);
	diff->count++;
	free(line);
	free(what);
}

static void
begin(struct diff *diff, const char *part, const char *name)
{
	free(diff->name);
	diff->part = part;
	diff->name = name != NULL ? policy_shown(name) : NULL;
}

static void
compare_times(struct diff *diff, const char *part, int64_t old, int64_t new)
{
	char from[POLICY_TIME_SIZE], to[POLICY_TIME_SIZE];

	begin(diff, part, NULL);
	if (old != new)
		tell(diff, "%s -> %s", policy_time_text(old, from), policy_time_text(new, to));
}

static void
compare_authors(struct diff *diff)
{
	const char *old = diff->old->author, *new = diff->new->author;
	char *from = policy_shown(old != NULL ? old : "nobody");
	char *to = policy_shown(new != NULL ? new : "nobody");

	begin(diff, "author", NULL);
	if ((old == NULL) != (new == NULL) || (old != NULL && strcmp(old, new) != 0))
		tell(diff, "%s -> %s", from, to);
	free(from);
	free(to);
}

static int
compare_texts(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The patterns in order, each once; the array is the caller's, the texts are lent. */
static char **
sorted(const struct policy_demand *demand, size_t *count)
{
	char **texts = mem_alloc((demand->count + 1) * sizeof *texts);

	*count = 0;
	if (demand->count > 0)
		memcpy(texts, demand->mxs, demand->count * sizeof *texts);
	qsort(texts, demand->count, sizeof *texts, compare_texts);
	for (size_t i = 0; i < demand->count; i++)
		if (*count == 0 || strcmp(texts[*count - 1], texts[i]) != 0)
			texts[(*count)++] = texts[i];
	return texts;
}

static void
compare_patterns(struct diff *diff, const struct policy_demand *old,
		 const struct policy_demand *new)
{
	size_t old_count, new_count, i = 0, j = 0;
	char **gone = sorted(old, &old_count), **come = sorted(new, &new_count);

	while (i < old_count || j < new_count) {
		/* <0: only the old list has what comes next, >0: only the new one */
		int which = i == old_count ? 1 : j == new_count ? -1 : strcmp(gone[i], come[j]);

		if (which < 0)
			tell(diff, "pattern removed: %s", gone[i]);
		else if (which > 0)
			tell(diff, "pattern added: %s", come[j]);
		i += which <= 0;
		j += which >= 0;
	}
	free(gone);
	free(come);
}

static void
compare_demands(struct diff *diff, const struct policy_demand *old,
		const struct policy_demand *new)
{
	if (old->mode != new->mode)
		tell(diff, "mode: %s -> %s", policy_mode_names[old->mode],
		     policy_mode_names[new->mode]);
	compare_patterns(diff, old, new);
}

static void
tell_demand(struct diff *diff, const char *event, const struct policy_demand *demand)
{
	tell(diff, "%s: %s, %zu pattern%s", event, policy_mode_names[demand->mode],
	     demand->count, demand->count == 1 ? "" : "s");
}

/* For each alias the number of domains that have it; the caller's. */
static size_t *
count_domains(const struct policy_list *list)
{
	size_t *domains = mem_alloc((list->alias_count + 1) * sizeof *domains);

	for (size_t i = 0; i < list->entry_count; i++)
		if (list->entries[i].alias != NULL)
			domains[list->entries[i].alias - list->aliases]++;
	return domains;
}

static void
begin_alias(struct diff *diff, const char *name, size_t domains)
{
	begin(diff, "policy-aliases", name);
	diff->end = mem_printf(" (%zu domain%s)", domains, domains == 1 ? "" : "s");
}

static void
compare_aliases(struct diff *diff)
{
	const struct policy_list *old = diff->old, *new = diff->new;
	size_t *old_domains = count_domains(old), *new_domains = count_domains(new);
	size_t i = 0, j = 0;

	while (i < old->alias_count || j < new->alias_count) {
		const struct policy_alias *gone = &old->aliases[i], *come = &new->aliases[j];
		int which = i == old->alias_count   ? 1
			    : j == new->alias_count ? -1
						    : strcmp(gone->name, come->name);

		if (which < 0) {
			begin_alias(diff, gone->name, old_domains[i]);
			tell_demand(diff, "removed", &gone->demand);
		} else {
			begin_alias(diff, come->name, new_domains[j]);
			if (which > 0)
				tell_demand(diff, "added", &come->demand);
			else
				compare_demands(diff, &gone->demand, &come->demand);
		}
		free(diff->end);
		diff->end = NULL;
		i += which <= 0;
		j += which >= 0;
	}
	free(old_domains);
	free(new_domains);
}

static char *
alias_shown(const struct policy_entry *entry)
{
	return entry->alias != NULL ? policy_shown(entry->alias->name) : mem_strdup("none");
}

/* An alias of the same name has been compared already. */
static void
compare_entry(struct diff *diff, const struct policy_entry *old, const struct policy_entry *new)
{
	bool either = old->alias != NULL || new->alias != NULL;
	bool both = old->alias != NULL && new->alias != NULL;
	char *from, *to;

	if (both && strcmp(old->alias->name, new->alias->name) == 0)
		return;
	from = alias_shown(old);
	to = alias_shown(new);
	if (either)
		tell(diff, "alias: %s -> %s", from, to);
	compare_demands(diff, policy_demand_of(old), policy_demand_of(new));
	free(from);
	free(to);
}

static void
tell_entry(struct diff *diff, const char *event, const struct policy_entry *entry)
{
	char *alias = alias_shown(entry);

	if (entry->alias != NULL)
		tell(diff, "%s: alias %s", event, alias);
	else
		tell_demand(diff, event, &entry->demand);
	free(alias);
}

static void
compare_entries(struct diff *diff)
{
	const struct policy_list *old = diff->old, *new = diff->new;
	size_t i = 0, j = 0;

	while (i < old->entry_count || j < new->entry_count) {
		const struct policy_entry *gone = &old->entries[i], *come = &new->entries[j];
		int which = i == old->entry_count   ? 1
			    : j == new->entry_count ? -1
						    : strcmp(gone->domain, come->domain);

		begin(diff, "policies", which < 0 ? gone->domain : come->domain);
		if (which < 0)
			tell_entry(diff, "removed", gone);
		else if (which > 0)
			tell_entry(diff, "added", come);
		else
			compare_entry(diff, gone, come);
		i += which <= 0;
		j += which >= 0;
	}
}

size_t
policy_diff(const struct policy_list *old, const struct policy_list *new, policy_change *change,
	    void *arg)
{
	struct diff diff = { .old = old, .new = new, .change = change, .arg = arg };

	compare_times(&diff, "timestamp", old->timestamp, new->timestamp);
	compare_times(&diff, "expires", old->expires, new->expires);
	compare_authors(&diff);
	compare_aliases(&diff);
	compare_entries(&diff);
	free(diff.name);
	return diff.count;
}
