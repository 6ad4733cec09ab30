/* SPDX-License-Identifier: Apache-2.0 */
#include "output/policy/policy_state.h"

#include <stdlib.h>
#include <string.h>

#include "output/policy/policy_compare.h"
#include "output/policy/policy_parts.h"
#include "output/policy/policy_witness.h"
#include "scanner/mem.h"

#define WEEK (INT64_C(7) * 86400)
/* A job that runs every week ends a little earlier or later each time. */
#define SLACK (INT64_C(12) * 3600)

const char *const policy_state_names[] = { "new",     "candidate", "queued",
					   "testing", "enforce",   "failed" };
const char *const policy_source_names[] = { "none", "mta-sts", "request", "list" };
const char *const policy_testimony_names[] = { "none", "well", "weaker", "fails", "removed" };

/* Who asks for an entry, and for which. */
struct ask {
	enum policy_source source; /* NONE: nobody does */
	enum policy_mode mode;
	char *const *mxs; /* lent */
	size_t count;
};

bool
policy_is_listed(const struct policy_known *known)
{
	return known->state == STATE_TESTING || known->state == STATE_ENFORCE;
}

static bool
is_waiting(const struct policy_known *known)
{
	return known->state == STATE_CANDIDATE || known->state == STATE_QUEUED;
}

/* An entry that MTA-STS asked for stays as it is when the policy goes; a request for the
 * same domain does not replace it. */
const struct policy_demand *
policy_measure(const struct policy_known *known)
{
	bool requested = known->asked.mode != POLICY_NONE && known->asked.count > 0;

	if (requested && (!policy_is_listed(known) || known->source == SOURCE_REQUEST))
		return &known->asked;
	return policy_is_listed(known) || known->state == STATE_QUEUED ? &known->demand : NULL;
}

static bool
has_policy(const struct eligibility *e)
{
	return e->sts == ELIGIBILITY_STS_VALID && e->sts_demand.mode != POLICY_NONE;
}

static bool
says_none(const struct eligibility *e)
{
	return e->sts == ELIGIBILITY_STS_VALID && e->sts_demand.mode == POLICY_NONE;
}

static struct ask
ask_of(enum policy_source source, enum policy_mode mode, const struct policy_demand *patterns)
{
	return (struct ask){ source, mode, patterns->mxs, patterns->count };
}

/* MTA-STS outranks a request, also where it does not promise to stay long enough to
 * admit by itself.  A request without patterns means the hosts of the first sweep in
 * which the domain is eligible, and then no others. */
static struct ask
find_ask(const struct policy_known *known, const struct policy_facts *facts)
{
	const struct eligibility *e = facts->eligibility;
	bool requested = known->asked.mode != POLICY_NONE;

	if (has_policy(e) && eligibility_admits(e))
		return ask_of(SOURCE_MTA_STS, e->sts_demand.mode, &e->sts_demand);
	if (has_policy(e) && requested)
		return ask_of(SOURCE_REQUEST, e->sts_demand.mode, &e->sts_demand);
	if (!requested)
		return (struct ask){ .source = SOURCE_NONE };
	if (known->asked.count > 0)
		return ask_of(SOURCE_REQUEST, known->asked.mode, &known->asked);
	if (known->state == STATE_QUEUED && known->source == SOURCE_REQUEST)
		return ask_of(SOURCE_REQUEST, known->asked.mode, &known->demand);
	if (facts->odd_hosts)
		return (struct ask){ .source = SOURCE_NONE };
	return (struct ask){ SOURCE_REQUEST, known->asked.mode, e->mxs, e->mx_count };
}

/* Why a domain that was asked for is so no more. */
static const char *
lost_reason(const struct policy_known *known, const struct policy_facts *facts)
{
	if (known->asked.mode != POLICY_NONE && facts->odd_hosts)
		return "mx-name";
	switch (facts->eligibility->sts) {
	case ELIGIBILITY_STS_VALID:
		return "mta-sts-short";
	case ELIGIBILITY_STS_BROKEN:
		return "mta-sts-broken";
	case ELIGIBILITY_STS_NONE:
		return "mta-sts-gone";
	default:
		return "not-asked";
	}
}

static char *
detail_of(const struct eligibility *e)
{
	return e->fault_count > 0 ? eligibility_fault_text(&e->faults[0]) : NULL;
}

