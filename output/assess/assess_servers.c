/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Each distinct chain of a sweep is judged once, then each server that showed
 * one, did TLS or stands under TLSA records.
 */
#include <stdlib.h>
#include <string.h>

#include "output/assess/assess_parts.h"
#include "output/sql.h"

enum statement {
	READ_SERVERS,
	READ_CHAIN,
	READ_CERTIFICATES,
	ADD_CHAIN,
	ADD_SERVER,
	STATEMENTS,
};

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
	[READ_CHAIN] = "SELECT parsed, trusted, expired, not_yet_valid, self_signed, error"
		       " FROM chain_verdict WHERE sweep = ?1 AND chain = ?2",
	[READ_CERTIFICATES] = CERTIFICATES_OF_CHAIN,
	[ADD_CHAIN] = "INSERT INTO chain_verdict VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
	[ADD_SERVER] = "INSERT INTO server_verdict(host, position, name_match, cn_only,"
		       " certificate, dane, dane_reason, dane_lint)"
		       " VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
};

/* Does the leaf of the chain name the host?  The question costs a parse, and the
 * addresses of one host mostly show one leaf, so the last answer is kept. */
struct match {
	int64_t host, leaf;
	bool matches, cn_only;
};

struct servers {
	struct assessment *a;
	struct dane_desk *dane;
	struct match last;
	sqlite3_stmt *statements[STATEMENTS];
};

static bool
add_chain(struct servers *p, int64_t id, const struct chain_verdict *v)
{
	sqlite3_stmt *s = p->statements[ADD_CHAIN];

	sqlite3_bind_int64(s, 1, p->a->sweep);
	sqlite3_bind_int64(s, 2, id);
	sqlite3_bind_int(s, 3, v->parsed);
	sqlite3_bind_int(s, 4, v->trusted);
	sqlite3_bind_int(s, 5, v->expired);
	sqlite3_bind_int(s, 6, v->not_yet_valid);
	sqlite3_bind_int(s, 7, v->self_signed);
	sqlite3_bind_int(s, 8, v->error);
	return sql_finish(s);
}

/* The verdict on a chain, given before in this assessment or given now. */
static bool
judge_chain(struct servers *p, int64_t id, struct chain_verdict *v)
{
	sqlite3_stmt *s = p->statements[READ_CHAIN];
	bool known;
	struct chain *chain;

	sqlite3_bind_int64(s, 1, p->a->sweep);
	sqlite3_bind_int64(s, 2, id);
	known = sqlite3_step(s) == SQLITE_ROW;
	if (known)
		*v = (struct chain_verdict){
			sqlite3_column_int(s, 0), sqlite3_column_int(s, 1),
			sqlite3_column_int(s, 2), sqlite3_column_int(s, 3),
			sqlite3_column_int(s, 4), sqlite3_column_int(s, 5),
		};
	if (sqlite3_reset(s) != SQLITE_OK || known)
		return known;
	chain = assess_chain(p->statements[READ_CERTIFICATES], id);
	if (chain == NULL)
		return false;
	memset(v, 0, sizeof *v);
	p->a->judge->chain(p->a->bench, chain, v);
	free(chain);
	return add_chain(p, id, v);
}

static bool
match_name(struct servers *p, sqlite3_stmt *row, const char *name)
{
	sqlite3_stmt *s = p->statements[READ_CERTIFICATES];
	int64_t host = sqlite3_column_int64(row, HOST), leaf = sqlite3_column_int64(row, LEAF);

	if (p->last.host == host && p->last.leaf == leaf)
		return true;
	p->last = (struct match){ .host = host, .leaf = leaf };
	sqlite3_bind_int64(s, 1, sqlite3_column_int64(row, CHAIN));
	if (sqlite3_step(s) == SQLITE_ROW)
		p->last.matches = p->a->judge->names(sqlite3_column_blob(s, 0),
						     (size_t)sqlite3_column_bytes(s, 0), name,
						     &p->last.cn_only);
	return sqlite3_reset(s) == SQLITE_OK;
}

/* name is NULL for a bare address: there is no name to compare, so only the chain
 * counts. */
static bool
judge_chain_of_server(struct servers *p, sqlite3_stmt *row, enum certificate_word *certificate)
{
	const char *name = sql_text(row, NAME);
	sqlite3_stmt *add = p->statements[ADD_SERVER];
	struct chain_verdict v;

	if (!judge_chain(p, sqlite3_column_int64(row, CHAIN), &v))
		return false;
	if (name != NULL && v.parsed) {
		if (!match_name(p, row, name))
			return false;
		sqlite3_bind_int(add, 3, p->last.matches);
		sqlite3_bind_int(add, 4, p->last.cn_only);
	}
	*certificate = p->a->judge->certificate(&v, name == NULL || p->last.matches);
	return true;
}

static bool
judge_dane(struct servers *p, sqlite3_stmt *row, enum certificate_word certificate,
	   char lints[LINTS_TEXT])
{
	sqlite3_stmt *add = p->statements[ADD_SERVER];
	struct server_outcome server = assess_outcome(row, TCP);
	struct dane_verdict v;

	server.host = sqlite3_column_int64(row, HOST);
	server.certificate = certificate;
	server.tlsa = TLSA_FOUND;
	if (!dane_desk_judge(p->dane, server.host, sqlite3_column_int64(row, CHAIN), &server,
			     &v))
		return false;
	p->a->name_mismatch |= v.word == DANE_NAME_MISMATCH;
	sql_bind_text(add, 6, word(WORDS_DANE, (int)v.word));
	sql_bind_text(add, 7, word(WORDS_DANE_REASON, (int)v.reason));
	sql_bind_text(add, 8, assess_lints_text(v.lint, dane_lint_names, DANE_LINTS, lints));
	return true;
}

static bool
judge_server(struct servers *p, sqlite3_stmt *row)
{
	sqlite3_stmt *add = p->statements[ADD_SERVER];
	enum certificate_word certificate = 0; /* no TLS, no certificate: nothing to judge */
	char lints[LINTS_TEXT];
	bool tls = word_parse(WORDS_HANDSHAKE, sql_text(row, TCP + 4)) == HANDSHAKE_OK;

	sqlite3_clear_bindings(add);
	sqlite3_bind_int64(add, 1, sqlite3_column_int64(row, HOST));
	sqlite3_bind_int64(add, 2, sqlite3_column_int64(row, POSITION));
	if (sqlite3_column_type(row, CHAIN) != SQLITE_NULL) {
		if (!judge_chain_of_server(p, row, &certificate))
			return false;
	} else if (tls) {
		certificate = CERTIFICATE_NONE;
	}
	sql_bind_text(add, 5, word(WORDS_CERTIFICATE, (int)certificate));
	if (sqlite3_column_int(row, FOUND) != 0 && !judge_dane(p, row, certificate, lints))
		return false;
	return sql_finish(add);
}

bool
assess_servers(struct assessment *a)
{
	struct servers p = { .a = a };
	sqlite3_stmt *row;
	bool ok = true;

	for (int i = 0; i < STATEMENTS; i++)
		p.statements[i] = sql_prepare(a->db, texts[i]);
	p.dane = dane_desk_open(a);
	row = p.statements[READ_SERVERS];
	sqlite3_bind_int64(row, 1, a->sweep);
	while (ok && sqlite3_step(row) == SQLITE_ROW)
		ok = judge_server(&p, row);
	ok = assess_note(a, ok && sqlite3_reset(row) == SQLITE_OK);
	dane_desk_close(p.dane);
	for (int i = 0; i < STATEMENTS; i++)
		sqlite3_finalize(p.statements[i]);
	return ok;
}
