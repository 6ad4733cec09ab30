/* SPDX-License-Identifier: Apache-2.0 */
/* Whatever a file says, it is an aggregate whose tallies add up, or it is refused with a
 * reason that can be shown. */
#include <stdlib.h>
#include <string.h>

#include "output/report/aggregate_read.h"
#include "tests/fuzz/fuzz.h"

static void
demand(int condition)
{
	if (!condition)
		abort();
}

static void
check(const struct aggregate *aggregate)
{
	for (size_t i = 0; i < aggregate->count; i++) {
		const struct aggregate_tally *tally = &aggregate->tallies[i];

		demand(tally->n >= 0 && tally->n <= tally->total);
		demand(tally->total >= aggregate->k);
		demand(tally->n == 0 || tally->n >= aggregate->k);
		if (i > 0 && strcmp(tally[-1].topic, tally->topic) == 0)
			demand(strcmp(tally[-1].a, tally->a) != 0 ||
			       strcmp(tally[-1].b, tally->b) != 0 ||
			       strcmp(tally[-1].c, tally->c) != 0);
	}
}

void
fuzz_one(const uint8_t *data, size_t size)
{
	char error[512] = "";
	struct aggregate *aggregate = aggregate_parse((const char *)data, size, "file", error);

	demand((aggregate == NULL) == (error[0] != '\0'));
	if (aggregate != NULL)
		check(aggregate);
	for (const char *at = error; *at != '\0'; at++)
		demand((unsigned char)*at >= 0x20 && *at != 0x7f);
	aggregate_free(aggregate);
}
