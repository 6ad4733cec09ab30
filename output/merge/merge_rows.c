/* SPDX-License-Identifier: Apache-2.0 */
/* The rows of an input with new ids.  Columns are those of the table as it is today, so
 * that one that is added later is copied without a line here, unless it is an id. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "output/merge/merge_parts.h"
#include "output/sql.h"
#include "scanner/mem.h"

#define COLUMNS_MAX 7

#define OF_SWEEP "WHERE new_sweep(t.sweep) IS NOT NULL"
#define OF_HOST                                                                                \
	"LEFT JOIN source.host owner ON owner.id = t.host"                                     \
	" WHERE new_sweep(owner.sweep) IS NOT NULL"

/* INSERT OR IGNORE: the first stays. */
static const struct rule {
	const char *table, *insert, *of;
	struct column {
		const char *name, *function;
	} columns[COLUMNS_MAX]; /* those that hold ids */
} rules[] = {
	{ "domain",
	  "INSERT",
	  OF_SWEEP,
	  { { "sweep", "new_sweep" },
	    { "name", "new_name" },
	    { "mx_set", "new_mx_set" },
	    { "answers", "new_answers" } } },
	{ "host",
	  "INSERT",
	  OF_SWEEP,
	  { { "id", "new_host" },
	    { "sweep", "new_sweep" },
	    { "name", "new_name" },
	    { "tlsa_base", "new_name" },
	    { "expanded", "new_name" } } },
	{ "mx_host",
	  "INSERT",
	  OF_HOST,
	  { { "mx_set", "new_mx_set" }, { "host", "new_host" } } },
	{ "address_target",
	  "INSERT",
	  OF_SWEEP,
	  { { "sweep", "new_sweep" }, { "name", "new_name" }, { "host", "new_host" } } },
	{ "server",
	  "INSERT",
	  OF_HOST,
	  { { "host", "new_host" },
	    { "as_name", "new_text" },
	    { "ehlo_list", "new_text" },
	    { "ehlo_tls_list", "new_text" },
	    { "starttls_reply_text", "new_text" },
	    { "cipher", "new_text" },
	    { "chain", "new_chain" } } },
	{ "tlsa", "INSERT", OF_HOST, { { "host", "new_host" } } },
	{ "mta_sts",
	  "INSERT",
	  OF_SWEEP,
	  { { "sweep", "new_sweep" },
	    { "name", "new_name" },
	    { "alias", "new_name" },
	    { "policy", "new_policy" } } },
	/* Two shards may have judged the same chain. */
	{ "chain_verdict",
	  "INSERT OR IGNORE",
	  OF_SWEEP,
	  { { "sweep", "new_sweep" }, { "chain", "new_chain" } } },
	{ "server_verdict", "INSERT", OF_HOST, { { "host", "new_host" } } },
	{ "domain_verdict",
	  "INSERT",
	  OF_SWEEP,
	  { { "sweep", "new_sweep" }, { "name", "new_name" }, { "verdict", "new_verdict" } } },
	{ "link_verdict",
	  "INSERT",
	  OF_SWEEP,
	  { { "sweep", "new_sweep" }, { "name", "new_name" }, { "host", "new_host" } } },
	{ "registrable", "INSERT OR IGNORE", "", { { "name", "new_name" } } },
	/* Of shards that become one, it is counted again. */
	{ "tally",
	  "INSERT",
	  OF_SWEEP " AND NOT is_shard(t.sweep)",
	  { { "sweep", "new_sweep" } } },
};

/* The state of the policy list is of one history and is not united. */
static const struct rule list_rules[] = {
	{ "list_domain", "INSERT", "", { { NULL, NULL } } },
	{ "list_move", "INSERT", "", { { "sweep", "sweep_of" } } },
	{ "list_sight", "INSERT", "", { { "sweep", "sweep_of" } } },
	{ "list_sweep", "INSERT OR IGNORE", "", { { "sweep", "sweep_of" } } },
	{ "list_build", "INSERT", "", { { NULL, NULL } } },
};

