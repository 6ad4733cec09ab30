/* SPDX-License-Identifier: Apache-2.0 */
#include "output/intern.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "output/body.h"
#include "output/bulk.h"
#include "output/sql.h"
#include "scanner/digest.h"
#include "scanner/judge.h"
#include "scanner/mem.h"

enum statement {
	FIND_NAME,
	LAST_NAME,
	ADD_NAME,
	FIND_TEXT,
	ADD_TEXT,
	FIND_CERTIFICATE,
	ADD_CERTIFICATE,
	FIND_CHAIN,
	ADD_CHAIN,
	ADD_CHAIN_CERTIFICATE,
	FIND_POLICY,
	ADD_POLICY,
	STATEMENTS,
};

/* clang-format off */
static const char *const texts[STATEMENTS] = {
	[FIND_NAME] = "SELECT id FROM name WHERE name = ?1",
	[LAST_NAME] = "SELECT max(id) FROM name",
	[ADD_NAME] = "INSERT OR IGNORE INTO name(name) VALUES(?1)",
	[FIND_TEXT] = "SELECT id FROM text WHERE text = ?1",
	[ADD_TEXT] = "INSERT INTO text(text) VALUES(?1)",
	[FIND_CERTIFICATE] = "SELECT id FROM certificate WHERE sha256 = ?1",
	[ADD_CERTIFICATE] =
	    "INSERT INTO certificate(sha256, der, spki_sha256, key_bits, subject,"
	    " issuer, serial, not_before, not_after, key_type, signature, names)"
	    " VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
	[FIND_CHAIN] = "SELECT id FROM chain WHERE sha256 = ?1",
	[ADD_CHAIN] = "INSERT INTO chain(sha256, leaf) VALUES(?1, ?2)",
	[ADD_CHAIN_CERTIFICATE] = "INSERT INTO chain_certificate VALUES(?1, ?2, ?3)",
	[FIND_POLICY] = "SELECT id FROM policy WHERE sha256 = ?1",
	[ADD_POLICY] = "INSERT INTO policy(sha256, body, text) VALUES(?1, ?2, ?3)",
};
/* clang-format on */

struct intern {
	sqlite3 *db;
	sqlite3_stmt *statements[STATEMENTS];
	struct bulk *names; /* that are new, with ids of ours */
	bool last_was_new;  /* of the names */
};

struct intern *
intern_new(sqlite3 *db)
{
	struct intern *self = mem_alloc(sizeof *self);

	self->db = db;
	for (int i = 0; i < STATEMENTS; i++)
		self->statements[i] = sql_prepare(db, texts[i]);
	self->names = bulk_open(db, "name(id, name)", 2, "ON CONFLICT DO NOTHING");
	return self;
}

void
intern_free(struct intern *self)
{
	if (self == NULL)
		return;
	for (int i = 0; i < STATEMENTS; i++)
		sqlite3_finalize(self->statements[i]);
	bulk_close(self->names);
	free(self);
}

static int64_t
add(struct intern *self, enum statement statement)
{
	return sql_finish(self->statements[statement]) ? sqlite3_last_insert_rowid(self->db)
						       : -1;
}

static int64_t
find_text(struct intern *self, enum statement statement, const char *text)
{
	sql_bind_text(self->statements[statement], 1, text);
	return sql_find(self->statements[statement]);
}

/* 0: it is there already, -1: failure. */
static int64_t
add_text(struct intern *self, enum statement statement, const char *text)
{
	int64_t id;

	sql_bind_text(self->statements[statement], 1, text);
	id = add(self, statement);
	return id < 0 || sqlite3_changes(self->db) > 0 ? id : 0;
}

/* In a list's first sweep nearly all names are new, in the next one nearly none. */
int64_t
intern_name(struct intern *self, const char *name)
{
	int64_t id;

	if (name == NULL)
		return 0;
	if (self->last_was_new) {
		id = add_text(self, ADD_NAME, name);
		self->last_was_new = id != 0;
		return id != 0 ? id : find_text(self, FIND_NAME, name);
	}
	id = find_text(self, FIND_NAME, name);
	self->last_was_new = id == 0;
	return id != 0 ? id : add_text(self, ADD_NAME, name);
}

enum added { ADDED_ALL, ADDED_SOME, ADDED_FAILED };

/* ids has those of the names when all were new, and are added. */
static enum added
add_names(struct intern *self, const char *const names[], size_t count, int64_t ids[])
{
	int64_t last = sql_find(self->statements[LAST_NAME]);
	bool ok = last >= 0;

	for (size_t i = 0; ok && i < count; i++) {
		ids[i] = last + 1 + (int64_t)i;
		bulk_int(self->names, 0, ids[i]);
		bulk_text(self->names, 1, names[i]);
		ok = bulk_next(self->names);
	}
	if (!ok || !bulk_flush(self->names))
		return ADDED_FAILED;
	return sqlite3_changes64(self->db) == (sqlite3_int64)count ? ADDED_ALL : ADDED_SOME;
}

/* After a failure no other statement may run: the transaction may be over, and what it
 * wrote would stay. */
