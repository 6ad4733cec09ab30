/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Room for the buffer in which libssl assembles the messages of a handshake: 21,848
 * bytes that it takes, and clears, when the handshake begins and keeps to its end,
 * though our part of most is a few hundred bytes.  Here it has pages of its own, and
 * while the peer is waited for all but the first are given back to the kernel.
 *
 * What it saves: 20 of the 39 KiB that each conversation in its handshake takes.
 * What it costs: address space, one system call a handshake (some 2 microseconds),
 * and two comparisons for every allocation of libcrypto.  It can go when libssl
 * takes the buffer no larger than it needs.
 */
#ifndef PROBES_SLOTS_H
#define PROBES_SLOTS_H

#include <stdbool.h>

/* Before libcrypto allocates anything; false when it is too late or there is no
 * address space.  PARSED_SWITCH prevents it. */
bool slots_install(void);
/* Before the first step of a handshake, and after it when the peer is waited for. */
void slots_watch(void);
void slots_trim(void);

#endif
