/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is odd about a domain's MTA-STS policy: in itself, beside the MX hosts,
 * and beside what earlier sweeps of the same database saw.
 */
#include <stdlib.h>
#include <string.h>

#include "output/assess/assess_parts.h"
#include "output/sql.h"
#include "scanner/mem.h"

enum statement { READ_POLICIES, READ_HOSTS, READ_LAST, SET_LINTS, SET_REMOVED, STATEMENTS };
enum { NAME, POLICY, CONTENT_TYPE, ID, DEMANDS };

/*
 * Earlier sweeps are walked from the newest and left at the first that knows the
 * domain.  Senders keep the last good policy until its max_age, of a year at most,
 * has passed (RFC 8461 section 3.2), whatever they find meanwhile; so it is that
 * one which must not simply vanish (section 8.3).  A sweep that could not know
 * whether it is gone says nothing.
 */
static const char *const texts[STATEMENTS] = {
	[READ_POLICIES] = "SELECT name, policy, content_type, id,"
			  " word = 'ok' AND mode IN ('testing', 'enforce')"
			  " FROM mta_sts WHERE sweep = ?1 AND policy IS NOT NULL",
	[READ_HOSTS] = "SELECT DISTINCT n.name FROM domain d JOIN mx_host e ON"
		       " e.mx_set = d.mx_set JOIN host h ON h.id = e.host JOIN name n"
		       " ON n.id = h.name WHERE d.sweep = ?1 AND d.name = ?2",
	[READ_LAST] = "SELECT p.id, p.policy FROM sweep s"
		      " CROSS JOIN mta_sts p ON p.sweep = s.id AND p.name = ?2"
		      " WHERE s.id < ?1 AND p.policy IS NOT NULL ORDER BY s.id DESC LIMIT 1",
	[SET_LINTS] =
	    "UPDATE domain_verdict SET mta_sts_lint = ?3 WHERE sweep = ?1 AND name = ?2",
	[SET_REMOVED] =
	    "UPDATE domain_verdict SET mta_sts_lint = coalesce(mta_sts_lint || ',', '') || ?2"
	    " WHERE sweep = ?1 AND name IN (SELECT p.name FROM sweep now"
	    "  CROSS JOIN sweep s ON s.id < now.id AND s.started > now.started - 31557600"
	    "  CROSS JOIN mta_sts p ON p.sweep = s.id"
	    "  CROSS JOIN domain d ON d.sweep = now.id AND d.name = p.name"
	    "  CROSS JOIN answers q ON q.id = d.answers"
	    "  LEFT JOIN mta_sts m ON m.sweep = now.id AND m.name = p.name"
	    "  WHERE now.id = ?1 AND p.word = 'ok' AND p.mode IN ('testing', 'enforce')"
	    "  AND coalesce(p.started, s.started) + min(p.max_age, 31557600)"
	    "   > coalesce(m.started, now.started)"
	    "  AND (q.mta_sts_record = 'none' OR m.fetch = 'http-404'"
	    "   OR m.http_status = 410 OR m.word = 'empty')"
	    "  AND NOT EXISTS (SELECT 1 FROM sweep t CROSS JOIN mta_sts q ON q.sweep = t.id"
	    "   AND q.name = p.name WHERE t.id > s.id AND t.id < ?1 AND q.word = 'ok'))",
};

struct lints {
	struct assessment *a;
	struct policy_desk desk;
	sqlite3_stmt *statements[STATEMENTS];
};

/* The policy on the desk beside the domain's MX hosts. */
static bool
lint_hosts(struct lints *p, int64_t domain, unsigned *lints)
{
	sqlite3_stmt *s = p->statements[READ_HOSTS];
	char **hosts = NULL;
	size_t count = 0;

	sqlite3_bind_int64(s, 1, p->a->sweep);
	sqlite3_bind_int64(s, 2, domain);
	while (sqlite3_step(s) == SQLITE_ROW) {
		hosts = mem_realloc(hosts, (count + 1) * sizeof *hosts);
		hosts[count++] = mem_strdup(sql_text(s, 0));
	}
	if (count > 0)
		*lints |= p->a->judge->policy_lint(&p->desk.policy, (const char *const *)hosts,
						   count);
	for (size_t i = 0; i < count; i++)
		free(hosts[i]);
	free(hosts);
	return sqlite3_reset(s) == SQLITE_OK;
}

/* The policy that the row has beside the last one that was seen. */
static bool
lint_history(struct lints *p, sqlite3_stmt *row, unsigned *lints)
{
	sqlite3_stmt *s = p->statements[READ_LAST];
	const char *id = sql_text(row, ID), *last;

	sqlite3_bind_int64(s, 1, p->a->sweep);
	sqlite3_bind_int64(s, 2, sqlite3_column_int64(row, NAME));
	if (sqlite3_step(s) == SQLITE_ROW) {
		last = sql_text(s, 0);
		if (id != NULL && last != NULL && strcmp(id, last) == 0 &&
		    sqlite3_column_int64(s, 1) != sqlite3_column_int64(row, POLICY))
			*lints |= STS_LINT_ID_NOT_BUMPED;
	}
	return sqlite3_reset(s) == SQLITE_OK;
}

static bool
lint_policy(struct lints *p, sqlite3_stmt *row)
{
	sqlite3_stmt *set = p->statements[SET_LINTS];
	char text[LINTS_TEXT];
	unsigned lints;

	if (!policy_desk_turn(&p->desk, sqlite3_column_int64(row, POLICY)))
		return false;
	lints = p->desk.policy.lint;
	if (!p->a->judge->plain_text(sql_text(row, CONTENT_TYPE)))
		lints |= STS_LINT_CONTENT_TYPE;
	if ((sqlite3_column_int(row, DEMANDS) &&
	     !lint_hosts(p, sqlite3_column_int64(row, NAME), &lints)) ||
	    !lint_history(p, row, &lints))
		return false;
	if (lints == 0)
		return true;
	sqlite3_bind_int64(set, 1, p->a->sweep);
	sqlite3_bind_int64(set, 2, sqlite3_column_int64(row, NAME));
	sql_bind_text(set, 3, assess_lints_text(lints, sts_lint_names, STS_LINTS, text));
	return sql_finish(set);
}

static bool
lint_removed(struct lints *p)
{
	sqlite3_stmt *s = p->statements[SET_REMOVED];
	char text[LINTS_TEXT];

	sqlite3_bind_int64(s, 1, p->a->sweep);
	sql_bind_text(
	    s, 2,
	    assess_lints_text(STS_LINT_REMOVED_IMPROPERLY, sts_lint_names, STS_LINTS, text));
	return sql_finish(s);
}

bool
assess_lints(struct assessment *a)
{
	struct lints p = { .a = a };
	sqlite3_stmt *row;
	bool ok = true;

	for (int i = 0; i < STATEMENTS; i++)
		p.statements[i] = sql_prepare(a->db, texts[i]);
	policy_desk_open(&p.desk, a);
	row = p.statements[READ_POLICIES];
	sqlite3_bind_int64(row, 1, a->sweep);
	while (ok && sqlite3_step(row) == SQLITE_ROW)
		ok = lint_policy(&p, row);
	ok = assess_note(a, ok && sqlite3_reset(row) == SQLITE_OK && lint_removed(&p));
	policy_desk_close(&p.desk);
	for (int i = 0; i < STATEMENTS; i++)
		sqlite3_finalize(p.statements[i]);
	return ok;
}
