/* SPDX-License-Identifier: Apache-2.0 */
#include "output/combined.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "output/sql.h"
#include "scanner/mem.h"

#define SLOTS 256

const struct combined_table combined_answers = {
	.name = "answers",
	.columns = {
		[ANSWER_DNS] = { "dns", WORDS_DNS },
		[ANSWER_MX] = { "mx", WORDS_MX },
		[ANSWER_MX_SECURITY] = { "mx_security", WORDS_SECURITY },
		[ANSWER_STS_RECORD] = { "mta_sts_record", WORDS_STS_RECORD },
		[ANSWER_TLSRPT] = { "tlsrpt", WORDS_TLSRPT },
	},
};

const struct combined_table combined_verdict = {
	.name = "verdict",
	.columns = {
		[VERDICT_HEADLINE] = { "headline", WORDS_HEADLINE },
		[VERDICT_STARTTLS] = { "starttls", WORDS_SHARE },
		[VERDICT_CERTIFICATE] = { "certificate", WORDS_SHARE },
		[VERDICT_DANE] = { "dane", WORDS_DANE_SHARE },
		[VERDICT_STS] = { "mta_sts", WORDS_STS_DOMAIN },
	},
};

struct slot {
	int64_t id; /* 0: empty */
	int words[COMBINED_WORDS];
};

struct combined {
	const struct combined_table *table;
	sqlite3_stmt *add, *find, *read;
	struct slot by_words[SLOTS], by_id[SLOTS];
};

/* A statement around the names of the columns: each with before it and after it what
 * is given. */
static sqlite3_stmt *
prepare(sqlite3 *db, const struct combined_table *table, const char *begin, const char *between,
	const char *after, const char *end)
{
	char sql[512];
	int length = snprintf(sql, sizeof sql, "%s", begin);

	for (int i = 0; i < COMBINED_WORDS; i++)
		length += snprintf(sql + length, sizeof sql - (size_t)length, "%s%s%s",
				   i > 0 ? between : "", table->columns[i].name, after);
	snprintf(sql + length, sizeof sql - (size_t)length, "%s", end);
	return sql_prepare(db, sql);
}

struct combined *
combined_open(sqlite3 *db, const struct combined_table *table)
{
	struct combined *c = mem_alloc(sizeof *c);
	char begin[64], end[64];

	c->table = table;
	snprintf(begin, sizeof begin, "INSERT INTO %s(", table->name);
	c->add = prepare(db, table, begin, ", ", "",
			 ") VALUES(?1, ?2, ?3, ?4, ?5) ON CONFLICT DO NOTHING");
	snprintf(begin, sizeof begin, "SELECT id FROM %s WHERE ", table->name);
	c->find = prepare(db, table, begin, " AND ", " IS ?", "");
	snprintf(end, sizeof end, " FROM %s WHERE id = ?1", table->name);
	c->read = prepare(db, table, "SELECT ", ", ", "", end);
	return c;
}

void
combined_close(struct combined *c)
{
	if (c == NULL)
		return;
	sqlite3_finalize(c->add);
	sqlite3_finalize(c->find);
	sqlite3_finalize(c->read);
	free(c);
}

void
combined_forget(struct combined *c)
{
	memset(c->by_words, 0, sizeof c->by_words);
	memset(c->by_id, 0, sizeof c->by_id);
}

static void
bind_words(const struct combined *c, sqlite3_stmt *s, const int words[COMBINED_WORDS])
{
	for (int i = 0; i < COMBINED_WORDS; i++)
		sql_bind_text(s, i + 1, word(c->table->columns[i].words, words[i]));
}

static int64_t
find_or_add(struct combined *c, const int words[COMBINED_WORDS])
{
	int64_t id;

	bind_words(c, c->add, words);
	if (!sql_finish(c->add))
		return 0;
	bind_words(c, c->find, words);
	id = sql_find(c->find);
	return id > 0 ? id : 0;
}

static struct slot *
slot_of(struct combined *c, const int words[COMBINED_WORDS])
{
	unsigned hash = 0;

	for (int i = 0; i < COMBINED_WORDS; i++)
		hash = 7 * hash + (unsigned)words[i];
	return &c->by_words[hash % SLOTS];
}

int64_t
combined_id(struct combined *c, const int words[COMBINED_WORDS])
{
	struct slot *slot = slot_of(c, words);

	if (slot->id == 0 || memcmp(slot->words, words, sizeof slot->words) != 0) {
		memcpy(slot->words, words, sizeof slot->words);
		slot->id = find_or_add(c, words);
	}
	return slot->id;
}

static bool
read_slot(struct combined *c, struct slot *slot, int64_t id)
{
	bool ok;

	*slot = (struct slot){ .id = id };
	sqlite3_bind_int64(c->read, 1, id);
	if (sqlite3_step(c->read) == SQLITE_ROW)
		for (int i = 0; i < COMBINED_WORDS; i++)
			slot->words[i] =
			    word_parse(c->table->columns[i].words, sql_text(c->read, i));
	ok = sqlite3_reset(c->read) == SQLITE_OK;
	if (!ok)
		slot->id = 0;
	return ok;
}

bool
combined_words(struct combined *c, int64_t id, int words[COMBINED_WORDS])
{
	struct slot *slot = &c->by_id[(uint64_t)id % SLOTS];
	bool ok = slot->id == id || read_slot(c, slot, id);

	memcpy(words, slot->words, sizeof slot->words);
	return ok;
}
