/* SPDX-License-Identifier: Apache-2.0 */
#include "scanner/dns.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "scanner/clock.h"
#include "scanner/dns_window.h"
#include "scanner/health.h"
#include "scanner/inquiry.h"
#include "scanner/log.h"
#include "scanner/mem.h"
#include "scanner/proof.h"
#include "scanner/resolver.h"

#define TICK 0.05 /* seconds */
/* Microseconds before a failure is asked again; unbound remembers its own for
 * five seconds. */
#define REST 6000000

struct dns_question {
	struct dns_question *next;
	struct dns *dns;
	dns_done *done; /* NULL: cancelled */
	void *arg;
	enum answer_type type;
	struct inquiry inquiry;
	int64_t asked;  /* monotonic: the latest time */
	int64_t rested; /* monotonic: when to ask again */
	struct answer answer;
	char name[];
};

struct queue {
	struct dns_question *head, **tail;
	size_t count;
};

struct dns {
	struct resolver *resolver;
	struct event *tick, *deliver;
	struct bucket permits;
	/* A question is in flight or in exactly one of these. */
	struct queue waiting, resting, suspect, finished;
	size_t in_flight;
	struct dns_window window;
	struct health health;
	bool trusted, closing, stopped;
	char *description;
	uint64_t asked, answered, failed;
};

static void pump(struct dns *dns);

static void
push(struct queue *queue, struct dns_question *question)
{
	question->next = NULL;
	*queue->tail = question;
	queue->tail = &question->next;
	queue->count++;
}

static struct dns_question *
pop(struct queue *queue)
{
	struct dns_question *question = queue->head;

	if (question == NULL)
		return NULL;
	queue->head = question->next;
	if (queue->head == NULL)
		queue->tail = &queue->head;
	queue->count--;
	return question;
}

static void
question_free(struct dns_question *question)
{
	answer_clear(&question->answer);
	inquiry_clear(&question->inquiry);
	free(question);
}

static void
drop_all(struct queue *queue)
{
	struct dns_question *question;

	while ((question = pop(queue)) != NULL)
		question_free(question);
}

static void
finish(struct dns_question *question)
{
	push(&question->dns->finished, question);
	event_active(question->dns->deliver, EV_TIMEOUT, 1);
}

/* Everything is delivered from here, so that no caller is called back from
 * within its own call. */
static void
deliver(evutil_socket_t fd, short what, void *arg)
{
	struct dns *dns = arg;
	struct dns_question *question;

	(void)fd, (void)what;
	while ((question = pop(&dns->finished)) != NULL) {
		if (question->done != NULL)
			question->done(&question->answer, question->arg);
		question_free(question);
	}
	pump(dns);
}

/* A resolver that has lost its way out answers SERVFAIL to everything.  So a
 * SERVFAIL, also one that made an answer bogus, is believed only beside an answer
 * that told something, or when the resolver proves well. */
static bool
is_doubtful(const struct dns_question *question)
{
	const struct answer *answer = &question->answer;

	return ((answer->status == ANSWER_FAILED && answer->rcode == 2) ||
		answer->status == ANSWER_BOGUS) &&
	       health_doubts(&question->dns->health, question->asked);
}

static void
forget(struct dns_question *question)
{
	inquiry_clear(&question->inquiry);
	memset(&question->inquiry, 0, sizeof question->inquiry);
}

/* It was the resolver, not the domain: as if the question had not been asked. */
static void
ask_afresh(struct dns_question *question)
{
	forget(question);
	push(&question->dns->waiting, question);
}

static void
follow(struct dns_question *question, enum inquiry_next next)
{
	struct dns *dns = question->dns;

	switch (next) {
	case INQUIRY_ASK:
		push(&dns->waiting, question);
		break;
	case INQUIRY_REST:
		dns->failed++;
		question->rested = clock_monotonic() + REST;
		push(&dns->resting, question);
		break;
	case INQUIRY_REPORT:
		if (is_doubtful(question) && health_outlived(&dns->health, question->asked))
			ask_afresh(question); /* asked while the resolver was down */
		else if (is_doubtful(question))
			push(&dns->suspect, question);
		else
			finish(question);
		break;
	}
}

