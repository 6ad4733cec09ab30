/* SPDX-License-Identifier: Apache-2.0 */
#include "output/rows.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "output/domain_rows.h"
#include "output/fields.h"
#include "output/intern.h"
#include "output/published.h"
#include "output/sql.h"
#include "scanner/mem.h"

enum statement {
	ADD_HOST,
	ADD_ADDRESS_TARGET,
	STATEMENTS,
};

static const char *const texts[STATEMENTS] = {
	[ADD_HOST] = "INSERT INTO host VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
	/* One that is there already stays: a list may name a thing twice. */
	[ADD_ADDRESS_TARGET] =
	    "INSERT OR IGNORE INTO address_target VALUES(?1, ?2, ?3, ?4, ?5, ?6)",
};

struct rows {
	struct intern *intern;
	struct published *published;
	int64_t sweep;
	sqlite3_stmt *statements[STATEMENTS];
	sqlite3_stmt *add_server;
	struct domain_rows *domains;
};

/* The parameters of add_server before those of the field table. */
enum {
	SERVER_HOST = 1,
	SERVER_POSITION,
	SERVER_CHAIN,
	SERVER_EHLO_LINE,
	SERVER_EHLO_LIST,
	SERVER_EHLO_TLS_LINE,
	SERVER_EHLO_TLS_LIST,
	SERVER_FIRST_FIELD,
};

/* Texts that many servers share: the column is the id of the text. */
static bool
is_interned(const struct field *field)
{
	static const char *const names[] = { "as_name", "starttls_reply_text", "cipher" };

	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (strcmp(field->name, names[i]) == 0)
			return true;
	return false;
}

static sqlite3_stmt *
prepare_server(sqlite3 *db)
{
	char sql[1024], *to = sql, *end = sql + sizeof sql;

	to += snprintf(to, (size_t)(end - to),
		       "INSERT INTO server(host, position, chain, ehlo_line, ehlo_list,"
		       " ehlo_tls_line, ehlo_tls_list");
	for (int i = 0; i < SERVER_FIELDS; i++)
		to += snprintf(to, (size_t)(end - to), ", %s", server_fields[i].name);
	to += snprintf(to, (size_t)(end - to), ") VALUES(?1");
	for (int i = 2; i < SERVER_FIRST_FIELD + SERVER_FIELDS; i++)
		to += snprintf(to, (size_t)(end - to), ", ?%d", i);
	snprintf(to, (size_t)(end - to), ")");
	return sql_prepare(db, sql);
}

struct rows *
rows_new(sqlite3 *db, int64_t sweep)
{
	struct rows *rows = mem_alloc(sizeof *rows);

	rows->intern = intern_new(db);
	rows->published = published_new(db, sweep, rows->intern);
	rows->sweep = sweep;
	for (int i = 0; i < STATEMENTS; i++)
		rows->statements[i] = sql_prepare(db, texts[i]);
	rows->add_server = prepare_server(db);
	rows->domains = domain_rows_open(db, sweep, rows->intern, rows->published);
	return rows;
}

void
rows_free(struct rows *rows)
{
	if (rows == NULL)
		return;
	for (int i = 0; i < STATEMENTS; i++)
		sqlite3_finalize(rows->statements[i]);
	sqlite3_finalize(rows->add_server);
	domain_rows_close(rows->domains);
	published_free(rows->published);
	intern_free(rows->intern);
	free(rows);
}

/* A reply to EHLO, cut after its first line. */
struct reply {
	char *line;       /* NULL: no reply */
	const char *rest; /* from the line feed on, or "" */
};

static struct reply
reply_of(const char *text)
{
	size_t length = text != NULL ? strcspn(text, "\n") : 0;
	struct reply reply = { NULL, NULL };

	if (text == NULL)
		return reply;
	reply.line = mem_dup(text, length + 1);
	reply.line[length] = '\0';
	reply.rest = text + length;
	return reply;
}

/* Binding clears SQLite's error, so whoever fails returns before the next one. */
static bool
bind_interned(struct rows *rows, int index, const char *text)
{
	int64_t id = intern_text(rows->intern, text);

	if (id < 0)
		return false;
	sql_bind_id(rows->add_server, index, id);
	return true;
}

static bool
bind_reply(struct rows *rows, int line, int list, const struct reply *reply)
{
	sql_bind_text(rows->add_server, line, reply->line);
	return bind_interned(rows, list, reply->rest);
}

static bool
bind_chain(struct rows *rows, const struct chain *chain)
{
	int64_t id = intern_chain(rows->intern, chain);

	if (id < 0)
		return false;
	sql_bind_id(rows->add_server, SERVER_CHAIN, id);
	return true;
}

static void
bind_field(sqlite3_stmt *s, int index, const struct field_value *value)
{
	if (value->kind == FIELD_NULL)
		sqlite3_bind_null(s, index);
	else if (value->kind == FIELD_TEXT)
		sql_bind_text(s, index, value->text);
	else
		sqlite3_bind_int64(s, index, value->number);
}

