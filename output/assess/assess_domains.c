/* SPDX-License-Identifier: Apache-2.0 */
/* Each domain of a sweep, from the verdicts on its servers. */
#include <stdlib.h>

#include "output/assess/assess_parts.h"
#include "output/bulk.h"
#include "output/cursor.h"
#include "output/sql.h"
#include "scanner/mem.h"

/* All in the order of their primary keys, so nothing is sorted. */
static const char read_domains[] =
    "SELECT name, dns, mx, mx_security, mta_sts_record FROM domain"
    " WHERE sweep = ?1 ORDER BY name";
static const char read_policies[] =
    "SELECT name, fetch, word, mode, attempts FROM mta_sts WHERE sweep = ?1 ORDER BY name";
static const char read_links[] =
    "SELECT name, host FROM link WHERE sweep = ?1 ORDER BY name, host";
static const char read_exceptions[] =
    "SELECT name, host, position, dane, mta_sts FROM link_verdict"
    " WHERE sweep = ?1 ORDER BY name, host, position";

/* Their columns. */
enum { DNS = 1, MX, SECURITY, STS_RECORD };
enum { STS_FETCH = 1, STS_POLICY, STS_MODE, STS_ATTEMPTS };
enum { HOST = 1, POSITION, DANE, MTA_STS };

static const char verdicts[] = "domain_verdict(sweep, name, headline, starttls, certificate,"
			       " dane, mta_sts)";

/* A domain whose servers are being added up. */
struct sum {
	struct domain_outcome domain;
	struct domain_verdict verdict;
};

/* The cursors are side by side: each at the domain that is judged, or after it. */
struct domains {
	struct assessment *a;
	struct host_desk *hosts;
	struct cursor domain, policy, link, exception;
	struct bulk *add;
	struct sum sum;
};

static bool
finish_domain(struct domains *domains)
{
	const struct judge *j = domains->a->judge;
	const struct domain_verdict *v = &domains->sum.verdict;
	const struct domain_outcome *domain = &domains->sum.domain;
	struct bulk *add = domains->add;

	bulk_int(add, 0, domains->a->sweep);
	bulk_int(add, 1, domains->domain.key);
	bulk_word(add, 2, word(WORDS_HEADLINE, (int)j->headline(v, domain)));
	bulk_word(add, 3, word(WORDS_SHARE, (int)j->starttls_share(v)));
	bulk_word(add, 4, word(WORDS_SHARE, (int)j->certificate_share(v)));
	bulk_word(add, 5, word(WORDS_DANE_SHARE, (int)j->dane_share(v, domain)));
	bulk_word(add, 6, word(WORDS_STS_DOMAIN, (int)j->sts_domain(v, domain)));
	return bulk_next(add);
}

static void
begin_domain(struct domains *domains)
{
	sqlite3_stmt *row = domains->domain.rows;

	domains->sum = (struct sum){
		.domain = {
			.dns = (enum dns_word)word_parse(WORDS_DNS, sql_text(row, DNS)),
			.mx = (enum mx_word)word_parse(WORDS_MX, sql_text(row, MX)),
			.mx_security = (enum security_word)word_parse(
			    WORDS_SECURITY, sql_text(row, SECURITY)),
			.sts_record = (enum sts_record_word)word_parse(
			    WORDS_STS_RECORD, sql_text(row, STS_RECORD)),
		},
	};
}

static void
add_policy(struct domain_outcome *domain, sqlite3_stmt *row)
{
	domain->sts_fetch =
	    (enum sts_fetch_word)word_parse(WORDS_STS_FETCH, sql_text(row, STS_FETCH));
	domain->sts_policy =
	    (enum sts_policy_word)word_parse(WORDS_STS_POLICY, sql_text(row, STS_POLICY));
	domain->sts_mode =
	    (enum sts_mode_word)word_parse(WORDS_STS_MODE, sql_text(row, STS_MODE));
	domain->sts_attempts = (unsigned)sqlite3_column_int(row, STS_ATTEMPTS);
}

/* What the records of a host are to a domain with such an MX answer: DANE_OF_LINK of
 * schema.h, which the views use, says the same. */
