/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which address is which server: the lines of a plan file, found by address.
 * Places belong to the plan.
 */
#ifndef TESTS_LAB_PLAN_H
#define TESTS_LAB_PLAN_H

#include "tests/lab/talk.h"

struct plan;

/* Dies of a mistake in the file. */
struct plan *plan_read(const char *file, struct script *scripts);
void plan_free(struct plan *plan);

/* The place of an address, else the wildcard's of its family, else NULL. */
struct place *plan_find(struct plan *plan, const struct address *address);
/* All places, one after the other, from NULL. */
struct place *plan_next(const struct plan *plan, const struct place *place);

#endif
