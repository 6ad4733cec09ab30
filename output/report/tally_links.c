/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is counted domain by domain over their MX hosts: the topics provider and
 * level_domains.  The links and the verdicts are both in the order of the domains,
 * so they are read side by side; in memory are some bytes for each host and provider.
 * Ids of hosts are those of a sweep, which need not be near each other: shards that
 * became one keep theirs, and a file may have any.
 */
#include <stdlib.h>
#include <string.h>

#include "output/cursor.h"
#include "output/report/tally_parts.h"
#include "output/sql.h"
#include "scanner/mem.h"

/* What servers that answered give: no TLS, TLS that does not prove the server, TLS that
 * does.  The levels of a host or a domain are those of any of its servers. */
enum { NONE, OPPORTUNISTIC, STRICT, LEVELS };

static const char *const level_names[LEVELS] = { "none", "opportunistic", "strict" };

struct host {
	int64_t id;
	struct tally_provider *provider; /* NULL: without a name */
	unsigned levels;                 /* bits by level */
};

struct walk {
	sqlite3 *db;
	int64_t sweep;
	size_t count, room;
	struct host *hosts; /* by id */
	struct tally_providers *providers;
	int64_t domain; /* being added up */
	unsigned levels;
	int64_t n[LEVELS], total; /* of those before */
};

static sqlite3_stmt *
prepare(const struct walk *w, const char *sql)
{
	sqlite3_stmt *s = sql_prepare(w->db, sql);

	sqlite3_bind_int64(s, 1, w->sweep);
	return s;
}

/* After the last row. */
static bool
finish(sqlite3_stmt *rows)
{
	bool ok = sqlite3_reset(rows) == SQLITE_OK;

	sqlite3_finalize(rows);
	return ok;
}

static void
add_host(struct walk *w, int64_t id, const char *provider)
{
	struct host *host;

	if (w->count == w->room) {
		w->room = w->room > 0 ? 2 * w->room : 1024;
		w->hosts = mem_realloc(w->hosts, w->room * sizeof *w->hosts);
	}
	host = &w->hosts[w->count++];
	*host = (struct host){ .id = id };
	if (provider != NULL)
		host->provider = tally_providers_of(w->providers, provider);
}

static bool
read_hosts(struct walk *w)
{
	sqlite3_stmt *row = prepare(
	    w, "SELECT h.id, coalesce(r.domain, n.name) FROM host h"
	       " LEFT JOIN name n ON n.id = h.name LEFT JOIN registrable r ON r.name = h.name"
	       " WHERE h.sweep = ?1 ORDER BY h.id");

	while (sqlite3_step(row) == SQLITE_ROW)
		add_host(w, sqlite3_column_int64(row, 0), sql_text(row, 1));
	return finish(row);
}

static int
by_id(const void *id, const void *host)
{
	int64_t left = *(const int64_t *)id, right = ((const struct host *)host)->id;

	return (left > right) - (left < right);
}

/* NULL: of another sweep. */
static struct host *
find(const struct walk *w, int64_t host)
{
	return w->count > 0 ? bsearch(&host, w->hosts, w->count, sizeof *w->hosts, by_id)
			    : NULL;
}

static bool
read_levels(struct walk *w)
{
	sqlite3_stmt *row =
	    prepare(w, "SELECT h.id, v.handshake IS 'ok', sv.certificate IS 'ok' FROM host h"
		       " CROSS JOIN server v ON v.host = h.id LEFT JOIN server_verdict sv"
		       " ON sv.host = v.host AND sv.position = v.position"
		       " WHERE h.sweep = ?1 AND v.starttls <> 'refused-temporary'");

	while (sqlite3_step(row) == SQLITE_ROW) {
		bool tls = sqlite3_column_int(row, 1), proven = sqlite3_column_int(row, 2);

		find(w, sqlite3_column_int64(row, 0))->levels |= 1U
								 << (!tls     ? NONE
								     : proven ? STRICT
									      : OPPORTUNISTIC);
	}
	return finish(row);
}

static void
finish_domain(struct walk *w)
{
	w->total += w->levels != 0;
	for (int level = 0; level < LEVELS; level++)
		w->n[level] += w->levels >> level & 1;
	w->levels = 0;
}

