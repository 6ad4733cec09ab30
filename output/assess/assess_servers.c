/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Judges each server that showed a chain, did TLS or stands under TLSA records.  They
 * are read in batches, so that the chains of a batch can be judged together.
 */
#include <stdlib.h>

#include "output/assess/assess_parts.h"
#include "output/sql.h"
#include "scanner/mem.h"

/* Servers; half as many as certificates stay parsed, for the names of the leaves that
 * were judged are asked for next. */
#define BATCH 256

enum statement { READ_SERVERS, READ_LEAF, ADD_SERVER, STATEMENTS };

/* The columns of READ_SERVERS. */
enum { HOST, POSITION, CHAIN, LEAF, NAME, FOUND, TCP };

/* The joins are in the order of the primary keys, so nothing is sorted. */
static const char *const texts[STATEMENTS] = {
	[READ_SERVERS] = "SELECT v.host, v.position, v.chain, c.leaf, n.name, h.tlsa = 'found',"
			 " v.tcp, v.greeting, v.ehlo, v.starttls, v.handshake, NULL"
			 " FROM host h"
			 " JOIN server v ON v.host = h.id LEFT JOIN chain c ON c.id = v.chain"
			 " LEFT JOIN name n ON n.id = h.name"
			 " WHERE h.sweep = ?1 AND"
			 " (v.chain IS NOT NULL OR v.handshake = 'ok' OR h.tlsa = 'found')",
	[READ_LEAF] = "SELECT der FROM certificate WHERE id = ?1",
	[ADD_SERVER] = "INSERT INTO server_verdict(host, position, name_match, cn_only,"
		       " certificate, dane, dane_reason, dane_lint)"
		       " VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
};

struct server_row {
	int64_t host, position;
	int64_t chain, leaf; /* 0: it showed none */
	char *name;          /* of the host; NULL: a bare address */
	bool tlsa_found;
	struct server_outcome outcome; /* the handshake; all only where tlsa_found */
};

/* Does the leaf name the host?  The question costs a parse, and the addresses of one
 * host mostly show one leaf, so the last answer is kept. */
struct match {
	int64_t host, leaf;
	bool matches, cn_only;
};

struct servers {
	struct assessment *a;
	struct chain_desk *chains;
	struct dane_desk *dane;
	struct match last;
	sqlite3_stmt *statements[STATEMENTS];
	bool more; /* to read; it begins anew when it is asked after its end */
	struct server_row rows[BATCH];
	size_t count;
};

static bool
match_name(struct servers *p, const struct server_row *row)
{
	sqlite3_stmt *s = p->statements[READ_LEAF];

	if (p->last.host == row->host && p->last.leaf == row->leaf)
		return true;
	p->last = (struct match){ .host = row->host, .leaf = row->leaf };
	sqlite3_bind_int64(s, 1, row->leaf);
	if (sqlite3_step(s) == SQLITE_ROW)
		p->last.matches = p->a->judge->names(sqlite3_column_blob(s, 0),
						     (size_t)sqlite3_column_bytes(s, 0),
						     row->name, &p->last.cn_only);
	return sqlite3_reset(s) == SQLITE_OK;
}

/* Where there is no name to compare, only the chain counts. */
static bool
judge_certificate(struct servers *p, const struct server_row *row,
		  enum certificate_word *certificate)
{
	const struct chain_verdict *v = chain_desk_verdict(p->chains, row->chain);
	sqlite3_stmt *add = p->statements[ADD_SERVER];

	if (row->name != NULL && v->parsed) {
		if (!match_name(p, row))
			return false;
		sqlite3_bind_int(add, 3, p->last.matches);
		sqlite3_bind_int(add, 4, p->last.cn_only);
	}
	*certificate = p->a->judge->certificate(v, row->name == NULL || p->last.matches);
	return true;
}

