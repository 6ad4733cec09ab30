/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as lines of a block list. */
#include <assert.h>
#include <string.h>

#include "scanner/blocklist.h"
#include "tests/fuzz/fuzz.h"

static void
parse(const char *line, size_t length)
{
	struct address network, masked;
	unsigned prefix;
	char name[254];

	switch (blocklist_parse(line, length, &network, &prefix, name)) {
	case BLOCK_ADDRESS:
		assert(prefix <= (network.family == 4 ? 32 : 128));
		masked = address_network(&network, prefix);
		assert(address_equal(&masked, &network));
		address_is_reserved(&network);
		break;
	case BLOCK_NAME:
		assert(name[0] != '\0' && strlen(name) < sizeof name);
		break;
	case BLOCK_EMPTY:
	case BLOCK_BAD:
		break;
	}
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