/* One link: the levels of the domain are those of all its hosts. */
static void
add_levels(struct walk *w, int64_t domain, const struct host *host)
{
	if (domain != w->domain)
		finish_domain(w);
	w->domain = domain;
	w->levels |= host->levels;
}

static bool
is(sqlite3_stmt *row, int column, const char *word)
{
	const char *text = sql_text(row, column);

	return text != NULL && strcmp(text, word) == 0;
}

/* What the verdict adds to the scores of each provider of the domain. */
static void
read_verdict(sqlite3_stmt *verdict, uint32_t scores[SCORES])
{
	bool answered = sql_text(verdict, 1) != NULL && !is(verdict, 1, "unknown");
	bool starttls = is(verdict, 1, "all");

	scores[SCORE_ALL] = 1;
	scores[SCORE_ANSWERED] = answered;
	scores[SCORE_STARTTLS] = starttls;
	scores[SCORE_AUTHENTICATED] = starttls && is(verdict, 2, "all");
	scores[SCORE_DANE] = answered && is(verdict, 3, "all");
	scores[SCORE_MTA_STS] = answered && is(verdict, 4, "ok");
}

static bool
read_links(struct walk *w)
{
	struct cursor link = cursor_open(
	    w->db, "SELECT name, host FROM link WHERE sweep = ?1 ORDER BY name", w->sweep);
	struct cursor verdict =
	    cursor_open(w->db,
			"SELECT name, starttls, certificate, dane, mta_sts FROM domain_verdict"
			" WHERE sweep = ?1 ORDER BY name",
			w->sweep);
	int64_t scored = CURSOR_END;
	uint32_t scores[SCORES];
	bool ok;

	for (; link.key != CURSOR_END; cursor_next(&link)) {
		const struct host *host = find(w, sqlite3_column_int64(link.rows, 1));

		if (host == NULL)
			continue;
		add_levels(w, link.key, host);
		if (host->provider == NULL || !cursor_seek(&verdict, link.key))
			continue;
		if (link.key != scored)
			read_verdict(verdict.rows, scores);
		scored = link.key;
		tally_providers_count(w->providers, host->provider, link.key, scores);
	}
	ok = cursor_close(&verdict);
	return cursor_close(&link) && ok;
}

/* A name that was given with an address is a domain of its own here. */
static bool
read_address_targets(struct walk *w)
{
	sqlite3_stmt *row =
	    prepare(w, "SELECT t.name, t.host FROM address_target t WHERE t.sweep = ?1"
		       " AND t.name IS NOT NULL AND NOT EXISTS (SELECT 1 FROM domain d"
		       "  WHERE d.sweep = t.sweep AND d.name = t.name) ORDER BY t.name");

	while (sqlite3_step(row) == SQLITE_ROW) {
		const struct host *host = find(w, sqlite3_column_int64(row, 1));

		if (host != NULL)
			add_levels(w, sqlite3_column_int64(row, 0), host);
	}
	return finish(row);
}

static bool
write_levels(struct walk *w)
{
	sqlite3_stmt *add =
	    prepare(w, "INSERT INTO tally VALUES(?1, 'level_domains', ?2, '', '', ?3, ?4)");
	bool ok = true;

	finish_domain(w);
	for (int level = 0; ok && level < LEVELS; level++) {
		sql_bind_text(add, 2, level_names[level]);
		sqlite3_bind_int64(add, 3, w->n[level]);
		sqlite3_bind_int64(add, 4, w->total);
		ok = w->n[level] == 0 || sql_finish(add);
	}
	sqlite3_finalize(add);
	return ok;
}

bool
tally_links(sqlite3 *db, int64_t sweep)
{
	struct walk w = { .db = db, .sweep = sweep, .providers = tally_providers_new() };
	bool ok = read_hosts(&w) && read_levels(&w) && read_links(&w) &&
		  read_address_targets(&w) && write_levels(&w) &&
		  tally_providers_write(w.providers, db, sweep);

	tally_providers_free(w.providers);
	free(w.hosts);
	return ok;
}