static enum dane_word
dane_of(enum security_word mx_security, enum tlsa_word tlsa, enum dane_word server)
{
	if (tlsa == 0)
		return 0;
	if (mx_security == SECURITY_INSECURE)
		return DANE_INSECURE_MX;
	if (mx_security != SECURITY_SECURE || tlsa == TLSA_UNKNOWN)
		return DANE_UNKNOWN;
	return tlsa == TLSA_NONE            ? DANE_NO_TLSA
	       : tlsa == TLSA_FAILED        ? DANE_LOOKUP_FAILED
	       : tlsa == TLSA_INSECURE_HOST ? DANE_INSECURE_HOST
					    : server;
}

static void
apply_exception(sqlite3_stmt *row, struct server_outcome *servers, size_t count)
{
	size_t position = (size_t)sqlite3_column_int64(row, POSITION);
	const char *dane = sql_text(row, DANE);

	if (position >= count)
		return;
	if (dane != NULL)
		servers[position].dane = (enum dane_word)word_parse(WORDS_DANE, dane);
	servers[position].mta_sts =
	    (enum sts_server_word)word_parse(WORDS_STS_SERVER, sql_text(row, MTA_STS));
}

/* Is there something different for this domain and host? */
static bool
seek_exception(struct cursor *exception, int64_t name, int64_t host)
{
	while (cursor_seek(exception, name) &&
	       sqlite3_column_int64(exception->rows, HOST) < host)
		cursor_next(exception);
	return exception->key == name && sqlite3_column_int64(exception->rows, HOST) == host;
}

static void
add_servers(struct domains *domains, const struct server_outcome *servers, size_t count)
{
	struct sum *sum = &domains->sum;

	for (size_t i = 0; i < count; i++) {
		struct server_outcome server = servers[i];

		server.dane = dane_of(sum->domain.mx_security, server.tlsa, server.dane);
		domains->a->judge->add_server(&sum->verdict, &server);
	}
}

/* Exceptions take the place of what the servers of the host are by themselves. */
static bool
add_host(struct domains *domains, int64_t name, int64_t host)
{
	const struct host_servers *known = host_desk_turn(domains->hosts, host);
	struct cursor *exception = &domains->exception;
	struct server_outcome *own;

	if (known == NULL)
		return false;
	if (!seek_exception(exception, name, host)) {
		add_servers(domains, known->servers, known->count);
		return true;
	}
	own = mem_dup(known->servers, known->count * sizeof *own);
	for (; seek_exception(exception, name, host); cursor_next(exception))
		apply_exception(exception->rows, own, known->count);
	add_servers(domains, own, known->count);
	free(own);
	return true;
}

static bool
judge_domain(struct domains *domains)
{
	int64_t name = domains->domain.key;

	begin_domain(domains);
	if (cursor_seek(&domains->policy, name))
		add_policy(&domains->sum.domain, domains->policy.rows);
	for (; cursor_seek(&domains->link, name); cursor_next(&domains->link))
		if (!add_host(domains, name, sqlite3_column_int64(domains->link.rows, HOST)))
			return false;
	return finish_domain(domains);
}

bool
assess_domains(struct assessment *a)
{
	struct domains domains = {
		.a = a,
		.hosts = host_desk_open(a),
		.domain = cursor_open(a->db, read_domains, a->sweep),
		.policy = cursor_open(a->db, read_policies, a->sweep),
		.link = cursor_open(a->db, read_links, a->sweep),
		.exception = cursor_open(a->db, read_exceptions, a->sweep),
		.add = bulk_open(a->db, verdicts, 7, ""),
	};
	bool ok = true;

	for (; ok && domains.domain.key != CURSOR_END; cursor_next(&domains.domain))
		ok = judge_domain(&domains);
	ok = ok && bulk_flush(domains.add);
	bulk_close(domains.add);
	ok = cursor_close(&domains.domain) && ok;
	ok = cursor_close(&domains.policy) && ok;
	ok = cursor_close(&domains.link) && ok;
	ok = cursor_close(&domains.exception) && ok;
	host_desk_close(domains.hosts);
	return assess_note(a, ok);
}
