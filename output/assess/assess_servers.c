/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Goes through the servers, and judges each that showed a chain, did TLS or stands under
 * TLSA records.  They are read in batches, so that the chains of a batch can be judged
 * together.
 */
#include <stdlib.h>

#include "output/assess/assess_parts.h"
#include "output/sql.h"
#include "scanner/mem.h"

/* Servers: a leaf that many of them show is parsed once a batch.  Some 4 MB. */
#define BATCH 16384

enum statement { READ_SERVERS, ADD_SERVER, STATEMENTS };

/* The columns of READ_SERVERS. */
enum { HOST, POSITION, CHAIN, NAME, TLSA, TLSA_USABLE, TCP };

/* The joins are in the order of the primary keys, so nothing is sorted. */
static const char *const texts[STATEMENTS] = {
	[READ_SERVERS] = "SELECT v.host, v.position, v.chain, n.name, h.tlsa,"
			 " " TLSA_USABLE_OF_HOST ","
			 " v.tcp, v.greeting, v.ehlo, v.starttls, v.handshake, NULL"
			 " FROM host h CROSS JOIN server v ON v.host = h.id"
			 " LEFT JOIN name n ON n.id = h.name"
			 " WHERE h.sweep = ?1 ORDER BY h.id, v.position",
	[ADD_SERVER] = "INSERT INTO server_verdict(host, position, name_match, cn_only,"
		       " certificate, dane, dane_reason, dane_lint)"
		       " VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
};

struct server_row {
	int64_t position;
	char *name;                     /* of the host; NULL: a bare address */
	struct chain_question question; /* its chain is 0 where the server showed none */
	struct server_outcome outcome;
};

struct servers {
	struct assessment *a;
	struct chain_desk *chains;
	struct dane_desk *dane;
	sqlite3_stmt *statements[STATEMENTS];
	bool more; /* to read; it begins anew when it is asked after its end */
	struct server_row rows[BATCH];
	struct chain_question *questions[BATCH];
	size_t count;
};

/* Where there is no name to compare, only the chain counts. */
static enum certificate_word
judge_certificate(struct servers *p, const struct chain_question *q)
{
	sqlite3_stmt *add = p->statements[ADD_SERVER];

	if (q->name != NULL && q->verdict->parsed) {
		sqlite3_bind_int(add, 3, q->matches);
		sqlite3_bind_int(add, 4, q->cn_only);
	}
	return p->a->judge->certificate(q->verdict, q->name == NULL || q->matches);
}

static bool
judge_dane(struct servers *p, struct server_row *row, char lints[LINTS_TEXT])
{
	sqlite3_stmt *add = p->statements[ADD_SERVER];
	struct dane_verdict v;

	if (!dane_desk_judge(p->dane, row->question.host, row->question.chain, &row->outcome,
			     &v))
		return false;
	p->a->name_mismatch |= v.word == DANE_NAME_MISMATCH;
	row->outcome.dane = v.word;
	sql_bind_text(add, 6, word(WORDS_DANE, (int)v.word));
	sql_bind_text(add, 7, word(WORDS_DANE_REASON, (int)v.reason));
	sql_bind_text(add, 8, assess_lints_text(v.lint, dane_lint_names, DANE_LINTS, lints));
	return true;
}

/* Without TLS and records there is nothing to judge. */
static bool
is_to_judge(const struct server_row *row)
{
	return row->question.chain != 0 || row->outcome.handshake == HANDSHAKE_OK ||
	       row->outcome.tlsa == TLSA_FOUND;
}

static bool
judge_server(struct servers *p, struct server_row *row)
{
	sqlite3_stmt *add = p->statements[ADD_SERVER];
	struct server_outcome *outcome = &row->outcome;
	char lints[LINTS_TEXT];

	sqlite3_clear_bindings(add);
	sqlite3_bind_int64(add, 1, row->question.host);
	sqlite3_bind_int64(add, 2, row->position);
	if (row->question.chain != 0)
		outcome->certificate = judge_certificate(p, &row->question);
	else if (outcome->handshake == HANDSHAKE_OK)
		outcome->certificate = CERTIFICATE_NONE;
	sql_bind_text(add, 5, word(WORDS_CERTIFICATE, (int)outcome->certificate));
	if (outcome->tlsa == TLSA_FOUND && !judge_dane(p, row, lints))
		return false;
	return sql_finish(add);
}

static void
read_row(sqlite3_stmt *s, struct server_row *row)
{
	const char *name = sql_text(s, NAME);

	*row = (struct server_row){
		.position = sqlite3_column_int64(s, POSITION),
		.name = name != NULL ? mem_strdup(name) : NULL,
		.question = {
			.chain = sqlite3_column_int64(s, CHAIN),
			.host = sqlite3_column_int64(s, HOST),
		},
		.outcome = outcome_of_row(s, TCP),
	};
	row->question.name = row->name;
	row->outcome.host = row->question.host;
	row->outcome.tlsa = (enum tlsa_word)word_parse(WORDS_TLSA, sql_text(s, TLSA));
	row->outcome.tlsa_usable = sqlite3_column_int(s, TLSA_USABLE) != 0;
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
	size_t count = 0;

	for (size_t i = 0; i < p->count; i++)
		if (p->rows[i].question.chain != 0)
			p->questions[count++] = &p->rows[i].question;
	if (!chain_desk_judge(p->chains, p->questions, count))
		return false;
	for (size_t i = 0; i < p->count; i++) {
		if (is_to_judge(&p->rows[i]) && !judge_server(p, &p->rows[i]))
			return false;
		outcomes_add(p->a->outcomes, &p->rows[i].outcome);
	}
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
