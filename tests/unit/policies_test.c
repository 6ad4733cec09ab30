/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The way to a policy: addresses, their order, their turns and second tries.  The
 * resolver and the probe are stand-ins: a name's answer is written beside it, and
 * an address fails as a table says.
 */
#include <errno.h>
#include <stdlib.h>

#include "scanner/blocklist.h"
#include "scanner/dns.h"
#include "scanner/mem.h"
#include "scanner/pace.h"
#include "scanner/policies.h"
#include "scanner/pool.h"
#include "scanner/sources.h"
#include "scanner/sweep.h"
#include "scanner/table.h"
#include "tests/unit/test.h"

static struct options options = { .ipv4 = true, .ipv6 = true, .threads = 1, .retries = 1 };
static struct sweep sweep;
static unsigned shortages;

void
sweep_short_of_means(struct sweep *of, int error)
{
	(void)of;
	shortages += error == EMFILE;
}

double
sweep_back_off(const struct sweep *of, unsigned attempts)
{
	(void)of;
	return 0.05 * attempts;
}

/* What a name has; addresses by comma, or a failure of both families. */
static const struct zone {
	const char *name, *ipv4, *ipv6, *expanded;
	enum answer_status failure;
} zones[] = {
	{ .name = "one.org", .ipv4 = "9.0.0.1" },
	{ .name = "six.org", .ipv6 = "2620::1" },
	{ .name = "both.org",
	  .ipv4 = "9.0.1.1,9.0.1.2,9.0.1.1",
	  .ipv6 = "2620::1:1,2620::1:2,2620::1:3" },
	{ .name = "many.org", .ipv4 = "9.0.2.1,9.0.2.2,9.0.2.3,9.0.2.4,9.0.2.5,9.0.2.6" },
	{ .name = "alias.org", .ipv4 = "9.0.0.1", .expanded = "sts.hoster.net" },
	{ .name = "dead.org", .ipv4 = "9.0.3.1" },
	{ .name = "dead2.org", .ipv4 = "9.0.3.1" },
	{ .name = "dead3.org", .ipv4 = "9.0.3.1,9.0.0.1" },
	{ .name = "late.org", .ipv4 = "9.0.4.1" },
	{ .name = "later.org", .ipv4 = "9.0.4.2" },
	{ .name = "slow.org", .ipv4 = "9.0.4.3,9.0.0.1" },
	{ .name = "short.org", .ipv4 = "9.0.5.1" },
	{ .name = "reserved.org", .ipv4 = "127.0.0.1,10.1.1.1", .ipv6 = "::1" },
	{ .name = "half.org", .ipv4 = "10.0.0.1,9.0.0.1" },
	{ .name = "nx.org", .failure = ANSWER_NXDOMAIN },
	{ .name = "empty.org", .failure = ANSWER_NODATA },
	{ .name = "bogus.org", .failure = ANSWER_BOGUS },
	{ .name = "never.org", .failure = ANSWER_NONE },
	{ .name = "gone.org", .ipv4 = "9.0.6.1" },
};

/* How an address behaves, attempt by attempt; the last word stays.  The others give
 * a policy. */
static struct place {
	const char *address;
	enum sts_fetch_word words[3];
	int status, error; /* error: the first attempt fails here */
	int attempts;
} places[] = {
	{ .address = "9.0.1.1", .words = { STS_FETCH_TCP } },
	{ .address = "2620::1:1", .words = { STS_FETCH_TCP } },
	{ .address = "9.0.1.2", .words = { STS_FETCH_HTTP_404 }, .status = 404 },
	{ .address = "9.0.2.1", .words = { STS_FETCH_TCP } },
	{ .address = "9.0.2.2", .words = { STS_FETCH_TCP } },
	{ .address = "9.0.2.3", .words = { STS_FETCH_TCP } },
	{ .address = "9.0.2.4", .words = { STS_FETCH_TCP, STS_FETCH_TLS_EXPIRED } },
	{ .address = "9.0.3.1", .words = { STS_FETCH_TCP } },
	{ .address = "9.0.4.1",
	  .words = { STS_FETCH_HTTP_STATUS, STS_FETCH_OK },
	  .status = 503 },
	{ .address = "9.0.4.2", .words = { STS_FETCH_HTTP_STATUS }, .status = 429 },
	{ .address = "9.0.4.3", .words = { STS_FETCH_TIMEOUT } },
	{ .address = "9.0.5.1", .words = { STS_FETCH_OK }, .error = EMFILE },
	{ .address = "9.0.6.1", .words = { STS_FETCH_HTTP_STATUS }, .status = 410 },
};

