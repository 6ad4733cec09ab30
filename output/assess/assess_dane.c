/* SPDX-License-Identifier: Apache-2.0 */
/*
 * DANE from stored facts: the TLSA records of a host and the chain that one of
 * its servers showed.  The desk keeps the records of the last host and the last
 * verdict on them, because the addresses of one host mostly show one chain.
 */
#include <stdlib.h>
#include <string.h>

#include "output/assess/assess_parts.h"
#include "output/sql.h"
#include "scanner/mem.h"

/* What is looked at for each host whose records match nothing, at most. */
#define SWEEPS_BEFORE "16"
#define SHOWN_BEFORE  "256"

enum statement { READ_BASE, READ_RECORDS, READ_CERTIFICATES, READ_SHOWN, STATEMENTS };

static const char *const texts[STATEMENTS] = {
	[READ_BASE] =
	    "SELECT b.name FROM host h JOIN name b ON b.id = h.tlsa_base WHERE h.id = ?1",
	[READ_RECORDS] = "SELECT usage, selector, matching, data FROM tlsa WHERE host = ?1"
			 " ORDER BY position",
	[READ_CERTIFICATES] = CERTIFICATES_OF_CHAIN,
	[READ_SHOWN] = "SELECT der FROM certificate WHERE id IN (SELECT cc.certificate"
		       " FROM (SELECT ?1 AS id UNION ALL SELECT id FROM"
		       "  (SELECT o.id FROM host h JOIN host o ON o.name = h.name"
		       "  WHERE ?2 AND h.id = ?1 AND o.sweep < h.sweep"
		       "  ORDER BY o.sweep DESC LIMIT " SWEEPS_BEFORE ")) o"
		       " CROSS JOIN server v ON v.host = o.id"
		       " CROSS JOIN chain_certificate cc ON cc.chain = v.chain"
		       " LIMIT " SHOWN_BEFORE ")",
};

#define NAMES 4 /* base, domain, its expansion, NULL */

struct dane_desk {
	struct assessment *a;
	sqlite3_stmt *statements[STATEMENTS];

	int64_t host; /* 0: none yet */
	struct tlsa_set set;
	bool usable;

	bool judged; /* the chain below, 0 is none, for this host */
	int64_t chain;
	struct dane_verdict verdict;
};

struct dane_desk *
dane_desk_open(struct assessment *a)
{
	struct dane_desk *desk = mem_alloc(sizeof *desk);

	desk->a = a;
	for (int i = 0; i < STATEMENTS; i++)
		desk->statements[i] = sql_prepare(a->db, texts[i]);
	return desk;
}

void
dane_desk_close(struct dane_desk *desk)
{
	for (int i = 0; i < STATEMENTS; i++)
		sqlite3_finalize(desk->statements[i]);
	tlsa_set_clear(&desk->set);
	free(desk);
}

/* A record too short for its three numbers is stored as data alone. */
static void
add_record(struct tlsa_set *set, sqlite3_stmt *row)
{
	bool whole = sqlite3_column_type(row, 0) != SQLITE_NULL;
	const void *data = sqlite3_column_blob(row, 3);
	size_t length = (size_t)sqlite3_column_bytes(row, 3), before = whole ? 3 : 0;
	uint8_t *rdata = mem_alloc(before + length + 1);

	for (int i = 0; whole && i < 3; i++)
		rdata[i] = (uint8_t)sqlite3_column_int(row, i);
	if (length > 0)
		memcpy(rdata + before, data, length);
	tlsa_set_add(set, rdata, before + length);
	free(rdata);
}

static bool
read_base(struct dane_desk *desk, int64_t host)
{
	sqlite3_stmt *s = desk->statements[READ_BASE];

	sqlite3_bind_int64(s, 1, host);
	if (sqlite3_step(s) == SQLITE_ROW)
		desk->set.base = mem_strdup(sql_text(s, 0));
	return sqlite3_reset(s) == SQLITE_OK;
}

static bool
read_records(struct dane_desk *desk, int64_t host)
{
	sqlite3_stmt *s = desk->statements[READ_RECORDS];

	sqlite3_bind_int64(s, 1, host);
	while (sqlite3_step(s) == SQLITE_ROW)
		add_record(&desk->set, s);
	for (size_t i = 0; i < desk->set.count; i++)
		desk->usable |= desk->a->judge->tlsa_usable(&desk->set.records[i]);
	return sqlite3_reset(s) == SQLITE_OK;
}

static bool
turn_to(struct dane_desk *desk, int64_t host)
{
	if (desk->host == host)
		return true;
	tlsa_set_clear(&desk->set);
	desk->set = (struct tlsa_set){ .lookup = TLSA_FOUND, .secure = true };
	desk->host = host;
	desk->usable = desk->judged = false;
	return read_base(desk, host) && read_records(desk, host);
}

