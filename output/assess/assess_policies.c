/* SPDX-License-Identifier: Apache-2.0 */
/*
 * MTA-STS of each server of the domains that have a policy which asks for
 * something (RFC 8461 section 4): does the policy list the MX host, and does its
 * certificate prove that name?
 */
#include "output/assess/assess_parts.h"
#include "output/sql.h"

enum statement { READ_SERVERS, ADD_LINK, STATEMENTS };
enum { DOMAIN, HOST, POSITION, POLICY, NAME, NAME_MATCH, CN_ONLY, TCP };

/* CROSS JOIN: from the few domains with policies to their servers. */
static const char *const texts[STATEMENTS] = {
	[READ_SERVERS] =
	    "SELECT m.name, e.host, v.position, m.policy, n.name, sv.name_match,"
	    " sv.cn_only, v.tcp, v.greeting, v.ehlo, v.starttls, v.handshake,"
	    " sv.certificate FROM mta_sts m"
	    " CROSS JOIN domain d ON d.sweep = m.sweep AND d.name = m.name"
	    " CROSS JOIN mx_host e ON e.mx_set = d.mx_set"
	    " CROSS JOIN host h ON h.id = e.host CROSS JOIN name n ON n.id = h.name"
	    " CROSS JOIN server v ON v.host = e.host"
	    " LEFT JOIN server_verdict sv ON sv.host = v.host"
	    "  AND sv.position = v.position"
	    " WHERE m.sweep = ?1 AND m.word = 'ok' AND m.policy IS NOT NULL"
	    "  AND m.mode IN ('testing', 'enforce')",
	[ADD_LINK] = "INSERT INTO link_verdict(sweep, name, host, position, mta_sts)"
		     " VALUES(?1, ?2, ?3, ?4, ?5)"
		     " ON CONFLICT DO UPDATE SET mta_sts = excluded.mta_sts",
};

void
policy_desk_open(struct policy_desk *desk, struct assessment *a)
{
	*desk = (struct policy_desk){
		.a = a,
		.body = sql_prepare(a->db, "SELECT body FROM policy WHERE id = ?1"),
	};
}

void
policy_desk_close(struct policy_desk *desk)
{
	if (desk->id != 0)
		desk->a->judge->policy_clear(&desk->policy);
	sqlite3_finalize(desk->body);
}

bool
policy_desk_turn(struct policy_desk *desk, int64_t id)
{
	const struct judge *judge_by = desk->a->judge;

	if (desk->id == id)
		return true;
	if (desk->id != 0)
		judge_by->policy_clear(&desk->policy);
	desk->policy = (struct sts_policy){ .max_age = -1 };
	desk->id = id;
	sqlite3_bind_int64(desk->body, 1, id);
	if (sqlite3_step(desk->body) == SQLITE_ROW)
		judge_by->policy(sqlite3_column_blob(desk->body, 0),
				 (size_t)sqlite3_column_bytes(desk->body, 0), &desk->policy);
	return sqlite3_reset(desk->body) == SQLITE_OK;
}

static bool
judge_server(struct policy_desk *desk, sqlite3_stmt *row, sqlite3_stmt *add)
{
	const struct judge *judge_by = desk->a->judge;
	struct server_outcome server = outcome_of_row(row, TCP);
	bool san = sqlite3_column_int(row, NAME_MATCH) && !sqlite3_column_int(row, CN_ONLY);
	enum sts_server_word sts;

	if (!policy_desk_turn(desk, sqlite3_column_int64(row, POLICY)))
		return false;
	sts = judge_by->sts_server(
	    &server, judge_by->policy_lists(&desk->policy, sql_text(row, NAME)), san);
	sqlite3_bind_int64(add, 1, desk->a->sweep);
	for (int i = DOMAIN; i <= POSITION; i++)
		sqlite3_bind_int64(add, i + 2, sqlite3_column_int64(row, i));
	sql_bind_text(add, 5, word(WORDS_STS_SERVER, (int)sts));
	return sql_finish(add);
}

bool
assess_policies(struct assessment *a)
{
	sqlite3_stmt *row = sql_prepare(a->db, texts[READ_SERVERS]);
	sqlite3_stmt *add = sql_prepare(a->db, texts[ADD_LINK]);
	struct policy_desk desk;
	bool ok = true;

	policy_desk_open(&desk, a);
	sqlite3_bind_int64(row, 1, a->sweep);
	while (ok && sqlite3_step(row) == SQLITE_ROW)
		ok = judge_server(&desk, row, add);
	ok = assess_note(a, ok && sqlite3_reset(row) == SQLITE_OK);
	policy_desk_close(&desk);
	sqlite3_finalize(row);
	sqlite3_finalize(add);
	return ok;
}
