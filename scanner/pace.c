/* SPDX-License-Identifier: Apache-2.0 */
#include "scanner/pace.h"

#include <assert.h>
#include <stdlib.h>

#include "scanner/clock.h"
#include "scanner/deadlines.h"
#include "scanner/mem.h"
#include "scanner/table.h"

/* A neighbourhood of addresses, while any of them has a lane. */
struct network {
	struct table_entry entry;
	struct address prefix;
	size_t lanes, active;
	struct lane *held, **held_tail; /* lanes that wait for room in it */
};

/* An address, while it has jobs or its next turn is still restrained. */
struct lane {
	struct table_entry entry;
	struct address address;
	enum { LANE_IDLE, LANE_READY, LANE_HELD, LANE_TIMED, LANE_BUSY } state;
	struct network *network;
	struct pace_job *head, **tail;
	struct lane *next;    /* in ready or held */
	struct deadline turn; /* not before; in timed */
};

struct pace {
	struct pace_config config;
	struct table lanes, networks;
	struct lane *ready, **ready_tail;
	struct deadlines timed;
	struct bucket permits;
	size_t active, waiting, ready_count; /* jobs, jobs, lanes */
	int64_t held_until;
	bool stopped;
	struct event *pump;
};

static bool
lane_equal(const struct table_entry *entry, const void *address)
{
	return address_equal(&table_owner(entry, struct lane, entry)->address, address);
}

static bool
network_equal(const struct table_entry *entry, const void *prefix)
{
	return address_equal(&table_owner(entry, struct network, entry)->prefix, prefix);
}

static struct network *
network_of(struct pace *pace, const struct address *address)
{
	struct address prefix = address_neighbourhood(address);
	uint32_t hash = table_hash(&prefix, sizeof prefix);
	struct table_entry *entry = table_find(&pace->networks, hash, &prefix);
	struct network *network;

	if (entry != NULL)
		return table_owner(entry, struct network, entry);
	network = mem_alloc(sizeof *network);
	network->prefix = prefix;
	network->held_tail = &network->held;
	table_add(&pace->networks, &network->entry, hash);
	return network;
}

static struct lane *
lane_of(struct pace *pace, const struct address *address)
{
	uint32_t hash = table_hash(address, sizeof *address);
	struct table_entry *entry = table_find(&pace->lanes, hash, address);
	struct lane *lane;

	if (entry != NULL)
		return table_owner(entry, struct lane, entry);
	lane = mem_alloc(sizeof *lane);
	lane->address = *address;
	lane->tail = &lane->head;
	lane->network = network_of(pace, address);
	lane->network->lanes++;
	table_add(&pace->lanes, &lane->entry, hash);
	return lane;
}

static void
lane_free(struct pace *pace, struct lane *lane)
{
	struct network *network = lane->network;

	table_remove(&pace->lanes, &lane->entry);
	if (--network->lanes == 0) {
		table_remove(&pace->networks, &network->entry);
		free(network);
	}
	free(lane);
}

static void
make_ready(struct pace *pace, struct lane *lane)
{
	lane->state = LANE_READY;
	lane->next = NULL;
	pace->ready_count++;
	*pace->ready_tail = lane;
	pace->ready_tail = &lane->next;
}

/* Puts a lane that is in no queue where it belongs now. */
static void
settle(struct pace *pace, struct lane *lane, int64_t now)
{
	if (lane->turn.at > now) {
		lane->state = LANE_TIMED;
		deadlines_add(&pace->timed, &lane->turn);
	} else if (lane->head != NULL) {
		make_ready(pace, lane);
	} else {
		lane_free(pace, lane);
	}
}

static void
hold_for_network(struct lane *lane)
{
	struct network *network = lane->network;

	lane->state = LANE_HELD;
	lane->next = NULL;
	*network->held_tail = lane;
	network->held_tail = &lane->next;
}

static struct lane *
pop_ready(struct pace *pace)
{
	struct lane *lane = pace->ready;

	pace->ready = lane->next;
	pace->ready_count--;
	if (pace->ready == NULL)
		pace->ready_tail = &pace->ready;
	return lane;
}

/* One who waits for room in the network may try again. */
static void
release_held(struct pace *pace, struct network *network)
{
	struct lane *lane = network->held;

	if (lane == NULL)
		return;
	network->held = lane->next;
	if (network->held == NULL)
		network->held_tail = &network->held;
	make_ready(pace, lane);
}

static void
start_lane(struct pace *pace, struct lane *lane, int64_t now)
{
	struct pace_job *job = lane->head;

	lane->head = job->next;
	if (lane->head == NULL)
		lane->tail = &lane->head;
	lane->state = LANE_BUSY;
	if (pace->config.server_rate > 0)
		lane->turn.at = now + (int64_t)(1e6 / pace->config.server_rate);
	lane->network->active++;
	pace->active++;
	pace->waiting--;
	job->start(job);
}

static bool
network_full(const struct pace *pace, const struct network *network)
{
	return pace->config.per_network > 0 && network->active >= pace->config.per_network;
}

