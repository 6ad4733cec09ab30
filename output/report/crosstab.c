/* SPDX-License-Identifier: Apache-2.0 */
#include "output/report/crosstab.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "output/sql.h"
#include "scanner/mem.h"
#include "scanner/table.h"

#define MOST 65536 /* combinations in memory */

/* The values of one row, each its length and its bytes; a length of NONE is NULL. */
#define NONE UINT32_MAX

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
	int columns;
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
append(struct key *key, const void *bytes, size_t length)
{
	if (key->length + length > key->capacity) {
		key->capacity = 2 * (key->length + length);
		key->bytes = mem_realloc(key->bytes, key->capacity);
	}
	if (length > 0)
		memcpy(key->bytes + key->length, bytes, length);
	key->length += length;
}

/* column_blob gives a text without the copy that a terminating NUL would need. */
static void
append_column(struct key *key, sqlite3_stmt *row, int column)
{
	int type = sqlite3_column_type(row, column);
	uint32_t length = NONE;
	const void *bytes;

	if (type == SQLITE_NULL) {
		append(key, &length, sizeof length);
		return;
	}
	bytes = type == SQLITE_TEXT ? sqlite3_column_blob(row, column)
				    : sqlite3_column_text(row, column);
	length = (uint32_t)sqlite3_column_bytes(row, column);
	append(key, &length, sizeof length);
	append(key, bytes, length);
}

static void
count_row(struct crosstab *tab, sqlite3_stmt *row)
{
	struct table_entry *found;
	struct combination *c;
	uint32_t hash;

	tab->key.length = 0;
	for (int i = 0; i < tab->columns; i++)
		append_column(&tab->key, row, i);
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

static bool
insert(struct crosstab *tab, const struct combination *c)
{
	const char *from = c->bytes;
	uint32_t length;

	for (int i = 1; i <= tab->columns; i++) {
		memcpy(&length, from, sizeof length);
		from += sizeof length;
		if (length == NONE) {
			sqlite3_bind_null(tab->insert, i);
			continue;
		}
		sqlite3_bind_text(tab->insert, i, from, (int)length, SQLITE_STATIC);
		from += length;
	}
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
count(struct crosstab *tab, sqlite3_stmt *rows)
{
	bool ok = true;

	while (ok && sqlite3_step(rows) == SQLITE_ROW) {
		count_row(tab, rows);
		if (tab->table.count >= MOST)
			ok = write_out(tab);
	}
	return write_out(tab) && ok && sqlite3_reset(rows) == SQLITE_OK;
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
		fprintf(out, "%s, ", sqlite3_column_name(rows, i));
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

bool
crosstab_make(sqlite3 *db, const char *name, const char *select, int64_t sweep)
{
	sqlite3_stmt *rows = sql_prepare(db, select);
	struct crosstab tab = { .columns = sqlite3_column_count(rows) };
	bool ok;

	table_init(&tab.table, same);
	if (sqlite3_bind_parameter_count(rows) > 0)
		sqlite3_bind_int64(rows, 1, sweep);
	ok = create(db, name, rows, &tab) && count(&tab, rows);
	table_clear(&tab.table);
	free(tab.key.bytes);
	sqlite3_finalize(tab.insert);
	sqlite3_finalize(rows);
	return ok;
}

bool
crosstab_drop(sqlite3 *db, const char *name)
{
	char *sql = mem_printf("DROP TABLE IF EXISTS temp.%s", name);
	bool ok = sql_run(db, sql);

	free(sql);
	return ok;
}
