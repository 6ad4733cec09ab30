/* SPDX-License-Identifier: Apache-2.0 */
#include "scanner/unheard.h"

#include <stdlib.h>

#include "scanner/clock.h"
#include "scanner/mem.h"
#include "scanner/table.h"

/* A time-out behind a connection may be the fault of one domain; so many in a row
 * are the fault of the address. */
#define TIMEOUTS_BELIEVED 8

#define BELIEVED_FOR (INT64_C(600) * 1000000) /* microseconds; then it is asked again */

struct unheard {
	struct table table;
	unsigned limit;
};

/* An address at which nobody spoke the last time. */
struct entry {
	struct table_entry entry;
	struct address address;
	unsigned failures;         /* of one kind, in a row */
	int64_t noted;             /* monotonic: the last of them */
	enum sts_fetch_word fetch; /* the rest: of the last of them */
	char *detail;
	int64_t started;
};

static bool
equal(const struct table_entry *entry, const void *address)
{
	return address_equal(&table_owner(entry, struct entry, entry)->address, address);
}

struct unheard *
unheard_new(unsigned limit)
{
	struct unheard *unheard = mem_alloc(sizeof *unheard);

	table_init(&unheard->table, equal);
	unheard->limit = limit;
	return unheard;
}

static void
entry_free(struct entry *entry)
{
	free(entry->detail);
	free(entry);
}

void
unheard_free(struct unheard *unheard)
{
	struct table_entry *entry;

	if (unheard == NULL)
		return;
	while ((entry = table_take(&unheard->table)) != NULL)
		entry_free(table_owner(entry, struct entry, entry));
	table_clear(&unheard->table);
	free(unheard);
}

bool
unheard_silence(const struct sts_facts *facts)
{
	return facts->fetch == STS_FETCH_TCP ||
	       (facts->fetch == STS_FETCH_TIMEOUT && !facts->secured);
}

static struct entry *
find(const struct unheard *unheard, const struct address *address)
{
	struct table_entry *entry =
	    table_find(&unheard->table, table_hash(address, sizeof *address), address);

	return entry != NULL ? table_owner(entry, struct entry, entry) : NULL;
}

static struct entry *
add(struct unheard *unheard, const struct address *address)
{
	struct entry *entry = mem_alloc(sizeof *entry);

	entry->address = *address;
	table_add(&unheard->table, &entry->entry, table_hash(address, sizeof *address));
	return entry;
}

void
unheard_note(struct unheard *unheard, const struct sts_facts *facts)
{
	struct entry *entry = find(unheard, &facts->address);

	if (unheard_silence(facts)) {
		if (entry == NULL)
			entry = add(unheard, &facts->address);
		free(entry->detail);
		if (entry->fetch != facts->fetch)
			entry->failures = 0;
		entry->failures++;
		entry->noted = clock_monotonic();
		entry->fetch = facts->fetch;
		entry->detail = mem_strdup(facts->detail);
		entry->started = facts->started;
	} else if (entry != NULL) {
		table_remove(&unheard->table, &entry->entry);
		entry_free(entry);
	}
}

static unsigned
needed(const struct unheard *unheard, enum sts_fetch_word fetch)
{
	return fetch == STS_FETCH_TCP || unheard->limit > TIMEOUTS_BELIEVED ? unheard->limit
									    : TIMEOUTS_BELIEVED;
}

bool
unheard_knows(const struct unheard *unheard, const struct address *address)
{
	const struct entry *entry = find(unheard, address);

	return entry != NULL && entry->failures >= needed(unheard, entry->fetch) &&
	       clock_monotonic() - entry->noted <= BELIEVED_FOR;
}

struct sts_facts *
unheard_recall(const struct unheard *unheard, const struct address *address)
{
	const struct entry *entry = find(unheard, address);
	struct sts_facts *facts;

	if (!unheard_knows(unheard, address))
		return NULL;
	facts = sts_facts_new();
	facts->fetch = entry->fetch;
	facts->address = *address;
	facts->detail = mem_strdup(entry->detail);
	facts->started = entry->started;
	return facts;
}
