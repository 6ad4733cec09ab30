/* SPDX-License-Identifier: Apache-2.0 */
#include "output/report/anonymous.h"

#include <stdlib.h>
#include <string.h>

#include "output/json.h"
#include "output/report/aggregate_read.h"
#include "output/report/cells.h"
#include "output/sql.h"
#include "scanner/mem.h"

/* A server has answered when we know what it makes of STARTTLS (verdict.h).  Shards that
 * became one sweep may have asked the same: it counts once, with what the last of them saw
 * (SQLite takes the other columns from the row of the maximum). */
static const char servers_query[] =
    "SELECT coalesce(v.country, 'unknown'), coalesce(v.asn, 'unknown'),"
    " CASE WHEN v.starttls NOT IN ('ok', 'hidden', 'masked-but-works', 'injected')"
    "  THEN v.starttls"
    " WHEN v.handshake <> 'ok' THEN 'handshake-' || v.handshake"
    " WHEN v.starttls <> 'ok' THEN v.starttls"
    " WHEN w.certificate <> 'ok' THEN 'certificate-' || w.certificate ELSE 'ok' END,"
    " count(*), max(t.text)"
    " FROM (SELECT max(s.started), s.host, s.position, s.country, s.asn, s.as_name,"
    "   s.starttls, s.handshake FROM host h JOIN server s ON s.host = h.id"
    "  WHERE h.sweep = ?1 AND s.starttls IS NOT NULL AND s.starttls <> 'refused-temporary'"
    "  GROUP BY h.name, s.address) v"
    " LEFT JOIN server_verdict w ON w.host = v.host AND w.position = v.position"
    " LEFT JOIN text t ON t.id = v.as_name GROUP BY 1, 2, 3";

/* A domain has one provider when all its MX hosts have: then each domain is in one
 * group only.  Who runs its own mail is not named, however many its domains are. */
static const char domains_query[] =
    "SELECT CASE WHEN providers = 0 THEN 'none' WHEN providers > 1 THEN 'several'"
    "  WHEN provider = own THEN 'self' ELSE provider END, headline, '', count(*), NULL"
    " FROM (SELECT w.headline AS headline, coalesce(o.domain, n.name) AS own,"
    "   count(DISTINCT coalesce(r.domain, m.name)) AS providers,"
    "   min(coalesce(r.domain, m.name)) AS provider"
    "  FROM domain_verdict v JOIN verdict w ON w.id = v.verdict JOIN name n ON n.id = v.name"
    "  LEFT JOIN registrable o ON o.name = n.id"
    "  LEFT JOIN domain d ON d.sweep = v.sweep AND d.name = v.name"
    "  LEFT JOIN mx_host e ON e.mx_set = d.mx_set"
    "  LEFT JOIN host h ON h.id = e.host LEFT JOIN name m ON m.id = h.name"
    "  LEFT JOIN registrable r ON r.name = m.id"
    "  WHERE v.sweep = ?1 GROUP BY v.name) GROUP BY 1, 2";

/* Country first, so that what is stripped is known of a country where it is known of
 * no network. */
static const unsigned servers_ladder[] = { 1 << 1, 1 << 1 | 1 << 0, 1 << 2 | 1 << 1 | 1 << 0,
					   0 };
static const unsigned domains_ladder[] = { 1 << 0, 1 << 1 | 1 << 0, 0 };

struct base {
	const char *query;
	const unsigned *ladder;
	bool domains; /* the first key is a provider, not a country */
};

struct counted {
	struct cell *cells;
	size_t count;
	char **texts; /* that the cells point to */
	size_t text_count;
};

static const char *
keep(struct counted *counted, const char *text)
{
	char *copy = mem_strdup(text);

	counted->texts =
	    mem_realloc(counted->texts, (counted->text_count + 1) * sizeof *counted->texts);
	counted->texts[counted->text_count++] = copy;
	return copy;
}

