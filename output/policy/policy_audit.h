/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A policy list against what a sweep saw: which of its entries would stop mail today?
 * Each entry is judged by its own patterns, as the senders do who follow the list; see
 * eligibility.h.  An entry of mode none demands nothing and never fails.
 *
 * The sweep's domains are marked with what was found (the column policy_list): absent,
 * listed or failing.  A domain that could not be tested is listed and not failing.
 */
#ifndef OUTPUT_POLICY_AUDIT_H
#define OUTPUT_POLICY_AUDIT_H

#include <sqlite3.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "output/policy/policy_list.h"

struct policy_audit_counts {
	size_t entries; /* the sum of the others */
	size_t passing, failing;
	size_t not_tested; /* no server answered, or DNS did not */
	size_t not_swept;  /* the sweep did not have the domain, or left it out */
};

/* A failing entry: its mode, what changed since it last passed, and when that was; a line
 * without its end, lent.  It may hold what strangers wrote. */
typedef void policy_audit_line(const char *says, void *arg);

/* Judges all entries and marks the sweep's domains, all of them or none; then tells the
 * failing entries in the order of their domains (line may be NULL).  The sweep must have
 * been assessed.  false: the database failed (sqlite3_errmsg). */
bool policy_audit(sqlite3 *db, int64_t sweep, const struct policy_list *list,
		  policy_audit_line *line, void *arg, struct policy_audit_counts *counts);

#endif
