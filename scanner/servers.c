/* SPDX-License-Identifier: Apache-2.0 */
#include "scanner/servers.h"

#include <stdlib.h>

#include "scanner/geo.h"
#include "scanner/mem.h"
#include "scanner/pace.h"
#include "scanner/pool.h"
#include "scanner/silent.h"
#include "scanner/sources.h"
#include "scanner/sweep.h"
#include "scanner/table.h"

struct server {
	struct server *next;
	struct servers *servers;
	struct pace_job turn;
	struct pool_job conversation;
	struct server_facts *before; /* of the attempt before the anonymous one */
	unsigned attempts;
};

void
servers_clear(struct servers *servers)
{
	struct server *server;

	while ((server = servers->list) != NULL) {
		servers->list = server->next;
		server_facts_free(server->conversation.facts);
		server_facts_free(server->before);
		free(server);
	}
}

static void start(struct pace_job *job);
static void finished(struct pool_job *job);

void
servers_add(struct servers *servers, const struct address *address, const char *host)
{
	struct server *server = mem_alloc(sizeof *server);

	server->servers = servers;
	server->next = servers->list;
	servers->list = server;
	server->turn.address = *address;
	server->turn.start = start;
	server->conversation.job.kind = PROBE_SERVER;
	server->conversation.job.address = *address;
	server->conversation.job.host = host;
	server->conversation.done = finished;
	pace_submit(servers->sweep->pace, &server->turn, 0);
}

/* The same job waits for its turn again; its address is left alone till then. */
static void
try_again(struct server *server, double delay)
{
	server_facts_free(server->conversation.facts);
	server->conversation.facts = NULL;
	pace_submit_again(server->servers->sweep->pace, &server->turn, delay);
}

/* Hands over what was learnt; the server may be gone afterwards. */
static void
report(struct server *server, struct server_facts *facts)
{
	struct servers *servers = server->servers;

	facts->attempts = server->attempts;
	geo_locate(servers->sweep->geo, facts);
	servers->done(facts, servers->arg);
}

/* An anonymous attempt that did not come to its handshake adds nothing to the one
 * before it. */
static void
learnt(struct server *server)
{
	struct server_facts *facts = server->conversation.facts, *other = server->before;

	server->conversation.facts = server->before = NULL;
	if (other != NULL && facts->handshake == 0) {
		struct server_facts *swap = facts;

		facts = other;
		other = swap;
	}
	server_facts_free(other);
	silent_note(server->servers->sweep->silent, facts);
	report(server, facts);
}

static void
start(struct pace_job *job)
{
	struct server *server = table_owner(job, struct server, turn);
	struct sweep *sweep = server->servers->sweep;
	struct lane *lane = job->lane; /* outlives the server */
	struct server_facts *known =
	    server->attempts == 0 ? silent_recall(sweep->silent, &job->address) : NULL;

	if (known != NULL) {
		report(server, known);
		pace_skipped(sweep->pace, lane);
		return;
	}
	server->conversation.job.from = source_address(sweep->sources, job->address.family);
	pool_start(sweep->pool, &server->conversation);
}

static bool
may_be_anonymous(const struct server *server)
{
	return server_facts_uncertified(server->conversation.facts) &&
	       !server->conversation.job.anonymous;
}

static bool
worth_a_retry(const struct server *server)
{
	return server_facts_temporary(server->conversation.facts) &&
	       !server->conversation.job.anonymous &&
	       server->attempts <= server->servers->sweep->options->retries;
}

/* Once more without asking for a certificate, or later for the same. */
static void
ask_again(struct server *server)
{
	if (may_be_anonymous(server)) {
		server->before = server->conversation.facts;
		server->conversation.facts = NULL;
		server->conversation.job.anonymous = true;
		try_again(server, 0);
	} else {
		try_again(server, sweep_back_off(server->servers->sweep, server->attempts));
	}
}

static void
finished(struct pool_job *job)
{
	struct server *server = table_owner(job, struct server, conversation);
	struct sweep *sweep = server->servers->sweep;
	struct lane *lane = server->turn.lane; /* outlives the server */

	server->attempts += job->facts != NULL;
	if (job->facts == NULL) {
		sweep_short_of_means(sweep, job->local_error);
		try_again(server, 0);
	} else if (!may_be_anonymous(server) && !worth_a_retry(server)) {
		learnt(server);
	} else if (!sweep->draining) { /* otherwise the sweep that goes on asks it again */
		ask_again(server);
	}
	pace_finished(sweep->pace, lane);
}