static bool
is_of_chain(const struct dane_desk *desk, const struct tlsa_record *record,
	    const struct chain *chain)
{
	for (size_t i = 0; chain != NULL && i < chain->count; i++)
		if (desk->a->judge->tlsa_matches(record, chain->certificates[i].bytes,
						 chain->certificates[i].length))
			return true;
	return false;
}

/* Is there a record of this certificate, and not of one in the present chain (which
 * digest agility may have passed over)? */
static bool
is_of_other(const struct dane_desk *desk, const struct chain *chain, const uint8_t *der,
	    size_t length)
{
	for (size_t i = 0; i < desk->set.count; i++)
		if (desk->a->judge->tlsa_matches(&desk->set.records[i], der, length) &&
		    !is_of_chain(desk, &desk->set.records[i], chain))
			return true;
	return false;
}

/* Records that match nothing of this chain: do they match a certificate that the
 * host showed before, or shows at another address? */
static bool
find_stale(struct dane_desk *desk, const struct chain *chain)
{
	sqlite3_stmt *s = desk->statements[READ_SHOWN];
	bool stale = false;

	sqlite3_bind_int64(s, 1, desk->host);
	sqlite3_bind_int(s, 2, desk->a->history);
	while (!stale && sqlite3_step(s) == SQLITE_ROW)
		stale = is_of_other(desk, chain, sqlite3_column_blob(s, 0),
				    (size_t)sqlite3_column_bytes(s, 0));
	if (stale)
		desk->verdict.reason = DANE_REASON_STALE;
	return sqlite3_reset(s) == SQLITE_OK;
}

/* What a certificate may be called; domain and expanded may be NULL. */
static void
list_names(const struct dane_desk *desk, const char *domain, const char *expanded,
	   const char *names[NAMES])
{
	const char *all[] = { desk->set.base, domain, expanded };
	int count = 0;

	for (size_t i = 0; i < sizeof all / sizeof *all; i++)
		if (all[i] != NULL)
			names[count++] = all[i];
	names[count] = NULL;
}

static bool
judge_chain(struct dane_desk *desk, int64_t id)
{
	const char *names[NAMES];
	struct chain *chain = NULL;
	bool ok = true;

	if (desk->judged && desk->chain == id)
		return true;
	if (id != 0) {
		chain = assess_chain(desk->statements[READ_CERTIFICATES], id);
		if (chain == NULL)
			return false;
	}
	list_names(desk, NULL, NULL, names);
	desk->verdict = (struct dane_verdict){ .matched = -1 };
	desk->a->judge->dane(desk->a->bench, chain, &desk->set, names, &desk->verdict);
	if (desk->verdict.reason == DANE_REASON_DATA && desk->verdict.word != DANE_UNUSABLE)
		ok = find_stale(desk, chain);
	free(chain);
	desk->judged = true;
	desk->chain = id;
	return ok;
}

bool
dane_desk_judge(struct dane_desk *desk, int64_t host, int64_t chain,
		const struct server_outcome *server, struct dane_verdict *v)
{
	bool tls = server->handshake == HANDSHAKE_OK;

	*v = (struct dane_verdict){ .matched = -1 };
	if (!turn_to(desk, host) || (tls && !judge_chain(desk, chain)))
		return false;
	if (tls)
		*v = desk->verdict;
	v->word =
	    desk->a->judge->dane_server(server, tls ? &desk->verdict : NULL, desk->usable);
	return true;
}

static bool
leaf_names(const struct dane_desk *desk, const struct certificate_der *leaf, const char *name)
{
	bool cn_only;

	return name != NULL && desk->a->judge->names(leaf->bytes, leaf->length, name, &cn_only);
}

bool
dane_desk_judge_for(struct dane_desk *desk, int64_t host, int64_t id, const char *domain,
		    const char *expanded, enum dane_word *dane)
{
	const char *names[NAMES];
	struct dane_verdict v = { .matched = -1 };
	struct chain *chain;

	*dane = 0;
	if (!turn_to(desk, host))
		return false;
	chain = assess_chain(desk->statements[READ_CERTIFICATES], id);
	if (chain == NULL)
		return false;
	if (leaf_names(desk, &chain->certificates[0], domain) ||
	    leaf_names(desk, &chain->certificates[0], expanded)) {
		list_names(desk, domain, expanded, names);
		desk->a->judge->dane(desk->a->bench, chain, &desk->set, names, &v);
		*dane = v.word;
	}
	free(chain);
	return true;
}