static void
on_answer(const uint8_t *bytes, size_t length, void *arg)
{
	struct dns_question *question = arg;
	struct dns *dns = question->dns;

	dns->in_flight--;
	if (dns->closing || question->done == NULL) {
		question_free(question);
		return;
	}
	if (bytes == NULL) {
		dns->failed++;
		answer_clear(&question->answer);
		question->answer.status = ANSWER_NONE;
		push(&dns->suspect, question);
		return;
	}
	answer_clear(&question->answer);
	answer_parse(&question->answer, bytes, length,
		     question->inquiry.phase == INQUIRY_CHAIN ? TYPE_CNAME : question->type);
	dns->answered++;
	dns_window_note(&dns->window, question->answer.status == ANSWER_FAILED);
	if (question->answer.status != ANSWER_FAILED)
		health_note_good(&dns->health, question->name);
	follow(question, inquiry_take(&question->inquiry, &question->answer, question->name));
	event_active(dns->deliver, EV_TIMEOUT, 1);
}

static void
send_question(struct dns_question *question, int64_t now)
{
	struct dns *dns = question->dns;
	enum inquiry_phase phase = question->inquiry.phase;
	bool chain = phase == INQUIRY_CHAIN, unchecked = chain || phase == INQUIRY_UNCHECKED;

	dns->in_flight++;
	dns->asked++;
	question->asked = now;
	if (resolver_send(dns->resolver, chain ? question->inquiry.alias : question->name,
			  chain ? TYPE_CNAME : question->type, unchecked, on_answer, question))
		return;
	dns->in_flight--;
	question->answer.status = ANSWER_NXDOMAIN; /* no message holds it, so no zone does */
	finish(question);
}

static void
pump(struct dns *dns)
{
	struct dns_question *question;
	int64_t now = clock_monotonic();
	bool allowed = !dns->stopped && health_allows(&dns->health, now);

	while (allowed && dns->waiting.head != NULL && dns->in_flight < dns->window.size &&
	       bucket_take(&dns->permits)) {
		question = pop(&dns->waiting);
		if (health_outlived(&dns->health, question->asked))
			forget(question); /* what it saw may be the resolver's fault */
		if (question->done == NULL)
			question_free(question);
		else
			send_question(question, now);
	}
	resolver_flush(dns->resolver);
}

/* The resolver is well: what one of its answers, or its silence, said stands. */
static void
believe(struct dns_question *question)
{
	if (question->answer.status == ANSWER_NONE)
		follow(question, inquiry_unanswered(&question->inquiry));
	else
		finish(question);
}

/* Was it the resolver or the question? */
static void
on_health(const uint8_t *bytes, size_t length, void *arg)
{
	struct dns *dns = arg;
	struct dns_question *question;
	size_t suspects = dns->suspect.count;
	bool unanswered = false;
	enum finding finding;

	if (dns->closing)
		return;
	finding = health_take(&dns->health, bytes, length, dns->description);
	while (suspects-- > 0 && (question = pop(&dns->suspect)) != NULL) {
		unanswered |= question->answer.status == ANSWER_NONE;
		if (question->done == NULL)
			question_free(question);
		else if (finding == FINDING_WELL)
			believe(question);
		else
			ask_afresh(question);
	}
	if (finding != FINDING_DOWN && unanswered)
		dns_window_shrink(&dns->window);
}

static void
check_health(struct dns *dns)
{
	char name[PROOF_NAME];

	if (health_check(&dns->health, dns->suspect.count > 0, name))
		resolver_send(dns->resolver, name, TYPE_A, false, on_health, dns);
}

