/* SPDX-License-Identifier: Apache-2.0 */
#include "scanner/policy_host.h"

#include <stdlib.h>

#include "scanner/blocklist.h"
#include "scanner/mem.h"
#include "scanner/sweep.h"

static const enum answer_type types[FAMILIES] = { TYPE_A, TYPE_AAAA };

void
policy_host_clear(struct policy_host *host)
{
	for (int i = 0; i < FAMILIES; i++) {
		dns_cancel(host->questions[i]);
		host->questions[i] = NULL;
	}
	free(host->alias);
	host->alias = NULL;
}

/* One of each family in turn, so that a family that does not work does not take all
 * places. */
static void
choose_addresses(struct policy_host *host)
{
	for (size_t i = 0; i < ADDRESSES_MAX; i++)
		for (int family = 0; family < FAMILIES; family++)
			if (i < host->found_count[family] && host->count < ADDRESSES_MAX)
				host->addresses[host->count++] = host->found[family][i];
}

bool
policy_host_half_asked(const struct policy_host *host)
{
	const struct options *options = host->sweep->options;

	return options->ipv4 != options->ipv6 &&
	       host->failures[options->ipv4 ? 0 : 1] == ANSWER_NODATA;
}

/* The worst of both families. */
const char *
policy_host_missing(const struct policy_host *host)
{
	static const struct {
		enum answer_status status;
		const char *detail;
	} reasons[] = {
		{ ANSWER_BOGUS, "DNSSEC validation of the policy host's address fails" },
		{ ANSWER_NONE, "DNS does not answer for the policy host" },
		{ ANSWER_FAILED, "DNS fails for the policy host" },
		{ ANSWER_MALFORMED, "DNS fails for the policy host" },
		{ ANSWER_LOOP, "the policy host's CNAME chain has no end" },
		{ ANSWER_NXDOMAIN, "the policy host does not exist" },
	};

	for (size_t i = 0; i < sizeof reasons / sizeof *reasons; i++)
		for (int family = 0; family < FAMILIES; family++)
			if (host->failures[family] == reasons[i].status)
				return reasons[i].detail;
	return "the policy host has no address";
}

static void
add_address(struct policy_host *host, int family, const struct address *address)
{
	size_t *count = &host->found_count[family];

	if (blocklist_blocks_address(host->sweep->blocklist, address)) {
		host->blocked = true;
		return;
	}
	for (size_t i = 0; i < *count; i++)
		if (address_equal(&host->found[family][i], address))
			return;
	if (*count < ADDRESSES_MAX)
		host->found[family][(*count)++] = *address;
}

static void
take_answer(struct policy_host *host, int family, const struct answer *answer)
{
	host->questions[family] = NULL;
	host->failures[family] = answer->status;
	if (host->alias == NULL)
		host->alias = mem_strdup(answer->expanded);
	for (size_t i = 0; answer->status == ANSWER_OK && i < answer->count; i++)
		add_address(host, family, &answer->records[i].address);
	if (host->questions[0] == NULL && host->questions[1] == NULL) {
		choose_addresses(host);
		host->done(host);
	}
}

static void
on_ipv4(const struct answer *answer, void *arg)
{
	take_answer(arg, 0, answer);
}

static void
on_ipv6(const struct answer *answer, void *arg)
{
	take_answer(arg, 1, answer);
}

void
policy_host_ask(struct policy_host *host)
{
	static dns_done *const answers[FAMILIES] = { on_ipv4, on_ipv6 };
	struct sweep *sweep = host->sweep;
	const bool wanted[FAMILIES] = { sweep->options->ipv4, sweep->options->ipv6 };

	for (int i = 0; i < FAMILIES; i++)
		if (wanted[i])
			host->questions[i] =
			    dns_ask(sweep->dns, host->name, types[i], answers[i], host);
		else
			host->failures[i] = ANSWER_OK;
}