static bool
judge_dane(struct servers *p, const struct server_row *row, enum certificate_word certificate,
	   char lints[LINTS_TEXT])
{
	sqlite3_stmt *add = p->statements[ADD_SERVER];
	struct server_outcome server = row->outcome;
	struct dane_verdict v;

	server.host = row->host;
	server.certificate = certificate;
	server.tlsa = TLSA_FOUND;
	if (!dane_desk_judge(p->dane, row->host, row->chain, &server, &v))
		return false;
	p->a->name_mismatch |= v.word == DANE_NAME_MISMATCH;
	sql_bind_text(add, 6, word(WORDS_DANE, (int)v.word));
	sql_bind_text(add, 7, word(WORDS_DANE_REASON, (int)v.reason));
	sql_bind_text(add, 8, assess_lints_text(v.lint, dane_lint_names, DANE_LINTS, lints));
	return true;
}

static bool
judge_server(struct servers *p, const struct server_row *row)
{
	sqlite3_stmt *add = p->statements[ADD_SERVER];
	enum certificate_word certificate = 0; /* no TLS, no certificate: nothing to judge */
	char lints[LINTS_TEXT];

	sqlite3_clear_bindings(add);
	sqlite3_bind_int64(add, 1, row->host);
	sqlite3_bind_int64(add, 2, row->position);
	if (row->chain != 0) {
		if (!judge_certificate(p, row, &certificate))
			return false;
	} else if (row->outcome.handshake == HANDSHAKE_OK) {
		certificate = CERTIFICATE_NONE;
	}
	sql_bind_text(add, 5, word(WORDS_CERTIFICATE, (int)certificate));
	if (row->tlsa_found && !judge_dane(p, row, certificate, lints))
		return false;
	return sql_finish(add);
}

static void
read_row(sqlite3_stmt *s, struct server_row *row)
{
	const char *name = sql_text(s, NAME);

	*row = (struct server_row){
		.host = sqlite3_column_int64(s, HOST),
		.position = sqlite3_column_int64(s, POSITION),
		.chain = sqlite3_column_int64(s, CHAIN),
		.leaf = sqlite3_column_int64(s, LEAF),
		.name = name != NULL ? mem_strdup(name) : NULL,
		.tlsa_found = sqlite3_column_int(s, FOUND) != 0,
	};
	if (row->tlsa_found)
		row->outcome = assess_outcome(s, TCP);
	else
		row->outcome.handshake =
		    (enum handshake_word)word_parse(WORDS_HANDSHAKE, sql_text(s, TCP + 4));
}

static void
drop_batch(struct servers *p)
{
	while (p->count > 0)
		free(p->rows[--p->count].name);
}

/* false: there are no more servers, or the database failed. */
static bool
read_batch(struct servers *p)
{
	sqlite3_stmt *s = p->statements[READ_SERVERS];

	drop_batch(p);
	while (p->more && p->count < BATCH) {
		p->more = sqlite3_step(s) == SQLITE_ROW;
		if (p->more)
			read_row(s, &p->rows[p->count++]);
	}
	return p->count > 0;
}

static bool
judge_batch(struct servers *p)
{
	int64_t ids[BATCH];
	size_t count = 0;

	for (size_t i = 0; i < p->count; i++)
		if (p->rows[i].chain != 0)
			ids[count++] = p->rows[i].chain;
	if (!chain_desk_judge(p->chains, ids, count))
		return false;
	for (size_t i = 0; i < p->count; i++)
		if (!judge_server(p, &p->rows[i]))
			return false;
	return true;
}

bool
assess_servers(struct assessment *a)
{
	struct servers *p = mem_alloc(sizeof *p);
	bool ok = true;

	p->a = a;
	p->more = true;
	for (int i = 0; i < STATEMENTS; i++)
		p->statements[i] = sql_prepare(a->db, texts[i]);
	p->chains = chain_desk_open(a);
	p->dane = dane_desk_open(a);
	sqlite3_bind_int64(p->statements[READ_SERVERS], 1, a->sweep);
	while (ok && read_batch(p))
		ok = judge_batch(p);
	ok = assess_note(a, ok && sqlite3_reset(p->statements[READ_SERVERS]) == SQLITE_OK);
	drop_batch(p);
	dane_desk_close(p->dane);
	chain_desk_close(p->chains);
	for (int i = 0; i < STATEMENTS; i++)
		sqlite3_finalize(p->statements[i]);
	free(p);
	return ok;
}
