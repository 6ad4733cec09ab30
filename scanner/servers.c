/* SPDX-License-Identifier: Apache-2.0 */
#include "scanner/servers.h"

#include <stdlib.h>
#include <string.h>

#include "scanner/geo.h"
#include "scanner/log.h"
#include "scanner/mem.h"
#include "scanner/pace.h"
#include "scanner/pool.h"
#include "scanner/sources.h"
#include "scanner/sweep.h"
#include "scanner/table.h"

#define SHORTAGE_PAUSE 1.0 /* seconds */

struct server {
	struct server *next;
	struct servers *servers;
	struct pace_job turn;
	struct pool_job conversation;
	unsigned attempts;
};

struct servers {
	struct sweep *sweep;
	servers_done *done;
	void *arg;
	struct server *list;
};

struct servers *
servers_new(struct sweep *sweep, servers_done *done, void *arg)
{
	struct servers *servers = mem_alloc(sizeof *servers);

	*servers = (struct servers){ sweep, done, arg, NULL };
	return servers;
}

void
servers_free(struct servers *servers)
{
	struct server *next;

	if (servers == NULL)
		return;
	for (struct server *s = servers->list; s != NULL; s = next) {
		next = s->next;
		server_facts_free(s->conversation.facts);
		free(s);
	}
	free(servers);
}

void
servers_add(struct servers *servers, const struct address *address, const char *host)
{
	struct server *server = mem_alloc(sizeof *server);

	server->servers = servers;
	server->next = servers->list;
	servers->list = server;
	server->turn.address = *address;
	server->conversation.job.address = *address;
	server->conversation.job.host = host;
	pace_submit(servers->sweep->pace, &server->turn, 0);
}

void
servers_start(struct pace_job *job, void *arg)
{
	struct sweep *sweep = arg;
	struct server *server = table_owner(job, struct server, turn);

	server->conversation.job.from =
	    source_address(sweep->sources, server->turn.address.family);
	pool_start(sweep->pool, &server->conversation);
}

/* The same job waits for its turn again; its address is left alone till then. */
static void
try_again(struct server *server, double delay)
{
	pace_submit(server->servers->sweep->pace, &server->turn, delay);
}

static void
short_of_means(struct server *server, int error)
{
	struct sweep *sweep = server->servers->sweep;

	if (sweep->shortages++ == 0)
		log_warn("no connection can be opened (%s): the sweep waits", strerror(error));
	pace_hold(sweep->pace, SHORTAGE_PAUSE);
	try_again(server, 0);
}

static double
back_off(const struct options *options, unsigned attempts)
{
	double delay = options->retry_delay;

	while (--attempts > 0)
		delay *= 2;
	return delay;
}

/* Another attempt takes the place of what was learnt. */
static void
again(struct server *server, double delay)
{
	server_facts_free(server->conversation.facts);
	server->conversation.facts = NULL;
	try_again(server, delay);
}

static void
learnt(struct server *server)
{
	struct servers *servers = server->servers;
	struct server_facts *facts = server->conversation.facts;

	server->conversation.facts = NULL;
	facts->attempts = server->attempts;
	geo_locate(servers->sweep->geo, facts);
	servers->done(facts, servers->arg);
}

void
servers_finished(struct pool_job *job, void *arg)
{
	struct sweep *sweep = arg;
	struct server *server = table_owner(job, struct server, conversation);
	struct lane *lane = server->turn.lane; /* outlives the server */

	server->attempts += job->facts != NULL;
	if (job->facts == NULL) {
		short_of_means(server, job->local_error);
	} else if (server_facts_uncertified(job->facts) && !job->job.anonymous &&
		   !sweep->draining) {
		job->job.anonymous = true;
		again(server, 0);
	} else if (server_facts_temporary(job->facts) && !sweep->draining &&
		   server->attempts <= sweep->options->retries) {
		again(server, back_off(sweep->options, server->attempts));
	} else {
		learnt(server);
	}
	pace_finished(sweep->pace, lane);
}
