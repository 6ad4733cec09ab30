/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "scanner/table.h"
#include "tests/unit/test.h"

#define ITEMS 1000

struct item {
	int number;
	struct table_entry entry;
};

static struct item items[ITEMS];

static bool
equal(const struct table_entry *entry, const void *key)
{
	return table_owner(entry, struct item, entry)->number == *(const int *)key;
}

static bool
has(const struct table *table, int number)
{
	struct table_entry *entry =
	    table_find(table, table_hash(&number, sizeof number), &number);

	return entry != NULL && table_owner(entry, struct item, entry) == &items[number];
}

static void
add_all(struct table *table)
{
	for (int i = 0; i < ITEMS; i++) {
		items[i].number = i;
		table_add(table, &items[i].entry, table_hash(&i, sizeof i));
	}
}

static void
finds_what_was_added(void)
{
	struct table table;
	int found = 0, gone = 0;

	table_init(&table, equal);
	CHECK(!has(&table, 3));
	add_all(&table);
	CHECK(table.count == ITEMS);
	for (int i = 0; i < ITEMS; i++)
		found += has(&table, i);
	CHECK(found == ITEMS);
	for (int i = 0; i < ITEMS; i += 2)
		table_remove(&table, &items[i].entry);
	CHECK(table.count == ITEMS / 2);
	for (int i = 0; i < ITEMS; i++)
		gone += has(&table, i) != (i % 2 == 1);
	CHECK(gone == 0);
	table_clear(&table);
}

static void
is_taken_apart(void)
{
	struct table table;
	struct table_entry *entry;
	int sum = 0;

	table_init(&table, equal);
	CHECK(table_take(&table) == NULL);
	add_all(&table);
	while ((entry = table_take(&table)) != NULL)
		sum += table_owner(entry, struct item, entry)->number;
	CHECK(sum == ITEMS * (ITEMS - 1) / 2);
	CHECK(table.count == 0);
	table_clear(&table);
}

static void
many_in_one_slot(void)
{
	struct table table;
	int found = 0;

	table_init(&table, equal);
	for (int i = 0; i < 100; i++) {
		items[i].number = i;
		table_add(&table, &items[i].entry, 7);
	}
	for (int i = 0; i < 100; i++)
		found += table_find(&table, 7, &i) == &items[i].entry;
	CHECK(found == 100);
	table_clear(&table);
}

static void
hashes_depend_on_every_byte(void)
{
	char a[] = "mx1.example.org", b[] = "mx2.example.org";

	CHECK(table_hash(a, sizeof a) == table_hash(a, sizeof a));
	CHECK(table_hash(a, sizeof a) != table_hash(b, sizeof b));
	CHECK(table_hash("", 0) == table_hash(NULL, 0));
}

int
main(void)
{
	RUN(finds_what_was_added);
	RUN(is_taken_apart);
	RUN(many_in_one_slot);
	RUN(hashes_depend_on_every_byte);
	return test_end();
}
