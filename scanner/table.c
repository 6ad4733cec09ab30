/* SPDX-License-Identifier: Apache-2.0 */
#include "scanner/table.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "scanner/log.h"
#include "scanner/mem.h"

#define FIRST_CAPACITY 64

static uint64_t hash_key[2];
static pthread_once_t keyed = PTHREAD_ONCE_INIT;

static void
draw_key(void)
{
	if (getrandom(hash_key, sizeof hash_key, 0) != (ssize_t)sizeof hash_key)
		die("no random bytes from the kernel");
}

/* Folds two words into one: the product's halves, as in wyhash. */
static uint64_t
mix(uint64_t a, uint64_t b)
{
	unsigned __int128 product = (unsigned __int128)a * b;

	return (uint64_t)product ^ (uint64_t)(product >> 64);
}

uint32_t
table_hash(const void *bytes, size_t length)
{
	const uint8_t *p = bytes;
	uint64_t state, word;

	pthread_once(&keyed, draw_key);
	state = hash_key[0] ^ length;
	for (; length >= 8; p += 8, length -= 8) {
		memcpy(&word, p, 8);
		state = mix(state ^ word, hash_key[1] | 1);
	}
	word = 0;
	for (size_t i = 0; i < length; i++)
		word |= (uint64_t)p[i] << 8 * i;
	state = mix(state ^ word, hash_key[1] | 1);
	return (uint32_t)(mix(state, 0x9e3779b97f4a7c15u ^ hash_key[0]) >> 16);
}

void
table_init(struct table *table, table_equal *equal)
{
	memset(table, 0, sizeof *table);
	table->equal = equal;
}

void
table_clear(struct table *table)
{
	free(table->slots);
	table->slots = NULL;
	table->count = table->capacity = 0;
}

static struct table_entry **
slot_of(const struct table *table, uint32_t hash)
{
	return &table->slots[hash & (table->capacity - 1)];
}

struct table_entry *
table_find(const struct table *table, uint32_t hash, const void *key)
{
	if (table->capacity == 0)
		return NULL;
	for (struct table_entry *e = *slot_of(table, hash); e != NULL; e = e->next)
		if (e->hash == hash && table->equal(e, key))
			return e;
	return NULL;
}

static void
grow(struct table *table)
{
	struct table old = *table;

	table->capacity = old.capacity > 0 ? old.capacity * 2 : FIRST_CAPACITY;
	table->slots = mem_alloc(table->capacity * sizeof *table->slots);
	for (size_t i = 0; i < old.capacity; i++)
		for (struct table_entry *e = old.slots[i], *next; e != NULL; e = next) {
			struct table_entry **slot = slot_of(table, e->hash);

			next = e->next;
			e->next = *slot;
			*slot = e;
		}
	free(old.slots);
}

void
table_add(struct table *table, struct table_entry *entry, uint32_t hash)
{
	struct table_entry **slot;

	if (table->count >= table->capacity)
		grow(table);
	slot = slot_of(table, hash);
	entry->hash = hash;
	entry->next = *slot;
	*slot = entry;
	table->count++;
}

void
table_remove(struct table *table, struct table_entry *entry)
{
	struct table_entry **at = slot_of(table, entry->hash);

	while (*at != entry)
		at = &(*at)->next;
	*at = entry->next;
	table->count--;
}

struct table_entry *
table_take(struct table *table)
{
	while (table->capacity > 0) {
		struct table_entry *entry = table->slots[table->capacity - 1];

		if (entry != NULL) {
			table->slots[table->capacity - 1] = entry->next;
			table->count--;
			return entry;
		}
		table->capacity--;
	}
	return NULL;
}
