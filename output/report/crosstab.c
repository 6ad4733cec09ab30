/* SPDX-License-Identifier: Apache-2.0 */
#include "output/report/crosstab.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "output/sql.h"
#include "scanner/mem.h"
#include "scanner/table.h"

#define MOST 65536 /* combinations in memory */

/* The values of one row, each its length and its bytes.  Lengths that are none: NULL, and a
 * number as it is in memory. */
#define LENGTH_NULL   UINT32_MAX
#define LENGTH_NUMBER (UINT32_MAX - 1)

struct key {
	size_t length, capacity;
	char *bytes;
};

struct combination {
	struct table_entry entry;
	int64_t n;
	size_t length;
	char bytes[];
};

struct crosstab {
	int first, columns;
	struct table table;
	struct key key; /* of the row that is being read */
	sqlite3_stmt *insert;
};

static bool
same(const struct table_entry *entry, const void *key)
{
	const struct combination *c = table_owner(entry, struct combination, entry);
	const struct key *k = key;

	return c->length == k->length && memcmp(c->bytes, k->bytes, c->length) == 0;
}

static void
append(struct key *key, uint32_t length, const void *bytes, size_t size)
{
	size_t all = key->length + sizeof length + size;

	if (all > key->capacity) {
		key->capacity = 2 * all;
		key->bytes = mem_realloc(key->bytes, key->capacity);
	}
	memcpy(key->bytes + key->length, &length, sizeof length);
	if (size > 0)
		memcpy(key->bytes + key->length + sizeof length, bytes, size);
	key->length = all;
}

/* column_blob gives a text without the copy that a terminating NUL would need. */
static void
append_column(struct key *key, sqlite3_stmt *row, int column)
{
	int type = sqlite3_column_type(row, column);
	int64_t number;
	const void *bytes;
	uint32_t length;

	if (type == SQLITE_NULL) {
		append(key, LENGTH_NULL, NULL, 0);
	} else if (type == SQLITE_INTEGER) {
		number = sqlite3_column_int64(row, column);
		append(key, LENGTH_NUMBER, &number, sizeof number);
	} else {
		bytes = type == SQLITE_TEXT ? sqlite3_column_blob(row, column)
					    : sqlite3_column_text(row, column);
		length = (uint32_t)sqlite3_column_bytes(row, column);
		append(key, length, bytes, length);
	}
}

static void
count_row(struct crosstab *tab, sqlite3_stmt *row)
{
	struct table_entry *found;
	struct combination *c;
	uint32_t hash;

	tab->key.length = 0;
	for (int i = 0; i < tab->columns; i++)
		append_column(&tab->key, row, tab->first + i);
	hash = table_hash(tab->key.bytes, tab->key.length);
	found = table_find(&tab->table, hash, &tab->key);
	if (found != NULL) {
		table_owner(found, struct combination, entry)->n++;
		return;
	}
	c = mem_alloc(sizeof *c + tab->key.length);
	c->n = 1;
	c->length = tab->key.length;
	memcpy(c->bytes, tab->key.bytes, c->length);
	table_add(&tab->table, &c->entry, hash);
}

/* Takes a value off the front of *from and binds it, a number as its text. */
static void
bind_value(sqlite3_stmt *insert, int column, const char **from)
{
	char text[24];
	uint32_t length;
	int64_t number;

	memcpy(&length, *from, sizeof length);
	*from += sizeof length;
	if (length == LENGTH_NULL) {
		sqlite3_bind_null(insert, column);
	} else if (length == LENGTH_NUMBER) {
		memcpy(&number, *from, sizeof number);
		*from += sizeof number;
		snprintf(text, sizeof text, "%" PRId64, number);
		sqlite3_bind_text(insert, column, text, -1, SQLITE_TRANSIENT);
	} else {
		sqlite3_bind_text(insert, column, *from, (int)length, SQLITE_STATIC);
		*from += length;
	}
}