static void
settle(struct policy_known *known)
{
	free(known->failing);
	free(known->failing_detail);
	known->failing = known->failing_detail = NULL;
	known->failing_since = 0;
}

static void
enter(struct policy_known *known, enum policy_state state, int64_t at, const char *reason,
      char *detail, struct policy_move *move)
{
	move->to = known->state = state;
	move->reason = reason;
	free(move->detail);
	move->detail = detail;
	known->since = at;
	settle(known);
	if (state == STATE_FAILED)
		known->eligible_since = 0;
}

void
policy_enter(struct policy_known *known, enum policy_state state, int64_t at,
	     const char *reason, struct policy_move *move)
{
	*move = (struct policy_move){ .from = known->state };
	enter(known, state, at, reason, NULL, move);
}

static void
fail(struct policy_known *known, const struct policy_facts *facts, struct policy_move *move)
{
	const struct eligibility *e = facts->eligibility;
	const char *reason = says_none(e) ? "mta-sts-none" : eligibility_reason_word(e->reason);

	enter(known, STATE_FAILED, facts->finished, reason, detail_of(e), move);
}

static bool
is_due(const struct policy_known *known, const struct policy_facts *facts, unsigned weeks)
{
	int64_t from =
	    known->eligible_since > known->since ? known->eligible_since : known->since;

	return weeks == 0 || facts->finished - from >= weeks * WEEK - SLACK;
}

/* After a sweep that saw the domain well.  Nobody else may have seen it otherwise. */
static void
promote(struct policy_known *known, const struct policy_facts *facts, unsigned weeks,
	struct policy_move *move)
{
	if (witness_objects(known, facts, TESTIMONY_WEAKER))
		return;
	if (known->state == STATE_QUEUED && is_due(known, facts, weeks))
		enter(known, STATE_TESTING, facts->finished, "queue-passed", NULL, move);
	if (known->state == STATE_TESTING && known->demand.mode == POLICY_ENFORCE &&
	    is_due(known, facts, weeks))
		enter(known, STATE_ENFORCE, facts->finished, "testing-passed", NULL, move);
}

/* Nothing is protected yet: what one sweep says is enough. */
static void
step_unlisted(struct policy_known *known, const struct policy_facts *facts, unsigned weeks,
	      struct policy_move *move)
{
	const struct eligibility *e = facts->eligibility;
	struct ask ask = find_ask(known, facts);
	bool untold = known->source == SOURCE_MTA_STS && e->sts == ELIGIBILITY_STS_UNKNOWN;

	if (!is_waiting(known) && ask.source == SOURCE_NONE)
		return;
	if (e->word == NOT_ELIGIBLE) {
		if (known->source == SOURCE_NONE)
			known->source = ask.source;
		if (known->state != STATE_FAILED)
			fail(known, facts, move);
	} else if (e->word == NOT_TESTED) {
		if (known->state != STATE_NEW)
			return;
		known->source = ask.source;
		enter(known, STATE_CANDIDATE, facts->finished, "asked", NULL, move);
	} else if (is_waiting(known) && untold) {
		return; /* neither kept up nor given up */
	} else if (ask.source == SOURCE_NONE) {
		enter(known, STATE_FAILED, facts->finished, lost_reason(known, facts), NULL,
		      move);
	} else {
		known->source = ask.source;
		policy_demand_set(&known->demand, ask.mode, ask.mxs, ask.count);
		if (known->state != STATE_QUEUED) {
			enter(known, STATE_QUEUED, facts->finished, "eligible", NULL, move);
			known->eligible_since = facts->finished;
		}
		promote(known, facts, weeks, move);
	}
}

/* The demand that is due today: that of the MTA-STS policy, or of the request on whose
 * word the domain is listed.  A policy that is gone leaves the entry as it is. */
static struct ask
find_due(const struct policy_known *known, const struct eligibility *e)
{
	if (has_policy(e))
		return ask_of(SOURCE_MTA_STS, e->sts_demand.mode, &e->sts_demand);
	if (known->source == SOURCE_REQUEST && known->asked.mode != POLICY_NONE)
		return ask_of(SOURCE_REQUEST, known->asked.mode,
			      known->asked.count > 0 ? &known->asked : &known->demand);
	return ask_of(known->source, known->demand.mode, &known->demand);
}

