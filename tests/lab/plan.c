/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/lab/plan.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "scanner/log.h"
#include "scanner/mem.h"

#define BUCKETS 32768

struct entry {
	struct place place;
	struct entry *next;
};

struct plan {
	struct place *first, **last; /* in the order of the file */
	struct entry *entries[BUCKETS];
};

static struct entry **
bucket_of(struct plan *plan, const struct address *address)
{
	uint32_t hash = 2166136261u;

	for (size_t i = 0; i < sizeof address->bytes; i++)
		hash = (hash ^ address->bytes[i]) * 16777619u;
	return &plan->entries[(hash ^ hash >> 16) % BUCKETS];
}

static struct place *
find_exactly(struct plan *plan, const struct address *address)
{
	struct entry *entry = *bucket_of(plan, address);

	while (entry != NULL && !address_equal(&entry->place.address, address))
		entry = entry->next;
	return entry != NULL ? &entry->place : NULL;
}

struct place *
plan_find(struct plan *plan, const struct address *address)
{
	struct address any = { .family = address->family };
	struct place *place = find_exactly(plan, address);

	return place != NULL ? place : find_exactly(plan, &any);
}

struct place *
plan_next(const struct plan *plan, const struct place *place)
{
	return place != NULL ? place->next : plan->first;
}

/* ADDRESS or ADDRESS/PORT. */
static bool
read_door(char *text, struct place *place)
{
	char *port = strchr(text, '/');

	if (port != NULL) {
		*port++ = '\0';
		place->port = (uint16_t)atoi(port);
	}
	return address_parse(&place->address, text);
}

static void
add_line(struct plan *plan, struct script *scripts, const char *file, unsigned number,
	 char *line)
{
	char *state = NULL, *address = strtok_r(line, " \t\n", &state);
	char *host = strtok_r(NULL, " \t\n", &state), *name = strtok_r(NULL, " \t\n", &state);
	char *kind = strtok_r(NULL, " \t\n", &state);
	struct entry *entry, **bucket;
	struct place place = { 0 };

	if (address == NULL || *address == '#')
		return;
	place.script = name != NULL ? script_find(scripts, name) : NULL;
	if (place.script == NULL)
		die("%s:%u: no such script: %s", file, number, name != NULL ? name : "");
	if (!read_door(address, &place) || find_exactly(plan, &place.address))
		die("%s:%u: no address, or one twice: %s", file, number, address);
	pki_check_kind(kind != NULL ? kind : "good");
	place.host = mem_strdup(host);
	place.kind = mem_strdup(kind != NULL ? kind : "good");
	bucket = bucket_of(plan, &place.address);
	entry = mem_alloc(sizeof *entry);
	entry->place = place;
	entry->next = *bucket;
	*bucket = entry;
	*plan->last = &entry->place;
	plan->last = &entry->place.next;
}

struct plan *
plan_read(const char *file, struct script *scripts)
{
	struct plan *plan = mem_alloc(sizeof *plan);
	FILE *stream = fopen(file, "r");
	char line[1024];

	if (stream == NULL)
		die("%s: %s", file, strerror(errno));
	plan->last = &plan->first;
	for (unsigned number = 1; fgets(line, sizeof line, stream) != NULL; number++)
		add_line(plan, scripts, file, number, line);
	fclose(stream);
	return plan;
}

void
plan_free(struct plan *plan)
{
	struct entry *entry;

	for (size_t i = 0; i < BUCKETS; i++)
		while ((entry = plan->entries[i]) != NULL) {
			plan->entries[i] = entry->next;
			free(entry->place.host);
			free(entry->place.kind);
			free(entry);
		}
	free(plan);
}
