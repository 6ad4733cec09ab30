/* SPDX-License-Identifier: Apache-2.0 */
/* assess in a test: a judge that knows no certificates, and sweeps days apart in one
 * file.  The leaf's text says what DANE makes of it ("dane=ok-ee;"), which names it has
 * and whose key it is of ("key=k;"). */
#ifndef TESTS_UNIT_ASSESSING_H
#define TESTS_UNIT_ASSESSING_H

#include <sqlite3.h>

#include "output/assess/assess.h"
#include "output/sql.h"
#include "output/store.h"
#include "tests/unit/ask.h"
#include "tests/unit/sample.h"
#include "tests/unit/test.h"

struct bench {
	int unused;
};

static struct bench bench;
static int dane_judged;

static inline struct bench *
fake_open(const char *root_cas, int64_t at, char error[256])
{
	(void)root_cas;
	(void)at;
	(void)error;
	return &bench;
}

/* It holds nothing that threads could quarrel about. */
static inline struct bench *
fake_share(const struct bench *b)
{
	CHECK(b == &bench);
	return &bench;
}

static inline void
fake_close(struct bench *b)
{
	CHECK(b == &bench);
}

static inline bool
says(const struct chain *chain, const char *text)
{
	return memmem(chain->certificates[0].bytes, chain->certificates[0].length, text,
		      strlen(text)) != NULL;
}

static inline void
fake_chain(struct bench *b, const struct chain *chain, struct chain_verdict *v)
{
	(void)b;
	v->parsed = true;
	v->trusted = !says(chain, "untrusted");
}

static inline bool
fake_names(const uint8_t *leaf, size_t length, const char *host, bool *cn_only)
{
	*cn_only = memmem(leaf, length, "cn-only", 7) != NULL;
	return memmem(leaf, length, host, strlen(host)) != NULL;
}

static inline enum dane_word
said(const struct chain *chain)
{
	char text[32];

	for (int value = 1; value < words_count(WORDS_DANE); value++) {
		snprintf(text, sizeof text, "dane=%s;", word(WORDS_DANE, value));
		if (says(chain, text))
			return (enum dane_word)value;
	}
	return DANE_MISMATCH;
}

/* name-mismatch is so unless one of the names stands in the leaf. */
static inline void
fake_dane(struct bench *b, const struct chain *chain, const struct tlsa_set *set,
	  const char *const names[], struct dane_verdict *v)
{
	CHECK(b == &bench && set->secure && set->lookup == TLSA_FOUND && set->count > 0);
	dane_judged++;
	v->word = chain != NULL ? said(chain) : DANE_MISMATCH;
	if (v->word == DANE_MISMATCH)
		v->reason = DANE_REASON_DATA;
	for (int i = 0; names[i] != NULL; i++)
		if (v->word == DANE_NAME_MISMATCH && says(chain, names[i]))
			v->word = DANE_OK_TA;
	v->lint = v->word == DANE_OK_EE ? DANE_LINT_NO_SPARE | DANE_LINT_FULL : 0;
}

/* The record of key k has data that is all k. */
static inline bool
fake_matches(const struct tlsa_record *record, const uint8_t *der, size_t length)
{
	char text[] = "key=?;";

	text[4] = record->length > 3 ? (char)record->rdata[3] : '-';
	return memmem(der, length, text, 6) != NULL;
}

static void *store;
static sqlite3 *db;
static char *folder, path[256];
static int64_t hosts;
static int64_t sweep, now;

/* Another sweep into the same file, days later. */
static inline void
begin(int days)
{
	struct sweep_info info = sample_info("list");

	now = info.started += (int64_t)days * 86400;
	store = output_sqlite.open(path);
	db = store_database(store);
	sweep = output_sqlite.begin(store, &info, true, &sample_no_resume).sweep;
	hosts = sql_number(db, "SELECT coalesce(max(id), 0) FROM host", 0);
}

static inline void
begin_first(void)
{
	snprintf(path, sizeof path, ":memory:");
	begin(0);
}

static inline void
begin_file(void)
{
	snprintf(path, sizeof path, "%s/t.db", folder);
	begin(0);
}

static inline void
end(void)
{
	output_sqlite.close(store);
}

static inline void
end_file(void)
{
	end();
	CHECK(unlink(path) == 0);
}

static inline void
assess(void)
{
	struct judge fake = judge;
	char error[256] = "";

	fake.open = fake_open;
	fake.share = fake_share;
	fake.close = fake_close;
	fake.chain = fake_chain;
	fake.names = fake_names;
	fake.dane = fake_dane;
	fake.tlsa_matches = fake_matches;
	CHECK(output_sqlite.commit(store));
	CHECK(assess_sweep(db, sweep, &fake, "store", 10, error));
	CHECK_TEXT(error, "");
}

static inline void
put(struct record *record)
{
	CHECK(sample_put(&output_sqlite, store, record));
}

static inline const char *
server(const char *columns, const char *domain)
{
	char *sql = mem_printf("SELECT json_array(%s) FROM servers s JOIN domains d"
			       " USING(sweep, domain) WHERE sweep = %lld AND domain = '%s'"
			       " ORDER BY address",
			       columns, (long long)sweep, domain);
	const char *answer = ask(db, sql);

	free(sql);
	return answer;
}

#endif
