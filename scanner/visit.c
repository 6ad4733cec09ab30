/* SPDX-License-Identifier: Apache-2.0 */
#include "scanner/visit.h"

#include <stdlib.h>

#include "scanner/blocklist.h"
#include "scanner/dns.h"
#include "scanner/mem.h"
#include "scanner/servers.h"
#include "scanner/sweep.h"
#include "scanner/tlsa.h"

/* What is asked of DNS; gone when the conversations are all that is waited for. */
struct lookup {
	struct sweep *sweep;
	struct dns_question *questions[2]; /* A, AAAA */
	enum tcp_word failures[2];         /* why a family gave no address */
	size_t addresses;
	bool secure;    /* of the address answers so far */
	char *expanded; /* where the host's CNAME chain ends; NULL: it is no alias */
	struct tlsa_search *search;
	struct address *held; /* to be contacted when the search is over */
	size_t held_count;
};

struct visit {
	struct record *record;
	visit_done *done;
	void *arg;
	struct lookup *lookup; /* NULL: over, or there was none */
	struct servers servers;
	unsigned pending; /* questions, the search, conversations */
	bool addressless; /* the look-up is over and says so */
};

static void server_done(struct server_facts *facts, void *arg);

static struct visit *
visit_new(struct sweep *sweep, struct record *record, visit_done *done, void *arg)
{
	struct visit *visit = mem_alloc(sizeof *visit);

	visit->record = record;
	visit->done = done;
	visit->arg = arg;
	visit->servers = (struct servers){ .sweep = sweep, .done = server_done, .arg = visit };
	return visit;
}

static void
lookup_free(struct lookup *lookup)
{
	if (lookup == NULL)
		return;
	dns_cancel(lookup->questions[0]);
	dns_cancel(lookup->questions[1]);
	tlsa_cancel(lookup->search);
	free(lookup->expanded);
	free(lookup->held);
	free(lookup);
}

void
visit_cancel(struct visit *visit)
{
	if (visit == NULL)
		return;
	lookup_free(visit->lookup);
	servers_clear(&visit->servers);
	record_free(visit->record);
	free(visit);
}

/* DNS says so of both families.  Of one that was not asked for nobody knows. */
static bool
is_addressless(const struct lookup *lookup)
{
	return lookup->addresses == 0 && lookup->failures[0] == TCP_NO_ADDRESS &&
	       lookup->failures[1] == TCP_NO_ADDRESS;
}

/* A question, the search or a conversation is over. */
static void
part_done(struct visit *visit)
{
	struct record *record = visit->record;
	bool addressless = visit->addressless;
	visit_done *done = visit->done;
	void *arg = visit->arg;

	if (--visit->pending > 0)
		return;
	visit->record = NULL;
	visit_cancel(visit);
	done(record, addressless, arg);
}

static void
server_done(struct server_facts *facts, void *arg)
{
	struct visit *visit = arg;

	record_add_server(visit->record, facts);
	part_done(visit);
}

/* Adds a row about an address that is missing or must be left alone. */
static void
add_row(struct visit *visit, enum tcp_word tcp, const struct address *address)
{
	struct server_facts *facts = server_facts_new();

	facts->tcp = tcp;
	if (address != NULL)
		facts->address = *address;
	record_add_server(visit->record, facts);
}

/* The name for SNI is the TLSA base domain where there are records (RFC 7672
 * section 8.1); the record keeps it until the last conversation is over. */
static const char *
server_name(const struct visit *visit)
{
	const struct record *record = visit->record;

	return record->host.tlsa.lookup == TLSA_FOUND ? record->host.tlsa.base
						      : record->host.name;
}

static void
contact(struct visit *visit, const struct address *address)
{
	visit->pending++;
	servers_add(&visit->servers, address, server_name(visit));
}

static void
hold(struct lookup *lookup, const struct address *address)
{
	size_t count = lookup->held_count++;

	lookup->held = mem_realloc(lookup->held, (count + 1) * sizeof *lookup->held);
	lookup->held[count] = *address;
}

