/* SPDX-License-Identifier: Apache-2.0 */
#include "output/assess.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "output/sql.h"
#include "scanner/mem.h"

enum statement {
	READ_SERVERS,
	READ_CHAIN,
	READ_CERTIFICATES,
	ADD_CHAIN,
	ADD_SERVER,
	READ_DOMAINS,
	ADD_DOMAIN,
	STATEMENTS,
};

/* The joins are in the order of the primary keys, so nothing is sorted. */
static const char *const texts[STATEMENTS] = {
	[READ_SERVERS] = "SELECT v.host, v.position, v.chain, c.leaf, n.name FROM host h"
			 " JOIN server v ON v.host = h.id LEFT JOIN chain c ON c.id = v.chain"
			 " LEFT JOIN name n ON n.id = h.name"
			 " WHERE h.sweep = ?1 AND (v.chain IS NOT NULL OR v.handshake = 'ok')",
	[READ_CHAIN] = "SELECT parsed, trusted, expired, not_yet_valid, self_signed, error"
		       " FROM chain_verdict WHERE sweep = ?1 AND chain = ?2",
	[READ_CERTIFICATES] = "SELECT x.der FROM chain_certificate cc"
			      " JOIN certificate x ON x.id = cc.certificate"
			      " WHERE cc.chain = ?1 ORDER BY cc.position",
	[ADD_CHAIN] = "INSERT INTO chain_verdict VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
	[ADD_SERVER] = "INSERT INTO server_verdict VALUES(?1, ?2, ?3, ?4, ?5)",
	[READ_DOMAINS] = "SELECT d.name, d.dns, d.mx, v.tcp, v.greeting, v.ehlo, v.starttls,"
			 " v.handshake, sv.certificate FROM domain d"
			 " LEFT JOIN link l ON l.sweep = d.sweep AND l.name = d.name"
			 " LEFT JOIN server v ON v.host = l.host"
			 " LEFT JOIN server_verdict sv ON sv.host = v.host"
			 "  AND sv.position = v.position"
			 " WHERE d.sweep = ?1 ORDER BY d.name",
	[ADD_DOMAIN] = "INSERT INTO domain_verdict VALUES(?1, ?2, ?3, ?4, ?5)",
};

struct assessment {
	sqlite3 *db;
	int64_t sweep;
	const struct judge *judge;
	struct bench *bench;
	sqlite3_stmt *statements[STATEMENTS];
};

/* A chain as it is read back, its certificates copied out of the database. */
static struct chain *
read_chain(struct assessment *a, int64_t id)
{
	sqlite3_stmt *s = a->statements[READ_CERTIFICATES];
	const uint8_t **bytes = NULL;
	size_t *lengths = NULL, count = 0;
	struct chain *chain = NULL;

	sqlite3_bind_int64(s, 1, id);
	while (sqlite3_step(s) == SQLITE_ROW) {
		bytes = mem_realloc(bytes, (count + 1) * sizeof *bytes);
		lengths = mem_realloc(lengths, (count + 1) * sizeof *lengths);
		lengths[count] = (size_t)sqlite3_column_bytes(s, 0);
		bytes[count] = mem_dup(sqlite3_column_blob(s, 0), lengths[count]);
		count++;
	}
	if (sqlite3_reset(s) == SQLITE_OK && count > 0)
		chain = chain_new(count, bytes, lengths);
	for (size_t i = 0; i < count; i++)
		free((void *)bytes[i]);
	free(bytes);
	free(lengths);
	return chain;
}

