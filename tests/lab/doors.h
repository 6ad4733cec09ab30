/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The listening sockets of the scripted peer: one for each address of the plan,
 * or the wildcard's alone.  A deaf address has a full queue, so that the kernel
 * drops connection requests as a silent firewall does.
 */
#ifndef TESTS_LAB_DOORS_H
#define TESTS_LAB_DOORS_H

#include <stdint.h>

#include "tests/lab/plan.h"

struct doors;

/* Dies when an address cannot be listened on.  Conversations are started in
 * talks, whose base runs the doors. */
struct doors *doors_open(struct talks *talks, struct plan *plan, uint16_t usual_port);
void doors_close(struct doors *doors);

#endif
