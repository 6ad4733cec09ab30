/* SPDX-License-Identifier: Apache-2.0 */
/* What repeats is stored once, by its content: names, texts, certificates, chains,
 * policies, answers and verdicts of an input find their place among those that are there. */
#include <openssl/sha.h>
#include <stdlib.h>
#include <string.h>

#include "output/merge/merge_parts.h"
#include "output/sql.h"
#include "scanner/mem.h"

/* The first column after the id tells rows apart. */
static const struct interned {
	enum merge_kind kind;
	const char *select, *insert, *find;
	int hashed; /* the column whose digest the first is; 0: it is no digest */
} interned[] = {
	{ IDS_NAME, "SELECT id, name FROM source.name ORDER BY id",
	  "INSERT INTO main.name(name) VALUES(?2) ON CONFLICT DO NOTHING",
	  "SELECT id FROM main.name WHERE name = ?1", 0 },
	{ IDS_TEXT, "SELECT id, text FROM source.text ORDER BY id",
	  "INSERT INTO main.text(text) VALUES(?2) ON CONFLICT DO NOTHING",
	  "SELECT id FROM main.text WHERE text = ?1", 0 },
	{ IDS_CERTIFICATE,
	  "SELECT id, sha256, der, spki_sha256, subject, issuer, serial, not_before,"
	  " not_after, key_type, key_bits, signature, names FROM source.certificate"
	  " ORDER BY id",
	  "INSERT INTO main.certificate(sha256, der, spki_sha256, subject, issuer, serial,"
	  " not_before, not_after, key_type, key_bits, signature, names)"
	  " VALUES(?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)"
	  " ON CONFLICT DO NOTHING",
	  "SELECT id FROM main.certificate WHERE sha256 = ?1", 2 },
	{ IDS_CHAIN, "SELECT id, sha256, new_certificate(leaf) FROM source.chain ORDER BY id",
	  "INSERT INTO main.chain(sha256, leaf) VALUES(?2, ?3) ON CONFLICT DO NOTHING",
	  "SELECT id FROM main.chain WHERE sha256 = ?1", 0 },
	{ IDS_POLICY, "SELECT id, sha256, body, text FROM source.policy ORDER BY id",
	  "INSERT INTO main.policy(sha256, body, text) VALUES(?2, ?3, ?4)"
	  " ON CONFLICT DO NOTHING",
	  "SELECT id FROM main.policy WHERE sha256 = ?1", 2 },
	{ IDS_ANSWERS,
	  "SELECT id, words, dns, mx, mx_security, mta_sts_record, tlsrpt FROM source.answers"
	  " ORDER BY id",
	  "INSERT INTO main.answers(dns, mx, mx_security, mta_sts_record, tlsrpt)"
	  " VALUES(?3, ?4, ?5, ?6, ?7) ON CONFLICT DO NOTHING",
	  "SELECT id FROM main.answers WHERE words = ?1", 0 },
	{ IDS_VERDICT,
	  "SELECT id, words, headline, starttls, certificate, dane, mta_sts"
	  " FROM source.verdict ORDER BY id",
	  "INSERT INTO main.verdict(headline, starttls, certificate, dane, mta_sts)"
	  " VALUES(?3, ?4, ?5, ?6, ?7) ON CONFLICT DO NOTHING",
	  "SELECT id FROM main.verdict WHERE words = ?1", 0 },
};

static bool
has_digest(sqlite3_stmt *row, int digest, int column)
{
	uint8_t computed[SHA256_DIGEST_LENGTH];

	if (sqlite3_column_bytes(row, digest) != SHA256_DIGEST_LENGTH)
		return false;
	SHA256(sqlite3_column_blob(row, column), (size_t)sqlite3_column_bytes(row, column),
	       computed);
	return memcmp(computed, sqlite3_column_blob(row, digest), sizeof computed) == 0;
}

/* Where the row stands now; negative: nowhere. */
static int64_t
place(sqlite3 *db, sqlite3_stmt *row, sqlite3_stmt *insert, sqlite3_stmt *search)
{
	for (int i = 1; i < sqlite3_column_count(row); i++)
		sqlite3_bind_value(insert, i + 1, sqlite3_column_value(row, i));
	if (!sql_finish(insert))
		return -1;
	if (sqlite3_changes(db) > 0)
		return sqlite3_last_insert_rowid(db);
	sqlite3_bind_value(search, 1, sqlite3_column_value(row, 1));
	return sql_find(search);
}

