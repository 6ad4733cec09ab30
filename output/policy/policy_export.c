/* SPDX-License-Identifier: Apache-2.0 */
#include "output/policy/policy_export.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "output/policy/export_parts.h"
#include "scanner/mem.h"

enum { MOST_OF_NAME = 253, MOST_OF_LABEL = 63, MOST_OF_AUTHOR = 200 };

/* Names for one item; the room is kept from entry to entry. */
struct names {
	size_t count, room;
	const char **names;
};

const struct policy_form *const policy_forms[] = {
	&export_postfix,  &export_postfix_3_10,   &export_exim, &export_opensmtpd,
	&export_sendmail, &export_mta_sts_daemon, NULL,
};

const struct policy_form *
policy_form_find(const char *name)
{
	for (const struct policy_form *const *form = policy_forms; *form != NULL; form++)
		if (strcmp((*form)->name, name) == 0)
			return *form;
	return NULL;
}

static void
write_time(const char *what, int64_t seconds, FILE *out)
{
	time_t moment = (time_t)seconds;
	struct tm parts;
	char text[64];
	if (gmtime_r(&moment, &parts) == NULL ||
	    strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", &parts) == 0)
		fprintf(out, "# %s: %" PRId64 " seconds since 1970\n", what, seconds);
	else
		fprintf(out, "# %s: %s\n", what, text);
}

/* One line whatever the author is; a backslash could go on to the next. */
static void
write_author(const char *author, FILE *out)
{
	fputs("# A STARTTLS policy list by ", out);
	if (author == NULL || *author == '\0')
		author = "nobody named";
	for (size_t i = 0; i < MOST_OF_AUTHOR && author[i] != '\0'; i++) {
		unsigned char c = (unsigned char)author[i];
		fputc(c < 128 && isprint(c) && c != '\\' ? c : '?', out);
	}
	fputc('\n', out);
}

void
export_head(const struct policy_export *export, const char *const *notes, FILE *out)
{
	write_author(export->list->author, out);
	write_time("list", export->list->timestamp, out);
	write_time("expires", export->list->expires, out);
	write_time("exported", export->at, out);
	if (export->expired)
		fputs("# The list has expired: there are no entries here. "
		      "Fetch a newer list.\n",
		      out);
	fputs("#\n", out);
	for (; *notes != NULL; notes++)
		fprintf(out, "#%s%s\n", **notes != '\0' ? " " : "", *notes);
	fputs("#\n", out);
}

static bool
is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

static bool
is_name(const char *text)
{
	size_t label = 0, i = 0;
	for (; text[i] != '\0'; i++) {
		if (i >= MOST_OF_NAME || label > MOST_OF_LABEL)
			return false;
		if (text[i] == '.' && (label == 0 || text[i - 1] == '-'))
			return false;
		if (text[i] != '.' && !is_letter(text[i]) && (text[i] != '-' || label == 0))
			return false;
		label = text[i] == '.' ? 0 : label + 1;
	}
	return label > 0 && label <= MOST_OF_LABEL && text[i - 1] != '-';
}

/* A name, or a dot and two labels: all of a top-level domain is no mail service. */
static bool
is_pattern(const char *text)
{
	return *text == '.' ? is_name(text + 1) && strchr(text + 1, '.') != NULL
			    : is_name(text);
}

static void
add(struct names *names, const char *name)
{
	if (names->count == names->room) {
		names->room = names->room ? 2 * names->room : 16;
		names->names = mem_realloc(names->names, names->room * sizeof(*names->names));
	}
	names->names[names->count++] = name;
}

static void
take_patterns(const struct policy_demand *demand, struct names *patterns)
{
	patterns->count = 0;
	for (size_t i = 0; i < demand->count; i++)
		if (is_pattern(demand->mxs[i]))
			add(patterns, demand->mxs[i]);
}

static bool
is_within(const char *host, const struct names *patterns)
{
	for (size_t i = 0; i < patterns->count; i++)
		if (policy_pattern_matches(patterns->names[i], host))
			return true;
	return false;
}

/* Returns whether the domain's hosts are known at all. */
static bool
take_hosts(const struct policy_export *export, const char *domain, const struct names *patterns,
	   struct names *hosts)
{
	const char *const *known = NULL;
	size_t count = export->hosts != NULL ? export->hosts(export->arg, domain, &known) : 0;
	hosts->count = 0;
	for (size_t i = 0; i < count; i++)
		if (is_name(known[i]) && is_within(known[i], patterns))
			add(hosts, known[i]);
	return count > 0;
}

static void
write_entry(const struct policy_export *export, const struct policy_entry *entry,
	    struct names room[2], export_line *line, FILE *out)
{
	const struct policy_demand *demand = policy_demand_of(entry);
	if (demand->mode == POLICY_NONE)
		return;
	take_patterns(demand, &room[0]);
	if (!is_name(entry->domain) || room[0].count == 0) {
		fputs("# An entry is left out: it has no name that can be written here.\n",
		      out);
		return;
	}
	if (room[0].count < demand->count)
		fprintf(out, "# %zu MX names of the next entry cannot be written here.\n",
			demand->count - room[0].count);
	struct export_item item = {
		.domain = entry->domain,
		.mark = demand->mode == POLICY_TESTING && !export->early_adopter ? "# testing: "
										 : "",
		.dane =
		    export->has_dane != NULL && export->has_dane(export->arg, entry->domain),
		.hosts_known = take_hosts(export, entry->domain, &room[0], &room[1]),
	};
	item.patterns = room[0].names;
	item.pattern_count = room[0].count;
	item.hosts = room[1].names;
	item.host_count = room[1].count;
	line(export, &item, out);
}

void
export_each(const struct policy_export *export, export_line *line, FILE *out)
{
	struct names room[2] = { 0 };
	for (size_t i = 0; i < export->list->entry_count && !export->expired; i++)
		write_entry(export, &export->list->entries[i], room, line, out);
	free(room[0].names);
	free(room[1].names);
}
