/* SPDX-License-Identifier: Apache-2.0 */
#include "scanner/steering.h"

#include <signal.h>
#include <stdlib.h>

#include "scanner/clock.h"
#include "scanner/dns.h"
#include "scanner/domain.h"
#include "scanner/heap.h"
#include "scanner/log.h"
#include "scanner/mem.h"
#include "scanner/pace.h"
#include "scanner/sweep.h"

#define RATE_STEP 0.05 /* SIGUSR1 and SIGUSR2 */

struct steering {
	struct sweep *sweep;
	struct event *look, *readable, *turn, *runtime;
	struct event *interrupt, *terminate, *faster, *slower;
	struct heap heap;
	bool input_ended;
	unsigned signals;
};

static void look(evutil_socket_t fd, short what, void *arg);

/* The list is a pipe with nothing in it for now. */
static void
wait_for_input(struct steering *s)
{
	if (s->readable == NULL)
		s->readable =
		    event_new(s->sweep->base, input_fd(s->sweep->input), EV_READ, look, s);
	event_add(s->readable, NULL);
}

/* Looks again after what the network has sent meanwhile. */
static void
look_later(struct steering *s)
{
	static const struct timeval next_turn;

	event_add(s->look, &next_turn);
}

/* A part at a time: the first answers become conversations while others are asked. */
static void
feed(struct steering *s)
{
	struct sweep *sweep = s->sweep;
	size_t wanted = sweep_targets_wanted(sweep), taken = 0;
	struct target target;

	while (taken < wanted && !s->input_ended && sweep_has_room(sweep)) {
		switch (input_next(sweep->input, &target)) {
		case NEXT_TARGET:
			domain_start(sweep->domains, &target);
			target_clear(&target);
			taken++;
			break;
		case NEXT_WAIT:
			wait_for_input(s);
			return;
		case NEXT_END:
			s->input_ended = true;
			break;
		}
	}
	if (wanted > 0 && taken == wanted)
		look_later(s);
}

static bool
nothing_left(const struct steering *s)
{
	if (s->sweep->draining)
		return pace_active(s->sweep->pace) == 0;
	return s->input_ended && domains_active(s->sweep->domains) == 0;
}

static void
look(evutil_socket_t fd, short what, void *arg)
{
	struct steering *s = arg;

	(void)fd, (void)what;
	feed(s);
	if (nothing_left(s))
		event_base_loopbreak(s->sweep->base);
}

static void
on_turn(evutil_socket_t fd, short what, void *arg)
{
	struct steering *s = arg;
	struct dns_counts counts = dns_counts(s->sweep->dns);

	look(fd, what, arg);
	heap_watch(&s->heap, counts.waiting + counts.in_flight, counts.asked);
}

static void
drain(struct steering *s)
{
	s->sweep->draining = true;
	pace_stop(s->sweep->pace);
	dns_stop(s->sweep->dns);
	steering_look(s);
}

static void
on_stop(evutil_socket_t fd, short what, void *arg)
{
	struct steering *s = arg;

	(void)fd, (void)what;
	if (s->signals++ == 0) {
		log_warn("interrupted: finishing %zu conversations (again to stop at once)",
			 pace_active(s->sweep->pace));
		drain(s);
	} else {
		event_base_loopbreak(s->sweep->base);
	}
}

static void
on_runtime(evutil_socket_t fd, short what, void *arg)
{
	struct steering *s = arg;

	(void)fd, (void)what;
	log_warn("--max-runtime is over: finishing %zu conversations",
		 pace_active(s->sweep->pace));
	drain(s);
}

static void
on_rate(evutil_socket_t signal, short what, void *arg)
{
	struct steering *s = arg;
	double factor = signal == SIGUSR1 ? 1 + RATE_STEP : 1 - RATE_STEP;
	double rate = pace_scale_rate(s->sweep->pace, factor);

	(void)what;
	if (rate > 0)
		log_warn("rate: %.1f connections a second", rate);
	else
		log_warn("the rate has no limit that could be changed (--rate)");
}

static struct event *
on_signal(struct steering *s, int signal, event_callback_fn callback)
{
	struct event *event = evsignal_new(s->sweep->base, signal, callback, s);

	event_add(event, NULL);
	return event;
}

static struct event *
timer(struct steering *s, double seconds, short flags, event_callback_fn callback)
{
	struct event *event = event_new(s->sweep->base, -1, flags, callback, s);
	struct timeval tv = clock_timeval(seconds);

	if (seconds > 0)
		event_add(event, &tv);
	return event;
}

struct steering *
steering_open(struct sweep *sweep, double turn)
{
	struct steering *s = mem_alloc(sizeof *s);

	s->sweep = sweep;
	s->look = timer(s, 0, 0, look);
	s->turn = timer(s, turn, EV_PERSIST, on_turn);
	s->runtime = timer(s, sweep->options->max_runtime, 0, on_runtime);
	s->interrupt = on_signal(s, SIGINT, on_stop);
	s->terminate = on_signal(s, SIGTERM, on_stop);
	s->faster = on_signal(s, SIGUSR1, on_rate);
	s->slower = on_signal(s, SIGUSR2, on_rate);
	steering_look(s);
	return s;
}

void
steering_close(struct steering *s)
{
	event_free(s->look);
	event_free(s->turn);
	event_free(s->runtime);
	event_free(s->interrupt);
	event_free(s->terminate);
	event_free(s->faster);
	event_free(s->slower);
	if (s->readable != NULL)
		event_free(s->readable);
	free(s);
}

void
steering_look(struct steering *s)
{
	event_active(s->look, EV_TIMEOUT, 1);
}

bool
steering_complete(const struct steering *s)
{
	return s->input_ended && domains_active(s->sweep->domains) == 0;
}

unsigned
steering_signals(const struct steering *s)
{
	return s->signals;
}
