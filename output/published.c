/* SPDX-License-Identifier: Apache-2.0 */
#include "output/published.h"

#include <stdlib.h>

#include "output/sql.h"
#include "scanner/judge.h"
#include "scanner/mem.h"

enum { TLSA_NUMBERS = 3 }; /* usage, selector, matching type: a byte each */

/* The parameters of the two statements, in the order of their columns. */
enum {
	TLSA_HOST = 1,
	TLSA_POSITION,
	TLSA_USAGE, /* and the two after it */
	TLSA_DATA = TLSA_USAGE + TLSA_NUMBERS,
	TLSA_USABLE,
};
static const char tlsa_insert[] =
    "INSERT INTO tlsa(host, position, usage, selector, matching, data, usable)"
    " VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7)";

enum {
	STS_SWEEP = 1,
	STS_NAME,
	STS_RECORD_TEXT,
	STS_ID,
	STS_FETCH,
	STS_ALIAS,
	STS_ADDRESS,
	STS_HTTP_STATUS,
	STS_CONTENT_TYPE,
	STS_DETAIL,
	STS_POLICY,
	STS_WORD,
	STS_MODE,
	STS_MAX_AGE,
	STS_ATTEMPTS,
	STS_STARTED,
	STS_DURATION,
};
/* A list may name a domain twice. */
static const char sts_insert[] =
    "INSERT OR IGNORE INTO mta_sts(sweep, name, record_text, id, fetch, alias, address,"
    " http_status, content_type, detail, policy, word, mode, max_age, attempts, started,"
    " duration_ms) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15,"
    " ?16, ?17)";

struct published {
	struct intern *intern;
	int64_t sweep;
	sqlite3_stmt *add_tlsa, *add_sts;
};

struct published *
published_new(sqlite3 *db, int64_t sweep, struct intern *intern)
{
	struct published *published = mem_alloc(sizeof *published);

	published->intern = intern;
	published->sweep = sweep;
	published->add_tlsa = sql_prepare(db, tlsa_insert);
	published->add_sts = sql_prepare(db, sts_insert);
	return published;
}

void
published_free(struct published *published)
{
	if (published == NULL)
		return;
	sqlite3_finalize(published->add_tlsa);
	sqlite3_finalize(published->add_sts);
	free(published);
}

static bool
add_tlsa(struct published *published, const struct tlsa_record *record)
{
	sqlite3_stmt *s = published->add_tlsa;
	size_t numbers = record->length < TLSA_NUMBERS ? 0 : TLSA_NUMBERS;

	for (size_t i = 0; i < TLSA_NUMBERS; i++)
		if (numbers > 0)
			sqlite3_bind_int(s, TLSA_USAGE + (int)i, record->rdata[i]);
		else
			sqlite3_bind_null(s, TLSA_USAGE + (int)i);
	sql_bind_bytes(s, TLSA_DATA, record->rdata + numbers, record->length - numbers);
	sqlite3_bind_int(s, TLSA_USABLE, judge.tlsa_usable(record));
	return sql_finish(s);
}

bool
published_put_tlsa(struct published *published, int64_t host, const struct tlsa_set *set)
{
	for (size_t i = 0; i < set->count; i++) {
		sqlite3_bind_int64(published->add_tlsa, TLSA_HOST, host);
		sqlite3_bind_int64(published->add_tlsa, TLSA_POSITION, (int64_t)i);
		if (!add_tlsa(published, &set->records[i]))
			return false;
	}
	return true;
}

/* The columns of the fetch that no table of names or bodies holds.  address is
 * space that must live until the row is written. */
static void
bind_fetch(sqlite3_stmt *s, const struct sts_facts *facts, char address[ADDRESS_TEXT])
{
	sql_bind_text(s, STS_FETCH, word(WORDS_STS_FETCH, (int)facts->fetch));
	if (facts->address.family != 0)
		sql_bind_text(s, STS_ADDRESS, address_format(&facts->address, address));
	sql_bind_id(s, STS_HTTP_STATUS, facts->http_status);
	sql_bind_text(s, STS_CONTENT_TYPE, facts->content_type);
	sql_bind_text(s, STS_DETAIL, facts->detail);
	if (facts->fetch != 0)
		sqlite3_bind_int64(s, STS_ATTEMPTS, facts->attempts);
	if (facts->started != 0) {
		sqlite3_bind_int64(s, STS_STARTED, facts->started / 1000000);
		sqlite3_bind_int64(s, STS_DURATION, (facts->duration_us + 500) / 1000);
	}
}

static void
bind_policy(sqlite3_stmt *s, const struct sts_facts *facts)
{
	sql_bind_text(s, STS_WORD, word(WORDS_STS_POLICY, (int)facts->policy));
	sql_bind_text(s, STS_MODE, word(WORDS_STS_MODE, (int)facts->mode));
	if (facts->max_age >= 0)
		sqlite3_bind_int64(s, STS_MAX_AGE, facts->max_age);
}

static bool
is_told_by_its_word(const struct sts_facts *facts)
{
	return facts == NULL || facts->record == 0 || facts->record == STS_RECORD_NONE ||
	       facts->record == STS_RECORD_TEMPORARY;
}

bool
published_put_sts(struct published *published, int64_t domain, const struct sts_facts *facts)
{
	sqlite3_stmt *s = published->add_sts;
	char address[ADDRESS_TEXT];
	int64_t alias, policy;

	if (is_told_by_its_word(facts))
		return true;
	alias = intern_name(published->intern, facts->alias);
	if (alias < 0)
		return false;
	policy = intern_policy(published->intern, facts->body, facts->body_length);
	if (policy < 0)
		return false;
	sqlite3_clear_bindings(s);
	sqlite3_bind_int64(s, STS_SWEEP, published->sweep);
	sqlite3_bind_int64(s, STS_NAME, domain);
	sql_bind_text(s, STS_RECORD_TEXT, facts->record_text);
	sql_bind_text(s, STS_ID, facts->id);
	sql_bind_id(s, STS_ALIAS, alias);
	sql_bind_id(s, STS_POLICY, policy);
	bind_fetch(s, facts, address);
	bind_policy(s, facts);
	return sql_finish(s);
}
