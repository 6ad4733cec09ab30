/* SPDX-License-Identifier: Apache-2.0 */
/* Any text can be judged, and an echo is always a part of it. */
#include "probes/stripping.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "tests/fuzz/fuzz.h"

void
fuzz_one(const uint8_t *data, size_t size)
{
	const char *text = (const char *)data;
	enum offer_word offer = stripping_offer(text, size);
	char *echo = stripping_echo(text, size);

	assert(offer >= OFFER_OFFERED && offer <= OFFER_ABSENT);
	assert(!stripping_masked_greeting(text, size) || memchr(text, '*', size) != NULL);
	assert(echo == NULL || memmem(text, size, echo, strlen(echo)) != NULL);
	assert(echo != NULL || !stripping_corrupts(echo));
	free(echo);
}
