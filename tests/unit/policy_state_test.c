/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The states of a policy list: each rule by example, and then what matters most, that
 * nobody near one vantage point takes an entry off the list or weakens it, in every order
 * of what two and three vantage points can say over several sweeps.
 */
#include "output/policy/policy_state.h"

#include <stdlib.h>

#include "output/policy/policy_compare.h"
#include "output/policy/policy_parts.h"
#include "scanner/mem.h"
#include "tests/unit/test.h"

#define DAY  INT64_C(86400)
#define ZERO INT64_C(1790000000)

static struct policy_known known;
static struct eligibility e;
static struct policy_facts facts;
static struct policy_move move;
static unsigned weeks = 1;

static void
begin(void)
{
	policy_known_clear(&known);
	known = (struct policy_known){ .state = STATE_NEW };
	facts = (struct policy_facts){ .vantage = "here", .vantages = 1 };
	move = (struct policy_move){ .from = STATE_NEW };
	weeks = 1;
}

static void
ask(enum policy_mode mode, const char *patterns)
{
	policy_demand_parse(&known.asked, mode, patterns);
}

/* An entry that has been there for long. */
static void
begin_listed(enum policy_state state, enum policy_mode wanted)
{
	begin();
	known.state = state;
	known.source = SOURCE_MTA_STS;
	policy_demand_parse(&known.demand, wanted, ".b.example mx.a.example");
	known.since = known.eligible_since = ZERO - 100 * DAY;
}

static void
sees(enum eligibility_word word, enum eligibility_reason reason)
{
	policy_demand_clear(&e.sts_demand);
	e = (struct eligibility){ .word = word, .reason = reason };
}

static void
sees_policy(enum eligibility_word word, enum policy_mode mode, const char *patterns)
{
	enum eligibility_reason reason = word == ELIGIBLE     ? 0
					 : word == NOT_TESTED ? REASON_NO_ANSWER
							      : REASON_STRIPPED;

	sees(word, mode == POLICY_NONE ? REASON_MTA_STS_NONE : reason);
	e.sts = ELIGIBILITY_STS_VALID;
	e.sts_max_age = ELIGIBILITY_MAX_AGE;
	policy_demand_parse(&e.sts_demand, mode, patterns);
}

/* One sweep of a vantage point, hours long, some days after the first. */
static bool
sweep(const char *vantage, unsigned vantages, int64_t days)
{
	bool moved;

	facts.sweep++;
	facts.vantage = vantage;
	facts.vantages = vantages;
	facts.started = ZERO + days * DAY;
	facts.finished = facts.started + 3600;
	facts.eligibility = &e;
	moved = policy_step(&known, &facts, weeks, &move);
	CHECK(moved == (move.reason != NULL));
	free(move.detail);
	return moved;
}

static bool
here(int64_t days)
{
	return sweep("here", 1, days);
}

static void
is(enum policy_state state, const char *reason)
{
	CHECK_TEXT(policy_state_names[known.state], policy_state_names[state]);
	CHECK_TEXT(move.reason, reason);
}

static void
demands(const char *text)
{
	char *demand = policy_demand_text(&known.demand);

	CHECK_TEXT(demand, text);
	free(demand);
}

static void
sts_comes_by_itself(void)
{
	begin();
	sees_policy(ELIGIBLE, POLICY_ENFORCE, "mx.a.example");
	CHECK(here(0) && move.from == STATE_CANDIDATE);
	is(STATE_QUEUED, "eligible");
	CHECK(known.source == SOURCE_MTA_STS && known.eligible_since == ZERO + 3600);
	CHECK(!here(6));
	CHECK(here(7));
	is(STATE_TESTING, "queue-passed");
	CHECK(!here(8) && here(14));
	is(STATE_ENFORCE, "testing-passed");
	CHECK(known.since == ZERO + 14 * DAY + 3600 && known.eligible_since == ZERO + 3600);
	demands("enforce mx.a.example");
	CHECK(!here(21));
}

