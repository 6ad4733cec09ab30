/* SPDX-License-Identifier: Apache-2.0 */
#include "output/report/tally_domains.h"

#include <stdlib.h>

#include "output/cursor.h"
#include "output/sql.h"
#include "scanner/mem.h"

#define SLOTS 4096

static const char drop_tables[] = "DROP TABLE IF EXISTS temp.domain_words;"
				  "DROP TABLE IF EXISTS temp.domain_links";
static const char make_tables[] =
    "CREATE TEMP TABLE domain_words(answers INTEGER, verdict INTEGER, n INTEGER);"
    "CREATE TEMP TABLE domain_links(mx_set INTEGER, verdict INTEGER, n INTEGER)";

/* n domains have them both; 0: a free slot. */
struct pair {
	int64_t key, verdict, n;
};

/* The last pairs of one table, each in the slot that it chooses. */
struct pairs {
	sqlite3_stmt *add;
	struct pair slots[SLOTS];
};

struct tally_domains {
	sqlite3 *db;
	struct pairs words, links;
};

struct tally_domains *
tally_domains_open(sqlite3 *db)
{
	struct tally_domains *domains;

	if (!sql_run(db, drop_tables) || !sql_run(db, make_tables))
		return NULL;
	domains = mem_alloc(sizeof *domains);
	domains->db = db;
	domains->words.add =
	    sql_prepare(db, "INSERT INTO temp.domain_words VALUES(?1, ?2, ?3)");
	domains->links.add =
	    sql_prepare(db, "INSERT INTO temp.domain_links VALUES(?1, ?2, ?3)");
	return domains;
}

/* Leaves the slot free. */
static bool
write_pair(struct pairs *pairs, struct pair *pair)
{
	sqlite3_bind_int64(pairs->add, 1, pair->key);
	sqlite3_bind_int64(pairs->add, 2, pair->verdict);
	sqlite3_bind_int64(pairs->add, 3, pair->n);
	pair->n = 0;
	return sql_finish(pairs->add);
}

static bool
count(struct pairs *pairs, int64_t key, int64_t verdict)
{
	struct pair *pair = &pairs->slots[(31 * (uint64_t)key + (uint64_t)verdict) % SLOTS];
	bool ok = true;

	if (pair->n > 0 && (pair->key != key || pair->verdict != verdict))
		ok = write_pair(pairs, pair);
	pair->key = key;
	pair->verdict = verdict;
	pair->n++;
	return ok;
}

bool
tally_domains_add(struct tally_domains *domains, int64_t answers, int64_t mx_set,
		  int64_t verdict)
{
	return count(&domains->words, answers, verdict) &&
	       (mx_set == 0 || count(&domains->links, mx_set, verdict));
}

bool
tally_domains_read(struct tally_domains *domains, int64_t sweep)
{
	sqlite3 *db = domains->db;
	struct cursor domain = cursor_open(
	    db, "SELECT name, answers, mx_set FROM domain WHERE sweep = ?1 ORDER BY name",
	    sweep);
	struct cursor verdict = cursor_open(
	    db, "SELECT name, verdict FROM domain_verdict WHERE sweep = ?1 ORDER BY name",
	    sweep);
	bool ok = true;

	for (; ok && domain.key != CURSOR_END; cursor_next(&domain))
		ok = tally_domains_add(domains, sqlite3_column_int64(domain.rows, 1),
				       sqlite3_column_int64(domain.rows, 2),
				       cursor_seek(&verdict, domain.key)
					   ? sqlite3_column_int64(verdict.rows, 1)
					   : 0);
	ok = cursor_close(&verdict) && ok;
	return cursor_close(&domain) && ok;
}

static bool
write_all(struct pairs *pairs)
{
	bool ok = true;

	for (size_t i = 0; ok && i < SLOTS; i++)
		if (pairs->slots[i].n > 0)
			ok = write_pair(pairs, &pairs->slots[i]);
	return ok;
}

bool
tally_domains_flush(struct tally_domains *domains)
{
	return write_all(&domains->words) && write_all(&domains->links);
}

void
tally_domains_close(struct tally_domains *domains)
{
	if (domains == NULL)
		return;
	sqlite3_finalize(domains->words.add);
	sqlite3_finalize(domains->links.add);
	sql_run(domains->db, drop_tables);
	free(domains);
}