/* When to look again though nothing else happens; 0: not needed. */
static double
next_look(const struct pace *pace, int64_t now)
{
	const struct deadline *first = deadlines_first(&pace->timed);
	double wait = first != NULL ? (double)(first->at - now) / 1e6 : 0;
	double permit = bucket_wait(&pace->permits),
	       hold = (double)(pace->held_until - now) / 1e6;

	if (pace->ready != NULL && pace->active < pace->config.senders) {
		if (hold > permit)
			permit = hold;
		wait = wait <= 0 || permit < wait ? permit : wait;
	}
	return wait;
}

static void
settle_timed(struct pace *pace, int64_t now)
{
	const struct deadline *first;

	while ((first = deadlines_first(&pace->timed)) != NULL && first->at <= now)
		settle(pace, table_owner(deadlines_pop(&pace->timed), struct lane, turn), now);
}

static void
pump(evutil_socket_t fd, short what, void *arg)
{
	struct pace *pace = arg;
	int64_t now = clock_monotonic();
	double wait;

	(void)fd, (void)what;
	settle_timed(pace, now);
	while (pace->ready != NULL && !pace->stopped && pace->held_until <= now &&
	       pace->active < pace->config.senders) {
		if (network_full(pace, pace->ready->network))
			hold_for_network(pop_ready(pace));
		else if (bucket_take(&pace->permits))
			start_lane(pace, pop_ready(pace), now);
		else
			break;
	}
	wait = next_look(pace, now);
	if (wait > 0 && !pace->stopped) {
		struct timeval tv = clock_timeval(wait + 0.001);

		event_add(pace->pump, &tv);
	}
}

static void
look_soon(struct pace *pace)
{
	event_active(pace->pump, EV_TIMEOUT, 1);
}

struct pace *
pace_new(struct event_base *base, const struct pace_config *config)
{
	struct pace *pace = mem_alloc(sizeof *pace);

	pace->config = *config;
	pace->ready_tail = &pace->ready;
	table_init(&pace->lanes, lane_equal);
	table_init(&pace->networks, network_equal);
	bucket_init(&pace->permits, config->rate);
	pace->pump = event_new(base, -1, 0, pump, pace);
	return pace;
}

void
pace_free(struct pace *pace)
{
	struct table_entry *entry;

	if (pace == NULL)
		return;
	while ((entry = table_take(&pace->lanes)) != NULL)
		free(table_owner(entry, struct lane, entry));
	while ((entry = table_take(&pace->networks)) != NULL)
		free(table_owner(entry, struct network, entry));
	table_clear(&pace->lanes);
	table_clear(&pace->networks);
	deadlines_free(&pace->timed);
	event_free(pace->pump);
	free(pace);
}

void
pace_submit(struct pace *pace, struct pace_job *job, double delay)
{
	struct lane *lane = lane_of(pace, &job->address);
	int64_t now = clock_monotonic(), rest = now + (int64_t)(delay * 1e6);

	job->lane = lane;
	job->next = NULL;
	*lane->tail = job;
	lane->tail = &job->next;
	pace->waiting++;
	if (lane->state == LANE_TIMED && lane->turn.at < rest)
		deadlines_postpone(&pace->timed, &lane->turn, rest);
	else if (lane->turn.at < rest)
		lane->turn.at = rest;
	if (lane->state == LANE_IDLE)
		settle(pace, lane, now);
	look_soon(pace);
}

void
pace_submit_again(struct pace *pace, struct pace_job *job, double delay)
{
	struct lane *lane = job->lane;
	int64_t rest = clock_monotonic() + (int64_t)(delay * 1e6);

	assert(lane->state == LANE_BUSY);
	job->next = lane->head;
	lane->head = job;
	if (job->next == NULL)
		lane->tail = &job->next;
	pace->waiting++;
	if (lane->turn.at < rest)
		lane->turn.at = rest;
}

void
pace_finished(struct pace *pace, struct lane *lane)
{
	assert(lane->state == LANE_BUSY);
	lane->network->active--;
	pace->active--;
	release_held(pace, lane->network);
	settle(pace, lane, clock_monotonic());
	look_soon(pace);
}

void
pace_skipped(struct pace *pace, struct lane *lane)
{
	lane->turn.at = 0;
	bucket_give_back(&pace->permits);
	pace_finished(pace, lane);
}

void
pace_hold(struct pace *pace, double seconds)
{
	pace->held_until = clock_monotonic() + (int64_t)(seconds * 1e6);
}

void
pace_stop(struct pace *pace)
{
	pace->stopped = true;
}

double
pace_scale_rate(struct pace *pace, double factor)
{
	if (pace->permits.rate > 0)
		bucket_init(&pace->permits, pace->permits.rate * factor);
	return pace->permits.rate;
}

size_t
pace_active(const struct pace *pace)
{
	return pace->active;
}

size_t
pace_ready(const struct pace *pace)
{
	return pace->ready_count;
}

size_t
pace_waiting(const struct pace *pace)
{
	return pace->waiting;
}
