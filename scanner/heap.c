/* SPDX-License-Identifier: Apache-2.0 */
#include "scanner/heap.h"

#include <malloc.h>

#include "scanner/clock.h"

#define REST 1000000 /* microseconds */

void
heap_watch(struct heap *heap, size_t questions, uint64_t asked)
{
	int64_t now = clock_monotonic();

	if (questions > 0 || asked == heap->asked || now < heap->rest)
		return;
	malloc_trim(0);
	heap->asked = asked;
	heap->rest = now + REST;
}
