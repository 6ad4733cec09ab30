/* SPDX-License-Identifier: Apache-2.0 */
#include "probes/manners.h"

#include <stdlib.h>
#include <string.h>

#include "probes/tls.h"
#include "scanner/log.h"
#include "scanner/mem.h"

#define QUIT_SECONDS 2
/* Well above what RFC 5321 section 4.5.3.1 asks for. */
#define LINE_LIMIT  2048
#define LINES_LIMIT 128

static int64_t
microseconds(double seconds)
{
	return (int64_t)(seconds * 1e6);
}

/* The name goes on the wire as it is. */
static void
check_name(const char *name)
{
	if (name[0] == '\0' || strlen(name) > MANNERS_NAME_LIMIT)
		die("--ehlo-domain: the name is empty or too long");
	for (const char *c = name; *c != '\0'; c++)
		if (*c <= ' ' || *c > '~')
			die("--ehlo-domain: a name has no such characters: %s", name);
}

void *
manners_open(const struct options *options)
{
	struct manners *manners = mem_alloc(sizeof *manners);

	if (options->ehlo_domain != NULL)
		check_name(options->ehlo_domain);
	manners->name = mem_strdup(options->ehlo_domain);
	manners->port = (uint16_t)options->port;
	manners->patience[CONNECT_TIME] = microseconds(options->connect_timeout);
	manners->patience[BANNER_TIME] = microseconds(options->banner_timeout);
	manners->patience[HANDSHAKE_TIME] = microseconds(options->tls_handshake_timeout);
	manners->patience[QUIT_TIME] = microseconds(QUIT_SECONDS);
	manners->target_time = microseconds(options->target_timeout);
	manners->limits.line = LINE_LIMIT;
	manners->limits.lines = LINES_LIMIT;
	manners->limits.total = (size_t)options->read_limit_per_host * 1024;
	manners->context = tls_open(options->min_version, options->max_version);
	return manners;
}

void
manners_close(void *opened)
{
	struct manners *manners = opened;

	SSL_CTX_free(manners->context);
	free(manners->name);
	free(manners);
}
