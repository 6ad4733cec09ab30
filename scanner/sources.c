/* SPDX-License-Identifier: Apache-2.0 */
#include "scanner/sources.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "scanner/log.h"
#include "scanner/mem.h"

struct sources {
	size_t count, turn;
	struct address *list;
};

/* Else every connection would fail, and wait for better times. */
static void
prove_ours(const struct address *address, const char *text)
{
	struct sockaddr_storage here;
	socklen_t length = address_socket(address, 0, &here);
	int fd = socket(here.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0 || bind(fd, (struct sockaddr *)&here, length) != 0)
		die("--local-addr: %s: %s", text, strerror(errno));
	close(fd);
}

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
		prove_ours(&sources->list[sources->count - 1], text);
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