static void
add_cell(struct counted *counted, const struct base *base, sqlite3_stmt *row)
{
	struct cell *cell;

	counted->cells =
	    mem_realloc(counted->cells, (counted->count + 1) * sizeof *counted->cells);
	cell = &counted->cells[counted->count++];
	for (int i = 0; i < CELL_KEYS; i++) {
		const char *text = sql_text(row, i);

		cell->key[i] = keep(counted, text != NULL ? text : "unknown");
	}
	/* Texts of servers and of other people's files: what is odd is not named. */
	if (base->domains && !aggregate_provider(cell->key[0]))
		cell->key[0] = "unknown";
	if (!base->domains && !aggregate_country(cell->key[0]))
		cell->key[0] = "unknown";
	if (!base->domains && !aggregate_network(cell->key[1]))
		cell->key[1] = "unknown";
	cell->n = sqlite3_column_int64(row, 3);
	cell->note = sql_text(row, 4);
	if (cell->note != NULL)
		cell->note =
		    strlen(cell->note) <= AGGREGATE_TEXT_MAX ? keep(counted, cell->note) : NULL;
}

static void
clear(struct counted *counted)
{
	for (size_t i = 0; i < counted->text_count; i++)
		free(counted->texts[i]);
	free(counted->texts);
	free(counted->cells);
}

static json_t *
server_json(const struct cell *cell)
{
	return json_pack("{s:s, s:s, s:o, s:s, s:I}", "country", cell->key[0], "network",
			 cell->key[1], "name", json_of_text(cell->note), "fault", cell->key[2],
			 "n", (json_int_t)cell->n);
}

static json_t *
domain_json(const struct cell *cell)
{
	return json_pack("{s:s, s:s, s:I}", "provider", cell->key[0], "headline", cell->key[1],
			 "n", (json_int_t)cell->n);
}

/* The table of one query, folded; NULL when the database fails. */
static json_t *
table_of(sqlite3 *db, int64_t sweep, const struct base *base, unsigned k)
{
	struct counted counted = { .cells = NULL };
	sqlite3_stmt *s;
	json_t *table = NULL;
	size_t count;

	if (sqlite3_prepare_v2(db, base->query, -1, &s, NULL) != SQLITE_OK)
		return NULL;
	sqlite3_bind_int64(s, 1, sweep);
	while (sqlite3_step(s) == SQLITE_ROW)
		add_cell(&counted, base, s);
	if (sqlite3_finalize(s) == SQLITE_OK) {
		table = json_array();
		cells_fold(counted.cells, counted.count, k, base->ladder);
		count = counted.count > 0 ? cells_unite(counted.cells, counted.count, k) : 0;
		for (size_t i = 0; i < count; i++)
			json_array_append_new(table, base->domains
							 ? domain_json(&counted.cells[i])
							 : server_json(&counted.cells[i]));
	}
	clear(&counted);
	return table;
}

/* When the sweep was, to the week (ISO 8601), and by which mxsweep; false: there is no
 * such sweep, or nobody judged it. */
static bool
describe(sqlite3 *db, int64_t sweep, json_t *aggregate)
{
	sqlite3_stmt *s;
	bool found;

	if (sqlite3_prepare_v2(db,
			       "SELECT version, started FROM sweep WHERE id = ?1"
			       " AND judged IS NOT NULL",
			       -1, &s, NULL) != SQLITE_OK)
		return false;
	sqlite3_bind_int64(s, 1, sweep);
	found = sqlite3_step(s) == SQLITE_ROW;
	if (found) {
		char week[AGGREGATE_WEEK_SIZE];

		aggregate_week(sqlite3_column_int64(s, 1), week);
		json_object_set_new(aggregate, "week", json_string(week));
		json_object_set_new(aggregate, "version",
				    aggregate_version(sql_text(s, 0))
					? json_string(sql_text(s, 0))
					: json_null());
	}
	return sqlite3_finalize(s) == SQLITE_OK && found;
}

json_t *
report_anonymous(sqlite3 *db, int64_t sweep, unsigned k, const char *vantage)
{
	static const struct base servers = { servers_query, servers_ladder, false };
	static const struct base domains = { domains_query, domains_ladder, true };
	json_t *aggregate = json_pack("{s:s, s:o, s:i}", "format", ANONYMOUS_FORMAT, "vantage",
				      json_of_text(vantage), "k", (int)k);
	json_t *by_server = NULL, *by_domain = NULL;

	if (describe(db, sweep, aggregate)) {
		by_server = table_of(db, sweep, &servers, k);
		by_domain = table_of(db, sweep, &domains, k);
	}
	if (by_server == NULL || by_domain == NULL) {
		json_decref(by_server);
		json_decref(by_domain);
		json_decref(aggregate);
		return NULL;
	}
	json_object_set_new(aggregate, "servers", by_server);
	json_object_set_new(aggregate, "domains", by_domain);
	return aggregate;
}