static void
testing_stays_testing(void)
{
	begin();
	sees_policy(ELIGIBLE, POLICY_TESTING, "mx.a.example");
	CHECK(here(0) && here(7) && !here(14) && !here(21));
	is(STATE_TESTING, NULL);
	sees_policy(ELIGIBLE, POLICY_ENFORCE, "mx.a.example");
	CHECK(here(28)); /* it has been in testing for long */
	is(STATE_ENFORCE, "testing-passed");
}

static void
short_promises_do_not_admit(void)
{
	begin();
	sees_policy(ELIGIBLE, POLICY_ENFORCE, "mx.a.example");
	e.sts_max_age--;
	CHECK(!here(0) && known.state == STATE_NEW);
	e.sts_max_age++;
	here(7);
	e.sts_max_age--;
	CHECK(here(14));
	is(STATE_FAILED, "mta-sts-short");
}

static void
requests_wait_for_a_sweep(void)
{
	static char *hosts[] = { "mx2.a.example", "mx1.a.example" };

	begin();
	ask(POLICY_ENFORCE, NULL);
	sees(NOT_TESTED, REASON_NOT_SWEPT);
	CHECK(here(0) && move.from == STATE_NEW);
	is(STATE_CANDIDATE, "asked");
	CHECK(!here(1) && policy_measure(&known) == NULL);
	sees(ELIGIBLE, 0);
	e.mxs = hosts;
	e.mx_count = 2;
	CHECK(here(7));
	is(STATE_QUEUED, "eligible");
	demands("enforce mx1.a.example mx2.a.example");
	CHECK(policy_measure(&known) == &known.demand);
	e.mx_count = 1; /* the patterns stay those of the first sweep */
	CHECK(here(14));
	demands("enforce mx1.a.example mx2.a.example");
	is(STATE_TESTING, "queue-passed");
}

static void
odd_hosts_are_not_listed(void)
{
	static char *hosts[] = { "mx.a.example" };

	begin();
	ask(POLICY_TESTING, NULL);
	sees(ELIGIBLE, 0);
	e.mxs = hosts;
	e.mx_count = 1;
	facts.odd_hosts = true;
	CHECK(!here(0));
	facts.odd_hosts = false;
	CHECK(here(1));
	is(STATE_QUEUED, "eligible");
}

static void
sts_outranks_a_request(void)
{
	begin();
	ask(POLICY_TESTING, "mx.b.example");
	sees_policy(ELIGIBLE, POLICY_ENFORCE, "mx.a.example");
	e.sts_max_age = 86400;
	here(0);
	demands("enforce mx.a.example");
	CHECK(known.source == SOURCE_REQUEST);
	sees(ELIGIBLE, 0);
	here(1); /* the policy is gone: the request holds, judged by its patterns */
	CHECK(policy_measure(&known) == &known.asked);
	demands("testing mx.b.example");
	is(STATE_QUEUED, NULL);
}

static void
one_failure_ends_the_queue(void)
{
	static const enum policy_state states[] = { STATE_CANDIDATE, STATE_QUEUED };

	for (size_t i = 0; i < 2; i++) {
		begin();
		ask(POLICY_TESTING, "mx.a.example");
		sees(i == 0 ? NOT_TESTED : ELIGIBLE, i == 0 ? REASON_NO_ANSWER : 0);
		here(0);
		CHECK(known.state == states[i]);
		sees(NOT_ELIGIBLE, REASON_CERTIFICATE_EXPIRED);
		CHECK(here(3));
		is(STATE_FAILED, "certificate-expired");
		CHECK(known.eligible_since == 0 && !here(4));
		sees(ELIGIBLE, 0);
		CHECK(here(5));
		is(STATE_QUEUED, "eligible");
		CHECK(!here(10) && here(12));
		is(STATE_TESTING, "queue-passed");
	}
}

static void
untested_is_no_success(void)
{
	begin();
	sees_policy(ELIGIBLE, POLICY_TESTING, "mx.a.example");
	here(0);
	sees_policy(NOT_TESTED, POLICY_TESTING, "mx.a.example");
	CHECK(!here(7));
	sees(ELIGIBLE, 0); /* the policy host did not answer */
	e.sts = ELIGIBILITY_STS_UNKNOWN;
	CHECK(!here(8));
	sees_policy(ELIGIBLE, POLICY_TESTING, "mx.a.example");
	CHECK(here(9));
	is(STATE_TESTING, "queue-passed");
}

