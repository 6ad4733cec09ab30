/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How the process uses its heap.  Records are made by one thread and freed by another,
 * some thousands at once: glibc puts what comes back together and takes it apart again,
 * so jemalloc is linked, which keeps pieces by their size.
 *
 * What it saves: an eighth of a sweep's CPU time, and two KiB of each conversation in
 * its handshake.  It can go when glibc's malloc does as well (configure
 * --without-jemalloc, and compare).
 *
 * When there has been no DNS question for a second, what a burst of them took is given
 * back: half a KiB of each conversation, when some thousands begin at once and then wait.
 * In the middle of a sweep pages that are free stay ours for five seconds: to give some
 * back costs 0.2 ms on a virtual machine, where every processor has to be told.
 */
#ifndef SCANNER_HEAP_H
#define SCANNER_HEAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Zeroed before its first use. */
struct heap {
	uint64_t asked; /* questions, in all */
	int64_t since;  /* monotonic: when one was last under way */
	bool kept;      /* something may be there to give back */
};

/* To be told now and then how many questions are under way, and how many there
 * have been in all. */
void heap_watch(struct heap *heap, size_t questions, uint64_t asked);

#endif
