/* SPDX-License-Identifier: Apache-2.0 */
#include "scanner/policies.h"

#include <event2/event_struct.h>
#include <stdlib.h>
#include <string.h>

#include "scanner/blocklist.h"
#include "scanner/clock.h"
#include "scanner/mem.h"
#include "scanner/mx.h"
#include "scanner/pace.h"
#include "scanner/policy_host.h"
#include "scanner/pool.h"
#include "scanner/sources.h"
#include "scanner/sweep.h"
#include "scanner/table.h"
#include "scanner/unheard.h"

#define NAME_LIMIT 253

struct policy_fetch {
	struct policy_fetch *previous, *next;
	struct policies *policies;
	struct sts_facts *facts;
	policy_done *done;
	void *arg;

	struct policy_host host;
	size_t at;       /* which of its addresses */
	unsigned rounds; /* through all of them */
	struct pace_job turn;
	struct pool_job conversation;
	struct event event; /* what is to happen later */
	char name[];
};

struct policies {
	struct sweep *sweep;
	struct unheard *unheard;
	struct policy_fetch *list;
	size_t waiting;
};

struct policies *
policies_new(struct sweep *sweep)
{
	struct policies *policies = mem_alloc(sizeof *policies);

	policies->sweep = sweep;
	policies->unheard = unheard_new(sweep->options->retries + 1);
	return policies;
}

static void
forget(struct policy_fetch *f)
{
	f->policies->waiting--;
	if (f->previous != NULL)
		f->previous->next = f->next;
	else
		f->policies->list = f->next;
	if (f->next != NULL)
		f->next->previous = f->previous;
}

static void
fetch_free(struct policy_fetch *f)
{
	policy_host_clear(&f->host);
	event_del(&f->event);
	sts_facts_free(f->conversation.facts);
	free(f);
}

void
policies_free(struct policies *policies)
{
	struct policy_fetch *next;

	if (policies == NULL)
		return;
	for (struct policy_fetch *f = policies->list; f != NULL; f = next) {
		next = f->next;
		fetch_free(f);
	}
	unheard_free(policies->unheard);
	free(policies);
}

size_t
policies_waiting(const struct policies *policies)
{
	return policies->waiting;
}

static void
finish(struct policy_fetch *f)
{
	policy_done *done = f->done;
	void *arg = f->arg;

	forget(f);
	fetch_free(f);
	done(arg);
}

static void
say(struct policy_fetch *f, enum sts_fetch_word fetch, const char *detail)
{
	f->facts->fetch = fetch;
	f->facts->detail = mem_strdup(detail);
}

static void
later(struct policy_fetch *f, double seconds, event_callback_fn what)
{
	struct timeval time = clock_timeval(seconds);

	event_assign(&f->event, f->policies->sweep->base, -1, 0, what, f);
	event_add(&f->event, &time);
}

/* At a turn of its own; the address is left alone for so many seconds before. */
static void
await_turn(struct policy_fetch *f, double delay)
{
	f->turn.address = f->host.addresses[f->at];
	pace_submit(f->policies->sweep->pace, &f->turn, delay);
}

static void
on_retry(evutil_socket_t fd, short what, void *arg)
{
	(void)fd, (void)what;
	await_turn(arg, 0);
}

/* Where nobody spoke nobody is asked for a while.  If one spoke, and only this
 * domain's policy is out of order, the others at the address need not wait. */
static void
retry(struct policy_fetch *f)
{
	double delay = sweep_back_off(f->policies->sweep, f->rounds);

	f->at = 0;
	if (unheard_knows(f->policies->unheard, &f->facts->address))
		await_turn(f, 0); /* nobody will be asked */
	else if (unheard_silence(f->facts))
		await_turn(f, delay);
	else
		later(f, delay, on_retry);
}

static bool
is_temporary(const struct sts_facts *facts)
{
	return facts->fetch == STS_FETCH_TCP || facts->fetch == STS_FETCH_TIMEOUT ||
	       (facts->fetch == STS_FETCH_HTTP_STATUS &&
		(facts->http_status >= 500 || facts->http_status == 429));
}

static bool
try_next_address(struct policy_fetch *f)
{
	if (f->facts->fetch != STS_FETCH_TCP || f->at + 1 == f->host.count)
		return false;
	f->at++;
	await_turn(f, 0);
	return true;
}

