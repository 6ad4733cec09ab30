/* SPDX-License-Identifier: Apache-2.0 */
/* The limits of pace, each watched while a few dozen jobs pass. */
#include <stdlib.h>

#include "scanner/clock.h"
#include "scanner/pace.h"
#include "tests/unit/test.h"

#define JOBS 60

static struct event_base *base;
static struct pace *pace;
static struct pace_job jobs[JOBS];
static int64_t started_at[JOBS];
static int order[JOBS], started, finished, wanted;
static int active, most_active, most_in_network, most_at_address;
static double talk_seconds;
static int again, skipped; /* how many of those that come are tried again, are skipped */

static int
active_like(const struct pace_job *job, unsigned prefix)
{
	struct address mine = address_network(&job->address, prefix);
	int count = 0;

	for (int i = 0; i < JOBS; i++) {
		struct address other = address_network(&jobs[i].address, prefix);

		count += started_at[i] > 0 && address_equal(&mine, &other);
	}
	return count;
}

static void
maximum(int *most, int value)
{
	if (value > *most)
		*most = value;
}

static void
talk_over(evutil_socket_t fd, short what, void *arg)
{
	struct pace_job *job = arg;

	(void)fd, (void)what;
	started_at[job - jobs] = 0;
	active--;
	if (again > 0) {
		again--;
		pace_submit_again(pace, job, 0.05);
	} else {
		finished++;
	}
	pace_finished(pace, job->lane);
	if (finished == wanted)
		event_base_loopbreak(base);
}

static void
start(struct pace_job *job)
{
	struct timeval tv = clock_timeval(talk_seconds);

	started_at[job - jobs] = clock_monotonic();
	order[started++] = (int)(job - jobs);
	if (skipped > 0) {
		skipped--;
		finished++;
		pace_skipped(pace, job->lane);
		return;
	}
	active++;
	maximum(&most_active, active);
	maximum(&most_in_network, active_like(job, 24));
	maximum(&most_at_address, active_like(job, 128));
	event_base_once(base, -1, EV_TIMEOUT, talk_over, job, &tv);
}

static void
set_up(struct pace_config config)
{
	struct timeval limit = { 5, 0 };

	base = event_base_new();
	pace = pace_new(base, &config);
	memset(jobs, 0, sizeof jobs);
	for (int i = 0; i < JOBS; i++)
		jobs[i].start = start;
	memset(started_at, 0, sizeof started_at);
	started = finished = active = wanted = again = skipped = 0;
	most_active = most_in_network = most_at_address = 0;
	talk_seconds = 0.01;
	event_base_loopexit(base, &limit);
}

static void
submit(int i, const char *address, double delay)
{
	CHECK(address_parse(&jobs[i].address, address));
	pace_submit(pace, &jobs[i], delay);
	wanted++;
}

static void
go_on(void)
{
	event_base_dispatch(base);
	CHECK(finished == wanted);
	pace_free(pace);
	event_base_free(base);
}

/* Runs until all jobs are done; the seconds it took. */
static double
run(void)
{
	int64_t began = clock_monotonic();

	CHECK(started == 0); /* never before pace_submit has returned */
	go_on();
	return (double)(clock_monotonic() - began) / 1e6;
}

static void
one_at_a_time_to_an_address(void)
{
	set_up((struct pace_config){ .senders = 100 });
	for (int i = 0; i < 10; i++)
		submit(i, i % 2 ? "127.0.0.1" : "::1", 0);
	run();
	CHECK(most_at_address == 1);
	CHECK(most_active == 2);
}

static void
few_to_a_network(void)
{
	char text[32];

	set_up((struct pace_config){ .senders = 100, .per_network = 3 });
	for (int i = 0; i < 40; i++) {
		snprintf(text, sizeof text, "127.0.%d.%d", i / 20, i + 1);
		submit(i, text, 0);
	}
	run();
	CHECK(most_in_network == 3);
	CHECK(most_active == 6);
}