static void
policies_that_go_end_the_queue(void)
{
	static const struct {
		enum eligibility_sts sts;
		const char *reason;
	} ways[] = { { ELIGIBILITY_STS_NONE, "mta-sts-gone" },
		     { ELIGIBILITY_STS_BROKEN, "mta-sts-broken" } };

	for (size_t i = 0; i < 2; i++) {
		begin();
		sees_policy(ELIGIBLE, POLICY_TESTING, "mx.a.example");
		here(0);
		sees(ELIGIBLE, 0);
		e.sts = ways[i].sts;
		CHECK(here(7));
		is(STATE_FAILED, ways[i].reason);
	}
}

static void
no_weeks_no_queue(void)
{
	begin();
	weeks = 0;
	sees_policy(ELIGIBLE, POLICY_ENFORCE, "mx.a.example");
	CHECK(here(0) && move.from == STATE_CANDIDATE);
	is(STATE_ENFORCE, "testing-passed");
}

static void
one_vantage_needs_two_sweeps(void)
{
	begin_listed(STATE_ENFORCE, POLICY_ENFORCE);
	sees(NOT_ELIGIBLE, REASON_STRIPPED);
	CHECK(!here(0));
	is(STATE_ENFORCE, NULL);
	CHECK_TEXT(known.failing, "stripped");
	CHECK(known.failing_since == ZERO + 3600 && known.eligible_since == 0);
	sees(ELIGIBLE, 0);
	CHECK(!here(7) && known.failing == NULL && known.failing_since == 0);
	sees(NOT_ELIGIBLE, REASON_STRIPPED);
	CHECK(!here(14));
	sees(NOT_TESTED, REASON_NO_ANSWER);
	CHECK(!here(21));
	sees(NOT_ELIGIBLE, REASON_NO_STARTTLS);
	CHECK(here(28));
	is(STATE_FAILED, "no-starttls");
}

static void
failing_breaks_the_success(void)
{
	begin_listed(STATE_TESTING, POLICY_ENFORCE);
	known.since = known.eligible_since = ZERO;
	sees(NOT_ELIGIBLE, REASON_STRIPPED);
	sweep("there", 2, 3);
	sees(ELIGIBLE, 0);
	CHECK(!sweep("here", 2, 8)); /* begins anew */
	CHECK(known.failing != NULL);
	CHECK(!sweep("here", 2, 15)); /* what the other said stands */
	CHECK(known.failing != NULL);
	CHECK(sweep("there", 2, 15)); /* nobody is against it any more */
	is(STATE_ENFORCE, "testing-passed");
	CHECK(known.failing == NULL);
}

static void
sts_strengthens_at_once(void)
{
	begin_listed(STATE_TESTING, POLICY_TESTING);
	sees_policy(ELIGIBLE, POLICY_TESTING, "mx.a.example mx.b.example");
	CHECK(here(0) && move.from == move.to);
	is(STATE_TESTING, "mta-sts-changed");
	demands("testing mx.a.example mx.b.example");
	sees_policy(ELIGIBLE, POLICY_ENFORCE, "mx.a.example mx.b.example");
	CHECK(here(1));
	is(STATE_ENFORCE, "testing-passed");
}

