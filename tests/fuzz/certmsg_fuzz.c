/* SPDX-License-Identifier: Apache-2.0 */
/* The certificates of a Certificate message lie inside it, in order. */
#include "probes/tls.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "tests/fuzz/fuzz.h"

static void
check(const uint8_t *data, size_t size, bool is_tls13)
{
	struct chain *chain = tls_chain_of_message(data, size, is_tls13);
	size_t total = 0;

	if (chain == NULL)
		return;
	assert(chain->count > 0 && chain->count <= TLS_CHAIN_LIMIT);
	for (size_t i = 0; i < chain->count; i++) {
		const struct certificate_der *der = &chain->certificates[i];

		assert(der->length > 0);
		assert(memmem(data, size, der->bytes, der->length) != NULL);
		total += der->length + 3;
	}
	assert(total + 4 <= size);
	free(chain);
}

void
fuzz_one(const uint8_t *data, size_t size)
{
	check(data, size, false);
	check(data, size, true);
}