static bool
insert(struct crosstab *tab, const struct combination *c)
{
	const char *from = c->bytes;

	for (int i = 1; i <= tab->columns; i++)
		bind_value(tab->insert, i, &from);
	sqlite3_bind_int64(tab->insert, tab->columns + 1, c->n);
	return sql_finish(tab->insert);
}

/* Takes the table apart, whether or not the rows can be written. */
static bool
write_out(struct crosstab *tab)
{
	struct table_entry *entry;
	bool ok = true;

	while ((entry = table_take(&tab->table)) != NULL) {
		struct combination *c = table_owner(entry, struct combination, entry);

		ok = ok && insert(tab, c);
		free(c);
	}
	table_clear(&tab->table);
	table_init(&tab->table, same);
	return ok;
}

static bool
count_all(struct crosstab tabs[], int count, sqlite3_stmt *rows)
{
	bool ok = true;

	while (ok && sqlite3_step(rows) == SQLITE_ROW)
		for (int i = 0; i < count; i++) {
			count_row(&tabs[i], rows);
			if (tabs[i].table.count >= MOST)
				ok = write_out(&tabs[i]) && ok;
		}
	for (int i = 0; i < count; i++)
		ok = write_out(&tabs[i]) && ok;
	return ok && sqlite3_reset(rows) == SQLITE_OK;
}

/* The table, and the statement that adds a row to it. */
static bool
create(sqlite3 *db, const char *name, sqlite3_stmt *rows, struct crosstab *tab)
{
	char *sql = NULL;
	size_t size;
	FILE *out = open_memstream(&sql, &size);
	bool ok;

	fprintf(out, "CREATE TEMP TABLE %s(", name);
	for (int i = 0; i < tab->columns; i++)
		fprintf(out, "%s, ", sqlite3_column_name(rows, tab->first + i));
	fputs("n INTEGER)", out);
	fclose(out);
	ok = sql_run(db, sql);
	free(sql);
	if (!ok)
		return false;
	out = open_memstream(&sql, &size);
	fprintf(out, "INSERT INTO temp.%s VALUES(", name);
	for (int i = 0; i < tab->columns; i++)
		fputs("?, ", out);
	fputs("?)", out);
	fclose(out);
	tab->insert = sql_prepare(db, sql);
	free(sql);
	return true;
}

/* Answers how many there are; ok: all could be made. */
static int
create_all(sqlite3 *db, const struct crosstab_table tables[CROSSTABS], sqlite3_stmt *rows,
	   struct crosstab tabs[CROSSTABS], bool *ok)
{
	int count = 0, first = 0;

	for (*ok = true; *ok && count < CROSSTABS && tables[count].name != NULL; count++) {
		tabs[count] =
		    (struct crosstab){ .first = first, .columns = tables[count].columns };
		table_init(&tabs[count].table, same);
		first += tables[count].columns;
		*ok = create(db, tables[count].name, rows, &tabs[count]);
	}
	return count;
}

bool
crosstab_make(sqlite3 *db, const struct crosstab_table tables[CROSSTABS], const char *select,
	      int64_t sweep)
{
	sqlite3_stmt *rows = sql_prepare(db, select);
	struct crosstab tabs[CROSSTABS];
	bool ok;
	int count = create_all(db, tables, rows, tabs, &ok);

	if (sqlite3_bind_parameter_count(rows) > 0)
		sqlite3_bind_int64(rows, 1, sweep);
	ok = ok && count_all(tabs, count, rows);
	for (int i = 0; i < count; i++) {
		table_clear(&tabs[i].table);
		free(tabs[i].key.bytes);
		sqlite3_finalize(tabs[i].insert);
	}
	sqlite3_finalize(rows);
	return ok;
}

bool
crosstab_drop(sqlite3 *db, const struct crosstab_table tables[CROSSTABS])
{
	bool ok = true;

	for (int i = 0; ok && i < CROSSTABS && tables[i].name != NULL; i++) {
		char *sql = mem_printf("DROP TABLE IF EXISTS temp.%s", tables[i].name);

		ok = sql_run(db, sql);
		free(sql);
	}
	return ok;
}
