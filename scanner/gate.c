/* SPDX-License-Identifier: Apache-2.0 */
#include "scanner/gate.h"

#include <assert.h>
#include <stdlib.h>

#include "scanner/mem.h"

struct gate {
	size_t limit, inside;
	struct gate_pass waiting; /* ring: next is the longest waiting */
};

struct gate *
gate_new(size_t limit)
{
	struct gate *gate = mem_alloc(sizeof *gate);

	gate->limit = limit;
	gate->waiting.next = gate->waiting.previous = &gate->waiting;
	return gate;
}

void
gate_free(struct gate *gate)
{
	assert(gate == NULL || (gate->inside == 0 && gate->waiting.next == &gate->waiting));
	free(gate);
}

static void
unlink_pass(struct gate_pass *pass)
{
	pass->previous->next = pass->next;
	pass->next->previous = pass->previous;
}

void
gate_enter(struct gate *gate, struct gate_pass *pass)
{
	assert(pass->state == GATE_OUTSIDE);
	if (gate->inside < gate->limit) {
		gate->inside++;
		pass->state = GATE_INSIDE;
		return;
	}
	pass->state = GATE_WAITING;
	pass->next = &gate->waiting;
	pass->previous = gate->waiting.previous;
	pass->previous->next = gate->waiting.previous = pass;
}

/* The one who leaves hands his place to the longest waiting. */
static void
hand_over(struct gate *gate)
{
	struct gate_pass *heir = gate->waiting.next;

	if (heir == &gate->waiting) {
		gate->inside--;
		return;
	}
	unlink_pass(heir);
	heir->state = GATE_INSIDE;
	heir->opened(heir->arg);
}

void
gate_leave(struct gate *gate, struct gate_pass *pass)
{
	if (pass->state == GATE_WAITING)
		unlink_pass(pass);
	else if (pass->state == GATE_INSIDE)
		hand_over(gate);
	pass->state = GATE_OUTSIDE;
}
