/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The topic provider: how many domains depend on whom, and how they fare.  A domain
 * depends on each registrable domain that one of its MX hosts stands in, and counts
 * once for each.
 */
#include <stdlib.h>
#include <string.h>

#include "output/report/tally.h"
#include "output/report/tally_parts.h"
#include "output/sql.h"
#include "scanner/mem.h"
#include "scanner/table.h"

static const char *const names[SCORE_ANSWERED] = { "all", "starttls", "authenticated", "dane",
						   "mta_sts" };

struct tally_provider {
	struct table_entry entry;
	uint64_t turn; /* at which it was counted last */
	int64_t n[SCORES];
	char name[];
};

struct tally_providers {
	struct table table; /* until they are ranked */
	uint64_t turn;
	int64_t counted; /* domains of this turn */
	int64_t domains; /* of all turns */
};

static bool
has_name(const struct table_entry *entry, const void *name)
{
	return strcmp(table_owner(entry, struct tally_provider, entry)->name, name) == 0;
}

struct tally_providers *
tally_providers_new(void)
{
	struct tally_providers *p = mem_alloc(sizeof *p);

	table_init(&p->table, has_name);
	return p;
}

void
tally_providers_free(struct tally_providers *p)
{
	struct table_entry *entry;

	while ((entry = table_take(&p->table)) != NULL)
		free(table_owner(entry, struct tally_provider, entry));
	table_clear(&p->table);
	free(p);
}

struct tally_provider *
tally_providers_of(struct tally_providers *p, const char *name)
{
	size_t length = strlen(name);
	uint32_t hash = table_hash(name, length);
	struct table_entry *found = table_find(&p->table, hash, name);
	struct tally_provider *made;

	if (found != NULL)
		return table_owner(found, struct tally_provider, entry);
	made = mem_alloc(sizeof *made + length + 1);
	memcpy(made->name, name, length + 1);
	table_add(&p->table, &made->entry, hash);
	return made;
}

void
tally_providers_next(struct tally_providers *p, int64_t domains)
{
	p->turn++;
	p->counted = domains;
	p->domains += domains;
}

void
tally_providers_count(struct tally_providers *p, struct tally_provider *provider,
		      const bool scores[SCORES])
{
	if (provider->turn == p->turn)
		return;
	provider->turn = p->turn;
	for (int i = 0; i < SCORES; i++)
		if (scores[i])
			provider->n[i] += p->counted;
}

static int
by_size(const void *one, const void *other)
{
	const struct tally_provider *a = *(struct tally_provider *const *)one;
	const struct tally_provider *b = *(struct tally_provider *const *)other;

	if (a->n[SCORE_ALL] != b->n[SCORE_ALL])
		return a->n[SCORE_ALL] > b->n[SCORE_ALL] ? -1 : 1;
	return strcmp(a->name, b->name);
}

/* Takes them out of the table, the largest first. */
static struct tally_provider **
rank(struct tally_providers *p, size_t *count)
{
	struct tally_provider **all = mem_alloc((p->table.count + 1) * sizeof *all);
	struct table_entry *entry;

	for (*count = 0; (entry = table_take(&p->table)) != NULL; ++*count)
		all[*count] = table_owner(entry, struct tally_provider, entry);
	qsort(all, *count, sizeof *all, by_size);
	return all;
}

static bool
write_one(const struct tally_providers *p, sqlite3_stmt *add, const char *name,
	  const int64_t n[SCORES])
{
	bool ok = true;

	for (int i = 0; ok && n[SCORE_ALL] > 0 && i < SCORE_ANSWERED; i++) {
		sql_bind_text(add, 2, name);
		sql_bind_text(add, 3, names[i]);
		sqlite3_bind_int64(add, 4, n[i]);
		sqlite3_bind_int64(add, 5, i == SCORE_ALL ? p->domains : n[SCORE_ANSWERED]);
		ok = sql_finish(add);
	}
	return ok;
}

bool
tally_providers_write(struct tally_providers *p, sqlite3 *db, int64_t sweep)
{
	sqlite3_stmt *add =
	    sql_prepare(db, "INSERT INTO tally VALUES(?1, 'provider', ?2, ?3, '', ?4, ?5)");
	int64_t others[SCORES] = { 0 };
	size_t count;
	struct tally_provider **all = rank(p, &count);
	bool ok = true;

	sqlite3_bind_int64(add, 1, sweep);
	for (size_t i = 0; i < count; i++) {
		if (i < TALLY_PROVIDERS)
			ok = ok && write_one(p, add, all[i]->name, all[i]->n);
		else
			for (int score = 0; score < SCORES; score++)
				others[score] += all[i]->n[score];
		free(all[i]);
	}
	ok = ok && write_one(p, add, "", others);
	sqlite3_finalize(add);
	free(all);
	return ok;
}
