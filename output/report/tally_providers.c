/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The topic provider: how many domains depend on whom, and how they fare.  A domain
 * depends on each registrable domain that one of its MX hosts stands in, and counts
 * once for each.  The links and the verdicts are both in the order of the domains,
 * so they are read side by side; in memory are some bytes for each host and provider.
 * Ids of hosts are those of a sweep, which need not be near each other: shards that
 * became one keep theirs, and a file may have any.
 */
#include <stdlib.h>
#include <string.h>

#include "output/report/tally.h"
#include "output/sql.h"
#include "scanner/mem.h"
#include "scanner/table.h"

enum score { ALL, STARTTLS, AUTHENTICATED, DANE, MTA_STS, ANSWERED, SCORES };

/* ANSWERED is what the others but ALL are counted of. */
static const char *const names[ANSWERED] = { "all", "starttls", "authenticated", "dane",
					     "mta_sts" };

struct provider {
	struct table_entry entry;
	int64_t domain; /* the last that was counted */
	uint32_t n[SCORES];
	char name[];
};

struct host {
	int64_t id;
	struct provider *provider;
};

struct providers {
	struct table table; /* until they are ranked */
	size_t count;
	struct provider **all;
	size_t host_count, host_room;
	struct host *hosts;      /* with a name, by id */
	int64_t domains, domain; /* with a provider; the last of them */
};

static bool
has_name(const struct table_entry *entry, const void *name)
{
	return strcmp(table_owner(entry, struct provider, entry)->name, name) == 0;
}

static struct provider *
find_or_add(struct providers *p, const char *name)
{
	size_t length = strlen(name);
	uint32_t hash = table_hash(name, length);
	struct table_entry *found = table_find(&p->table, hash, name);
	struct provider *made;

	if (found != NULL)
		return table_owner(found, struct provider, entry);
	made = mem_alloc(sizeof *made + length + 1);
	memset(made, 0, sizeof *made);
	memcpy(made->name, name, length + 1);
	table_add(&p->table, &made->entry, hash);
	p->count++;
	return made;
}

static void
add_host(struct providers *p, int64_t id, const char *provider)
{
	if (p->host_count == p->host_room) {
		p->host_room = p->host_room > 0 ? 2 * p->host_room : 1024;
		p->hosts = mem_realloc(p->hosts, p->host_room * sizeof *p->hosts);
	}
	p->hosts[p->host_count++] = (struct host){ id, find_or_add(p, provider) };
}

static bool
read_hosts(sqlite3 *db, int64_t sweep, struct providers *p)
{
	sqlite3_stmt *s = sql_prepare(
	    db,
	    "SELECT h.id, coalesce(r.domain, n.name) FROM host h JOIN name n ON n.id = h.name"
	    " LEFT JOIN registrable r ON r.name = h.name WHERE h.sweep = ?1 ORDER BY h.id");
	bool ok;

	sqlite3_bind_int64(s, 1, sweep);
	while (sqlite3_step(s) == SQLITE_ROW)
		add_host(p, sqlite3_column_int64(s, 0), sql_text(s, 1));
	ok = sqlite3_reset(s) == SQLITE_OK;
	sqlite3_finalize(s);
	return ok;
}

static int
by_id(const void *id, const void *host)
{
	int64_t left = *(const int64_t *)id, right = ((const struct host *)host)->id;

	return (left > right) - (left < right);
}

/* NULL: of no name, or of another sweep. */
static struct provider *
provider_of(const struct providers *p, int64_t host)
{
	const struct host *found = NULL;

	if (p->host_count > 0)
		found = bsearch(&host, p->hosts, p->host_count, sizeof *p->hosts, by_id);
	return found != NULL ? found->provider : NULL;
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

	scores[ALL] = 1;
	scores[ANSWERED] = answered;
	scores[STARTTLS] = starttls;
	scores[AUTHENTICATED] = starttls && is(verdict, 2, "all");
	scores[DANE] = answered && is(verdict, 3, "all");
	scores[MTA_STS] = answered && is(verdict, 4, "ok");
}

