/* SPDX-License-Identifier: Apache-2.0 */
#include "output/published.h"

#include <stdlib.h>

#include "output/sql.h"
#include "scanner/judge.h"
#include "scanner/mem.h"

enum { TLSA_NUMBERS = 3 }; /* usage, selector, matching type: a byte each */

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
	published->add_tlsa =
	    sql_prepare(db, "INSERT INTO tlsa VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7)");
	/* A list may name a domain twice. */
	published->add_sts =
	    sql_prepare(db, "INSERT OR IGNORE INTO mta_sts VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7,"
			    " ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17)");
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
			sqlite3_bind_int(s, 3 + (int)i, record->rdata[i]);
		else
			sqlite3_bind_null(s, 3 + (int)i);
	sql_bind_bytes(s, 6, record->rdata + numbers, record->length - numbers);
	sqlite3_bind_int(s, 7, judge.tlsa_usable(record));
	return sql_finish(s);
}

bool
published_put_tlsa(struct published *published, int64_t host, const struct tlsa_set *set)
{
	for (size_t i = 0; i < set->count; i++) {
		sqlite3_bind_int64(published->add_tlsa, 1, host);
		sqlite3_bind_int64(published->add_tlsa, 2, (int64_t)i);
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
	sql_bind_text(s, 5, word(WORDS_STS_FETCH, (int)facts->fetch));
	if (facts->address.family != 0)
		sql_bind_text(s, 7, address_format(&facts->address, address));
	sql_bind_id(s, 8, facts->http_status);
	sql_bind_text(s, 9, facts->content_type);
	sql_bind_text(s, 10, facts->detail);
	if (facts->fetch != 0)
		sqlite3_bind_int64(s, 15, facts->attempts);
	if (facts->started != 0) {
		sqlite3_bind_int64(s, 16, facts->started / 1000000);
		sqlite3_bind_int64(s, 17, (facts->duration_us + 500) / 1000);
	}
}

static void
bind_policy(sqlite3_stmt *s, const struct sts_facts *facts)
{
	sql_bind_text(s, 12, word(WORDS_STS_POLICY, (int)facts->policy));
	sql_bind_text(s, 13, word(WORDS_STS_MODE, (int)facts->mode));
	if (facts->max_age >= 0)
		sqlite3_bind_int64(s, 14, facts->max_age);
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
	sqlite3_bind_int64(s, 1, published->sweep);
	sqlite3_bind_int64(s, 2, domain);
	sql_bind_text(s, 3, facts->record_text);
	sql_bind_text(s, 4, facts->id);
	sql_bind_id(s, 6, alias);
	sql_bind_id(s, 11, policy);
	bind_fetch(s, facts, address);
	bind_policy(s, facts);
	return sql_finish(s);
}
