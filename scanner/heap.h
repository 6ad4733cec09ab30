/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Gives memory back when a burst of DNS questions is over.  What each question took
 * then lies free between the things that stay, and glibc by itself only gives back
 * what is free at the end of its heap.
 *
 * What it saves: half a KiB of each conversation, when some thousands begin at once
 * and then wait.  What it costs: a walk over the free pieces of the heap, a few
 * milliseconds at most once a second; nothing while questions are always under way.
 * It can go when the messages of the resolver have memory of their own.
 */
#ifndef SCANNER_HEAP_H
#define SCANNER_HEAP_H

#include <stddef.h>
#include <stdint.h>

/* Zeroed before its first use. */
struct heap {
	uint64_t asked; /* questions, when the last burst was over */
	int64_t rest;   /* monotonic: until then nothing is done */
};

/* To be told now and then how many questions are under way, and how many there
 * have been in all. */
void heap_watch(struct heap *heap, size_t questions, uint64_t asked);

#endif
