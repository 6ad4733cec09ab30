/* SPDX-License-Identifier: Apache-2.0 */
#include "output/assess/assess.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "output/assess/assess_parts.h"
#include "output/outcomes.h"
#include "output/report/registrable.h"
#include "output/report/tally.h"
#include "output/report/tally_domains.h"
#include "output/sql.h"
#include "scanner/mem.h"

struct chain *
assess_chain(sqlite3_stmt *certificates, int64_t id)
{
	const uint8_t **bytes = NULL;
	size_t *lengths = NULL, count = 0;
	struct chain *chain = NULL;

	sqlite3_bind_int64(certificates, 1, id);
	while (sqlite3_step(certificates) == SQLITE_ROW) {
		bytes = mem_realloc(bytes, (count + 1) * sizeof *bytes);
		lengths = mem_realloc(lengths, (count + 1) * sizeof *lengths);
		lengths[count] = (size_t)sqlite3_column_bytes(certificates, 0);
		bytes[count] = mem_dup(sqlite3_column_blob(certificates, 0), lengths[count]);
		count++;
	}
	if (sqlite3_reset(certificates) == SQLITE_OK && count > 0)
		chain = chain_new(count, bytes, lengths);
	for (size_t i = 0; i < count; i++)
		free((void *)bytes[i]);
	free(bytes);
	free(lengths);
	return chain;
}

const char *
assess_lints_text(unsigned lints, const char *const names[], int count, char text[LINTS_TEXT])
{
	size_t length = 0;

	text[0] = '\0';
	for (int i = 0; i < count; i++)
		if ((lints >> i & 1) != 0 && length < LINTS_TEXT)
			length += (size_t)snprintf(text + length, LINTS_TEXT - length, "%s%s",
						   length > 0 ? "," : "", names[i]);
	return length > 0 ? text : NULL;
}

bool
assess_note(struct assessment *a, bool ok)
{
	if (!ok && a->error[0] == '\0')
		snprintf(a->error, 256, "%s", sqlite3_errmsg(a->db));
	return ok;
}

static bool
forget(struct assessment *a)
{
	long long sweep = a->sweep;
	char *sql = mem_printf("DELETE FROM domain_verdict WHERE sweep = %lld;"
			       "DELETE FROM link_verdict WHERE sweep = %lld;"
			       "DELETE FROM server_verdict WHERE host IN"
			       " (SELECT id FROM host WHERE sweep = %lld);"
			       "DELETE FROM chain_verdict WHERE sweep = %lld",
			       sweep, sweep, sweep, sweep);
	bool ok = sql_run(a->db, sql);

	free(sql);
	return ok;
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
	ok = assess_note(a, sql_finish(s));
	sqlite3_finalize(s);
	return ok;
}

/* Earlier sweeps are searched by the name of a host.  The index is there already,
 * unless none of them came to its end. */
static bool
find_history(struct assessment *a)
{
	a->history =
	    sql_number(a->db, "SELECT count(*) FROM sweep WHERE id < ?1", a->sweep) > 0;
	return !a->history ||
	       sql_run(a->db, "CREATE INDEX IF NOT EXISTS host_name ON host(name, sweep)");
}

/* Each part sees what the parts before it wrote. */
static bool
run_parts(struct assessment *a)
{
	a->outcomes = outcomes_new();
	a->counts = tally_domains_open(a->db);
	return a->counts != NULL && find_history(a) && assess_servers(a) &&
	       (!a->name_mismatch || assess_dane_links(a)) && assess_policies(a) &&
	       assess_domains(a) && assess_lints(a);
}

/* After the verdicts, and after the time of judgement was noted. */
static bool
count(struct assessment *a)
{
	return assess_note(a, registrable_fill(a->db) &&
				  tally_judged(a->db, a->sweep, a->counts, a->outcomes));
}

bool
assess_sweep(sqlite3 *db, int64_t sweep, const struct judge *judge_by, const char *root_cas,
	     int64_t at, char error[256])
{
	struct assessment a = { .db = db, .sweep = sweep, .judge = judge_by, .error = error };
	bool ok;

	a.bench = judge_by->open(root_cas, at, error);
	if (a.bench == NULL)
		return false;
	error[0] = '\0';
	ok = sql_run(db, "BEGIN IMMEDIATE") && forget(&a) && run_parts(&a) &&
	     sign(&a, root_cas, at) && count(&a) && sql_run(db, "COMMIT");
	assess_note(&a, ok);
	tally_domains_close(a.counts);
	outcomes_free(a.outcomes);
	if (!sqlite3_get_autocommit(db))
		sql_run(db, "ROLLBACK");
	judge_by->close(a.bench);
	return ok;
}