/* One link: each provider of a domain is counted once, each domain once. */
static void
count_link(struct providers *p, int64_t domain, int64_t host, const uint32_t scores[SCORES])
{
	struct provider *provider = provider_of(p, host);

	if (provider == NULL || provider->domain == domain)
		return;
	provider->domain = domain;
	for (int i = 0; i < SCORES; i++)
		provider->n[i] += scores[i];
	if (p->domain != domain)
		p->domains++;
	p->domain = domain;
}

static bool
read_links(sqlite3 *db, int64_t sweep, struct providers *p)
{
	sqlite3_stmt *link = sql_prepare(db, "SELECT name, host FROM link WHERE sweep = ?1"
					     " ORDER BY name");
	sqlite3_stmt *verdict =
	    sql_prepare(db, "SELECT name, starttls, certificate, dane, mta_sts"
			    " FROM domain_verdict WHERE sweep = ?1 ORDER BY name");
	uint32_t scores[SCORES] = { 0 };
	int64_t domain, judged = -1;
	bool ok;

	sqlite3_bind_int64(link, 1, sweep);
	sqlite3_bind_int64(verdict, 1, sweep);
	while (sqlite3_step(link) == SQLITE_ROW) {
		domain = sqlite3_column_int64(link, 0);
		while (judged < domain && sqlite3_step(verdict) == SQLITE_ROW)
			judged = sqlite3_column_int64(verdict, 0);
		if (judged != domain)
			continue;
		if (p->domain != domain)
			read_verdict(verdict, scores);
		count_link(p, domain, sqlite3_column_int64(link, 1), scores);
	}
	ok = sqlite3_reset(link) == SQLITE_OK && sqlite3_reset(verdict) == SQLITE_OK;
	sqlite3_finalize(link);
	sqlite3_finalize(verdict);
	return ok;
}

static int
by_size(const void *one, const void *other)
{
	const struct provider *a = *(struct provider *const *)one;
	const struct provider *b = *(struct provider *const *)other;

	if (a->n[ALL] != b->n[ALL])
		return a->n[ALL] > b->n[ALL] ? -1 : 1;
	return strcmp(a->name, b->name);
}

static void
rank(struct providers *p)
{
	struct table_entry *entry;
	size_t i = 0;

	p->all = mem_alloc((p->count + 1) * sizeof *p->all);
	while ((entry = table_take(&p->table)) != NULL)
		p->all[i++] = table_owner(entry, struct provider, entry);
	qsort(p->all, p->count, sizeof *p->all, by_size);
}

static bool
write_provider(const struct providers *p, sqlite3_stmt *add, const char *name,
	       const uint32_t n[SCORES])
{
	bool ok = true;

	for (int i = 0; ok && n[ALL] > 0 && i < ANSWERED; i++) {
		sql_bind_text(add, 2, name);
		sql_bind_text(add, 3, names[i]);
		sqlite3_bind_int64(add, 4, n[i]);
		sqlite3_bind_int64(add, 5, i == ALL ? p->domains : n[ANSWERED]);
		ok = sql_finish(add);
	}
	return ok;
}

static bool
write_all(sqlite3 *db, int64_t sweep, const struct providers *p)
{
	sqlite3_stmt *add =
	    sql_prepare(db, "INSERT INTO tally VALUES(?1, 'provider', ?2, ?3, '', ?4, ?5)");
	uint32_t others[SCORES] = { 0 };
	bool ok = true;

	sqlite3_bind_int64(add, 1, sweep);
	for (size_t i = 0; ok && i < p->count; i++)
		if (i < TALLY_PROVIDERS)
			ok = write_provider(p, add, p->all[i]->name, p->all[i]->n);
		else
			for (int score = 0; score < SCORES; score++)
				others[score] += p->all[i]->n[score];
	ok = ok && write_provider(p, add, "", others);
	sqlite3_finalize(add);
	return ok;
}

bool
tally_providers(sqlite3 *db, int64_t sweep)
{
	struct providers p = { .domain = -1 };
	bool ok;

	table_init(&p.table, has_name);
	ok = read_hosts(db, sweep, &p) && read_links(db, sweep, &p);
	rank(&p);
	ok = ok && write_all(db, sweep, &p);
	for (size_t i = 0; i < p.count; i++)
		free(p.all[i]);
	free(p.all);
	free(p.hosts);
	table_clear(&p.table);
	return ok;
}
