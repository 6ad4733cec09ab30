/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A bound on how many conversations of one thread are in their handshake at
 * once.  Handshakes cost CPU; when thousands of peers answer together, those
 * behind the gate wait with their clocks stopped instead of timing out in our
 * own queue.  One gate belongs to one event base and is used on its thread only.
 */
#ifndef SCANNER_GATE_H
#define SCANNER_GATE_H

#include <stddef.h>

struct gate;

/* A conversation's place, embedded in it and zeroed before its first use. */
struct gate_pass {
	enum { GATE_OUTSIDE, GATE_WAITING, GATE_INSIDE } state;
	void (*opened)(void *arg); /* called once when a waiting pass gets in */
	void *arg;
	struct gate_pass *previous, *next;
};

struct gate *gate_new(size_t limit);
void gate_free(struct gate *gate); /* nobody is inside or waiting any more */
/* Enters, or waits for opened() which then runs from within another's
 * gate_leave: it must only wake its owner.  Look at pass->state. */
void gate_enter(struct gate *gate, struct gate_pass *pass);
/* Leaves, or stops waiting; idempotent. */
void gate_leave(struct gate *gate, struct gate_pass *pass);

#endif