static void
sts_weakens_with_two(void)
{
	begin_listed(STATE_ENFORCE, POLICY_ENFORCE);
	sees_policy(ELIGIBLE, POLICY_TESTING, ".b.example mx.a.example");
	CHECK(!sweep("here", 2, 0) && !sweep("here", 2, 1));
	demands("enforce .b.example mx.a.example");
	CHECK(sweep("there", 2, 2));
	is(STATE_TESTING, "mta-sts-changed");
	demands("testing .b.example mx.a.example");

	/* Patterns: both must have seen the same ones. */
	begin_listed(STATE_ENFORCE, POLICY_ENFORCE);
	sees_policy(ELIGIBLE, POLICY_ENFORCE, "mx.a.example mx.evil.example");
	CHECK(!sweep("here", 2, 0));
	sees_policy(ELIGIBLE, POLICY_ENFORCE, "mx.a.example mx.new.example");
	CHECK(!sweep("there", 2, 1));
	demands("enforce .b.example mx.a.example");
	CHECK(sweep("here", 2, 2));
	is(STATE_ENFORCE, "mta-sts-changed");
	demands("enforce mx.a.example mx.new.example");
}

/* What was said of the old entry is forgotten, but not when it was said. */
static void
changes_begin_anew(void)
{
	begin_listed(STATE_ENFORCE, POLICY_ENFORCE);
	sees(NOT_ELIGIBLE, REASON_STRIPPED);
	sweep("other", 3, 0);
	sees_policy(ELIGIBLE, POLICY_ENFORCE, "mx.new.example");
	CHECK(!sweep("here", 3, 1) && sweep("there", 3, 3));
	CHECK(known.sight_count == 1 && known.failing == NULL);
	sees(NOT_ELIGIBLE, REASON_STRIPPED);
	CHECK(!sweep("there", 3, 2) && known.failing == NULL);
	CHECK(!sweep("here", 3, 4) && sweep("other", 3, 5));
}

/* The week in which one of two hears of a step back is no week to go forward. */
static void
doubt_stops_promotion(void)
{
	begin_listed(STATE_TESTING, POLICY_ENFORCE);
	known.since = known.eligible_since = ZERO;
	sees_policy(ELIGIBLE, POLICY_TESTING, ".b.example mx.a.example");
	CHECK(!sweep("here", 2, 10));
	sees_policy(ELIGIBLE, POLICY_ENFORCE, ".b.example mx.a.example");
	CHECK(!sweep("there", 2, 10));
	is(STATE_TESTING, NULL);
	CHECK(sweep("here", 2, 11));
	is(STATE_ENFORCE, "testing-passed");
}

static void
weeks_are_not_exact(void)
{
	begin();
	sees_policy(ELIGIBLE, POLICY_TESTING, "mx.a.example");
	here(0);
	known.since = known.eligible_since = ZERO + 46800; /* 12 hours less than a week */
	CHECK(here(7));
	begin();
	here(0);
	known.since = known.eligible_since = ZERO + 46801;
	CHECK(!here(7));
}

static void
sts_gone_changes_nothing(void)
{
	begin_listed(STATE_ENFORCE, POLICY_ENFORCE);
	sees(ELIGIBLE, 0);
	e.sts = ELIGIBILITY_STS_NONE;
	for (int week = 0; week < 10; week++)
		CHECK(!sweep(week % 2 ? "here" : "there", 2, 7 * week));
	is(STATE_ENFORCE, NULL);
	demands("enforce .b.example mx.a.example");
}

static void
none_removes_with_two(void)
{
	begin_listed(STATE_ENFORCE, POLICY_ENFORCE);
	sees_policy(NOT_ELIGIBLE, POLICY_NONE, "");
	CHECK(!sweep("here", 2, 0));
	CHECK_TEXT(known.failing, "mta-sts-none");
	sees(NOT_ELIGIBLE, REASON_STRIPPED); /* bad as well, but not the same */
	CHECK(!sweep("there", 2, 1));
	sees_policy(NOT_ELIGIBLE, POLICY_NONE, "");
	CHECK(sweep("there", 2, 2));
	is(STATE_FAILED, "mta-sts-none");
}

/* A request is a demand like another: it strengthens at once, and weakens with two. */
static void
requests_change_entries(void)
{
	begin_listed(STATE_ENFORCE, POLICY_ENFORCE);
	known.source = SOURCE_REQUEST;
	ask(POLICY_ENFORCE, "mx.a.example mx.new.example");
	CHECK(policy_measure(&known) == &known.asked);
	sees(ELIGIBLE, 0);
	CHECK(!here(0) && here(7));
	is(STATE_ENFORCE, "request-changed");
	known.source = SOURCE_MTA_STS;
	CHECK(policy_measure(&known) == &known.demand);
}