/* Only an alias may turn out to have a base domain that is not its name. */
static void
add_address(struct visit *visit, const struct address *address, bool may_be_based)
{
	visit->lookup->addresses++;
	if (blocklist_blocks_address(visit->lookup->sweep->blocklist, address))
		add_row(visit, TCP_BLOCKED, address);
	else if (may_be_based)
		hold(visit->lookup, address);
	else
		contact(visit, address);
}

/* DNS has said all; what was held is contacted. */
static void
finish_lookup(struct visit *visit)
{
	struct lookup *lookup = visit->lookup;

	for (size_t i = 0; i < lookup->held_count; i++)
		contact(visit, &lookup->held[i]);
	visit->addressless = is_addressless(lookup);
	visit->lookup = NULL;
	lookup_free(lookup);
}

static void
on_search(void *arg)
{
	struct visit *visit = arg;

	visit->lookup->search = NULL;
	finish_lookup(visit);
	part_done(visit);
}

static void
search_records(struct visit *visit)
{
	struct record *record = visit->record;
	struct lookup *lookup = visit->lookup;
	struct tlsa_basis basis = { .found = lookup->addresses > 0,
				    .secure = lookup->secure,
				    .aliased = lookup->expanded != NULL,
				    .expanded = lookup->expanded };

	if (!lookup->sweep->options->no_dane)
		lookup->search = tlsa_search(lookup->sweep, record->host.name, &basis,
					     &record->host.tlsa, on_search, visit);
	if (lookup->search != NULL)
		visit->pending++;
	else
		finish_lookup(visit);
}

/* Rows for what DNS did not give: one when there is no address at all, else one
 * for each family that failed while the other answered. */
static void
add_missing(struct visit *visit)
{
	const struct lookup *lookup = visit->lookup;
	enum tcp_word a = lookup->failures[0], aaaa = lookup->failures[1];

	if (lookup->addresses == 0)
		add_row(visit, a > aaaa ? a : aaaa, NULL); /* bogus > temporary > none */
	for (int i = 0; i < 2 && lookup->addresses > 0; i++)
		if (lookup->failures[i] > TCP_NO_ADDRESS)
			add_row(visit, lookup->failures[i], NULL);
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

/* An answer with addresses. */
static void
take_answer(struct visit *visit, const struct answer *answer)
{
	struct lookup *lookup = visit->lookup;
	bool may_be_based = answer->aliased && answer->authenticated &&
			    dns_trusted(lookup->sweep->dns) && !lookup->sweep->options->no_dane;

	lookup->secure &= answer->authenticated;
	if (answer->expanded != NULL && lookup->expanded == NULL)
		lookup->expanded = mem_strdup(answer->expanded);
	for (size_t i = 0; i < answer->count; i++)
		if (!repeated(answer, i))
			add_address(visit, &answer->records[i].address, may_be_based);
}

static void
take_addresses(struct visit *visit, int family, const struct answer *answer)
{
	struct lookup *lookup = visit->lookup;

	lookup->questions[family] = NULL;
	lookup->failures[family] = failure_of(answer->status);
	if (answer->status == ANSWER_OK)
		take_answer(visit, answer);
	if (lookup->questions[0] == NULL && lookup->questions[1] == NULL) {
		add_missing(visit);
		search_records(visit);
	}
	part_done(visit);
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

struct visit *
visit_host(struct sweep *sweep, struct record *record, visit_done *done, void *arg)
{
	struct visit *visit = visit_new(sweep, record, done, arg);
	struct lookup *lookup = visit->lookup = mem_alloc(sizeof *lookup);
	const char *name = record->host.name;

	lookup->sweep = sweep;
	lookup->secure = true;
	if (sweep->options->ipv4) {
		visit->pending++;
		lookup->questions[0] = dns_ask(sweep->dns, name, TYPE_A, on_ipv4, visit);
	}
	if (sweep->options->ipv6) {
		visit->pending++;
		lookup->questions[1] = dns_ask(sweep->dns, name, TYPE_AAAA, on_ipv6, visit);
	}
	return visit;
}

struct visit *
visit_address(struct sweep *sweep, struct record *record, const struct address *address,
	      visit_done *done, void *arg)
{
	struct visit *visit = visit_new(sweep, record, done, arg);

	contact(visit, address);
	return visit;
}
