/* SPDX-License-Identifier: Apache-2.0 */
#include "scanner/writer.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <time.h>

#include "scanner/log.h"
#include "scanner/mem.h"

#define BATCH         4000
#define BATCH_SECONDS 1
#define QUEUE_MAX     20000

struct list {
	struct record *head, **tail;
	size_t count;
};

struct writer {
	const struct output *output;
	void *self;
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t changed;
	struct list queue; /* under lock, like all that follows */
	bool idle, stuck, hurried, closing, give_up;
	struct list batch; /* the thread's: put since the last commit */
};

static void
append(struct list *list, struct record *record)
{
	record->next = NULL;
	*list->tail = record;
	list->tail = &record->next;
	list->count++;
}

static struct record *
take(struct list *list)
{
	struct record *record = list->head;

	if (record == NULL)
		return NULL;
	list->head = record->next;
	if (list->head == NULL)
		list->tail = &list->head;
	list->count--;
	return record;
}

static void
drop(struct list *list)
{
	struct record *record;

	while ((record = take(list)) != NULL)
		record_free(record);
}

static struct timespec
deadline_in(unsigned seconds)
{
	struct timespec deadline;

	clock_gettime(CLOCK_MONOTONIC, &deadline);
	deadline.tv_sec += seconds;
	return deadline;
}

/* Under lock: sleeps until there is something to write, then until there is a full
 * batch or its time is over.  Nobody wakes us for each record. */
static void
wait_for_batch(struct writer *w)
{
	struct timespec deadline;
	int rc = 0;

	w->idle = w->queue.count == 0;
	while (w->queue.count == 0 && !w->closing)
		pthread_cond_wait(&w->changed, &w->lock);
	deadline = deadline_in(BATCH_SECONDS);
	while (w->queue.count < BATCH && !w->hurried && !w->closing && rc != ETIMEDOUT)
		rc = pthread_cond_timedwait(&w->changed, &w->lock, &deadline);
}

/* true: there is more to come. */
static bool
gather(struct writer *w)
{
	struct record *record;
	bool open;

	pthread_mutex_lock(&w->lock);
	wait_for_batch(w);
	while (w->batch.count < BATCH && (record = take(&w->queue)) != NULL)
		append(&w->batch, record);
	open = !w->closing || w->queue.count > 0;
	pthread_mutex_unlock(&w->lock);
	return open;
}

static bool
write_batch(struct writer *w)
{
	for (struct record *r = w->batch.head; r != NULL; r = r->next)
		if (!w->output->put(w->self, r))
			return false;
	return w->output->commit(w->self);
}

/* Says so once, and waits a second; false: give up. */
static bool
wait_for_room(struct writer *w)
{
	struct timespec deadline = deadline_in(1);
	bool give_up;

	pthread_mutex_lock(&w->lock);
	if (!w->stuck)
		log_warn("cannot write the results (%s): the sweep waits",
			 w->output->error(w->self));
	w->stuck = true;
	while (!w->give_up && pthread_cond_timedwait(&w->changed, &w->lock, &deadline) == 0)
		;
	give_up = w->give_up;
	pthread_mutex_unlock(&w->lock);
	return !give_up;
}

static bool
commit_batch(struct writer *w)
{
	while (!write_batch(w))
		if (!wait_for_room(w))
			return false;
	drop(&w->batch);
	pthread_mutex_lock(&w->lock);
	if (w->stuck)
		log_warn("the results can be written again");
	w->stuck = false;
	w->idle = w->queue.count == 0;
	pthread_mutex_unlock(&w->lock);
	return true;
}

static void *
writer_main(void *arg)
{
	struct writer *w = arg;
	bool more;

	do {
		more = gather(w);
		if (w->batch.count > 0 && !commit_batch(w))
			break;
	} while (more);
	return NULL;
}

struct writer *
writer_open(const struct output *output, void *self)
{
	struct writer *w = mem_alloc(sizeof *w);
	pthread_condattr_t monotonic;

	w->output = output;
	w->self = self;
	w->queue.tail = &w->queue.head;
	w->batch.tail = &w->batch.head;
	w->idle = true;
	pthread_mutex_init(&w->lock, NULL);
	pthread_condattr_init(&monotonic);
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	pthread_cond_init(&w->changed, &monotonic);
	pthread_condattr_destroy(&monotonic);
	if (pthread_create(&w->thread, NULL, writer_main, w) != 0)
		die("the writer's thread could not be started");
	return w;
}

void
writer_put(struct writer *w, struct record *record)
{
	pthread_mutex_lock(&w->lock);
	append(&w->queue, record);
	w->idle = false;
	if (w->queue.count == 1 || w->queue.count % BATCH == 0)
		pthread_cond_signal(&w->changed);
	pthread_mutex_unlock(&w->lock);
}

bool
writer_full(struct writer *w)
{
	bool full;

	pthread_mutex_lock(&w->lock);
	full = w->queue.count >= QUEUE_MAX;
	pthread_mutex_unlock(&w->lock);
	return full;
}

void
writer_hurry(struct writer *w)
{
	pthread_mutex_lock(&w->lock);
	w->hurried = true;
	pthread_cond_signal(&w->changed);
	pthread_mutex_unlock(&w->lock);
}

bool
writer_idle(struct writer *w)
{
	bool idle;

	pthread_mutex_lock(&w->lock);
	idle = w->idle;
	pthread_mutex_unlock(&w->lock);
	return idle;
}

bool
writer_stuck(struct writer *w)
{
	bool stuck;

	pthread_mutex_lock(&w->lock);
	stuck = w->stuck;
	pthread_mutex_unlock(&w->lock);
	return stuck;
}

bool
writer_close(struct writer *w, bool give_up)
{
	bool lost;

	pthread_mutex_lock(&w->lock);
	w->closing = true;
	w->give_up = give_up;
	pthread_cond_signal(&w->changed);
	pthread_mutex_unlock(&w->lock);
	pthread_join(w->thread, NULL);
	lost = w->batch.count + w->queue.count > 0;
	drop(&w->batch);
	drop(&w->queue);
	pthread_cond_destroy(&w->changed);
	pthread_mutex_destroy(&w->lock);
	free(w);
	return !lost;
}