struct dns_question {
	struct event *event;
	const struct zone *zone;
	enum answer_type type;
	dns_done *done;
	void *arg;
};

static int questions;

static void
add_records(struct answer *answer, const char *list)
{
	char *copy = mem_strdup(list), *rest = copy, *text;

	answer->records = mem_alloc(ANSWER_RECORDS_MAX * sizeof *answer->records);
	while ((text = strsep(&rest, ",")) != NULL)
		CHECK(address_parse(&answer->records[answer->count++].address, text));
	free(copy);
}

static void
reply(evutil_socket_t fd, short what, void *arg)
{
	struct dns_question *question = arg;
	const struct zone *zone = question->zone;
	const char *list = question->type == TYPE_A ? zone->ipv4 : zone->ipv6;
	struct answer answer = { .status =
				     zone->ipv4 || zone->ipv6 ? ANSWER_NODATA : zone->failure };

	(void)fd, (void)what;
	if (list != NULL) {
		answer.status = ANSWER_OK;
		answer.expanded = mem_strdup(zone->expanded);
		add_records(&answer, list);
	}
	question->done(&answer, question->arg);
	free(answer.records);
	free(answer.expanded);
	event_free(question->event);
	free(question);
	questions--;
}

struct dns_question *
dns_ask(struct dns *dns, const char *name, enum answer_type type, dns_done *done, void *arg)
{
	struct dns_question *question = mem_alloc(sizeof *question);
	struct timeval soon = { .tv_usec = type == TYPE_A ? 2000 : 1000 };

	(void)dns;
	CHECK(strncmp(name, "mta-sts.", 8) == 0);
	for (size_t i = 0; i < sizeof zones / sizeof *zones; i++)
		if (strcmp(zones[i].name, name + 8) == 0)
			question->zone = &zones[i];
	CHECK(question->zone != NULL);
	question->type = type;
	question->done = done;
	question->arg = arg;
	question->event = event_new(sweep.base, -1, 0, reply, question);
	event_add(question->event, &soon);
	questions++;
	return question;
}

void
dns_cancel(struct dns_question *question)
{
	if (question == NULL)
		return;
	event_free(question->event);
	free(question);
	questions--;
}

/* The probe. */

struct visit {
	struct event *event;
	struct sts_facts *facts;
	int error;
	probe_done *done;
	void *arg;
};

static struct event_base *thread_base;
static char order[1000]; /* addresses in the order they were visited */
static bool silent;      /* no visit ever ends */

static void *
open_none(const struct options *given)
{
	(void)given;
	return NULL;
}

static void
close_none(void *nothing)
{
	(void)nothing;
}

static void *
enter(void *nothing, struct event_base *base, struct gate *handshakes)
{
	(void)nothing, (void)handshakes;
	thread_base = base;
	return NULL;
}

static void
visit_over(evutil_socket_t fd, short what, void *arg)
{
	struct visit *visit = arg;

	(void)fd, (void)what;
	visit->done(visit->facts, visit->error, visit->arg);
	event_free(visit->event);
	free(visit);
}

/* Fills in what the place does this time. */
static void
ask_place(struct visit *visit, const struct address *address)
{
	struct address other;
	struct place *place = NULL;

	for (size_t i = 0; i < sizeof places / sizeof *places; i++)
		if (address_parse(&other, places[i].address) && address_equal(&other, address))
			place = &places[i];
	visit->facts->fetch = STS_FETCH_OK;
	if (place != NULL) {
		int last = place->words[1] == 0 ? 0 : 1, now = place->attempts++;

		visit->error = now == 0 ? place->error : 0;
		visit->facts->fetch = place->words[now < last ? now : last];
	}
	if (visit->facts->fetch == STS_FETCH_OK) {
		visit->facts->http_status = 200;
		visit->facts->body = mem_dup("policy", 6);
		visit->facts->body_length = 6;
	} else {
		visit->facts->http_status = place->status;
		visit->facts->detail = mem_printf("attempt %d", place->attempts);
	}
}

