/* SPDX-License-Identifier: Apache-2.0 */
#include "scanner/domain.h"

#include <stdlib.h>
#include <string.h>

#include "scanner/blocklist.h"
#include "scanner/dns.h"
#include "scanner/facts.h"
#include "scanner/hosts.h"
#include "scanner/mem.h"
#include "scanner/mx.h"
#include "scanner/standards.h"
#include "scanner/sweep.h"
#include "scanner/table.h"

struct domain {
	struct domain *previous, *next; /* in domains */
	struct domains *domains;
	struct record *record;
	struct dns_question *question;
	struct standards *standards;
	size_t pending; /* hosts not yet finished, and the standards */
	struct edge *edges;
};

/* The wait for one host. */
struct edge {
	struct host_waiter waiter;
	struct domain *domain;
	int32_t preference;
};

struct domains {
	struct sweep *sweep;
	struct domain *first;
	size_t active;
};

struct domains *
domains_new(struct sweep *sweep)
{
	struct domains *domains = mem_alloc(sizeof *domains);

	domains->sweep = sweep;
	return domains;
}

static void
domain_free(struct domain *domain)
{
	struct domains *domains = domain->domains;

	if (domain->previous != NULL)
		domain->previous->next = domain->next;
	else
		domains->first = domain->next;
	if (domain->next != NULL)
		domain->next->previous = domain->previous;
	domains->active--;
	dns_cancel(domain->question);
	standards_cancel(domain->standards);
	record_free(domain->record);
	free(domain->edges);
	free(domain);
}

void
domains_free(struct domains *domains)
{
	if (domains == NULL)
		return;
	while (domains->first != NULL) /* domain_free() unlinks */
		/* NOLINTNEXTLINE(clang-analyzer-unix.Malloc) */
		domain_free(domains->first);
	free(domains);
}

size_t
domains_active(const struct domains *domains)
{
	return domains->active;
}

static void
finish(struct domain *domain)
{
	struct sweep *sweep = domain->domains->sweep;
	struct record *record = domain->record;

	domain->record = NULL;
	domain_free(domain);
	sweep_put(sweep, record);
	sweep_target_done(sweep);
}

/* A domain without MX and without addresses has no mail server at all; the
 * host that was looked for is then none of its servers. */
static void
take_host(struct domain *domain, int32_t preference, const struct host_answer *answer)
{
	struct record *record = domain->record;

	if (record->target.mx == MX_IMPLICIT && answer->addressless)
		record->target.mx = MX_NONE;
	else
		record_add_link(record, preference, answer->id);
}

static void
on_host(const struct host_answer *answer, struct host_waiter *waiter)
{
	struct edge *edge = table_owner(waiter, struct edge, waiter);
	struct domain *domain = edge->domain;

	take_host(domain, edge->preference, answer);
	if (--domain->pending == 0)
		finish(domain);
}

static struct edge *
edges_new(struct domain *domain, size_t count)
{
	domain->edges = mem_alloc(count * sizeof *domain->edges);
	for (size_t i = 0; i < count; i++) {
		domain->edges[i].domain = domain;
		domain->edges[i].waiter.done = on_host;
	}
	return domain->edges;
}

static void
ask_host(struct domain *domain, struct edge *edge, int32_t preference, const char *name)
{
	struct host_answer answer;

	edge->preference = preference;
	edge->waiter.implicit = domain->record->target.mx == MX_IMPLICIT;
	if (hosts_ask(domain->domains->sweep->hosts, name, &answer, &edge->waiter))
		take_host(domain, preference, &answer);
	else
		domain->pending++;
}

static void
ask_targets(struct domain *domain, const struct mx_plan *plan)
{
	struct edge *edges;

	if (plan->mx == MX_IMPLICIT) { /* RFC 5321 section 5.1: as if of preference 0 */
		edges = edges_new(domain, 1);
		ask_host(domain, edges, 0, domain->record->target.name);
		return;
	}
	edges = edges_new(domain, plan->count);
	for (size_t i = 0; i < plan->count; i++)
		ask_host(domain, &edges[i], plan->targets[i].preference, plan->targets[i].name);
}

static void
on_standards(void *arg)
{
	struct domain *domain = arg;

	domain->standards = NULL;
	if (--domain->pending == 0)
		finish(domain);
}

static bool
takes_mail(const struct mx_plan *plan)
{
	return plan->mx == MX_OK || plan->mx == MX_IMPLICIT || plan->mx == MX_NULL_WITH_OTHERS;
}

static void
ask_standards(struct domain *domain)
{
	domain->standards =
	    standards_ask(domain->domains->sweep, domain->record, on_standards, domain);
	domain->pending += domain->standards != NULL;
}

static void
on_mx(const struct answer *answer, void *arg)
{
	struct domain *domain = arg;
	struct record *record = domain->record;
	struct mx_plan plan;

	domain->question = NULL;
	mx_plan(&plan, answer);
	record->target.dns = plan.dns;
	record->target.mx = plan.mx;
	record->target.mx_security =
	    answer_security(answer, dns_trusted(domain->domains->sweep->dns));
	if (record->target.mx_security == SECURITY_SECURE)
		record->target.expanded = mem_strdup(answer->expanded);
	if (takes_mail(&plan))
		ask_standards(domain);
	ask_targets(domain, &plan);
	if (domain->pending == 0)
		finish(domain);
}

static struct domain *
domain_new(struct domains *domains, struct target *target)
{
	struct domain *domain = mem_alloc(sizeof *domain);
	struct record *record = record_new(RECORD_TARGET);

	domain->domains = domains;
	domain->next = domains->first;
	if (domain->next != NULL)
		domain->next->previous = domain;
	domains->first = domain;
	domains->active++;
	domain->record = record;
	record->target.key = target->kind == TARGET_ADDRESS ? target_key(target) : target->name;
	record->target.name = target->name;
	record->target.tag = target->tag;
	record->target.rank = target->rank;
	record->target.is_address = target->kind == TARGET_ADDRESS;
	target->name = target->tag = NULL;
	return domain;
}

/* One host, known by its address or, in a self-test, by its name. */
static void
start_server(struct domain *domain, const struct address *address)
{
	struct hosts *hosts = domain->domains->sweep->hosts;
	const char *name = domain->record->target.name;
	struct edge *edge = edges_new(domain, 1);
	struct host_answer answer;
	bool known;

	edge->preference = -1;
	if (address != NULL)
		known = hosts_ask_address(hosts, address, name, &answer, &edge->waiter);
	else
		known = hosts_ask(hosts, name, &answer, &edge->waiter);
	if (known)
		take_host(domain, -1, &answer);
	else
		domain->pending++;
}

void
domain_start(struct domains *domains, struct target *target)
{
	struct domain *domain = domain_new(domains, target);
	struct record *record = domain->record;
	struct sweep *sweep = domains->sweep;
	struct host_answer refused;

	if (target->kind == TARGET_INVALID) {
		record->target.dns = DNS_INVALID_NAME;
	} else if (target->kind == TARGET_ADDRESS) {
		start_server(domain, &target->address);
	} else if (sweep->hosts_only) {
		start_server(domain, NULL);
	} else if (blocklist_blocks_name(sweep->blocklist, record->target.name)) {
		refused = hosts_refuse(sweep->hosts);
		take_host(domain, -1, &refused);
	} else {
		domain->question =
		    dns_ask(sweep->dns, record->target.name, TYPE_MX, on_mx, domain);
		return;
	}
	if (domain->pending == 0)
		finish(domain);
}
