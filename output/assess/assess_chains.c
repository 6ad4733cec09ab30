/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Each distinct chain of a sweep is judged once, and its leaf is asked for the names of
 * all hosts of a batch that showed it while it is still parsed.  This is done on as many
 * threads as there are cores, if that is worth it; a thread has a bench of its own, with
 * the trust store that all share, and lives for one batch.  The database is used by one
 * thread at a time: the workers read it under a lock, and what they found is written
 * when they are gone, by the order of the chains' ids, so that a database does not tell
 * how many there were.
 */
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>

#include "output/assess/assess_parts.h"
#include "output/sql.h"
#include "scanner/mem.h"

#define THREADS_MAX 8
#define SHARE_MIN   8 /* chains of a batch for a thread to be worth its start */

enum statement { READ_VERDICT, READ_CERTIFICATES, READ_LEAF, ADD_VERDICT, STATEMENTS };

static const char *const texts[STATEMENTS] = {
	[READ_VERDICT] = "SELECT parsed, trusted, expired, not_yet_valid, self_signed, error"
			 " FROM chain_verdict WHERE sweep = ?1 AND chain = ?2",
	[READ_CERTIFICATES] = CERTIFICATES_OF_CHAIN,
	[READ_LEAF] = "SELECT x.der FROM chain c JOIN certificate x ON x.id = c.leaf"
		      " WHERE c.id = ?1",
	[ADD_VERDICT] = "INSERT INTO chain_verdict VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
};

/* A chain of the batch, and the questions of the servers that showed it. */
struct judged {
	int64_t id;
	struct chain_question **questions;
	size_t count;
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
	size_t left; /* under lock while there are workers: the first so many of the chains */
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

/* The next chain, read as far as it is needed; NULL: there is none.  The latest comes
 * first, because what came last may still be parsed (probes/parsed.h). */
static struct judged *
take(struct chain_desk *desk, struct chain **chain)
{
	struct judged *j = NULL;

	pthread_mutex_lock(&desk->lock);
	if (desk->left > 0) {
		j = &desk->chains[--desk->left];
		*chain = assess_chain(
		    desk->statements[j->known ? READ_LEAF : READ_CERTIFICATES], j->id);
	}
	pthread_mutex_unlock(&desk->lock);
	return j;
}

/* The addresses of one host follow each other, and are asked about once. */
static void
match_names(const struct judge *judge_by, const struct certificate_der *leaf, struct judged *j)
{
	const struct chain_question *last = NULL;

	for (size_t i = 0; i < j->count; i++) {
		struct chain_question *q = j->questions[i];

		q->verdict = &j->v;
		if (q->name == NULL || !j->v.parsed)
			continue;
		if (last != NULL && last->host == q->host) {
			q->matches = last->matches;
			q->cn_only = last->cn_only;
		} else {
			q->matches =
			    judge_by->names(leaf->bytes, leaf->length, q->name, &q->cn_only);
		}
		last = q;
	}
}

static void *
work(void *arg)
{
	struct worker *worker = arg;
	const struct judge *judge_by = worker->desk->a->judge;
	struct chain *chain;
	struct judged *j;

	while ((j = take(worker->desk, &chain)) != NULL) {
		j->lost = chain == NULL;
		if (chain == NULL)
			continue;
		if (!j->known)
			judge_by->chain(worker->bench, chain, &j->v);
		match_names(judge_by, chain->certificates, j);
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
judge_all(struct chain_desk *desk)
{
	unsigned hired = 1;

	desk->left = desk->count;
	while (hired < desk->threads && desk->count >= (hired + 1) * (size_t)SHARE_MIN &&
	       hire(&desk->workers[hired]))
		hired++;
	work(&desk->workers[0]);
	while (hired > 1)
		pthread_join(desk->workers[--hired].thread, NULL);
}

static bool
add_verdict(struct chain_desk *desk, const struct judged *j)
{
	sqlite3_stmt *s = desk->statements[ADD_VERDICT];

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
find_verdict(struct chain_desk *desk, struct judged *j)
{
	sqlite3_stmt *s = desk->statements[READ_VERDICT];

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
	const struct chain_question *x = *(struct chain_question *const *)a;
	const struct chain_question *y = *(struct chain_question *const *)b;

	if (x->chain != y->chain)
		return x->chain < y->chain ? -1 : 1;
	return x->host < y->host ? -1 : x->host > y->host;
}

/* Takes each chain once, in the order of their ids. */
static void
list_chains(struct chain_desk *desk, struct chain_question *questions[], size_t count)
{
	struct judged *j = NULL;

	qsort(questions, count, sizeof *questions, compare);
	free(desk->chains);
	desk->chains = mem_alloc((count + 1) * sizeof *desk->chains);
	desk->count = 0;
	for (size_t i = 0; i < count; i++) {
		if (j == NULL || j->id != questions[i]->chain) {
			j = &desk->chains[desk->count++];
			j->id = questions[i]->chain;
			j->questions = &questions[i];
		}
		j->count++;
	}
}

bool
chain_desk_judge(struct chain_desk *desk, struct chain_question *questions[], size_t count)
{
	list_chains(desk, questions, count);
	for (size_t i = 0; i < desk->count; i++)
		if (!find_verdict(desk, &desk->chains[i]))
			return false;
	judge_all(desk);
	for (size_t i = 0; i < desk->count; i++) {
		const struct judged *j = &desk->chains[i];

		if (j->lost || (!j->known && !add_verdict(desk, j)))
			return false;
	}
	return true;
}