static void *
start(void *desk, const struct probe_job *job, probe_done *done, void *arg)
{
	struct visit *visit = mem_alloc(sizeof *visit);
	struct timeval soon = { .tv_usec = 1000 };
	char text[ADDRESS_TEXT];

	(void)desk;
	visit->done = done;
	visit->arg = arg;
	visit->facts = sts_facts_new();
	visit->facts->address = job->address;
	visit->facts->started = 4711;
	ask_place(visit, &job->address);
	if (visit->error != 0) {
		sts_facts_free(visit->facts);
		visit->facts = NULL;
	}
	snprintf(order + strlen(order), sizeof order - strlen(order), "%s ",
		 address_format(&job->address, text));
	visit->event = event_new(thread_base, -1, 0, visit_over, visit);
	if (!silent)
		event_add(visit->event, &soon);
	return visit;
}

static void
cancel(void *conversation)
{
	struct visit *visit = conversation;

	sts_facts_free(visit->facts);
	event_free(visit->event);
	free(visit);
}

static const struct probe stand_in = {
	.open = open_none,
	.close = close_none,
	.enter = enter,
	.leave = close_none,
	.start = start,
	.cancel = cancel,
};
static const struct probe *const table[PROBE_COUNT] = { &stand_in, &stand_in };

static struct policies *policies;
static int waiting, told;

static void
on_done(void *arg)
{
	(void)arg;
	told++;
	if (--waiting == 0)
		event_base_loopbreak(sweep.base);
}

static void
set_up(void)
{
	struct pace_config config = { .senders = 100 };

	sweep = (struct sweep){ .options = &options };
	sweep.base = event_base_new();
	sweep.blocklist = blocklist_open(NULL, NULL, false);
	sweep.sources = sources_open(NULL);
	sweep.pace = pace_new(sweep.base, &config);
	sweep.pool = pool_open(sweep.base, table, &options);
	policies = policies_new(&sweep);
	for (size_t i = 0; i < sizeof places / sizeof *places; i++)
		places[i].attempts = 0;
	order[0] = '\0';
	waiting = told = 0;
	shortages = 0;
}

static void
tear_down(void)
{
	pool_close(sweep.pool);
	policies_free(policies);
	CHECK(questions == 0);
	pace_free(sweep.pace);
	sources_free(sweep.sources);
	blocklist_free(sweep.blocklist);
	event_base_free(sweep.base);
}

static void
fetch(const char *domain, struct sts_facts *facts)
{
	int before = told;

	waiting++;
	policies_fetch(policies, domain, facts, on_done, NULL);
	CHECK(told == before);
}

/* Fetches one policy and tells how; where it went is in order. */
static struct sts_facts *
outcome(const char *domain)
{
	struct timeval limit = { 5, 0 };
	struct sts_facts *facts = sts_facts_new();

	set_up();
	fetch(domain, facts);
	event_base_loopexit(sweep.base, &limit);
	event_base_dispatch(sweep.base);
	CHECK(told == 1);
	tear_down();
	return facts;
}

#define IN_ORDER(domain, word_, attempts_, want)                                               \
	do {                                                                                   \
		struct sts_facts *f = outcome(domain);                                         \
		CHECK_TEXT(word(WORDS_STS_FETCH, f->fetch), word_);                            \
		CHECK(f->attempts == (attempts_));                                             \
		CHECK_TEXT(order, want);                                                       \
		CHECK((f->detail == NULL) == (f->fetch == STS_FETCH_OK));                      \
		CHECK((f->body != NULL) == (f->fetch == STS_FETCH_OK));                        \
		sts_facts_free(f);                                                             \
	} while (0)

static void
goes_from_address_to_address(void)
{
	IN_ORDER("one.org", "ok", 1, "9.0.0.1 ");
	IN_ORDER("six.org", "ok", 1, "2620::1 ");
	IN_ORDER("both.org", "http-404", 3, "9.0.1.1 2620::1:1 9.0.1.2 ");
	IN_ORDER("half.org", "ok", 1, "9.0.0.1 ");
	IN_ORDER("many.org", "tls-expired", 8,
		 "9.0.2.1 9.0.2.2 9.0.2.3 9.0.2.4 9.0.2.1 9.0.2.2 9.0.2.3 9.0.2.4 ");
}