const char *const merge_tables[] = {
	"sweep",
	"name",
	"text",
	"certificate",
	"chain",
	"policy",
	"answers",
	"verdict",
	"chain_certificate",
	"domain",
	"host",
	"mx_host",
	"address_target",
	"server",
	"tlsa",
	"mta_sts",
	"chain_verdict",
	"server_verdict",
	"domain_verdict",
	"link_verdict",
	"registrable",
	"tally",
	"list_domain",
	"list_move",
	"list_sight",
	"list_sweep",
	"list_build",
	"aggregate",
	"aggregate_tally",
	NULL,
};

static const char *
function_of(const struct rule *rule, const char *column)
{
	for (int i = 0; i < COLUMNS_MAX && rule->columns[i].name != NULL; i++)
		if (strcmp(rule->columns[i].name, column) == 0)
			return rule->columns[i].function;
	return "";
}

/* The statement that copies a table; the caller's.  NULL: the database failed. */
static char *
copy_text(sqlite3 *db, const struct rule *rule)
{
	char *columns = mem_strdup(""), *values = mem_strdup(""), *sql = NULL;
	sqlite3_stmt *s;

	if (sqlite3_prepare_v2(db, "SELECT name FROM pragma_table_info(?1, 'main')", -1, &s,
			       NULL) == SQLITE_OK) {
		sql_bind_text(s, 1, rule->table);
		while (sqlite3_step(s) == SQLITE_ROW) {
			const char *name = sql_text(s, 0);
			const char *comma = *columns != '\0' ? ", " : "";
			char *more = mem_printf("%s%s%s", columns, comma, name);

			free(columns);
			columns = more;
			more = mem_printf("%s%s%s(t.%s)", values, comma,
					  function_of(rule, name), name);
			free(values);
			values = more;
		}
		if (sqlite3_finalize(s) == SQLITE_OK)
			sql = mem_printf("%s INTO main.%s(%s) SELECT %s FROM source.%s t %s",
					 rule->insert, rule->table, columns, values,
					 rule->table, rule->of);
	}
	free(columns);
	free(values);
	return sql;
}

static bool
copy_table(sqlite3 *db, struct merge_ids *ids, const struct rule *rule)
{
	char *sql = copy_text(db, rule);
	bool ok = sql != NULL && sql_run(db, sql);

	ids->table = rule->table;
	free(sql);
	return ok;
}

static bool
copy_list(sqlite3 *db, struct merge_ids *ids)
{
	static const char has_state[] = "SELECT EXISTS(SELECT 1 FROM main.list_domain) OR"
					" EXISTS(SELECT 1 FROM main.list_sweep)";
	bool ok = true;

	ids->table = "list_domain";
	if (sql_number(db, has_state, 0) != 0)
		return true;
	for (size_t i = 0; i < sizeof list_rules / sizeof *list_rules && ok; i++)
		ok = copy_table(db, ids, &list_rules[i]);
	return ok;
}

/* Known ones are left out with their tallies. */
static bool
copy_aggregates(sqlite3 *db, struct merge_ids *ids)
{
	long long last = sql_number(db, "SELECT coalesce(max(id), 0) FROM main.aggregate", 0);
	char *sql = mem_printf(
	    "INSERT INTO main.aggregate(sha256, vantage, week, version, k)"
	    " SELECT sha256, vantage, week, version, k FROM source.aggregate WHERE true"
	    " ON CONFLICT DO NOTHING;"
	    "INSERT INTO main.aggregate_tally SELECT m.id, t.topic, t.a, t.b, t.c, t.n, t.total"
	    " FROM source.aggregate g JOIN main.aggregate m ON m.sha256 = g.sha256"
	    " JOIN source.aggregate_tally t ON t.aggregate = g.id WHERE m.id > %lld",
	    last);
	bool ok = sql_run(db, sql);

	ids->table = "aggregate";
	free(sql);
	return ok;
}

bool
merge_rows(sqlite3 *db, struct merge_ids *ids)
{
	for (size_t i = 0; i < sizeof rules / sizeof *rules; i++)
		if (!copy_table(db, ids, &rules[i]))
			return false;
	return copy_list(db, ids) && copy_aggregates(db, ids);
}
