/* SPDX-License-Identifier: Apache-2.0 */
#include "scanner/pool.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "scanner/log.h"
#include "scanner/mem.h"
#include "scanner/table.h"

/* Handshakes of one thread at once: enough to hide the network's delays, few
 * enough that none waits long for its turn on the CPU. */
#define HANDSHAKES 2048

struct prober {
	struct pool *pool;
	pthread_t thread;
	struct event_base *base;
	struct mailbox *inbox; /* jobs to start; the pool's leave letter: the end */
	struct gate *handshakes;
	void *desks[PROBE_COUNT];
	struct pool_job *talking; /* the thread's */
	struct letter leave;
	size_t load; /* the coordinator's: jobs given and not yet back */
};

struct pool {
	const struct probe *const *table;
	void *shared[PROBE_COUNT];
	struct mailbox *outbox;
	unsigned count;
	struct prober probers[];
};

static void
forget(struct prober *prober, struct pool_job *job)
{
	if (job->previous != NULL)
		job->previous->next = job->next;
	else
		prober->talking = job->next;
	if (job->next != NULL)
		job->next->previous = job->previous;
}

/* On the prober's thread: a conversation has ended. */
static void
conversation_done(void *facts, int local_error, void *arg)
{
	struct pool_job *job = arg;

	forget(job->prober, job);
	job->conversation = NULL;
	job->facts = facts;
	job->local_error = local_error;
	mailbox_send(job->prober->pool->outbox, &job->letter);
}

static void
start_conversation(struct prober *prober, struct pool_job *job)
{
	enum probe_kind kind = job->job.kind;

	job->previous = NULL;
	job->next = prober->talking;
	if (job->next != NULL)
		job->next->previous = job;
	prober->talking = job;
	job->conversation = prober->pool->table[kind]->start(prober->desks[kind], &job->job,
							     conversation_done, job);
}

static void
on_job(struct letter *letter, void *arg)
{
	struct prober *prober = arg;

	if (letter == &prober->leave)
		event_base_loopbreak(prober->base);
	else
		start_conversation(prober, table_owner(letter, struct pool_job, letter));
}

static void *
prober_main(void *arg)
{
	struct prober *prober = arg;

	event_base_dispatch(prober->base);
	while (prober->talking != NULL) {
		struct pool_job *job = prober->talking;

		forget(prober, job);
		prober->pool->table[job->job.kind]->cancel(job->conversation);
	}
	return NULL;
}

/* On the coordinator's thread. */
static void
on_result(struct letter *letter, void *arg)
{
	struct pool_job *job = table_owner(letter, struct pool_job, letter);

	(void)arg;
	job->prober->load--;
	job->done(job);
}

static void
prober_open(struct pool *pool, struct prober *prober)
{
	struct event_config *config = event_config_new();

	event_config_set_flag(config, EVENT_BASE_FLAG_NOLOCK);
	event_config_require_features(config, EV_FEATURE_ET | EV_FEATURE_EARLY_CLOSE);
	prober->pool = pool;
	prober->base = event_base_new_with_config(config);
	event_config_free(config);
	if (prober->base == NULL)
		die("no event loop for a thread");
	prober->inbox = mailbox_new(prober->base, on_job, prober);
	prober->handshakes = gate_new(HANDSHAKES);
	for (int i = 0; i < PROBE_COUNT; i++)
		prober->desks[i] =
		    pool->table[i]->enter(pool->shared[i], prober->base, prober->handshakes);
	if (pthread_create(&prober->thread, NULL, prober_main, prober) != 0)
		die("thread %u could not be started", (unsigned)(prober - pool->probers) + 1);
}

struct pool *
pool_open(struct event_base *base, const struct probe *const table[PROBE_COUNT],
	  const struct options *options)
{
	struct pool *pool =
	    mem_alloc(sizeof *pool + options->threads * sizeof pool->probers[0]);

	pool->table = table;
	for (int i = 0; i < PROBE_COUNT; i++)
		pool->shared[i] = table[i]->open(options);
	pool->outbox = mailbox_new(base, on_result, pool);
	pool->count = options->threads;
	for (unsigned i = 0; i < pool->count; i++)
		prober_open(pool, &pool->probers[i]);
	return pool;
}

void
pool_start(struct pool *pool, struct pool_job *job)
{
	struct prober *least = &pool->probers[0];

	for (unsigned i = 1; i < pool->count; i++)
		if (pool->probers[i].load < least->load)
			least = &pool->probers[i];
	least->load++;
	job->prober = least;
	job->facts = NULL;
	job->local_error = 0;
	mailbox_send(least->inbox, &job->letter);
}

static void
prober_close(struct prober *prober)
{
	pthread_join(prober->thread, NULL);
	for (int i = 0; i < PROBE_COUNT; i++)
		prober->pool->table[i]->leave(prober->desks[i]);
	gate_free(prober->handshakes);
	mailbox_free(prober->inbox);
	event_base_free(prober->base);
}

void
pool_close(struct pool *pool)
{
	if (pool == NULL)
		return;
	for (unsigned i = 0; i < pool->count; i++)
		mailbox_send(pool->probers[i].inbox, &pool->probers[i].leave);
	for (unsigned i = 0; i < pool->count; i++)
		prober_close(&pool->probers[i]);
	mailbox_free(pool->outbox);
	for (int i = 0; i < PROBE_COUNT; i++)
		pool->table[i]->close(pool->shared[i]);
	free(pool);
}