static void
on_tick(evutil_socket_t fd, short what, void *arg)
{
	struct dns *dns = arg;
	int64_t now = clock_monotonic();

	(void)fd, (void)what;
	resolver_tick(dns->resolver);
	while (dns->resting.head != NULL && dns->resting.head->rested <= now)
		push(&dns->waiting, pop(&dns->resting));
	check_health(dns);
	pump(dns);
}

struct dns_question *
dns_ask(struct dns *dns, const char *name, enum answer_type type, dns_done *done, void *arg)
{
	size_t length = strlen(name);
	struct dns_question *question = mem_alloc(sizeof *question + length + 1);

	question->dns = dns;
	question->done = done;
	question->arg = arg;
	question->type = type;
	memcpy(question->name, name, length);
	push(&dns->waiting, question);
	event_active(dns->deliver, EV_TIMEOUT, 1);
	return question;
}

void
dns_cancel(struct dns_question *question)
{
	if (question != NULL)
		question->done = NULL;
}

/* Each resolver must validate, because any of them may be the one that answers. */
static void
prove_resolvers(struct dns *dns, struct event_base *base, const struct options *options)
{
	unsigned count;
	char *servers = resolver_servers(dns->resolver, &count);
	bool local = resolver_is_local(dns->resolver), validating;
	struct proof proof = proof_of(base, servers, options->dns_timeout);

	if (proof.answered == 0)
		die("no resolver answers (%s)", count > 0 ? servers : "none is configured");
	if (proof.silent != NULL)
		log_warn("resolver %s does not answer", proof.silent);
	validating = proof.validating == proof.answered;
	dns->health.reaching = proof.reaching == proof.answered;
	dns->trusted = options->trust_ad == TRUST_AD_YES ||
		       (options->trust_ad == TRUST_AD_AUTO && local && validating);
	dns->description =
	    mem_printf("%s (%s, AD %s)", servers, validating ? "validating" : "not validating",
		       dns->trusted ? "believed" : "not believed");
	free(proof.silent);
	free(servers);
}

struct dns *
dns_open(struct event_base *base, const struct options *options)
{
	struct dns *dns = mem_alloc(sizeof *dns);
	struct timeval tick = clock_timeval(TICK);

	dns->waiting.tail = &dns->waiting.head;
	dns->resting.tail = &dns->resting.head;
	dns->suspect.tail = &dns->suspect.head;
	dns->finished.tail = &dns->finished.head;
	bucket_init(&dns->permits, options->dns_rate_limit);
	dns->resolver = resolver_open(base, options->name_servers, options->dns_timeout);
	prove_resolvers(dns, base, options);
	dns_window_init(&dns->window, resolver_window(dns->resolver));
	dns->tick = event_new(base, -1, EV_PERSIST, on_tick, dns);
	event_add(dns->tick, &tick);
	dns->deliver = event_new(base, -1, 0, deliver, dns);
	return dns;
}

void
dns_close(struct dns *dns)
{
	if (dns == NULL)
		return;
	dns->closing = true;
	resolver_close(dns->resolver);
	drop_all(&dns->waiting);
	drop_all(&dns->resting);
	drop_all(&dns->suspect);
	drop_all(&dns->finished);
	event_free(dns->tick);
	event_free(dns->deliver);
	free(dns->description);
	free(dns);
}

void
dns_stop(struct dns *dns)
{
	dns->stopped = true;
}

bool
dns_trusted(const struct dns *dns)
{
	return dns->trusted;
}

const char *
dns_description(const struct dns *dns)
{
	return dns->description;
}

struct dns_counts
dns_counts(const struct dns *dns)
{
	return (struct dns_counts){
		.asked = dns->asked,
		.answered = dns->answered,
		.failed = dns->failed,
		.waiting = dns->waiting.count + dns->resting.count + dns->suspect.count,
		.in_flight = dns->in_flight,
		.down = dns->health.state == HEALTH_DOWN,
	};
}