/* An address has been tried: the next, another round, or the end. */
static void
go_on(struct policy_fetch *f)
{
	const struct sweep *sweep = f->policies->sweep;

	if (try_next_address(f))
		return;
	if (!is_temporary(f->facts) || f->rounds++ >= sweep->options->retries) {
		finish(f);
	} else if (!sweep->draining) { /* otherwise the sweep that goes on asks again */
		retry(f);
	}
}

/* Takes what one attempt found; it replaces what the one before did. */
static void
take(struct policy_fetch *f, struct sts_facts *found)
{
	struct sts_facts *facts = f->facts;

	free(facts->content_type);
	free(facts->detail);
	free(facts->body);
	facts->fetch = found->fetch;
	facts->address = found->address;
	facts->http_status = found->http_status;
	facts->content_type = found->content_type;
	facts->detail = found->detail;
	facts->body = found->body;
	facts->body_length = found->body_length;
	facts->secured = found->secured;
	facts->started = found->started;
	facts->duration_us = found->duration_us;
	free(found);
}

static void
finished(struct pool_job *job)
{
	struct policy_fetch *f = table_owner(job, struct policy_fetch, conversation);
	struct sweep *sweep = f->policies->sweep;
	struct sts_facts *found = job->facts;
	struct lane *lane = f->turn.lane;

	job->facts = NULL;
	if (found == NULL) {
		sweep_short_of_means(sweep, job->local_error);
		pace_submit_again(sweep->pace, &f->turn, 0);
		pace_finished(sweep->pace, lane);
		return;
	}
	pace_finished(sweep->pace, lane);
	unheard_note(f->policies->unheard, found);
	f->facts->attempts++;
	take(f, found);
	go_on(f);
}

static void
start(struct pace_job *job)
{
	struct policy_fetch *f = table_owner(job, struct policy_fetch, turn);
	struct sweep *sweep = f->policies->sweep;
	struct sts_facts *known = unheard_recall(f->policies->unheard, &job->address);

	if (known != NULL) {
		pace_skipped(sweep->pace, job->lane);
		take(f, known);
		if (!try_next_address(f))
			finish(f);
		return;
	}
	f->conversation.job.address = job->address;
	f->conversation.job.from = source_address(sweep->sources, job->address.family);
	pool_start(sweep->pool, &f->conversation);
}

/* DNS has said all it has to say. */
static void
resolved(struct policy_host *host)
{
	struct policy_fetch *f = table_owner(host, struct policy_fetch, host);

	f->facts->alias = host->alias;
	host->alias = NULL;
	if (host->count > 0) {
		await_turn(f, 0);
		return;
	}
	if (host->blocked)
		say(f, STS_FETCH_BLOCKED, "the policy host's address must be left alone");
	else if (policy_host_half_asked(host))
		say(f, STS_FETCH_BLOCKED,
		    "the policy host has no address of the family asked for");
	else
		say(f, STS_FETCH_DNS, policy_host_missing(host));
	finish(f);
}

static void
on_end(evutil_socket_t fd, short what, void *arg)
{
	(void)fd, (void)what;
	finish(arg);
}

static struct policy_fetch *
fetch_new(struct policies *policies, const char *domain)
{
	size_t length = strlen("mta-sts.") + strlen(domain) + 1;
	struct policy_fetch *f = mem_alloc(sizeof *f + length);

	snprintf(f->name, length, "mta-sts.%s", domain);
	f->policies = policies;
	event_assign(&f->event, policies->sweep->base, -1, 0, on_end, f);
	f->host.sweep = policies->sweep;
	f->host.name = f->name;
	f->host.done = resolved;
	f->turn.start = start;
	f->conversation.job.kind = PROBE_POLICY;
	f->conversation.job.host = f->name;
	f->conversation.done = finished;
	f->next = policies->list;
	if (f->next != NULL)
		f->next->previous = f;
	policies->list = f;
	policies->waiting++;
	return f;
}

void
policies_fetch(struct policies *policies, const char *domain, struct sts_facts *facts,
	       policy_done *done, void *arg)
{
	struct policy_fetch *f = fetch_new(policies, domain);

	f->facts = facts;
	f->done = done;
	f->arg = arg;
	if (strlen(f->name) > NAME_LIMIT) {
		say(f, STS_FETCH_DNS, "the policy host's name is too long");
		later(f, 0, on_end);
	} else if (!mx_name_usable(f->name) ||
		   blocklist_blocks_name(policies->sweep->blocklist, f->name)) {
		say(f, STS_FETCH_BLOCKED, "the policy host must be left alone");
		later(f, 0, on_end);
	} else {
		policy_host_ask(&f->host);
	}
}
