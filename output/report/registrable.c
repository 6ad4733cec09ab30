/* SPDX-License-Identifier: Apache-2.0 */
#include "output/report/registrable.h"

#include <ctype.h>
#include <libpsl.h>
#include <string.h>

#include "output/sql.h"

struct desk {
	const psl_ctx_t *list;
	sqlite3_stmt *set, *drop;
};

/* A name of two labels is its own registrable domain or has none, so most domains
 * need no look-up.  The last label of an address is a number, which no top-level
 * domain is (RFC 3696 section 2). */
static bool
may_differ(const char *name)
{
	const char *dot = strchr(name, '.');
	const char *last = strrchr(name, '.');

	return dot != last && !isdigit((unsigned char)last[1]);
}

/* known: what the table has for it, or NULL. */
static bool
file(const struct desk *desk, int64_t id, const char *name, const char *known)
{
	const char *domain = psl_registrable_domain(desk->list, name);

	if (domain != NULL && strcmp(domain, name) == 0)
		domain = NULL;
	if (domain == NULL) {
		sqlite3_bind_int64(desk->drop, 1, id);
		return known == NULL || sql_finish(desk->drop);
	}
	if (known != NULL && strcmp(domain, known) == 0)
		return true;
	sqlite3_bind_int64(desk->set, 1, id);
	sql_bind_text(desk->set, 2, domain);
	return sql_finish(desk->set);
}

static bool
file_names(sqlite3 *db, const struct desk *desk)
{
	sqlite3_stmt *row = sql_prepare(db, "SELECT n.id, n.name, r.domain FROM name n"
					    " LEFT JOIN registrable r ON r.name = n.id");
	bool ok = true;

	while (ok && sqlite3_step(row) == SQLITE_ROW)
		if (may_differ(sql_text(row, 1)))
			ok = file(desk, sqlite3_column_int64(row, 0), sql_text(row, 1),
				  sql_text(row, 2));
	ok = ok && sqlite3_reset(row) == SQLITE_OK;
	sqlite3_finalize(row);
	return ok;
}

bool
registrable_fill(sqlite3 *db)
{
	psl_ctx_t *latest = psl_latest(NULL);
	struct desk desk = { .list = latest != NULL ? latest : psl_builtin() };
	bool ok;

	if (desk.list == NULL) /* a libpsl without a list: every name stands for itself */
		return true;
	desk.set = sql_prepare(db, "INSERT OR REPLACE INTO registrable VALUES(?1, ?2)");
	desk.drop = sql_prepare(db, "DELETE FROM registrable WHERE name = ?1");
	ok = file_names(db, &desk);
	sqlite3_finalize(desk.set);
	sqlite3_finalize(desk.drop);
	psl_free(latest);
	return ok;
}
