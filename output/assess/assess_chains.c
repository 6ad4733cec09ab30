/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Each distinct chain of a sweep is judged once.  Of the chains of a batch, those that
 * have no verdict yet are judged on as many threads as there are cores, if that is
 * worth it; a thread has a bench of its own, with the trust store that all share, and
 * lives for one batch.  The database is used by one thread at a time: the workers read
 * it under a lock, and what they found is written when they are gone, by the order of
 * the chains' ids, so that a database does not tell how many there were.
 */
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>

#include "output/assess/assess_parts.h"
#include "output/sql.h"
#include "scanner/mem.h"

#define THREADS_MAX 8
#define SHARE_MIN   8 /* chains of a batch for a thread to be worth its start */

enum statement { READ_CHAIN, READ_CERTIFICATES, ADD_CHAIN, STATEMENTS };

static const char *const texts[STATEMENTS] = {
	[READ_CHAIN] = "SELECT parsed, trusted, expired, not_yet_valid, self_signed, error"
		       " FROM chain_verdict WHERE sweep = ?1 AND chain = ?2",
	[READ_CERTIFICATES] = CERTIFICATES_OF_CHAIN,
	[ADD_CHAIN] = "INSERT INTO chain_verdict VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
};

struct judged {
	int64_t id;
	bool known; /* from an earlier batch */
	bool lost;  /* could not be read */
	struct chain_verdict v;
};

struct worker {
	struct chain_desk *desk;
	struct bench *bench; /* NULL: not shared yet; the first has the assessment's */
	pthread_t thread;
};

struct chain_desk {
	struct assessment *a;
	sqlite3_stmt *statements[STATEMENTS];
	unsigned threads; /* at most; this one included */
	struct worker workers[THREADS_MAX];
	struct judged *chains; /* of the batch, by id */
	size_t count;
	pthread_mutex_t lock;
	size_t next; /* under lock while there are workers: who is to be judged next */
};

/* Cores that this process may use. */
static unsigned
count_cores(void)
{
	cpu_set_t cores;
	int count = sched_getaffinity(0, sizeof cores, &cores) == 0 ? CPU_COUNT(&cores) : 1;

	return count < 1 ? 1 : count > THREADS_MAX ? THREADS_MAX : (unsigned)count;
}

struct chain_desk *
chain_desk_open(struct assessment *a)
{
	struct chain_desk *desk = mem_alloc(sizeof *desk);

	desk->a = a;
	desk->threads = count_cores();
	for (int i = 0; i < STATEMENTS; i++)
		desk->statements[i] = sql_prepare(a->db, texts[i]);
	for (unsigned i = 0; i < THREADS_MAX; i++)
		desk->workers[i].desk = desk;
	desk->workers[0].bench = a->bench;
	pthread_mutex_init(&desk->lock, NULL);
	return desk;
}

void
chain_desk_close(struct chain_desk *desk)
{
	for (unsigned i = 1; i < THREADS_MAX; i++)
		if (desk->workers[i].bench != NULL)
			desk->a->judge->close(desk->workers[i].bench);
	for (int i = 0; i < STATEMENTS; i++)
		sqlite3_finalize(desk->statements[i]);
	pthread_mutex_destroy(&desk->lock);
	free(desk->chains);
	free(desk);
}

/* The next chain that has no verdict, read; NULL: there is none. */
static struct judged *
take(struct chain_desk *desk, struct chain **chain)
{
	struct judged *j = NULL;

	pthread_mutex_lock(&desk->lock);
	while (desk->next < desk->count && desk->chains[desk->next].known)
		desk->next++;
	if (desk->next < desk->count) {
		j = &desk->chains[desk->next++];
		*chain = assess_chain(desk->statements[READ_CERTIFICATES], j->id);
	}
	pthread_mutex_unlock(&desk->lock);
	return j;
}

static void *
work(void *arg)
{
	struct worker *worker = arg;
	struct chain_desk *desk = worker->desk;
	struct chain *chain;
	struct judged *j;

	while ((j = take(desk, &chain)) != NULL) {
		j->lost = chain == NULL;
		if (chain != NULL)
			desk->a->judge->chain(worker->bench, chain, &j->v);
		free(chain);
	}
	return NULL;
}