static bool
unite(sqlite3 *db, struct merge_ids *ids, const struct interned *of)
{
	sqlite3_stmt *row = NULL, *insert = NULL, *search = NULL;
	bool ok = sqlite3_prepare_v2(db, of->select, -1, &row, NULL) == SQLITE_OK &&
		  sqlite3_prepare_v2(db, of->insert, -1, &insert, NULL) == SQLITE_OK &&
		  sqlite3_prepare_v2(db, of->find, -1, &search, NULL) == SQLITE_OK;

	while (ok && sqlite3_step(row) == SQLITE_ROW) {
		int64_t id = place(db, row, insert, search);

		if (of->hashed != 0 && !has_digest(row, 1, of->hashed))
			ids->problem = "has a digest that is not that of its content";
		ok = ids->problem == NULL && id > 0 &&
		     merge_map_add(&ids->maps[of->kind], sqlite3_column_int64(row, 0), id);
	}
	ok = sqlite3_finalize(row) == SQLITE_OK && ok;
	sqlite3_finalize(insert);
	sqlite3_finalize(search);
	return ok;
}

/* The digest of a chain is that of its certificates' digests, one after the other. */
static bool
check_chain(struct merge_ids *ids, const uint8_t *digests, size_t length,
	    const uint8_t wanted[SHA256_DIGEST_LENGTH])
{
	uint8_t computed[SHA256_DIGEST_LENGTH];

	SHA256(digests, length, computed);
	if (memcmp(computed, wanted, sizeof computed) != 0)
		ids->problem = "has a digest that is not that of its content";
	return ids->problem == NULL;
}

/* The chains that are new, whose certificates are there now. */
static bool
check_chains(sqlite3 *db, struct merge_ids *ids)
{
	static const char query[] = "SELECT c.id, c.sha256, x.sha256 FROM main.chain c"
				    " LEFT JOIN main.chain_certificate p ON p.chain = c.id"
				    " LEFT JOIN main.certificate x ON x.id = p.certificate"
				    " WHERE c.id > ?1 ORDER BY c.id, p.position";
	uint8_t wanted[SHA256_DIGEST_LENGTH] = { 0 }, *digests = NULL;
	size_t length = 0;
	int64_t chain = 0;
	sqlite3_stmt *s;
	bool ok = sqlite3_prepare_v2(db, query, -1, &s, NULL) == SQLITE_OK;

	sqlite3_bind_int64(s, 1, ids->chains);
	while (ok && sqlite3_step(s) == SQLITE_ROW) {
		if (sqlite3_column_int64(s, 0) != chain) {
			ok = chain == 0 || check_chain(ids, digests, length, wanted);
			chain = sqlite3_column_int64(s, 0);
			length = 0;
			memset(wanted, 0, sizeof wanted);
			if (sqlite3_column_bytes(s, 1) == sizeof wanted)
				memcpy(wanted, sqlite3_column_blob(s, 1), sizeof wanted);
		}
		if (sqlite3_column_bytes(s, 2) != SHA256_DIGEST_LENGTH)
			continue;
		digests = mem_realloc(digests, length + SHA256_DIGEST_LENGTH);
		memcpy(digests + length, sqlite3_column_blob(s, 2), SHA256_DIGEST_LENGTH);
		length += SHA256_DIGEST_LENGTH;
	}
	ok = sqlite3_finalize(s) == SQLITE_OK && ok &&
	     (chain == 0 || check_chain(ids, digests, length, wanted));
	free(digests);
	return ok;
}

bool
merge_interned(sqlite3 *db, struct merge_ids *ids)
{
	ids->chains = sql_number(db, "SELECT coalesce(max(id), 0) FROM main.chain", 0);
	for (size_t i = 0; i < sizeof interned / sizeof *interned; i++) {
		static const char *const tables[] = { "name",   "text",   "certificate",
						      "chain",  "policy", "answers",
						      "verdict" };

		ids->table = tables[i];
		if (!unite(db, ids, &interned[i]))
			return false;
	}
	ids->table = "chain_certificate";
	return sql_run(db,
		       "INSERT INTO main.chain_certificate(chain, position, certificate)"
		       " SELECT new_chain(chain), position, new_certificate(certificate)"
		       " FROM source.chain_certificate WHERE is_new_chain(new_chain(chain))") &&
	       check_chains(db, ids);
}
