/* SPDX-License-Identifier: Apache-2.0 */
#include "output/mx_sets.h"

#include <stdlib.h>
#include <string.h>

#include "output/bulk.h"
#include "output/sql.h"
#include "scanner/mem.h"
#include "scanner/table.h"

#define SLOTS 1024

/* Columns of mx_host. */
enum { MX_SET, HOST, PREFERENCE, COLUMNS };

/* Two words a host, in the order of the hosts: its id, its preference. */
struct members {
	size_t count;
	int64_t *words;
};

struct slot {
	int64_t id; /* 0: empty */
	struct members members;
};

struct mx_sets {
	struct bulk *rows;
	int64_t last;           /* id that was given */
	struct members members; /* of the domain that is being put */
	struct slot slots[SLOTS];
};

struct mx_sets *
mx_sets_open(sqlite3 *db)
{
	struct mx_sets *sets = mem_alloc(sizeof *sets);

	sets->rows = bulk_open(db, "mx_host", COLUMNS, "");
	sets->last = sql_number(db, "SELECT coalesce(max(mx_set), 0) FROM mx_host", 0);
	return sets;
}

/* Keeps the order; where the host is there already, the lower preference. */
static void
add_member(struct members *members, const struct host_link *link)
{
	int64_t *words = members->words;
	size_t at = 2 * members->count;

	while (at > 0 && words[at - 2] >= link->host)
		at -= 2;
	if (at < 2 * members->count && words[at] == link->host) {
		if (link->preference < words[at + 1])
			words[at + 1] = link->preference;
		return;
	}
	memmove(words + at + 2, words + at, (2 * members->count - at) * sizeof *words);
	words[at] = link->host;
	words[at + 1] = link->preference;
	members->count++;
}

static void
read_members(struct members *members, const struct host_link *links, size_t count)
{
	members->count = 0;
	members->words = mem_realloc(members->words, 2 * count * sizeof *members->words);
	for (size_t i = 0; i < count; i++)
		add_member(members, &links[i]);
}

static size_t
size_of(const struct members *members)
{
	return 2 * members->count * sizeof *members->words;
}

static bool
equal(const struct members *a, const struct members *b)
{
	return a->count == b->count && memcmp(a->words, b->words, size_of(a)) == 0;
}

static bool
store(struct mx_sets *sets, int64_t id)
{
	const struct members *members = &sets->members;

	for (size_t i = 0; i < members->count; i++) {
		bulk_int(sets->rows, MX_SET, id);
		bulk_int(sets->rows, HOST, members->words[2 * i]);
		if (members->words[2 * i + 1] >= 0)
			bulk_int(sets->rows, PREFERENCE, members->words[2 * i + 1]);
		else
			bulk_text(sets->rows, PREFERENCE, NULL);
		if (!bulk_next(sets->rows))
			return false;
	}
	return true;
}

int64_t
mx_sets_put(struct mx_sets *sets, const struct host_link *links, size_t count)
{
	struct members *members = &sets->members;
	struct slot *slot;

	if (count == 0)
		return 0;
	read_members(members, links, count);
	slot = &sets->slots[table_hash(members->words, size_of(members)) % SLOTS];
	if (slot->id != 0 && equal(&slot->members, members))
		return slot->id;
	if (!store(sets, sets->last + 1))
		return -1;
	free(slot->members.words);
	slot->id = ++sets->last;
	slot->members = *members;
	slot->members.words = mem_dup(members->words, size_of(members));
	return slot->id;
}

bool
mx_sets_flush(struct mx_sets *sets)
{
	return bulk_flush(sets->rows);
}

/* The ids stay given: some may be in the database. */
void
mx_sets_forget(struct mx_sets *sets)
{
	bulk_forget(sets->rows);
	for (size_t i = 0; i < SLOTS; i++) {
		free(sets->slots[i].members.words);
		sets->slots[i] = (struct slot){ 0 };
	}
}

void
mx_sets_close(struct mx_sets *sets)
{
	if (sets == NULL)
		return;
	mx_sets_forget(sets);
	bulk_close(sets->rows);
	free(sets->members.words);
	free(sets);
}
