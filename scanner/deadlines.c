/* SPDX-License-Identifier: Apache-2.0 */
#include "scanner/deadlines.h"

#include <stdlib.h>

#include "scanner/mem.h"

static void
place(struct deadlines *deadlines, size_t i, struct deadline *deadline)
{
	deadlines->heap[i] = deadline;
	deadline->index = i;
}

static void
move_up(struct deadlines *deadlines, size_t i)
{
	struct deadline *deadline = deadlines->heap[i];

	while (i > 0 && deadlines->heap[(i - 1) / 2]->at > deadline->at) {
		place(deadlines, i, deadlines->heap[(i - 1) / 2]);
		i = (i - 1) / 2;
	}
	place(deadlines, i, deadline);
}

static void
move_down(struct deadlines *deadlines, size_t i)
{
	struct deadline *deadline = deadlines->heap[i];

	for (size_t child; (child = 2 * i + 1) < deadlines->count; i = child) {
		if (child + 1 < deadlines->count &&
		    deadlines->heap[child + 1]->at < deadlines->heap[child]->at)
			child++;
		if (deadline->at <= deadlines->heap[child]->at)
			break;
		place(deadlines, i, deadlines->heap[child]);
	}
	place(deadlines, i, deadline);
}

void
deadlines_add(struct deadlines *deadlines, struct deadline *deadline)
{
	if (deadlines->count == deadlines->capacity) {
		deadlines->capacity = deadlines->capacity > 0 ? 2 * deadlines->capacity : 64;
		deadlines->heap =
		    mem_realloc(deadlines->heap, deadlines->capacity * sizeof *deadlines->heap);
	}
	place(deadlines, deadlines->count, deadline);
	move_up(deadlines, deadlines->count++);
}

struct deadline *
deadlines_first(const struct deadlines *deadlines)
{
	return deadlines->count > 0 ? deadlines->heap[0] : NULL;
}

struct deadline *
deadlines_pop(struct deadlines *deadlines)
{
	struct deadline *first = deadlines->heap[0];
	struct deadline *last = deadlines->heap[--deadlines->count];

	if (deadlines->count > 0) {
		place(deadlines, 0, last);
		move_down(deadlines, 0);
	}
	return first;
}

void
deadlines_postpone(struct deadlines *deadlines, struct deadline *deadline, int64_t at)
{
	deadline->at = at;
	move_down(deadlines, deadline->index);
}

void
deadlines_free(struct deadlines *deadlines)
{
	free(deadlines->heap);
	*deadlines = (struct deadlines){ 0 };
}
