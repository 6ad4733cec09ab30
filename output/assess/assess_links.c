/* SPDX-License-Identifier: Apache-2.0 */
/*
 * DANE where the domain makes a difference: a certificate under usage 2 may name
 * the next-hop domain in place of the host (RFC 7672 section 3.2.2).  Only run
 * when a server of the sweep fails by its name.
 */
#include "output/assess/assess_parts.h"
#include "output/sql.h"

enum statement { READ_LINKS, ADD_LINK, STATEMENTS };
enum { NAME, HOST, POSITION, CHAIN, DOMAIN, EXPANDED };

static const char *const texts[STATEMENTS] = {
	[READ_LINKS] =
	    "SELECT d.name, e.host, v.position, v.chain, n.name, d.expanded"
	    " FROM domain d JOIN answers q ON q.id = d.answers"
	    " JOIN mx_host e ON e.mx_set = d.mx_set"
	    " JOIN server_verdict sv ON sv.host = e.host AND sv.dane = 'name-mismatch'"
	    " JOIN server v ON v.host = sv.host AND v.position = sv.position"
	    " JOIN name n ON n.id = d.name"
	    " WHERE d.sweep = ?1 AND q.mx_security = 'secure' AND v.chain IS NOT NULL",
	[ADD_LINK] = "INSERT INTO link_verdict(sweep, name, host, position, dane)"
		     " VALUES(?1, ?2, ?3, ?4, ?5)",
};

static bool
judge_link(struct assessment *a, struct dane_desk *desk, sqlite3_stmt *row, sqlite3_stmt *add)
{
	enum dane_word dane;

	if (!dane_desk_judge_for(desk, sqlite3_column_int64(row, HOST),
				 sqlite3_column_int64(row, CHAIN), sql_text(row, DOMAIN),
				 sql_text(row, EXPANDED), &dane))
		return false;
	if (dane == 0 || dane == DANE_NAME_MISMATCH)
		return true;
	sqlite3_bind_int64(add, 1, a->sweep);
	for (int i = NAME; i <= POSITION; i++)
		sqlite3_bind_int64(add, i + 2, sqlite3_column_int64(row, i));
	sql_bind_text(add, 5, word(WORDS_DANE, (int)dane));
	return sql_finish(add);
}

bool
assess_dane_links(struct assessment *a)
{
	sqlite3_stmt *row = sql_prepare(a->db, texts[READ_LINKS]);
	sqlite3_stmt *add = sql_prepare(a->db, texts[ADD_LINK]);
	struct dane_desk *desk = dane_desk_open(a);
	bool ok = true;

	sqlite3_bind_int64(row, 1, a->sweep);
	while (ok && sqlite3_step(row) == SQLITE_ROW)
		ok = judge_link(a, desk, row, add);
	ok = assess_note(a, ok && sqlite3_reset(row) == SQLITE_OK);
	dane_desk_close(desk);
	sqlite3_finalize(row);
	sqlite3_finalize(add);
	return ok;
}
