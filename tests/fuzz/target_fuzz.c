/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as lines of a list of targets. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "scanner/fold.h"
#include "scanner/input.h"
#include "tests/fuzz/fuzz.h"

/* What a line was folded to is what its key is folded to. */
static void
parse_again(const struct target *target)
{
	char *key = target_key(target);
	struct target again;
	const char *reason;
	char *key_again;

	assert(target_parse(key, strlen(key), &again, &reason) == LINE_TARGET);
	assert(again.kind == target->kind);
	key_again = target_key(&again);
	assert(strcmp(key, key_again) == 0);
	free(key_again);
	free(key);
	target_clear(&again);
}

static void
parse(const char *line, size_t length)
{
	struct target target;
	const char *reason;

	if (target_parse(line, length, &target, &reason) != LINE_TARGET) {
		assert(target.name == NULL && target.tag == NULL);
		return;
	}
	assert(target.kind == TARGET_ADDRESS || target.name != NULL);
	if (target.kind != TARGET_INVALID) {
		assert(target.name == NULL || strlen(target.name) <= FOLD_NAME_MAX);
		parse_again(&target);
	}
	target_clear(&target);
}

void
fuzz_one(const uint8_t *data, size_t size)
{
	const char *text = (const char *)data;

	for (size_t start = 0; start < size;) {
		const char *feed = memchr(text + start, '\n', size - start);
		size_t length = (feed != NULL ? (size_t)(feed - text) : size) - start;

		parse(text + start, length);
		start += length + 1;
	}
}
