/* SPDX-License-Identifier: Apache-2.0 */
#include "output/policy/policy_build.h"

#include <stdlib.h>
#include <string.h>

#include "output/policy/policy_aliases.h"
#include "output/policy/policy_compare.h"
#include "output/policy/policy_parts.h"
#include "output/policy/policy_witness.h"
#include "scanner/mem.h"

static enum policy_state
state_of(enum policy_mode mode)
{
	return mode == POLICY_ENFORCE ? STATE_ENFORCE : STATE_TESTING;
}

static void
set_demand(struct tracked *tracked, const struct policy_demand *demand)
{
	policy_demand_set(&tracked->known.demand, demand->mode, demand->mxs, demand->count);
	tracked->changed = true;
}

/* An entry that the tables do not list: what was said before is no testimony about it. */
static void
adopt_entry(struct track *track, struct tracked *tracked, const struct policy_demand *demand,
	    int64_t at)
{
	struct policy_move move;

	tracked->known.source = SOURCE_LIST;
	witness_forget(&tracked->known);
	set_demand(tracked, demand);
	policy_enter(&tracked->known, state_of(demand->mode), at, "adopted", &move);
	track_note(track, tracked, at, 0, &move);
}

static void
adopt_change(struct track *track, struct tracked *tracked, const struct policy_demand *demand,
	     int64_t at)
{
	struct policy_known *known = &tracked->known;
	struct policy_demand sorted = { .mode = POLICY_NONE };
	struct policy_move move;

	policy_demand_set(&sorted, demand->mode, demand->mxs, demand->count);
	if (state_of(demand->mode) != known->state ||
	    !policy_patterns_equal(&sorted, &known->demand)) {
		witness_forget(known);
		set_demand(tracked, demand);
		policy_enter(known, state_of(demand->mode), at, "changed-by-hand", &move);
		move.detail = policy_demand_text(&known->demand);
		track_note(track, tracked, at, 0, &move);
	}
	policy_demand_clear(&sorted);
}

static bool
is_entry(const struct policy_entry *entry)
{
	return entry != NULL && policy_demand_of(entry)->mode != POLICY_NONE;
}

static void
adopt_absence(struct track *track, struct tracked *tracked, int64_t at)
{
	struct policy_move move;

	policy_enter(&tracked->known, STATE_FAILED, at, "removed-by-hand", &move);
	track_note(track, tracked, at, 0, &move);
	tracked->changed = true;
}

void
build_adopt(struct track *track, const struct policy_list *published)
{
	int64_t at = published->timestamp;

	track_sort(track, track_by_domain);
	for (size_t i = 0; i < track->count; i++)
		if (policy_is_listed(&track->domains[i]->known) &&
		    !is_entry(policy_list_find(published, track->domains[i]->domain)))
			adopt_absence(track, track->domains[i], at);
	for (size_t i = 0; i < published->entry_count; i++) {
		const struct policy_entry *entry = &published->entries[i];
		struct tracked *tracked;

		if (!is_entry(entry))
			continue;
		tracked = track_add(track, entry->domain);
		if (policy_is_listed(&tracked->known))
			adopt_change(track, tracked, policy_demand_of(entry), at);
		else
			adopt_entry(track, tracked, policy_demand_of(entry), at);
	}
}

void
build_ask(struct track *track, const struct policy_requests *requests)
{
	for (size_t i = 0; i < track->count; i++) {
		struct tracked *tracked = track->domains[i];

		tracked->changed = tracked->changed || tracked->known.asked.mode != POLICY_NONE;
		policy_demand_clear(&tracked->known.asked);
	}
	for (size_t i = 0; i < requests->count; i++) {
		const struct policy_request *request = &requests->requests[i];
		struct tracked *tracked = track_add(track, request->domain);

		policy_demand_set(&tracked->known.asked, request->demand.mode,
				  request->demand.mxs, request->demand.count);
		if (tracked->known.source == SOURCE_LIST)
			tracked->known.source = SOURCE_REQUEST;
		tracked->changed = true;
	}
}

void
build_settle(struct track *track, int64_t at)
{
	track_sort(track, track_by_domain);
	for (size_t i = 0; i < track->count; i++) {
		struct tracked *tracked = track->domains[i];
		struct policy_known *known = &tracked->known;
		bool asked = known->asked.mode != POLICY_NONE;
		bool waits = known->state == STATE_CANDIDATE || known->state == STATE_QUEUED;
		struct policy_move move;

		if (known->state == STATE_NEW && asked) {
			known->source = SOURCE_REQUEST;
			policy_enter(known, STATE_CANDIDATE, at, "asked", &move);
		} else if (waits && known->source == SOURCE_REQUEST && !asked) {
			policy_enter(known, STATE_FAILED, at, "not-asked", &move);
		} else {
			continue;
		}
		track_note(track, tracked, at, 0, &move);
		tracked->changed = true;
	}
}

struct policy_list *
build_list(struct track *track, int64_t at, const struct policy_list *published)
{
	struct policy_list *list = mem_alloc(sizeof *list);

	list->timestamp = at;
	list->expires = at + BUILD_DAYS * 86400;
	list->author = mem_strdup(published != NULL ? published->author : NULL);
	list->entries = mem_alloc((track->count + 1) * sizeof *list->entries);
	track_sort(track, track_by_domain);
	for (size_t i = 0; i < track->count; i++) {
		const struct policy_known *known = &track->domains[i]->known;
		struct policy_entry *entry = &list->entries[list->entry_count];

		if (!policy_is_listed(known))
			continue;
		entry->domain = mem_strdup(track->domains[i]->domain);
		policy_demand_set(&entry->demand,
				  known->state == STATE_ENFORCE ? POLICY_ENFORCE
								: POLICY_TESTING,
				  known->demand.mxs, known->demand.count);
		list->entry_count++;
	}
	policy_aliases_make(list, published);
	return list;
}

static void
tell_move(const struct track_move *m, FILE *out)
{
	const struct policy_move *move = &m->move;
	char day[POLICY_TIME_SIZE];
	char *detail = move->detail != NULL ? policy_shown(move->detail) : NULL;

	fprintf(out, "%s: ", m->tracked->domain);
	if (move->from == STATE_NEW || move->from == move->to)
		fputs(policy_state_names[move->to], out);
	else
		fprintf(out, "%s -> %s", policy_state_names[move->from],
			policy_state_names[move->to]);
	if (move->to >= STATE_TESTING && move->to <= STATE_ENFORCE && m->steady_since != 0 &&
	    move->from != move->to)
		fprintf(out, ", eligible since %.10s", policy_time_text(m->steady_since, day));
	else
		fprintf(out, ", %s", move->reason);
	fprintf(out, "%s%s\n", detail != NULL ? ": " : "", detail != NULL ? detail : "");
	free(detail);
}

void
build_tell(const struct track *track, const char *name, FILE *out)
{
	size_t states[POLICY_STATES] = { 0 }, failing = 0;

	for (size_t i = 0; i < track->move_count; i++)
		tell_move(&track->moves[i], out);
	for (size_t i = 0; i < track->count; i++) {
		states[track->domains[i]->known.state]++;
		failing += track->domains[i]->known.failing_since != 0;
	}
	fprintf(out,
		"%s: %zu testing, %zu enforce (%zu of them failing); %zu queued, %zu "
		"candidate%s, %zu failed\n",
		name, states[STATE_TESTING], states[STATE_ENFORCE], failing,
		states[STATE_QUEUED], states[STATE_CANDIDATE],
		states[STATE_CANDIDATE] == 1 ? "" : "s", states[STATE_FAILED]);
}
