/* SPDX-License-Identifier: Apache-2.0 */
/* A reply is the same whatever portions its bytes come in, and within its limits.
 * The first bytes of the input say how it is cut. */
#include "probes/reply.h"

#include <assert.h>
#include <string.h>

#include "tests/fuzz/fuzz.h"

#define CUTS 4

static const struct reply_limits limits = { .line = 64, .lines = 6, .total = 256 };

static void
check_bounds(const struct reply *reply, size_t used, size_t length)
{
	assert(used <= length && used == reply->taken);
	assert(reply->taken <= limits.total && reply->lines <= limits.lines);
	assert(reply->length <= reply->capacity &&
	       reply->length <= reply->taken + reply->lines);
	assert(reply->status != REPLY_MORE || used == length);
	assert(reply->status != REPLY_DONE || (reply->code >= 0 && reply->code <= 999));
}

static size_t
feed_in_portions(struct reply *reply, const uint8_t *cuts, const uint8_t *data, size_t size)
{
	size_t used = 0;

	for (size_t i = 0; used < size && reply->status == REPLY_MORE; i++) {
		size_t portion = (size_t)cuts[i % CUTS] % 16 + 1;

		if (portion > size - used)
			portion = size - used;
		used += reply_feed(reply, &limits, data + used, portion);
	}
	return used;
}

void
fuzz_one(const uint8_t *data, size_t size)
{
	struct reply whole = { 0 }, cut = { 0 };
	size_t used;

	if (size < CUTS)
		return;
	used = reply_feed(&whole, &limits, data + CUTS, size - CUTS);
	check_bounds(&whole, used, size - CUTS);
	assert(feed_in_portions(&cut, data, data + CUTS, size - CUTS) == used);
	check_bounds(&cut, used, size - CUTS);
	assert(whole.status == cut.status && whole.code == cut.code);
	assert(whole.length == cut.length && whole.bare_lf == cut.bare_lf);
	assert(whole.length == 0 || memcmp(whole.text, cut.text, whole.length) == 0);
	reply_clear(&whole);
	reply_clear(&cut);
}
