/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The parts of building a list, around what the sweeps say (policy_replay.h): what people
 * ask for by hand, and the list that comes out.
 */
#ifndef OUTPUT_POLICY_BUILD_H
#define OUTPUT_POLICY_BUILD_H

#include <stdio.h>

#include "output/policy/policy_requests.h"
#include "output/policy/policy_track.h"

/* Takes over what was changed by hand in the list that is published: entries that came,
 * went, or demand something else than the tables say.  Dated by its timestamp. */
void build_adopt(struct track *track, const struct policy_list *published);
/* Who asks today; requests that are not repeated are withdrawn, which touches no entry
 * that is listed. */
void build_ask(struct track *track, const struct policy_requests *requests);
/* After the sweeps: those nobody has swept yet are candidates, and those that wait on a
 * withdrawn request wait no more. */
void build_settle(struct track *track, int64_t at);

/* The list of all that is listed, with the author and the alias names of the published
 * one (NULL: there is none). */
struct policy_list *build_list(struct track *track, int64_t at,
			       const struct policy_list *published);
#define BUILD_DAYS 14 /* until a list expires */

/* For a person: a line for each move, and one of counts. */
void build_tell(const struct track *track, const char *name, FILE *out);

#endif
