/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "output/jsonl.h"
#include "output/store.h"

const struct output *const outputs[] = { &output_sqlite, &output_jsonl, NULL };

const struct output *
output_find(const char *name)
{
	for (size_t i = 0; outputs[i] != NULL; i++)
		if (strcmp(outputs[i]->name, name) == 0)
			return outputs[i];
	return NULL;
}
