/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Verdicts on domains, each kept once: there are some dozens of them, and millions of
 * domains.  Those that were asked for last are remembered, each in the slot that its words
 * choose.
 */
#include <stdlib.h>

#include "output/assess/assess_parts.h"
#include "output/sql.h"
#include "scanner/mem.h"

#define SLOTS 1024

enum statement { ADD, FIND, STATEMENTS };

static const char *const texts[STATEMENTS] = {
	[ADD] = "INSERT INTO verdict(headline, starttls, certificate, dane, mta_sts)"
		" VALUES(?1, ?2, ?3, ?4, ?5) ON CONFLICT DO NOTHING",
	[FIND] = "SELECT id FROM verdict WHERE headline = ?1 AND starttls IS ?2"
		 " AND certificate IS ?3 AND dane IS ?4 AND mta_sts IS ?5",
};

struct slot {
	int64_t id; /* 0: empty */
	struct domain_words words;
};

struct verdict_desk {
	struct assessment *a;
	sqlite3_stmt *statements[STATEMENTS];
	struct slot slots[SLOTS];
};

struct verdict_desk *
verdict_desk_open(struct assessment *a)
{
	struct verdict_desk *desk = mem_alloc(sizeof *desk);

	desk->a = a;
	for (int i = 0; i < STATEMENTS; i++)
		desk->statements[i] = sql_prepare(a->db, texts[i]);
	return desk;
}

void
verdict_desk_close(struct verdict_desk *desk)
{
	for (int i = 0; i < STATEMENTS; i++)
		sqlite3_finalize(desk->statements[i]);
	free(desk);
}

static void
bind_words(sqlite3_stmt *s, const struct domain_words *words)
{
	sql_bind_text(s, 1, word(WORDS_HEADLINE, (int)words->headline));
	sql_bind_text(s, 2, word(WORDS_SHARE, (int)words->starttls));
	sql_bind_text(s, 3, word(WORDS_SHARE, (int)words->certificate));
	sql_bind_text(s, 4, word(WORDS_DANE_SHARE, (int)words->dane));
	sql_bind_text(s, 5, word(WORDS_STS_DOMAIN, (int)words->mta_sts));
}

/* Answers its id; 0: the database failed. */
static int64_t
find_or_add(struct verdict_desk *desk, const struct domain_words *words)
{
	sqlite3_stmt *add = desk->statements[ADD], *find = desk->statements[FIND];
	int64_t id;

	bind_words(add, words);
	if (!assess_note(desk->a, sql_finish(add)))
		return 0;
	bind_words(find, words);
	id = sql_find(find);
	return assess_note(desk->a, id > 0) ? id : 0;
}

static bool
equal(const struct domain_words *a, const struct domain_words *b)
{
	return a->headline == b->headline && a->starttls == b->starttls &&
	       a->certificate == b->certificate && a->dane == b->dane &&
	       a->mta_sts == b->mta_sts;
}

int64_t
verdict_desk_turn(struct verdict_desk *desk, const struct domain_words *words)
{
	unsigned hash = (unsigned)words->headline + 16u * words->starttls +
			64u * words->certificate + 256u * words->dane + 23u * words->mta_sts;
	struct slot *slot = &desk->slots[hash % SLOTS];

	if (slot->id == 0 || !equal(&slot->words, words)) {
		slot->words = *words;
		slot->id = find_or_add(desk, words);
	}
	return slot->id;
}