static void
contacts_nobody_who_must_be_left_alone(void)
{
	static const char label[] = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
	char *too_long =
	    mem_printf("%s.%s.%s.%s.aaaaaaaaaaaaaaaaaaaa", label, label, label, label);

	IN_ORDER("reserved.org", "blocked", 0, "");
	IN_ORDER("x.localhost", "blocked", 0, "");
	IN_ORDER(too_long, "dns", 0, "");
	IN_ORDER("nx.org", "dns", 0, "");
	IN_ORDER("empty.org", "dns", 0, "");
	IN_ORDER("bogus.org", "dns", 0, "");
	IN_ORDER("never.org", "dns", 0, "");
	free(too_long);
}

static void
tries_again_what_may_pass(void)
{
	IN_ORDER("late.org", "ok", 2, "9.0.4.1 9.0.4.1 ");
	IN_ORDER("later.org", "http-status", 2, "9.0.4.2 9.0.4.2 ");
	IN_ORDER("slow.org", "timeout", 2, "9.0.4.3 9.0.4.3 ");
	IN_ORDER("dead.org", "tcp", 2, "9.0.3.1 9.0.3.1 ");
	IN_ORDER("gone.org", "http-status", 1, "9.0.6.1 ");
	IN_ORDER("short.org", "ok", 1, "9.0.5.1 9.0.5.1 ");
	CHECK(shortages == 1);
}

static void
follows_an_alias(void)
{
	struct sts_facts *facts = outcome("alias.org");

	CHECK(facts->fetch == STS_FETCH_OK && facts->started == 4711);
	CHECK_TEXT(facts->alias, "sts.hoster.net");
	CHECK(facts->address.bytes[0] == 9 && facts->http_status == 200);
	sts_facts_free(facts);
}

/* The other domains at a dead address are told from memory. */
static void
asks_the_dead_no_more(void)
{
	struct timeval limit = { 5, 0 };
	struct sts_facts *facts[4];

	set_up();
	for (int i = 0; i < 4; i++)
		facts[i] = sts_facts_new();
	fetch("dead.org", facts[0]);
	fetch("dead2.org", facts[1]);
	fetch("dead2.org", facts[2]);
	fetch("dead3.org", facts[3]); /* has another address */
	event_base_loopexit(sweep.base, &limit);
	event_base_dispatch(sweep.base);
	CHECK(told == 4);
	for (int i = 0; i < 4; i++) {
		CHECK(facts[i]->fetch == (i < 3 ? STS_FETCH_TCP : STS_FETCH_OK));
		CHECK(facts[i]->started == 4711);
		sts_facts_free(facts[i]);
	}
	CHECK_TEXT(order, "9.0.3.1 9.0.3.1 9.0.0.1 ");
	tear_down();
}

/* The sweep that goes on will ask again. */
static void
does_not_try_again_while_draining(void)
{
	struct timeval limit = { .tv_usec = 300000 };
	struct sts_facts *late = sts_facts_new(), *gone = sts_facts_new();

	set_up();
	sweep.draining = true;
	fetch("late.org", late);
	fetch("gone.org", gone);
	event_base_loopexit(sweep.base, &limit);
	event_base_dispatch(sweep.base);
	CHECK(told == 1 && gone->fetch == STS_FETCH_HTTP_STATUS);
	CHECK(places[8].attempts == 1);
	tear_down();
	sts_facts_free(late);
	sts_facts_free(gone);
}

/* In DNS, waiting for a turn, visiting, resting, about to be told. */
static void
ends_in_every_state(void)
{
	for (int after = 0; after < 20; after++) {
		struct timeval limit = { .tv_usec = after * 600 };
		struct sts_facts *facts = sts_facts_new(), *others[3];

		set_up();
		silent = after >= 10;
		fetch("late.org", facts);
		for (int i = 0; i < 3; i++)
			others[i] = sts_facts_new();
		fetch("one.org", others[0]);
		fetch("alias.org", others[1]);
		fetch("x.localhost", others[2]);
		event_base_loopexit(sweep.base, &limit);
		event_base_dispatch(sweep.base);
		tear_down();
		sts_facts_free(facts);
		for (int i = 0; i < 3; i++)
			sts_facts_free(others[i]);
	}
	silent = false;
}

int
main(void)
{
	RUN(goes_from_address_to_address);
	RUN(contacts_nobody_who_must_be_left_alone);
	RUN(tries_again_what_may_pass);
	RUN(follows_an_alias);
	RUN(asks_the_dead_no_more);
	RUN(does_not_try_again_while_draining);
	RUN(ends_in_every_state);
	return test_end();
}
