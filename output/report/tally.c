/* SPDX-License-Identifier: Apache-2.0 */
#include "output/report/tally.h"

#include <stdlib.h>
#include <string.h>

#include "output/outcomes.h"
#include "output/report/tally_domains.h"
#include "output/report/tally_parts.h"
#include "output/sql.h"
#include "scanner/mem.h"

static bool
forget(sqlite3 *db, int64_t sweep, const char *topic)
{
	sqlite3_stmt *s = sql_prepare(
	    db, "DELETE FROM tally WHERE sweep = ?1 AND (?2 IS NULL OR topic = ?2)");
	bool ok;

	sqlite3_bind_int64(s, 1, sweep);
	sql_bind_text(s, 2, topic);
	ok = sql_finish(s);
	sqlite3_finalize(s);
	return ok;
}

static bool
count(sqlite3 *db, int64_t sweep, const struct tally_topic *topic)
{
	char *sql;
	sqlite3_stmt *s;
	bool ok;

	if (topic->select == NULL)
		return true;
	sql = mem_printf("INSERT INTO tally SELECT ?1, '%s', * FROM (%s)", topic->name,
			 topic->select);
	s = sql_prepare(db, sql);
	sqlite3_bind_int64(s, 1, sweep);
	ok = sql_finish(s);
	sqlite3_finalize(s);
	free(sql);
	return ok;
}

static bool
is_of(const struct tally_topic *topic, const char *relation)
{
	return relation == NULL || topic->relation == NULL
		   ? relation == topic->relation
		   : strcmp(topic->relation, relation) == 0;
}

static bool
has_topic(const struct tally_relation *r, const struct tally_topic *topic)
{
	for (int i = 0; i < CROSSTABS && r->tables[i].name != NULL; i++)
		if (is_of(topic, r->tables[i].name))
			return true;
	return false;
}

/* The topics of one relation (NULL: those without), or only the one that is named. */
static bool
count_topics(sqlite3 *db, int64_t sweep, const char *relation, const char *only)
{
	bool ok = true;

	for (const struct tally_topic *t = tally_topics; ok && t->name != NULL; t++)
		if (is_of(t, relation) && (only == NULL || strcmp(t->name, only) == 0))
			ok = count(db, sweep, t);
	return ok;
}

static bool
count_relation(sqlite3 *db, int64_t sweep, const struct tally_relation *r, const char *only)
{
	bool ok =
	    crosstab_drop(db, r->tables) && crosstab_make(db, r->tables, r->select, sweep);

	for (int i = 0; ok && i < CROSSTABS && r->tables[i].name != NULL; i++)
		ok = count_topics(db, sweep, r->tables[i].name, only);
	return ok && crosstab_drop(db, r->tables);
}

bool
tally_judged(sqlite3 *db, int64_t sweep, struct tally_domains *domains,
	     struct outcomes *outcomes)
{
	bool ok = tally_domains_flush(domains) && forget(db, sweep, NULL);

	for (const struct tally_relation *r = tally_relations; ok && r->select != NULL; r++)
		ok = count_relation(db, sweep, r, NULL);
	return ok && count_topics(db, sweep, TALLY_DOMAIN_WORDS, NULL) &&
	       count_topics(db, sweep, NULL, NULL) && tally_links(db, sweep, outcomes);
}

bool
tally_sweep(sqlite3 *db, int64_t sweep)
{
	struct tally_domains *domains = tally_domains_open(db);
	struct outcomes *outcomes = outcomes_new();
	bool ok = domains != NULL && tally_domains_read(domains, sweep) &&
		  outcomes_read(outcomes, db, sweep) &&
		  tally_judged(db, sweep, domains, outcomes);

	outcomes_free(outcomes);
	tally_domains_close(domains);
	return ok;
}

static const struct tally_topic *
find_topic(const char *name)
{
	const struct tally_topic *t = tally_topics;

	while (t->name != NULL && strcmp(t->name, name) != 0)
		t++;
	return t->name != NULL ? t : NULL;
}

/* All topics without a SELECT. */
static bool
count_links(sqlite3 *db, int64_t sweep)
{
	struct outcomes *outcomes = outcomes_new();
	bool ok = outcomes_read(outcomes, db, sweep);

	for (const struct tally_topic *t = tally_topics; ok && t->name != NULL; t++)
		if (t->select == NULL)
			ok = forget(db, sweep, t->name);
	ok = ok && tally_links(db, sweep, outcomes);
	outcomes_free(outcomes);
	return ok;
}

static bool
count_domains_again(sqlite3 *db, int64_t sweep, const struct tally_topic *t)
{
	struct tally_domains *domains = tally_domains_open(db);
	bool ok = domains != NULL && tally_domains_read(domains, sweep) &&
		  tally_domains_flush(domains) &&
		  (t->select == NULL ? count_links(db, sweep) : count(db, sweep, t));

	tally_domains_close(domains);
	return ok;
}

bool
tally_again(sqlite3 *db, int64_t sweep, const char *topic)
{
	const struct tally_topic *t = find_topic(topic);
	bool ok = forget(db, sweep, topic);

	if (!ok || t == NULL)
		return ok;
	if (t->select == NULL || is_of(t, TALLY_DOMAIN_WORDS))
		return count_domains_again(db, sweep, t);
	for (const struct tally_relation *r = tally_relations; ok && r->select != NULL; r++)
		if (has_topic(r, t))
			ok = count_relation(db, sweep, r, topic);
	return ok && (t->relation != NULL || count(db, sweep, t));
}
