/* SPDX-License-Identifier: Apache-2.0 */
#include "scanner/held.h"

#include <string.h>

bool
held_add(struct held *held, const void *bytes, size_t count)
{
	if (count > HELD_BYTES - held->count)
		return false;
	memcpy(held->bytes + held->count, bytes, count);
	held->count += count;
	return true;
}

void
held_sent(struct held *held, size_t count)
{
	held->count -= count;
	memmove(held->bytes, held->bytes + count, held->count);
}
