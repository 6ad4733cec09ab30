/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is counted of domains over their MX hosts: the topics provider and level_domains.
 * Domains with the same hosts and verdict are read together (tally_domains.h); in memory
 * are some bytes for each host and provider, and the last sets of MX hosts, each in the
 * slot that its id chooses.  Ids of hosts are those of a sweep, which need not be near
 * each other: shards that became one keep theirs, and a file may have any.
 */
#include <stdlib.h>

#include "output/combined.h"
#include "output/report/tally_parts.h"
#include "output/sql.h"
#include "scanner/mem.h"

/* What servers that answered give: no TLS, TLS that does not prove the server, TLS that
 * does.  The levels of a host or a domain are those of any of its servers. */
enum { NONE, OPPORTUNISTIC, STRICT, LEVELS };

#define SLOTS 1024

static const char *const level_names[LEVELS] = { "none", "opportunistic", "strict" };

struct host {
	int64_t id;
	struct tally_provider *provider; /* NULL: without a name */
	unsigned levels;                 /* bits by level */
};

/* What the hosts of a set are together. */
struct mx_set {
	int64_t id; /* 0: none yet */
	unsigned levels;
	size_t count;
	struct tally_provider **providers; /* of each host that has one */
};

struct walk {
	sqlite3 *db;
	int64_t sweep;
	struct outcomes *outcomes;
	size_t count, room;
	struct host *hosts; /* by id */
	struct tally_providers *providers;
	sqlite3_stmt *members; /* of a set */
	struct combined *verdicts;
	int64_t n[LEVELS], total;
	struct mx_set slots[SLOTS];
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

static unsigned
levels_of(struct host_outcomes host)
{
	unsigned levels = 0;

	for (size_t i = 0; i < host.count; i++) {
		const struct server_outcome *server = &host.servers[i];
		bool tls = server->handshake == HANDSHAKE_OK,
		     proven = server->certificate == CERTIFICATE_OK;

		if (server->starttls != 0 && server->starttls != STARTTLS_REFUSED_TEMPORARY)
			levels |= 1U << (!tls ? NONE : proven ? STRICT : OPPORTUNISTIC);
	}
	return levels;
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
	*host = (struct host){ .id = id, .levels = levels_of(outcomes_of(w->outcomes, id)) };
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

static void
add_member(struct mx_set *set, const struct host *host)
{
	set->levels |= host->levels;
	if (host->provider == NULL)
		return;
	set->providers =
	    mem_realloc(set->providers, (set->count + 1) * sizeof(struct tally_provider *));
	set->providers[set->count++] = host->provider;
}

/* NULL: the database failed. */
static const struct mx_set *
set_of(struct walk *w, int64_t id)
{
	struct mx_set *set = &w->slots[(uint64_t)id % SLOTS];

	if (set->id == id)
		return set;
	set->id = id;
	set->levels = 0;
	set->count = 0;
	sqlite3_bind_int64(w->members, 1, id);
	while (sqlite3_step(w->members) == SQLITE_ROW) {
		const struct host *host = find(w, sqlite3_column_int64(w->members, 0));

		if (host != NULL)
			add_member(set, host);
	}
	return sqlite3_reset(w->members) == SQLITE_OK ? set : NULL;
}

/* The levels of domains are those of all their hosts. */
static void
add_levels(struct walk *w, unsigned levels, int64_t domains)
{
	if (levels != 0)
		w->total += domains;
	for (int level = 0; level < LEVELS; level++)
		if ((levels >> level & 1) != 0)
			w->n[level] += domains;
}

/* What a verdict adds to the scores of each provider of its domain. */
static void
score(const int words[COMBINED_WORDS], bool scores[SCORES])
{
	int share = words[VERDICT_STARTTLS];
	bool answered = share != 0 && share != SHARE_UNKNOWN;

	scores[SCORE_ALL] = true;
	scores[SCORE_ANSWERED] = answered;
	scores[SCORE_STARTTLS] = share == SHARE_ALL;
	scores[SCORE_AUTHENTICATED] =
	    share == SHARE_ALL && words[VERDICT_CERTIFICATE] == SHARE_ALL;
	scores[SCORE_DANE] = answered && words[VERDICT_DANE] == DANE_SHARE_ALL;
	scores[SCORE_MTA_STS] = answered && words[VERDICT_STS] == STS_DOMAIN_OK;
}

/* So many domains with that set and verdict.  false: the database failed. */
static bool
add_domains(struct walk *w, int64_t mx_set, int64_t verdict, int64_t domains)
{
	const struct mx_set *set = set_of(w, mx_set);
	int words[COMBINED_WORDS];
	bool scores[SCORES];

	if (set == NULL)
		return false;
	add_levels(w, set->levels, domains);
	if (set->count == 0 || verdict == 0)
		return true;
	if (!combined_words(w->verdicts, verdict, words))
		return false;
	score(words, scores);
	tally_providers_next(w->providers, domains);
	for (size_t i = 0; i < set->count; i++)
		tally_providers_count(w->providers, set->providers[i], scores);
	return true;
}

static bool
read_domains(struct walk *w)
{
	sqlite3_stmt *row =
	    sql_prepare(w->db, "SELECT mx_set, verdict, n FROM temp.domain_links");
	bool ok = true;

	w->members = sql_prepare(w->db, "SELECT host FROM mx_host WHERE mx_set = ?1");
	w->verdicts = combined_open(w->db, &combined_verdict);
	while (ok && sqlite3_step(row) == SQLITE_ROW)
		ok = add_domains(w, sqlite3_column_int64(row, 0), sqlite3_column_int64(row, 1),
				 sqlite3_column_int64(row, 2));
	sqlite3_finalize(w->members);
	combined_close(w->verdicts);
	for (size_t i = 0; i < SLOTS; i++)
		free(w->slots[i].providers);
	return finish(row) && ok;
}

/* A name that was given with an address is a domain of its own here. */
static bool
read_address_targets(struct walk *w)
{
	sqlite3_stmt *row =
	    prepare(w, "SELECT t.name, t.host FROM address_target t WHERE t.sweep = ?1"
		       " AND t.name IS NOT NULL AND NOT EXISTS (SELECT 1 FROM domain d"
		       "  WHERE d.sweep = t.sweep AND d.name = t.name) ORDER BY t.name");
	int64_t name = 0;
	unsigned levels = 0;

	while (sqlite3_step(row) == SQLITE_ROW) {
		const struct host *host = find(w, sqlite3_column_int64(row, 1));

		if (sqlite3_column_int64(row, 0) != name) {
			add_levels(w, levels, 1);
			levels = 0;
		}
		name = sqlite3_column_int64(row, 0);
		levels |= host != NULL ? host->levels : 0;
	}
	add_levels(w, levels, 1);
	return finish(row);
}

static bool
write_levels(struct walk *w)
{
	sqlite3_stmt *add =
	    prepare(w, "INSERT INTO tally VALUES(?1, 'level_domains', ?2, '', '', ?3, ?4)");
	bool ok = true;

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
tally_links(sqlite3 *db, int64_t sweep, struct outcomes *outcomes)
{
	struct walk *w = mem_alloc(sizeof *w);
	bool ok;

	w->db = db;
	w->sweep = sweep;
	w->outcomes = outcomes;
	w->providers = tally_providers_new();
	ok = read_hosts(w) && read_domains(w) && read_address_targets(w) && write_levels(w) &&
	     tally_providers_write(w->providers, db, sweep);
	tally_providers_free(w->providers);
	free(w->hosts);
	free(w);
	return ok;
}