bool
intern_names(struct intern *self, const char *const names[], size_t count, int64_t ids[])
{
	enum added added = self->last_was_new ? add_names(self, names, count, ids) : ADDED_SOME;

	for (size_t i = 0; added == ADDED_SOME && i < count; i++) {
		ids[i] = intern_name(self, names[i]);
		if (ids[i] <= 0)
			added = ADDED_FAILED;
	}
	return added != ADDED_FAILED;
}

int64_t
intern_text(struct intern *self, const char *text)
{
	int64_t id = text != NULL ? find_text(self, FIND_TEXT, text) : 0;

	return text == NULL || id != 0 ? id : add_text(self, ADD_TEXT, text);
}

static int64_t
find_digest(struct intern *self, enum statement statement, const uint8_t digest[DIGEST_BYTES])
{
	sqlite3_bind_blob(self->statements[statement], 1, digest, DIGEST_BYTES, SQLITE_STATIC);
	return sql_find(self->statements[statement]);
}

static int64_t
add_certificate(struct intern *self, const struct certificate_der *der)
{
	sqlite3_stmt *s = self->statements[ADD_CERTIFICATE];
	struct certificate_facts facts = { 0 };
	int64_t id;

	judge.describe(der->bytes, der->length, &facts);
	sqlite3_clear_bindings(s);
	sqlite3_bind_blob(s, 1, der->sha256, DIGEST_BYTES, SQLITE_STATIC);
	sqlite3_bind_blob64(s, 2, der->bytes, der->length, SQLITE_STATIC);
	if (facts.parsed) {
		sqlite3_bind_blob(s, 3, facts.spki_sha256, DIGEST_BYTES, SQLITE_STATIC);
		sqlite3_bind_int(s, 4, facts.key_bits);
	}
	sql_bind_text(s, 5, facts.subject);
	sql_bind_text(s, 6, facts.issuer);
	sql_bind_text(s, 7, facts.serial);
	sql_bind_text(s, 8, facts.not_before);
	sql_bind_text(s, 9, facts.not_after);
	sql_bind_text(s, 10, facts.key_type);
	sql_bind_text(s, 11, facts.signature);
	sql_bind_text(s, 12, facts.names);
	id = add(self, ADD_CERTIFICATE);
	certificate_facts_clear(&facts);
	return id;
}

static int64_t
find_or_add_certificate(struct intern *self, const struct certificate_der *der)
{
	int64_t id = find_digest(self, FIND_CERTIFICATE, der->sha256);

	return id != 0 ? id : add_certificate(self, der);
}

static bool
add_chain_certificate(struct intern *self, int64_t chain, size_t position, int64_t certificate)
{
	sqlite3_stmt *s = self->statements[ADD_CHAIN_CERTIFICATE];

	sqlite3_bind_int64(s, 1, chain);
	sqlite3_bind_int64(s, 2, (int64_t)position);
	sqlite3_bind_int64(s, 3, certificate);
	return sql_finish(s);
}

static int64_t
add_chain(struct intern *self, const struct chain *chain)
{
	sqlite3_stmt *s = self->statements[ADD_CHAIN];
	int64_t leaf = find_or_add_certificate(self, &chain->certificates[0]);
	int64_t certificate, id;

	if (leaf < 0)
		return -1;
	sqlite3_bind_blob(s, 1, chain->sha256, DIGEST_BYTES, SQLITE_STATIC);
	sqlite3_bind_int64(s, 2, leaf);
	id = add(self, ADD_CHAIN);
	for (size_t i = 0; id > 0 && i < chain->count; i++) {
		certificate = find_or_add_certificate(self, &chain->certificates[i]);
		if (certificate < 0 || !add_chain_certificate(self, id, i, certificate))
			return -1;
	}
	return id;
}

int64_t
intern_chain(struct intern *self, const struct chain *chain)
{
	int64_t id;

	if (chain == NULL || chain->count == 0)
		return 0;
	id = find_digest(self, FIND_CHAIN, chain->sha256);
	return id != 0 ? id : add_chain(self, chain);
}

static int64_t
add_policy(struct intern *self, const uint8_t digest[DIGEST_BYTES], const uint8_t *body,
	   size_t length)
{
	sqlite3_stmt *s = self->statements[ADD_POLICY];
	char *text = body_text(body, length);
	bool clean = strlen(text) == length; /* escapes are longer than what they stand for */
	int64_t id;

	sqlite3_bind_blob(s, 1, digest, DIGEST_BYTES, SQLITE_STATIC);
	sql_bind_bytes(s, 2, body, length);
	sql_bind_text(s, 3, clean ? NULL : text);
	id = add(self, ADD_POLICY);
	free(text);
	return id;
}

int64_t
intern_policy(struct intern *self, const uint8_t *body, size_t length)
{
	uint8_t digest[DIGEST_BYTES];
	int64_t id;

	if (body == NULL)
		return 0;
	digest_sha256(body, length, digest);
	id = find_digest(self, FIND_POLICY, digest);
	return id != 0 ? id : add_policy(self, digest, body, length);
}
