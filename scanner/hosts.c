/* SPDX-License-Identifier: Apache-2.0 */
#include "scanner/hosts.h"

#include <stdlib.h>
#include <string.h>

#include "scanner/blocklist.h"
#include "scanner/dns.h"
#include "scanner/facts.h"
#include "scanner/mem.h"
#include "scanner/mx.h"
#include "scanner/servers.h"
#include "scanner/sweep.h"
#include "scanner/table.h"

/* What a host needs until it is finished. */
struct work {
	struct host_waiter *waiters;
	struct record *record;
	struct servers *servers;
	struct dns_question *questions[2]; /* A, AAAA */
	enum tcp_word failures[2];         /* why a family gave no address */
	unsigned pending;                  /* questions and conversations */
	bool wanted;                       /* somebody names it as a mail server */
	size_t addresses;
};

struct host {
	struct table_entry entry;
	struct hosts *hosts;
	struct work *work; /* NULL: finished */
	int64_t id;
	bool addressless, shared; /* shared: in the table of names */
	char name[];              /* "": none */
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
work_free(struct work *work)
{
	if (work == NULL)
		return;
	dns_cancel(work->questions[0]);
	dns_cancel(work->questions[1]);
	servers_free(work->servers);
	record_free(work->record);
	free(work);
}

static void
free_all(struct table *table)
{
	struct table_entry *entry;

	while ((entry = table_take(table)) != NULL) {
		struct host *host = table_owner(entry, struct host, entry);

		work_free(host->work);
		free(host);
	}
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
host_new(struct hosts *hosts, int64_t id, const char *name)
{
	size_t length = name != NULL ? strlen(name) : 0;
	struct host *host = mem_alloc(sizeof *host + length + 1);

	host->hosts = hosts;
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
	host = host_new(hosts, id, name);
	host->addressless = addressless;
	host->shared = true;
	table_add(&hosts->table, &host->entry, table_hash(name, strlen(name)));
}

static struct host_answer
answer_of(const struct host *host)
{
	return (struct host_answer){ host->id, host->addressless };
}

/* Adds a row about an address that is missing or must be left alone. */
static void
add_row(struct host *host, enum tcp_word tcp, const struct address *address)
{
	struct server_facts *facts = server_facts_new();

	facts->tcp = tcp;
	if (address != NULL)
		facts->address = *address;
	record_add_server(host->work->record, facts);
}

static struct work *
work_new(struct host *host)
{
	struct work *work = mem_alloc(sizeof *work);

	work->record = record_new(RECORD_HOST);
	work->record->host.id = host->id;
	work->record->host.of_address = !host->shared;
	work->record->host.name = host->name[0] != '\0' ? mem_strdup(host->name) : NULL;
	return work;
}

/* Rows for what DNS did not give: one when there is no address at all, else one
 * for each family that failed while the other answered. */
static void
add_missing(struct host *host)
{
	struct work *work = host->work;
	enum tcp_word a = work->failures[0], aaaa = work->failures[1];

	if (work->addresses > 0) {
		for (int i = 0; i < 2; i++)
			if (work->failures[i] > TCP_NO_ADDRESS)
				add_row(host, work->failures[i], NULL);
		return;
	}
	add_row(host, a > aaaa ? a : aaaa, NULL); /* bogus > temporary > none */
	/* 0: the family was not asked for, so nobody knows */
	host->addressless = a == TCP_NO_ADDRESS && aaaa == TCP_NO_ADDRESS;
}

/* Everything is known: to the writer, to all who wait, and forgotten.  A domain
 * without an address that only might have been its own mail server is none. */
static void
finish(struct host *host)
{
	struct work *work = host->work;
	struct host_waiter *waiter = work->waiters, *next;
	struct host_answer answer = answer_of(host);
	bool is_server = work->wanted || !host->addressless;

	if (is_server) {
		sweep_put(host->hosts->sweep, work->record);
		work->record = NULL;
	}
	host->work = NULL;
	work_free(work);
	if (!host->shared || !is_server) {
		table_remove(host->shared ? &host->hosts->table : &host->hosts->unshared,
			     &host->entry);
		free(host);
	}
	for (; waiter != NULL; waiter = next) {
		next = waiter->next;
		waiter->done(&answer, waiter);
	}
}

/* A question or a conversation is over. */
static void
part_done(struct host *host)
{
	if (--host->work->pending == 0)
		finish(host);
}

static void
server_done(struct server_facts *facts, void *arg)
{
	struct host *host = arg;

	record_add_server(host->work->record, facts);
	part_done(host);
}

static void
add_address(struct host *host, const struct address *address)
{
	struct sweep *sweep = host->hosts->sweep;
	struct work *work = host->work;

	work->addresses++;
	if (blocklist_blocks_address(sweep->blocklist, address)) {
		add_row(host, TCP_BLOCKED, address);
		return;
	}
	work->pending++;
	if (work->servers == NULL)
		work->servers = servers_new(sweep, server_done, host);
	servers_add(work->servers, address, host->name[0] != '\0' ? host->name : NULL);
}

static enum tcp_word
failure_of(enum answer_status status)
{
	switch (status) {
	case ANSWER_OK:
		return 0;
	case ANSWER_NODATA:
	case ANSWER_NXDOMAIN:
	case ANSWER_LOOP: /* it will never have one */
		return TCP_NO_ADDRESS;
	case ANSWER_BOGUS:
		return TCP_ADDRESS_BOGUS;
	default:
		return TCP_ADDRESS_TEMPORARY;
	}
}

static bool
repeated(const struct answer *answer, size_t i)
{
	for (size_t j = 0; j < i; j++)
		if (address_equal(&answer->records[j].address, &answer->records[i].address))
			return true;
	return false;
}

static void
take_addresses(struct host *host, int family, const struct answer *answer)
{
	struct work *work = host->work;

	work->questions[family] = NULL;
	work->failures[family] = failure_of(answer->status);
	for (size_t i = 0; answer->status == ANSWER_OK && i < answer->count; i++)
		if (!repeated(answer, i))
			add_address(host, &answer->records[i].address);
	if (work->questions[0] == NULL && work->questions[1] == NULL)
		add_missing(host);
	part_done(host);
}

static void
on_ipv4(const struct answer *answer, void *arg)
{
	take_addresses(arg, 0, answer);
}

static void
on_ipv6(const struct answer *answer, void *arg)
{
	take_addresses(arg, 1, answer);
}

static void
ask_addresses(struct host *host)
{
	struct sweep *sweep = host->hosts->sweep;
	struct work *work = host->work;

	if (sweep->options->ipv4) {
		work->pending++;
		work->questions[0] = dns_ask(sweep->dns, host->name, TYPE_A, on_ipv4, host);
	}
	if (sweep->options->ipv6) {
		work->pending++;
		work->questions[1] = dns_ask(sweep->dns, host->name, TYPE_AAAA, on_ipv6, host);
	}
}

/* Finishes now what never needed to be asked. */
static bool
answer_now(struct host *host, struct host_answer *answer)
{
	*answer = answer_of(host);
	finish(host);
	return true;
}

static bool
wait_for(struct host *host, struct host_waiter *waiter)
{
	waiter->next = host->work->waiters;
	host->work->waiters = waiter;
	host->work->wanted |= !waiter->implicit;
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
	host = host_new(hosts, hosts->next_id++, name);
	host->shared = true;
	host->work = work_new(host);
	table_add(&hosts->table, &host->entry, hash);
	if (!mx_name_usable(name) || blocklist_blocks_name(hosts->sweep->blocklist, name)) {
		add_row(host, TCP_BLOCKED, NULL);
		return answer_now(host, answer);
	}
	ask_addresses(host);
	return wait_for(host, waiter);
}

/* A host of its own, not in the table of names. */
static struct host *
unshared_host(struct hosts *hosts, const char *name)
{
	struct host *host = host_new(hosts, hosts->next_id++, name);

	host->work = work_new(host);
	table_add(&hosts->unshared, &host->entry, (uint32_t)host->id);
	return host;
}

bool
hosts_ask_address(struct hosts *hosts, const struct address *address, const char *name,
		  struct host_answer *answer, struct host_waiter *waiter)
{
	struct host *host = unshared_host(hosts, name);

	if (name != NULL && blocklist_blocks_name(hosts->sweep->blocklist, name))
		add_row(host, TCP_BLOCKED, address);
	else
		add_address(host, address);
	if (host->work->pending == 0)
		return answer_now(host, answer);
	return wait_for(host, waiter);
}

struct host_answer
hosts_refuse(struct hosts *hosts)
{
	struct host *host = unshared_host(hosts, NULL);
	struct host_answer answer;

	add_row(host, TCP_BLOCKED, NULL);
	answer_now(host, &answer);
	return answer;
}