static void
so_many_at_once(void)
{
	char text[32];

	set_up((struct pace_config){ .senders = 7 });
	for (int i = 0; i < JOBS; i++) {
		snprintf(text, sizeof text, "127.%d.0.1", i);
		submit(i, text, 0);
	}
	run();
	CHECK(most_active == 7);
}

static void
so_many_a_second(void)
{
	char text[32];
	double seconds;

	set_up((struct pace_config){ .senders = 100, .rate = 100 });
	for (int i = 0; i < 40; i++) {
		snprintf(text, sizeof text, "127.%d.0.1", i);
		submit(i, text, 0);
	}
	seconds = run();
	CHECK(seconds > 0.28); /* 10 at once, then 30 more at 100 a second */
}

static void
rest_between_turns(void)
{
	double seconds;

	set_up((struct pace_config){ .senders = 100, .server_rate = 10 });
	for (int i = 0; i < 4; i++)
		submit(i, "127.0.0.1", 0);
	seconds = run();
	CHECK(seconds > 0.3);
}

/* Not the second at an address, nor who must rest, nor who waits for room in a network. */
static void
ready_is_who_waits_for_a_sender(void)
{
	set_up((struct pace_config){ .senders = 2, .per_network = 1 });
	submit(0, "127.0.0.1", 0);
	submit(1, "127.0.0.1", 0);
	submit(2, "127.0.0.2", 0);
	submit(3, "127.0.1.1", 0);
	submit(4, "127.0.2.1", 0);
	submit(5, "127.0.3.1", 0);
	submit(6, "127.0.4.1", 0.1);
	CHECK(pace_ready(pace) == 5);
	event_base_loop(base, EVLOOP_ONCE);
	CHECK(active == 2);
	CHECK(pace_ready(pace) == 2);
	go_on();
}

static void
back_off_holds_the_address(void)
{
	set_up((struct pace_config){ .senders = 100 });
	submit(0, "127.0.0.1", 0.2);
	submit(1, "127.0.0.1", 0);
	submit(2, "127.0.0.2", 0);
	CHECK(run() > 0.19);
	CHECK(order[0] == 2);
}

static void
who_is_tried_again_comes_first(void)
{
	static const int want[] = { 0, 0, 0, 1, 2 };

	set_up((struct pace_config){ .senders = 100 });
	again = 2;
	for (int i = 0; i < 3; i++)
		submit(i, "127.0.0.1", 0);
	CHECK(run() > 0.1);
	CHECK(started == 5 && memcmp(order, want, sizeof want) == 0);
}

static void
skipped_costs_nothing(void)
{
	set_up((struct pace_config){ .senders = 100, .rate = 10, .server_rate = 2 });
	skipped = 40;
	for (int i = 0; i < 41; i++)
		submit(i, "127.0.0.1", 0);
	CHECK(run() < 1);
	CHECK(started == 41);
}

static void
hold_stops_all(void)
{
	set_up((struct pace_config){ .senders = 100 });
	pace_hold(pace, 0.2);
	submit(0, "127.0.0.1", 0);
	CHECK(run() > 0.19);
}

static void
stop_starts_nothing(void)
{
	struct timeval soon = { 0, 100000 };

	set_up((struct pace_config){ .senders = 100 });
	submit(0, "127.0.0.1", 0);
	pace_stop(pace);
	wanted = 0;
	event_base_loopexit(base, &soon);
	run();
	CHECK(started == 0);
}

int
main(void)
{
	RUN(one_at_a_time_to_an_address);
	RUN(few_to_a_network);
	RUN(so_many_at_once);
	RUN(so_many_a_second);
	RUN(rest_between_turns);
	RUN(ready_is_who_waits_for_a_sender);
	RUN(back_off_holds_the_address);
	RUN(who_is_tried_again_comes_first);
	RUN(skipped_costs_nothing);
	RUN(hold_stops_all);
	RUN(stop_starts_nothing);
	return test_end();
}