/* values must live until the row is written. */
static bool
bind_fields(struct rows *rows, const struct server_facts *facts, struct field_value values[])
{
	for (int i = 0; i < SERVER_FIELDS; i++) {
		struct field_value *value = &values[i];

		field_get(&server_fields[i], facts, value);
		if (value->kind != FIELD_TEXT || !is_interned(&server_fields[i]))
			bind_field(rows->add_server, SERVER_FIRST_FIELD + i, value);
		else if (!bind_interned(rows, SERVER_FIRST_FIELD + i, value->text))
			return false;
	}
	return true;
}

/* Most servers greet with the name that they also answer EHLO with. */
static bool
begins_greeting(const char *line, const char *greeting)
{
	size_t length = greeting != NULL ? strcspn(greeting, " ") : 0;

	return greeting != NULL && line != NULL && strlen(line) == length &&
	       memcmp(line, greeting, length) == 0;
}

static void
drop_line(struct reply *reply)
{
	free(reply->line);
	reply->line = NULL;
}

static bool
add_server(struct rows *rows, const struct server_facts *facts)
{
	struct field_value values[SERVER_FIELDS];
	struct reply ehlo = reply_of(facts->ehlo_text), tls = reply_of(facts->ehlo_tls_text);
	bool ok;

	if (ehlo.line != NULL && tls.line != NULL && strcmp(ehlo.line, tls.line) == 0)
		drop_line(&tls);
	if (begins_greeting(ehlo.line, facts->greeting_text))
		drop_line(&ehlo);
	ok = bind_fields(rows, facts, values) && bind_chain(rows, facts->chain) &&
	     bind_reply(rows, SERVER_EHLO_LINE, SERVER_EHLO_LIST, &ehlo) &&
	     bind_reply(rows, SERVER_EHLO_TLS_LINE, SERVER_EHLO_TLS_LIST, &tls) &&
	     sql_finish(rows->add_server);
	free(ehlo.line);
	free(tls.line);
	return ok;
}

/* The ids of the three names of a host; false on failure. */
static bool
name_host(struct rows *rows, const struct record *record, int64_t ids[3])
{
	const struct tlsa_set *tlsa = &record->host.tlsa;
	const char *const names[] = { record->host.name, tlsa->base, tlsa->expanded };

	for (int i = 0; i < 3; i++) {
		ids[i] = intern_name(rows->intern, names[i]);
		if (ids[i] < 0)
			return false;
	}
	return true;
}

static bool
add_host(struct rows *rows, const struct record *record)
{
	sqlite3_stmt *s = rows->statements[ADD_HOST];
	const struct tlsa_set *tlsa = &record->host.tlsa;
	int64_t names[3];

	if (!name_host(rows, record, names))
		return false;
	sqlite3_clear_bindings(s);
	sqlite3_bind_int64(s, 1, record->host.id);
	sqlite3_bind_int64(s, 2, rows->sweep);
	sql_bind_id(s, 3, names[0]);
	sql_bind_id(s, 4, record->host.of_address);
	sql_bind_text(s, 5, word(WORDS_TLSA, (int)tlsa->lookup));
	if (tlsa->lookup != 0)
		sqlite3_bind_int(s, 6, tlsa->secure);
	sql_bind_id(s, 7, names[1]);
	sql_bind_id(s, 8, names[2]);
	return sql_finish(s) && published_put_tlsa(rows->published, record->host.id, tlsa);
}

static bool
put_host(struct rows *rows, const struct record *record)
{
	if (!add_host(rows, record))
		return false;
	for (size_t i = 0; i < record->host.count; i++) {
		sqlite3_bind_int64(rows->add_server, SERVER_HOST, record->host.id);
		sqlite3_bind_int64(rows->add_server, SERVER_POSITION, (int64_t)i);
		if (!add_server(rows, record->host.servers[i]))
			return false;
	}
	return true;
}

static bool
put_address(struct rows *rows, const struct record *record)
{
	sqlite3_stmt *s = rows->statements[ADD_ADDRESS_TARGET];
	int64_t name = intern_name(rows->intern, record->target.name);

	if (name < 0)
		return false;
	sqlite3_bind_int64(s, 1, rows->sweep);
	sql_bind_text(s, 2, record->target.key);
	sql_bind_id(s, 3, name);
	sql_bind_id(s, 4, record->target.rank);
	sql_bind_text(s, 5, record->target.tag);
	sql_bind_id(s, 6, record->target.count > 0 ? record->target.links[0].host : 0);
	return sql_finish(s);
}

bool
rows_put(struct rows *rows, const struct record *record)
{
	if (record->kind == RECORD_HOST)
		return put_host(rows, record);
	if (record->target.is_address)
		return put_address(rows, record);
	domain_rows_put(rows->domains, record);
	return true;
}

bool
rows_flush(struct rows *rows)
{
	return domain_rows_flush(rows->domains);
}

void
rows_forget(struct rows *rows)
{
	domain_rows_forget(rows->domains);
}