static void
late_sweeps_say_nothing(void)
{
	begin_listed(STATE_ENFORCE, POLICY_ENFORCE);
	sees(NOT_ELIGIBLE, REASON_STRIPPED);
	CHECK(!sweep("here", 2, 10));
	sees(ELIGIBLE, 0);
	CHECK(!sweep("there", 2, 10));
	sees(NOT_ELIGIBLE, REASON_STRIPPED);
	CHECK(!sweep("there", 2, 9));    /* before its last word */
	CHECK(!sweep("other", 2, -101)); /* before the entry */
	CHECK(known.sight_count == 2);
	CHECK(!sweep("there", 2, 39)); /* the other's word is too old */
	CHECK(sweep("here", 2, 40));
	is(STATE_FAILED, "stripped");
}

/* The sweeps of one vantage point come into the database after a later one of another: at
 * their time it was alone, and yet it is not the only one that can tell. */
static void
late_sweeps_are_not_alone(void)
{
	begin_listed(STATE_ENFORCE, POLICY_ENFORCE);
	sees(ELIGIBLE, 0);
	CHECK(!sweep("there", 1, 20));
	sees(NOT_ELIGIBLE, REASON_STRIPPED);
	CHECK(!here(5) && !here(12));
	CHECK(sweep("there", 2, 21));
	is(STATE_FAILED, "stripped");
}

/*
 * Everything that can be said, in every order.  The oracle knows the rule and nothing of
 * the code: it looks back over the whole history at each step.
 */
enum { SAYS_NOTHING, SAYS_WELL, SAYS_FAILS, SAYS_NONE, SAYS_WEAKER, SAYS_OTHER, SAYS };

struct event {
	unsigned vantage, says;
};

#define LONGEST 8
static struct event history[LONGEST];
static unsigned long sequences;

static void
see(unsigned says)
{
	switch (says) {
	case SAYS_NOTHING:
		sees(NOT_TESTED, REASON_NO_ANSWER);
		break;
	case SAYS_WELL:
		sees_policy(ELIGIBLE, POLICY_ENFORCE, ".b.example mx.a.example");
		break;
	case SAYS_FAILS:
		sees(NOT_ELIGIBLE, REASON_STRIPPED);
		break;
	case SAYS_NONE:
		sees_policy(NOT_ELIGIBLE, POLICY_NONE, "");
		break;
	case SAYS_WEAKER:
		sees_policy(ELIGIBLE, POLICY_TESTING, ".b.example mx.a.example");
		break;
	default:
		sees_policy(ELIGIBLE, POLICY_ENFORCE, ".b.example mx.evil.example");
	}
}

/* The last thing that a vantage point said before a step; its index, or -1. */
static int
last_before(unsigned vantage, int step)
{
	for (int i = step - 1; i >= 0; i--)
		if (history[i].vantage == vantage && history[i].says != SAYS_NOTHING)
			return i;
	return -1;
}

/* Does what was said in this step come true? */
static bool
comes_true(int step, unsigned vantages)
{
	const struct event *event = &history[step];

	if (event->says <= SAYS_WELL)
		return false;
	for (unsigned v = 0; v < 3; v++) {
		int last = last_before(v, step);

		if ((v == event->vantage) == (vantages == 1) && last >= 0 &&
		    history[last].says == event->says)
			return true;
	}
	return false;
}

static unsigned
count_vantages(int step)
{
	bool there[3] = { false };

	for (int i = 0; i <= step; i++)
		there[history[i].vantage] = true;
	return (unsigned)there[0] + there[1] + there[2];
}

/* Plays the history until the entry is another, a day a step.  known_vantages: 0 counts
 * those that have swept, as the database would. */