/* The entry gets the demand that is due.  What was said of the old one is no testimony
 * about the new. */
static void
replace(struct policy_known *known, const struct policy_facts *facts, struct policy_demand *due,
	enum policy_source source, struct policy_move *move)
{
	bool lower = known->state == STATE_ENFORCE && due->mode == POLICY_TESTING;
	bool moved = !policy_patterns_equal(due, &known->demand) || lower;
	const char *reason = source == SOURCE_MTA_STS ? "mta-sts-changed" : "request-changed";

	known->source = source;
	policy_demand_set(&known->demand, due->mode, due->mxs, due->count);
	if (!moved)
		return;
	witness_forget(known);
	witness_hear(known, facts, TESTIMONY_WELL, NULL);
	if (lower) {
		enter(known, STATE_TESTING, facts->finished, reason, NULL, move);
	} else {
		move->reason = reason;
		move->detail = policy_demand_text(due);
	}
}

static void
note_failing(struct policy_known *known, const struct policy_facts *facts)
{
	const struct eligibility *e = facts->eligibility;

	if (known->failing_since == 0)
		known->failing_since = facts->finished;
	known->eligible_since = 0;
	free(known->failing);
	free(known->failing_detail);
	known->failing =
	    mem_strdup(says_none(e) ? "mta-sts-none" : eligibility_reason_word(e->reason));
	known->failing_detail = detail_of(e);
}

static void
step_failing(struct policy_known *known, const struct policy_facts *facts,
	     struct policy_move *move)
{
	bool none = says_none(facts->eligibility);

	if (!witness_hear(known, facts, none ? TESTIMONY_REMOVED : TESTIMONY_FAILS, NULL))
		return;
	note_failing(known, facts);
	if (witness_agrees(known, facts))
		fail(known, facts, move);
}

/* Eligible, by the demand that is due. */
static void
step_well(struct policy_known *known, const struct policy_facts *facts, unsigned weeks,
	  struct policy_move *move)
{
	struct ask ask = find_due(known, facts->eligibility);
	struct policy_demand due = { .mode = POLICY_NONE };
	char *text;
	bool weaker, heard;

	policy_demand_set(&due, ask.mode, ask.mxs, ask.count);
	weaker = policy_demand_weaker(&due, &known->demand);
	text = weaker ? policy_demand_text(&due) : NULL;
	heard = witness_hear(known, facts, weaker ? TESTIMONY_WEAKER : TESTIMONY_WELL, text);
	if (heard) {
		if (known->eligible_since == 0)
			known->eligible_since = facts->finished;
		if (!weaker || witness_agrees(known, facts)) {
			replace(known, facts, &due, ask.source, move);
			weaker = false;
		}
		if (!witness_objects(known, facts, TESTIMONY_FAILS))
			settle(known);
		if (!weaker)
			promote(known, facts, weeks, move);
	}
	free(text);
	policy_demand_clear(&due);
}

bool
policy_step(struct policy_known *known, const struct policy_facts *facts, unsigned weeks,
	    struct policy_move *move)
{
	const struct eligibility *e = facts->eligibility;
	bool listed = policy_is_listed(known);

	*move = (struct policy_move){ .from = known->state, .to = known->state };
	if (facts->finished < known->since) /* of what it was before */
		return false;
	if (listed && e->word == NOT_ELIGIBLE) {
		step_failing(known, facts, move);
	} else if (listed && e->word == ELIGIBLE) {
		step_well(known, facts, weeks, move);
	} else if (!listed) {
		if (e->word != NOT_TESTED)
			witness_hear(known, facts,
				     e->word == ELIGIBLE ? TESTIMONY_WELL : TESTIMONY_FAILS,
				     NULL);
		step_unlisted(known, facts, weeks, move);
	}
	if (move->reason != NULL && move->from == STATE_NEW && move->to > STATE_CANDIDATE)
		move->from = STATE_CANDIDATE;
	return move->reason != NULL;
}

void
policy_known_clear(struct policy_known *known)
{
	policy_demand_clear(&known->demand);
	policy_demand_clear(&known->asked);
	settle(known);
	witness_forget(known);
}
