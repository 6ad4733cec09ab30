/* SPDX-License-Identifier: Apache-2.0 */
#include "scanner/gate.h"

#include "tests/unit/test.h"

static char order[16];

static void
opened(void *arg)
{
	strcat(order, arg);
}

static void
lets_in_by_order_of_arrival(void)
{
	struct gate *gate = gate_new(2);
	struct gate_pass pass[5];
	char *names[] = { "a", "b", "c", "d", "e" };

	order[0] = '\0';
	for (int i = 0; i < 5; i++) {
		pass[i] = (struct gate_pass){ .opened = opened, .arg = names[i] };
		gate_enter(gate, &pass[i]);
		CHECK(pass[i].state == (i < 2 ? GATE_INSIDE : GATE_WAITING));
	}
	gate_leave(gate, &pass[1]);
	CHECK_TEXT(order, "c");
	CHECK(pass[1].state == GATE_OUTSIDE && pass[2].state == GATE_INSIDE);
	gate_leave(gate, &pass[3]); /* gives up waiting */
	CHECK_TEXT(order, "c");
	CHECK(pass[3].state == GATE_OUTSIDE);
	gate_leave(gate, &pass[0]);
	CHECK_TEXT(order, "ce");
	gate_leave(gate, &pass[0]); /* a second time is nothing */
	gate_leave(gate, &pass[2]);
	gate_leave(gate, &pass[4]);
	CHECK_TEXT(order, "ce");
	gate_enter(gate, &pass[3]); /* there is room again, for two */
	gate_enter(gate, &pass[0]);
	CHECK(pass[3].state == GATE_INSIDE && pass[0].state == GATE_INSIDE);
	gate_enter(gate, &pass[1]);
	CHECK(pass[1].state == GATE_WAITING);
	gate_leave(gate, &pass[1]);
	gate_leave(gate, &pass[3]);
	gate_leave(gate, &pass[0]);
	CHECK_TEXT(order, "ce");
	gate_free(gate);
}

int
main(void)
{
	RUN(lets_in_by_order_of_arrival);
	gate_free(NULL);
	return test_end();
}