static bool
hire(struct worker *worker)
{
	const struct assessment *a = worker->desk->a;

	if (worker->bench == NULL)
		worker->bench = a->judge->share(a->bench);
	return worker->bench != NULL &&
	       pthread_create(&worker->thread, NULL, work, worker) == 0;
}

/* This thread works too, and alone where no other can be had. */
static void
judge_unknown(struct chain_desk *desk, size_t unknown)
{
	unsigned hired = 1;

	desk->next = 0;
	while (hired < desk->threads && unknown >= (hired + 1) * (size_t)SHARE_MIN &&
	       hire(&desk->workers[hired]))
		hired++;
	work(&desk->workers[0]);
	while (hired > 1)
		pthread_join(desk->workers[--hired].thread, NULL);
}

static bool
add_chain(struct chain_desk *desk, const struct judged *j)
{
	sqlite3_stmt *s = desk->statements[ADD_CHAIN];

	sqlite3_bind_int64(s, 1, desk->a->sweep);
	sqlite3_bind_int64(s, 2, j->id);
	sqlite3_bind_int(s, 3, j->v.parsed);
	sqlite3_bind_int(s, 4, j->v.trusted);
	sqlite3_bind_int(s, 5, j->v.expired);
	sqlite3_bind_int(s, 6, j->v.not_yet_valid);
	sqlite3_bind_int(s, 7, j->v.self_signed);
	sqlite3_bind_int(s, 8, j->v.error);
	return sql_finish(s);
}

/* Has the chain a verdict by an earlier batch? */
static bool
find_chain(struct chain_desk *desk, struct judged *j)
{
	sqlite3_stmt *s = desk->statements[READ_CHAIN];

	sqlite3_bind_int64(s, 1, desk->a->sweep);
	sqlite3_bind_int64(s, 2, j->id);
	j->known = sqlite3_step(s) == SQLITE_ROW;
	if (j->known)
		j->v = (struct chain_verdict){
			sqlite3_column_int(s, 0), sqlite3_column_int(s, 1),
			sqlite3_column_int(s, 2), sqlite3_column_int(s, 3),
			sqlite3_column_int(s, 4), sqlite3_column_int(s, 5),
		};
	return sqlite3_reset(s) == SQLITE_OK;
}

static int
compare(const void *a, const void *b)
{
	int64_t x = ((const struct judged *)a)->id, y = ((const struct judged *)b)->id;

	return x < y ? -1 : x > y;
}

/* Takes each id once, in their order. */
static void
list_chains(struct chain_desk *desk, const int64_t ids[], size_t count)
{
	size_t kept = 0;

	free(desk->chains);
	desk->chains = mem_alloc((count + 1) * sizeof *desk->chains);
	for (size_t i = 0; i < count; i++)
		desk->chains[i].id = ids[i];
	qsort(desk->chains, count, sizeof *desk->chains, compare);
	for (size_t i = 0; i < count; i++)
		if (kept == 0 || desk->chains[i].id != desk->chains[kept - 1].id)
			desk->chains[kept++].id = desk->chains[i].id;
	desk->count = kept;
}

bool
chain_desk_judge(struct chain_desk *desk, const int64_t ids[], size_t count)
{
	size_t unknown = 0;

	list_chains(desk, ids, count);
	for (size_t i = 0; i < desk->count; i++) {
		if (!find_chain(desk, &desk->chains[i]))
			return false;
		unknown += !desk->chains[i].known;
	}
	if (unknown > 0)
		judge_unknown(desk, unknown);
	for (size_t i = 0; i < desk->count; i++) {
		const struct judged *j = &desk->chains[i];

		if (!j->known && (j->lost || !add_chain(desk, j)))
			return false;
	}
	return true;
}

const struct chain_verdict *
chain_desk_verdict(const struct chain_desk *desk, int64_t id)
{
	struct judged key = { .id = id };
	const struct judged *j =
	    bsearch(&key, desk->chains, desk->count, sizeof *desk->chains, compare);

	return &j->v;
}
