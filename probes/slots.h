/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Room for the buffers of a handshake: the one in which libssl assembles messages, 21,848
 * bytes that it takes when the handshake begins and clears when it ends, and the two of
 * 4,096 bytes of its buffering BIO, of which one is never used; though our part of most
 * handshakes is a few hundred bytes.  Here a handshake's three have a slot, pages of
 * their own, and while the peer is waited for, and nothing is in them, the pages are given
 * back to the kernel; but only by those that wait longest, and only when there are many:
 * what all handshakes take together is to stay what SLOTS_FULL of them take, of which
 * SLOTS_AWAKE keep their pages.
 *
 * What it saves: 24 of the 39 KiB that each conversation in its handshake takes, where
 * there are many.  What it costs: address space, three comparisons for every allocation
 * of libcrypto, a lock that all threads share, and 30 microseconds for a handshake that
 * gives its pages back and needs them again.  It can go when libssl takes buffers no
 * larger than it needs.
 */
#ifndef PROBES_SLOTS_H
#define PROBES_SLOTS_H

#include <stdbool.h>
#include <stddef.h>

#define SLOTS_FULL  1000
#define SLOTS_AWAKE 384 /* of 20 KiB, of 28 when the slot was used before */

/* How many handshakes, of all threads, may keep their pages while they wait, of so many
 * that there are. */
size_t slots_keepers(size_t handshakes);

/* A handshake that waits for its peer, from zeros on. */
struct slots_wait {
	struct slots_wait *next, **at; /* in the row of those that have their pages */
	void *slot;
	bool bare; /* has given its pages back */
};

/* Before libcrypto allocates anything; false when it is too late or there is no
 * address space.  PARSED_SWITCH prevents it. */
bool slots_install(void);
/* Around the first step of a handshake. */
void slots_watch(void);
void slots_look_away(void);
/* After this step, before slots_look_away, or a later one: the peer is waited for and has
 * not said anything yet. */
void slots_wait(struct slots_wait *wait);
/* Before the next step, before the next slots_wait and before the end; idempotent. */
void slots_resume(struct slots_wait *wait);

#endif
