/* SPDX-License-Identifier: Apache-2.0 */
#include "scanner/tlsa.h"

#include <stdlib.h>

#include "scanner/dns.h"
#include "scanner/mem.h"
#include "scanner/sweep.h"

struct tlsa_search {
	struct sweep *sweep;
	char *host;
	bool fallback; /* the expanded name is asked; the host's own is next */
	struct tlsa_set *set;
	struct dns_question *question;
	tlsa_done *done;
	void *arg;
};

void
tlsa_cancel(struct tlsa_search *search)
{
	if (search == NULL)
		return;
	dns_cancel(search->question);
	free(search->host);
	free(search);
}

static void
finish(struct tlsa_search *search, enum tlsa_word lookup)
{
	tlsa_done *done = search->done;
	void *arg = search->arg;

	search->set->lookup = lookup;
	tlsa_cancel(search);
	done(arg);
}

static void
keep(struct tlsa_set *set, const struct answer *answer)
{
	for (size_t i = 0; i < answer->count; i++)
		tlsa_set_add(set, answer->records[i].data, answer->records[i].length);
	set->secure = answer->authenticated;
}

/* Records that are not secure are none (RFC 7672 section 2.2). */
static bool
has_none(const struct answer *answer)
{
	return answer->status == ANSWER_NODATA || answer->status == ANSWER_NXDOMAIN ||
	       (answer->status == ANSWER_OK && !answer->authenticated);
}

static void ask_records(struct tlsa_search *search, const char *base);

static void
on_records(const struct answer *answer, void *arg)
{
	struct tlsa_search *search = arg;

	search->question = NULL;
	if (has_none(answer) && search->fallback) {
		search->fallback = false;
		ask_records(search, search->host);
		return;
	}
	if (answer->status == ANSWER_OK)
		keep(search->set, answer);
	if (has_none(answer))
		finish(search, TLSA_NONE);
	else
		finish(search, answer->status == ANSWER_OK ? TLSA_FOUND : TLSA_FAILED);
}

static void
ask_records(struct tlsa_search *search, const char *base)
{
	struct sweep *sweep = search->sweep;
	char *owner = mem_printf("_%u._tcp.%s", sweep->options->port, base);

	free(search->set->base);
	search->set->base = mem_strdup(base);
	search->question = dns_ask(sweep->dns, owner, TYPE_TLSA, on_records, search);
	free(owner);
}

/* The addresses are not secure, but the alias may stand in a signed zone: then only
 * where it leads is not, and the records below the host's own name count (RFC 7672
 * section 2.2.3). */
static void
on_alias(const struct answer *answer, void *arg)
{
	struct tlsa_search *search = arg;

	search->question = NULL;
	if (answer->status == ANSWER_OK && answer->authenticated)
		ask_records(search, search->host);
	else if (has_none(answer))
		finish(search, TLSA_INSECURE_HOST);
	else
		finish(search, TLSA_FAILED);
}

/* What is known without asking; 0: nothing. */
static enum tlsa_word
known(const struct sweep *sweep, const struct tlsa_basis *basis)
{
	if (!dns_trusted(sweep->dns) || !basis->found)
		return TLSA_UNKNOWN;
	return basis->secure || basis->aliased ? 0 : TLSA_INSECURE_HOST;
}

struct tlsa_search *
tlsa_search(struct sweep *sweep, const char *host, const struct tlsa_basis *basis,
	    struct tlsa_set *set, tlsa_done *done, void *arg)
{
	struct tlsa_search *search;

	set->lookup = known(sweep, basis);
	if (set->lookup != 0)
		return NULL;
	search = mem_alloc(sizeof *search);
	*search = (struct tlsa_search){ .sweep = sweep,
					.host = mem_strdup(host),
					.fallback = basis->secure && basis->aliased,
					.set = set,
					.done = done,
					.arg = arg };
	if (basis->secure && basis->aliased)
		set->expanded = mem_strdup(basis->expanded);
	if (basis->secure)
		ask_records(search, basis->aliased ? basis->expanded : host);
	else
		search->question = dns_ask(sweep->dns, host, TYPE_CNAME, on_alias, search);
	return search;
}
