/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "scanner/heap.h"

#include "scanner/clock.h"

#define REST 1000000 /* microseconds */

#ifdef HAVE_JEMALLOC
#include <jemalloc/jemalloc.h>

#define TEXT(number)  #number
#define PURGE(arenas) "arena." TEXT(arenas) ".purge"

/* Read by jemalloc when it starts.  Few arenas, because what lies free in each counts as
 * ours; pages that are free go back after five seconds, by a thread of its own. */
const char *malloc_conf =
    "narenas:4,background_thread:true,dirty_decay_ms:5000,muzzy_decay_ms:0";

/* What this thread has kept at hand, some hundreds of pieces of each size, and then the
 * pages that are free. */
static void
give_back(void)
{
	mallctl("thread.tcache.flush", NULL, NULL, NULL, 0);
	mallctl(PURGE(MALLCTL_ARENAS_ALL), NULL, NULL, NULL, 0);
}
#else
#include <malloc.h>

/* By itself glibc gives back only what is free at the end of its heap. */
static void
give_back(void)
{
	malloc_trim(0);
}
#endif

void
heap_watch(struct heap *heap, size_t questions, uint64_t asked)
{
	int64_t now = clock_monotonic();

	if (questions > 0 || asked != heap->asked) {
		heap->asked = asked;
		heap->since = now;
		heap->kept = true;
	} else if (heap->kept && now - heap->since >= REST) {
		give_back();
		heap->kept = false;
	}
}
