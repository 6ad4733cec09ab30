/* SPDX-License-Identifier: Apache-2.0 */
#include "scanner/sources.h"

#include <stdlib.h>
#include <string.h>

#include "scanner/log.h"
#include "scanner/mem.h"

struct sources {
	size_t count, turn;
	struct address *list;
};

struct sources *
sources_open(const char *list)
{
	struct sources *sources = mem_alloc(sizeof *sources);
	char *copy = mem_strdup(list), *rest = copy, *text;

	while (rest != NULL && (text = strsep(&rest, ",")) != NULL) {
		sources->list =
		    mem_realloc(sources->list, (sources->count + 1) * sizeof *sources->list);
		if (!address_parse(&sources->list[sources->count++], text))
			die("--local-addr: %s is no address", text);
	}
	free(copy);
	return sources;
}

void
sources_free(struct sources *sources)
{
	if (sources != NULL)
		free(sources->list);
	free(sources);
}

struct address
source_address(struct sources *sources, int family)
{
	for (size_t i = 0; i < sources->count; i++) {
		size_t at = (sources->turn + i) % sources->count;

		if (sources->list[at].family != family)
			continue;
		sources->turn = at + 1;
		return sources->list[at];
	}
	return (struct address){ 0 };
}
