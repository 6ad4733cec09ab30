/* SPDX-License-Identifier: Apache-2.0 */
/* The threads and their mailboxes, with probes that only wait a little. */
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "scanner/clock.h"
#include "scanner/mem.h"
#include "scanner/pool.h"
#include "scanner/table.h"
#include "tests/unit/test.h"

#define JOBS 3000
#define SLOW 200 /* jobs that never end by themselves */

static struct event_base *base;
static struct pool *pool;
static struct pool_job jobs[JOBS];
static int done[JOBS], finished, wanted;
static atomic_int cancelled, opened, entered, strange;

/* A thread's part of a probe. */
struct bed {
	struct event_base *base;
	pthread_t sleeper; /* whoever used it first */
	bool used;
};

/* A conversation that lasts some microseconds, or for ever. */
struct nap {
	struct event *timer;
	probe_done *done;
	void *arg;
	int number;
};

static void *
open_nap(const struct options *options)
{
	(void)options;
	opened++;
	return &opened;
}

static void
close_nap(void *shared)
{
	(void)shared;
	opened--;
}

static void *
enter_nap(void *shared, struct event_base *on, struct gate *handshakes)
{
	struct bed *bed = mem_alloc(sizeof *bed);

	CHECK(shared == &opened && handshakes != NULL);
	bed->base = on;
	entered++;
	return bed;
}

static void
leave_nap(void *bed)
{
	entered--;
	free(bed);
}

static void
wake(evutil_socket_t fd, short what, void *arg)
{
	struct nap *nap = arg;
	struct server_facts *facts = NULL;

	(void)fd, (void)what;
	if (nap->number % 10 != 0) { /* each tenth fails for a local reason */
		facts = server_facts_new();
		facts->greeting_code = nap->number;
	}
	nap->done(facts, facts == NULL ? 24 : 0, nap->arg);
	event_free(nap->timer);
	free(nap);
}

static void *
start_nap(void *desk, const struct probe_job *job, probe_done *when_done, void *arg)
{
	struct bed *bed = desk;
	struct nap *nap = mem_alloc(sizeof *nap);
	struct timeval tv = { 0, job->address.bytes[1] * 100 };

	if (!bed->used)
		bed->sleeper = pthread_self();
	bed->used = true;
	strange += !pthread_equal(bed->sleeper, pthread_self());
	nap->done = when_done;
	nap->arg = arg;
	nap->number = job->address.bytes[2] << 8 | job->address.bytes[3];
	nap->timer = event_new(bed->base, -1, 0, wake, nap);
	if (job->address.bytes[0] == 127)
		event_add(nap->timer, &tv);
	return nap;
}

static void
cancel_nap(void *conversation)
{
	struct nap *nap = conversation;

	cancelled++;
	event_free(nap->timer);
	free(nap);
}

/* The other probe is told apart by what it is given. */
static void *
start_doze(void *desk, const struct probe_job *job, probe_done *when_done, void *arg)
{
	strange += job->kind != PROBE_POLICY;
	return start_nap(desk, job, when_done, arg);
}

static const struct probe nap_probe = {
	.name = "nap",
	.open = open_nap,
	.close = close_nap,
	.enter = enter_nap,
	.leave = leave_nap,
	.start = start_nap,
	.cancel = cancel_nap,
};

static const struct probe doze_probe = {
	.name = "doze",
	.open = open_nap,
	.close = close_nap,
	.enter = enter_nap,
	.leave = leave_nap,
	.start = start_doze,
	.cancel = cancel_nap,
};

static const struct probe *const table[PROBE_COUNT] = {
	[PROBE_SERVER] = &nap_probe,
	[PROBE_POLICY] = &doze_probe,
};

static void
on_done(struct pool_job *job)
{
	const struct server_facts *facts = job->facts;
	int number = (int)(job - jobs);

	done[number]++;
	if (number % 10 == 0)
		CHECK(facts == NULL && job->local_error == 24);
	else
		CHECK(facts != NULL && facts->greeting_code == number);
	server_facts_free(job->facts);
	job->facts = NULL;
	if (++finished == wanted)
		event_base_loopbreak(base);
}

static void
start_all(int slow)
{
	memset(jobs, 0, sizeof jobs);
	memset(done, 0, sizeof done);
	finished = 0;
	wanted = JOBS - slow;
	for (int i = 0; i < JOBS; i++) {
		struct address *address = &jobs[i].job.address;

		address->family = 4;
		address->bytes[0] = i < slow ? 0 : 127;
		address->bytes[1] = (uint8_t)(i % 7);
		address->bytes[2] = (uint8_t)(i >> 8);
		address->bytes[3] = (uint8_t)i;
		jobs[i].job.kind = i % 2 == 0 ? PROBE_SERVER : PROBE_POLICY;
		jobs[i].done = on_done;
		pool_start(pool, &jobs[i]);
	}
	CHECK(finished == 0);
}

static void
run(int slow)
{
	struct options options = { .threads = 3 };
	struct timeval limit = { 20, 0 };
	int once = 0;

	cancelled = 0;
	base = event_base_new();
	pool = pool_open(base, table, &options);
	start_all(slow);
	event_base_loopexit(base, &limit);
	event_base_dispatch(base);
	pool_close(pool);
	event_base_free(base);
	for (int i = 0; i < JOBS; i++)
		once += done[i] == 1;
	CHECK(once == wanted);
	CHECK(cancelled == slow);
	CHECK(opened == 0 && entered == 0 && strange == 0);
}

static void
each_job_is_done_once(void)
{
	run(0);
}

static void
closing_cancels_the_rest(void)
{
	run(SLOW);
}

int
main(void)
{
	RUN(each_job_is_done_once);
	RUN(closing_cancels_the_rest);
	return test_end();
}