static int
play(int length, unsigned known_vantages)
{
	static const char *const names[] = { "a", "b", "c" };

	begin_listed(STATE_ENFORCE, POLICY_ENFORCE);
	sequences++;
	for (int i = 0; i < length; i++) {
		unsigned vantages = known_vantages != 0 ? known_vantages : count_vantages(i);

		see(history[i].says);
		if (sweep(names[history[i].vantage], vantages, i))
			return i;
	}
	return length;
}

static void
check_oracle(int length)
{
	int expected = 0, got = play(length, 0);

	while (expected < length && !comes_true(expected, count_vantages(expected)))
		expected++;
	CHECK(got == expected);
	if (got == length)
		CHECK(known.state == STATE_ENFORCE);
}

static void
each_history(int at, int length, unsigned vantages, void (*check)(int length))
{
	if (at == length) {
		check(length);
		return;
	}
	for (unsigned v = 0; v < vantages; v++)
		for (unsigned says = 0; says < SAYS; says++) {
			history[at] = (struct event){ v, says };
			each_history(at + 1, length, vantages, check);
		}
}

static void
agrees_with_the_oracle(void)
{
	each_history(0, 6, 1, check_oracle);
	each_history(0, 5, 2, check_oracle);
	each_history(0, 4, 3, check_oracle);
	CHECK(sequences > 300000);
}

/* The attacker is near vantage point 0 and makes it say what he likes; the domain is in
 * order, so the others see it well, or not at all. */
static void
check_attack(int length)
{
	char *demand;

	CHECK(play(length, 2) == length);
	CHECK(known.state == STATE_ENFORCE);
	demand = policy_demand_text(&known.demand);
	CHECK_TEXT(demand, "enforce .b.example mx.a.example");
	free(demand);
}

static void
each_attack(int at, int length, unsigned vantages)
{
	if (at == length) {
		check_attack(length);
		return;
	}
	for (unsigned says = 0; says < SAYS; says++) {
		history[at] = (struct event){ 0, says };
		each_attack(at + 1, length, vantages);
	}
	for (unsigned v = 1; v < vantages; v++)
		for (unsigned says = SAYS_NOTHING; says <= SAYS_WELL; says++) {
			history[at] = (struct event){ v, says };
			each_attack(at + 1, length, vantages);
		}
}

static void
nobody_near_one_vantage_point(void)
{
	each_attack(0, 5, 2);
	each_attack(0, 4, 3);
}

/* The same attack on an entry in testing may keep it there, and no more. */
static void
nobody_weakens_testing(void)
{
	for (unsigned says = 0; says < SAYS; says++) {
		begin_listed(STATE_TESTING, POLICY_ENFORCE);
		known.since = known.eligible_since = ZERO;
		for (int week = 0; week < 10; week++) {
			see(says);
			sweep("a", 2, 7 * week);
			see(SAYS_WELL);
			sweep("b", 2, 7 * week + 1);
			CHECK(policy_is_listed(&known));
		}
		demands("enforce .b.example mx.a.example");
	}
}

int
main(void)
{
	RUN(sts_comes_by_itself);
	RUN(testing_stays_testing);
	RUN(short_promises_do_not_admit);
	RUN(requests_wait_for_a_sweep);
	RUN(odd_hosts_are_not_listed);
	RUN(sts_outranks_a_request);
	RUN(one_failure_ends_the_queue);
	RUN(untested_is_no_success);
	RUN(policies_that_go_end_the_queue);
	RUN(no_weeks_no_queue);
	RUN(one_vantage_needs_two_sweeps);
	RUN(failing_breaks_the_success);
	RUN(sts_strengthens_at_once);
	RUN(sts_weakens_with_two);
	RUN(changes_begin_anew);
	RUN(doubt_stops_promotion);
	RUN(weeks_are_not_exact);
	RUN(sts_gone_changes_nothing);
	RUN(none_removes_with_two);
	RUN(requests_change_entries);
	RUN(late_sweeps_say_nothing);
	RUN(late_sweeps_are_not_alone);
	RUN(agrees_with_the_oracle);
	RUN(nobody_near_one_vantage_point);
	RUN(nobody_weakens_testing);
	begin();
	policy_demand_clear(&e.sts_demand);
	return test_end();
}
