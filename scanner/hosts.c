/* SPDX-License-Identifier: Apache-2.0 */
#include "scanner/hosts.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "scanner/blocklist.h"
#include "scanner/facts.h"
#include "scanner/mem.h"
#include "scanner/mx.h"
#include "scanner/sweep.h"
#include "scanner/table.h"
#include "scanner/visit.h"

/* What a host needs until it is finished. */
struct work {
	struct hosts *hosts;
	struct visit *visit;
	struct host_waiter *waiters;
};

/* All of them stay to the end: each byte here counts. */
struct host {
	struct table_entry entry;
	struct work *work; /* NULL: finished */
	int64_t id;
	bool shared; /* in the table of names */
	bool wanted; /* somebody names it as a mail server */
	bool addressless;
	char name[]; /* "": none */
};

struct hosts {
	struct sweep *sweep;
	struct table table, unshared;
	int64_t next_id;
};

static bool
host_named(const struct table_entry *entry, const void *name)
{
	return strcmp(table_owner(entry, struct host, entry)->name, name) == 0;
}

static bool
never(const struct table_entry *entry, const void *key)
{
	(void)entry, (void)key;
	return false;
}

struct hosts *
hosts_new(struct sweep *sweep)
{
	struct hosts *hosts = mem_alloc(sizeof *hosts);

	hosts->sweep = sweep;
	table_init(&hosts->table, host_named);
	table_init(&hosts->unshared, never);
	return hosts;
}

void
hosts_number_from(struct hosts *hosts, int64_t id)
{
	hosts->next_id = id;
}

static void
host_free(struct host *host)
{
	if (host->work != NULL)
		visit_cancel(host->work->visit);
	free(host->work);
	free(host);
}

static void
free_all(struct table *table)
{
	struct table_entry *entry;

	while ((entry = table_take(table)) != NULL)
		host_free(table_owner(entry, struct host, entry));
	table_clear(table);
}

void
hosts_free(struct hosts *hosts)
{
	if (hosts == NULL)
		return;
	free_all(&hosts->table);
	free_all(&hosts->unshared);
	free(hosts);
}

static struct host *
host_new(int64_t id, const char *name)
{
	size_t length = name != NULL ? strlen(name) : 0;
	struct host *host = mem_alloc(offsetof(struct host, name) + length + 1);

	host->id = id;
	if (length > 0)
		memcpy(host->name, name, length);
	return host;
}

void
hosts_restore(struct hosts *hosts, int64_t id, const char *name, bool addressless)
{
	struct host *host;

	if (name == NULL)
		return;
	host = host_new(id, name);
	host->addressless = addressless;
	host->shared = true;
	table_add(&hosts->table, &host->entry, table_hash(name, strlen(name)));
}

static struct host_answer
answer_of(const struct host *host)
{
	return (struct host_answer){ host->id, host->addressless };
}

static struct record *
record_of(const struct host *host)
{
	struct record *record = record_new(RECORD_HOST);

	record->host.id = host->id;
	record->host.of_address = !host->shared;
	record->host.name = host->name[0] != '\0' ? mem_strdup(host->name) : NULL;
	return record;
}

/* Everything is known: to the writer, to all who wait, and forgotten.  A domain
 * without an address that only might have been its own mail server is none. */
static void
visited(struct record *record, bool addressless, void *arg)
{
	struct host *host = arg;
	struct hosts *hosts = host->work->hosts;
	struct host_waiter *waiter = host->work->waiters, *next;
	struct host_answer answer = { host->id, addressless };
	bool is_server = host->wanted || !addressless;

	if (is_server)
		sweep_put(hosts->sweep, record);
	else
		record_free(record);
	free(host->work);
	host->work = NULL;
	host->addressless = addressless;
	if (!host->shared || !is_server) {
		table_remove(host->shared ? &hosts->table : &hosts->unshared, &host->entry);
		free(host);
	}
	for (; waiter != NULL; waiter = next) {
		next = waiter->next;
		waiter->done(&answer, waiter);
	}
}

/* A record with one row, of a host that must be left alone. */
static void
put_blocked(struct hosts *hosts, const struct host *host, const struct address *address)
{
	struct record *record = record_of(host);
	struct server_facts *facts = server_facts_new();

	facts->tcp = TCP_BLOCKED;
	if (address != NULL)
		facts->address = *address;
	record_add_server(record, facts);
	sweep_put(hosts->sweep, record);
}

static struct work *
work_new(struct hosts *hosts)
{
	struct work *work = mem_alloc(sizeof *work);

	work->hosts = hosts;
	return work;
}

static bool
wait_for(struct host *host, struct host_waiter *waiter)
{
	waiter->next = host->work->waiters;
	host->work->waiters = waiter;
	host->wanted |= !waiter->implicit;
	return false;
}

bool
hosts_ask(struct hosts *hosts, const char *name, struct host_answer *answer,
	  struct host_waiter *waiter)
{
	uint32_t hash = table_hash(name, strlen(name));
	struct table_entry *entry = table_find(&hosts->table, hash, name);
	struct host *host;

	if (entry != NULL) {
		host = table_owner(entry, struct host, entry);
		*answer = answer_of(host);
		return host->work == NULL || wait_for(host, waiter);
	}
	host = host_new(hosts->next_id++, name);
	host->shared = true;
	*answer = answer_of(host);
	table_add(&hosts->table, &host->entry, hash);
	if (!mx_name_usable(name) || blocklist_blocks_name(hosts->sweep->blocklist, name)) {
		put_blocked(hosts, host, NULL);
		return true;
	}
	host->work = work_new(hosts);
	host->work->visit = visit_host(hosts->sweep, record_of(host), visited, host);
	return wait_for(host, waiter);
}

static bool
must_not_contact(const struct hosts *hosts, const struct address *address, const char *name)
{
	return (name != NULL && blocklist_blocks_name(hosts->sweep->blocklist, name)) ||
	       blocklist_blocks_address(hosts->sweep->blocklist, address);
}

bool
hosts_ask_address(struct hosts *hosts, const struct address *address, const char *name,
		  struct host_answer *answer, struct host_waiter *waiter)
{
	struct host *host = host_new(hosts->next_id++, name);

	*answer = answer_of(host);
	if (must_not_contact(hosts, address, name)) {
		put_blocked(hosts, host, address);
		free(host);
		return true;
	}
	table_add(&hosts->unshared, &host->entry, (uint32_t)host->id);
	host->work = work_new(hosts);
	host->work->visit =
	    visit_address(hosts->sweep, record_of(host), address, visited, host);
	return wait_for(host, waiter);
}

struct host_answer
hosts_refuse(struct hosts *hosts)
{
	struct host *host = host_new(hosts->next_id++, NULL);
	struct host_answer answer = answer_of(host);

	put_blocked(hosts, host, NULL);
	free(host);
	return answer;
}
