/* SPDX-License-Identifier: Apache-2.0 */
#include "scanner/silent.h"

#include <stdlib.h>

#include "scanner/mem.h"
#include "scanner/table.h"

struct silent {
	struct table table;
};

struct entry {
	struct table_entry entry;
	struct address address;
	enum tcp_word tcp;
	enum greeting_word greeting;
	int64_t started;
};

static bool
equal(const struct table_entry *entry, const void *address)
{
	return address_equal(&table_owner(entry, struct entry, entry)->address, address);
}

struct silent *
silent_new(void)
{
	struct silent *silent = mem_alloc(sizeof *silent);

	table_init(&silent->table, equal);
	return silent;
}

void
silent_free(struct silent *silent)
{
	struct table_entry *entry;

	if (silent == NULL)
		return;
	while ((entry = table_take(&silent->table)) != NULL)
		free(table_owner(entry, struct entry, entry));
	table_clear(&silent->table);
	free(silent);
}

static const struct entry *
find(const struct silent *silent, const struct address *address)
{
	struct table_entry *entry =
	    table_find(&silent->table, table_hash(address, sizeof *address), address);

	return entry != NULL ? table_owner(entry, struct entry, entry) : NULL;
}

static bool
nobody_spoke(const struct server_facts *facts)
{
	return facts->tcp == TCP_REFUSED || facts->tcp == TCP_TIMEOUT ||
	       facts->tcp == TCP_UNREACHABLE ||
	       (facts->greeting == GREETING_TIMEOUT && facts->greeting_text == NULL);
}

void
silent_note(struct silent *silent, const struct server_facts *facts)
{
	struct entry *entry;

	if (!nobody_spoke(facts) || find(silent, &facts->address) != NULL)
		return;
	entry = mem_alloc(sizeof *entry);
	entry->address = facts->address;
	entry->tcp = facts->tcp;
	entry->greeting = facts->greeting;
	entry->started = facts->started;
	table_add(&silent->table, &entry->entry,
		  table_hash(&facts->address, sizeof facts->address));
}

struct server_facts *
silent_recall(const struct silent *silent, const struct address *address)
{
	const struct entry *entry = find(silent, address);
	struct server_facts *facts;

	if (entry == NULL)
		return NULL;
	facts = server_facts_new();
	facts->address = *address;
	facts->tcp = entry->tcp;
	facts->greeting = entry->greeting;
	facts->started = entry->started;
	return facts;
}
