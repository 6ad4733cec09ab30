/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A hash table of things that embed a table_entry; it owns none of them.  The
 * hash is keyed with random bytes at start, because the names in it are chosen
 * by strangers.
 */
#ifndef SCANNER_TABLE_H
#define SCANNER_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct table_entry {
	struct table_entry *next;
	uint32_t hash;
};

typedef bool table_equal(const struct table_entry *entry, const void *key);

struct table {
	struct table_entry **slots;
	size_t count, capacity;
	table_equal *equal;
};

uint32_t table_hash(const void *bytes, size_t length);
void table_init(struct table *table, table_equal *equal);
/* Forgets the entries; the things themselves stay their owner's. */
void table_clear(struct table *table);
struct table_entry *table_find(const struct table *table, uint32_t hash, const void *key);
/* entry->hash is set by the table. */
void table_add(struct table *table, struct table_entry *entry, uint32_t hash);
void table_remove(struct table *table, struct table_entry *entry);
/* For taking all apart: removes and returns some entry, NULL when there is none
 * left.  Nothing but table_take and table_clear may be called afterwards. */
struct table_entry *table_take(struct table *table);

/* The entry's owner. */
#define table_owner(entry, type, member) ((type *)((char *)(entry)-offsetof(type, member)))

#endif