static bool
add_chain(struct assessment *a, int64_t id, const struct chain_verdict *v)
{
	sqlite3_stmt *s = a->statements[ADD_CHAIN];

	sqlite3_bind_int64(s, 1, a->sweep);
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
judge_chain(struct assessment *a, int64_t id, struct chain_verdict *v)
{
	sqlite3_stmt *s = a->statements[READ_CHAIN];
	bool known;
	struct chain *chain;

	sqlite3_bind_int64(s, 1, a->sweep);
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
	chain = read_chain(a, id);
	if (chain == NULL)
		return false;
	memset(v, 0, sizeof *v);
	a->judge->chain(a->bench, chain, v);
	free(chain);
	return add_chain(a, id, v);
}

/* Does the leaf of the chain name the host?  The question costs a parse, and the
 * addresses of one host mostly show one leaf, so the last answer is kept. */
struct match {
	int64_t host, leaf;
	bool matches, cn_only;
};

static bool
match_name(struct assessment *a, struct match *last, int64_t host, int64_t leaf, int64_t chain,
	   const char *name)
{
	sqlite3_stmt *s = a->statements[READ_CERTIFICATES];

	if (last->host == host && last->leaf == leaf)
		return true;
	*last = (struct match){ .host = host, .leaf = leaf };
	sqlite3_bind_int64(s, 1, chain);
	if (sqlite3_step(s) == SQLITE_ROW)
		last->matches =
		    a->judge->names(sqlite3_column_blob(s, 0),
				    (size_t)sqlite3_column_bytes(s, 0), name, &last->cn_only);
	return sqlite3_reset(s) == SQLITE_OK;
}

/* host and position are bound.  name is NULL for a bare address: there is no
 * name to compare, so only the chain counts. */
static bool
judge_chain_of_server(struct assessment *a, sqlite3_stmt *row, struct match *last)
{
	int64_t chain = sqlite3_column_int64(row, 2);
	const char *name = sql_text(row, 4);
	sqlite3_stmt *add = a->statements[ADD_SERVER];
	struct chain_verdict v;

	if (!judge_chain(a, chain, &v))
		return false;
	if (name != NULL && v.parsed) {
		if (!match_name(a, last, sqlite3_column_int64(row, 0),
				sqlite3_column_int64(row, 3), chain, name))
			return false;
		sqlite3_bind_int(add, 3, last->matches);
		sqlite3_bind_int(add, 4, last->cn_only);
	}
	sql_bind_text(add, 5,
		      word(WORDS_CERTIFICATE,
			   (int)a->judge->certificate(&v, name == NULL || last->matches)));
	return true;
}

static bool
judge_server(struct assessment *a, sqlite3_stmt *row, struct match *last)
{
	sqlite3_stmt *add = a->statements[ADD_SERVER];

	sqlite3_clear_bindings(add);
	sqlite3_bind_int64(add, 1, sqlite3_column_int64(row, 0));
	sqlite3_bind_int64(add, 2, sqlite3_column_int64(row, 1));
	if (sqlite3_column_type(row, 2) == SQLITE_NULL)
		sql_bind_text(add, 5, word(WORDS_CERTIFICATE, CERTIFICATE_NONE));
	else if (!judge_chain_of_server(a, row, last))
		return false;
	return sql_finish(add);
}

static bool
judge_servers(struct assessment *a)
{
	sqlite3_stmt *row = a->statements[READ_SERVERS];
	struct match last = { 0 };

	sqlite3_bind_int64(row, 1, a->sweep);
	while (sqlite3_step(row) == SQLITE_ROW)
		if (!judge_server(a, row, &last))
			return false;
	return sqlite3_reset(row) == SQLITE_OK;
}

/* A domain whose servers are being added up. */
struct tally {
	int64_t name; /* 0: none yet */
	enum dns_word dns;
	enum mx_word mx;
	struct domain_verdict verdict;
};

static bool
add_domain(struct assessment *a, const struct tally *tally)
{
	sqlite3_stmt *s = a->statements[ADD_DOMAIN];
	const struct judge *j = a->judge;

	if (tally->name == 0)
		return true;
	sqlite3_bind_int64(s, 1, a->sweep);
	sqlite3_bind_int64(s, 2, tally->name);
	sql_bind_text(
	    s, 3,
	    word(WORDS_HEADLINE, (int)j->headline(&tally->verdict, tally->dns, tally->mx)));
	sql_bind_text(s, 4, word(WORDS_SHARE, (int)j->starttls_share(&tally->verdict)));
	sql_bind_text(s, 5, word(WORDS_SHARE, (int)j->certificate_share(&tally->verdict)));
	return sql_finish(s);
}

static void
add_server(struct assessment *a, struct tally *tally, sqlite3_stmt *row)
{
	struct server_outcome server = {
		.tcp = (enum tcp_word)word_parse(WORDS_TCP, sql_text(row, 3)),
		.greeting = (enum greeting_word)word_parse(WORDS_GREETING, sql_text(row, 4)),
		.ehlo = (enum ehlo_word)word_parse(WORDS_EHLO, sql_text(row, 5)),
		.starttls = (enum starttls_word)word_parse(WORDS_STARTTLS, sql_text(row, 6)),
		.handshake = (enum handshake_word)word_parse(WORDS_HANDSHAKE, sql_text(row, 7)),
		.certificate =
		    (enum certificate_word)word_parse(WORDS_CERTIFICATE, sql_text(row, 8)),
	};

	if (server.tcp != 0) /* 0: the outer join found no server */
		a->judge->add_server(&tally->verdict, &server);
}

static bool
judge_domains(struct assessment *a)
{
	sqlite3_stmt *row = a->statements[READ_DOMAINS];
	struct tally tally = { 0 };

	sqlite3_bind_int64(row, 1, a->sweep);
	while (sqlite3_step(row) == SQLITE_ROW) {
		if (sqlite3_column_int64(row, 0) != tally.name) {
			if (!add_domain(a, &tally))
				return false;
			tally = (struct tally){
				.name = sqlite3_column_int64(row, 0),
				.dns = (enum dns_word)word_parse(WORDS_DNS, sql_text(row, 1)),
				.mx = (enum mx_word)word_parse(WORDS_MX, sql_text(row, 2)),
			};
		}
		add_server(a, &tally, row);
	}
	return sqlite3_reset(row) == SQLITE_OK && add_domain(a, &tally);
}

static bool
forget(struct assessment *a)
{
	char sql[320];
	long long sweep = a->sweep;

	snprintf(sql, sizeof sql,
		 "DELETE FROM domain_verdict WHERE sweep = %lld;"
		 "DELETE FROM server_verdict WHERE host IN"
		 " (SELECT id FROM host WHERE sweep = %lld);"
		 "DELETE FROM chain_verdict WHERE sweep = %lld",
		 sweep, sweep, sweep);
	return sql_run(a->db, sql);
}

static bool
sign(struct assessment *a, const char *root_cas, int64_t at)
{
	sqlite3_stmt *s = sql_prepare(a->db, "UPDATE sweep SET judged = ?2, trust_store = ?3"
					     " WHERE id = ?1");
	bool ok;

	sqlite3_bind_int64(s, 1, a->sweep);
	sqlite3_bind_int64(s, 2, at);
	sql_bind_text(s, 3, root_cas);
	ok = sql_finish(s);
	sqlite3_finalize(s);
	return ok;
}

bool
assess_sweep(sqlite3 *db, int64_t sweep, const struct judge *judge_by, const char *root_cas,
	     int64_t at, char error[256])
{
	struct assessment a = { .db = db, .sweep = sweep, .judge = judge_by };
	bool ok;

	a.bench = judge_by->open(root_cas, at, error);
	if (a.bench == NULL)
		return false;
	for (int i = 0; i < STATEMENTS; i++)
		a.statements[i] = sql_prepare(db, texts[i]);
	ok = sql_run(db, "BEGIN IMMEDIATE") && forget(&a) && judge_servers(&a) &&
	     judge_domains(&a) && sign(&a, root_cas, at) && sql_run(db, "COMMIT");
	if (!ok)
		snprintf(error, 256, "%s", sqlite3_errmsg(db));
	for (int i = 0; i < STATEMENTS; i++)
		sqlite3_finalize(a.statements[i]);
	if (!sqlite3_get_autocommit(db))
		sql_run(db, "ROLLBACK");
	judge_by->close(a.bench);
	return ok;
}
