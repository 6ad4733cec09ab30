/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the sweeps of a database have seen since the last list was built, told to the
 * domains that are tracked, and to those whose MTA-STS asks for an entry.  Each sweep that
 * came to its end and was assessed is taken once, in the order of their beginnings.
 */
#ifndef OUTPUT_POLICY_REPLAY_H
#define OUTPUT_POLICY_REPLAY_H

#include "output/policy/policy_track.h"

/* Takes the sweeps that had ended by the time `until`, and marks them as taken.  false:
 * the database failed. */
bool policy_replay(struct track *track, int64_t until, unsigned weeks);

#endif
