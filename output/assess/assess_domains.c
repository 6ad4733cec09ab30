/* SPDX-License-Identifier: Apache-2.0 */
/* Each domain of a sweep, from the verdicts on its servers. */
#include <stdlib.h>

#include "output/assess/assess_parts.h"
#include "output/sql.h"
#include "scanner/mem.h"

enum statement { READ_DOMAINS, READ_EXCEPTIONS, ADD_DOMAIN, STATEMENTS };

/* The columns of READ_DOMAINS. */
enum {
	NAME,
	DNS,
	MX,
	SECURITY,
	STS_RECORD,
	STS_FETCH,
	STS_POLICY,
	STS_MODE,
	STS_ATTEMPTS,
	EXCEPTIONS,
	HOST,
};

/* The joins are in the order of the primary keys, so nothing is sorted. */
static const char *const texts[STATEMENTS] = {
	[READ_DOMAINS] =
	    "SELECT d.name, d.dns, d.mx, d.mx_security, d.mta_sts_record, m.fetch, m.word,"
	    " m.mode, m.attempts, CASE WHEN ?2 THEN EXISTS (SELECT 1 FROM link_verdict lv"
	    "  WHERE lv.sweep = d.sweep AND lv.name = d.name) END, l.host FROM domain d"
	    " LEFT JOIN mta_sts m ON m.sweep = d.sweep AND m.name = d.name"
	    " LEFT JOIN link l ON l.sweep = d.sweep AND l.name = d.name"
	    " WHERE d.sweep = ?1 ORDER BY d.name",
	[READ_EXCEPTIONS] = "SELECT position, dane, mta_sts FROM link_verdict"
			    " WHERE sweep = ?1 AND name = ?2 AND host = ?3 ORDER BY position",
	[ADD_DOMAIN] =
	    "INSERT INTO domain_verdict(sweep, name, headline, starttls, certificate,"
	    " dane, mta_sts) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7)",
};

/* A domain whose servers are being added up. */
struct sum {
	int64_t name; /* 0: none yet */
	bool exceptions;
	struct domain_outcome domain;
	struct domain_verdict verdict;
};

struct domains {
	struct assessment *a;
	struct host_desk *hosts;
	sqlite3_stmt *statements[STATEMENTS];
	struct sum sum;
};

static bool
finish_domain(struct domains *domains)
{
	const struct judge *j = domains->a->judge;
	const struct domain_verdict *v = &domains->sum.verdict;
	const struct domain_outcome *domain = &domains->sum.domain;
	sqlite3_stmt *s = domains->statements[ADD_DOMAIN];

	if (domains->sum.name == 0)
		return true;
	sqlite3_bind_int64(s, 1, domains->a->sweep);
	sqlite3_bind_int64(s, 2, domains->sum.name);
	sql_bind_text(s, 3, word(WORDS_HEADLINE, (int)j->headline(v, domain)));
	sql_bind_text(s, 4, word(WORDS_SHARE, (int)j->starttls_share(v)));
	sql_bind_text(s, 5, word(WORDS_SHARE, (int)j->certificate_share(v)));
	sql_bind_text(s, 6, word(WORDS_DANE_SHARE, (int)j->dane_share(v, domain)));
	sql_bind_text(s, 7, word(WORDS_STS_DOMAIN, (int)j->sts_domain(v, domain)));
	return sql_finish(s);
}

static struct sum
begin_domain(sqlite3_stmt *row)
{
	return (struct sum){
		.name = sqlite3_column_int64(row, NAME),
		.exceptions = sqlite3_column_int(row, EXCEPTIONS) != 0,
		.domain = {
			.dns = (enum dns_word)word_parse(WORDS_DNS, sql_text(row, DNS)),
			.mx = (enum mx_word)word_parse(WORDS_MX, sql_text(row, MX)),
			.mx_security = (enum security_word)word_parse(
			    WORDS_SECURITY, sql_text(row, SECURITY)),
			.sts_record = (enum sts_record_word)word_parse(
			    WORDS_STS_RECORD, sql_text(row, STS_RECORD)),
			.sts_fetch = (enum sts_fetch_word)word_parse(WORDS_STS_FETCH,
								     sql_text(row, STS_FETCH)),
			.sts_policy = (enum sts_policy_word)word_parse(
			    WORDS_STS_POLICY, sql_text(row, STS_POLICY)),
			.sts_mode = (enum sts_mode_word)word_parse(WORDS_STS_MODE,
								   sql_text(row, STS_MODE)),
			.sts_attempts = (unsigned)sqlite3_column_int(row, STS_ATTEMPTS),
		},
	};
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

/* Puts what is different for this domain in the place of what the servers of the host
 * are by themselves. */
static bool
apply_exceptions(struct domains *domains, int64_t host, struct server_outcome *servers,
		 size_t count)
{
	sqlite3_stmt *s = domains->statements[READ_EXCEPTIONS];

	sqlite3_bind_int64(s, 1, domains->a->sweep);
	sqlite3_bind_int64(s, 2, domains->sum.name);
	sqlite3_bind_int64(s, 3, host);
	while (sqlite3_step(s) == SQLITE_ROW) {
		size_t position = (size_t)sqlite3_column_int64(s, 0);
		const char *dane = sql_text(s, 1);

		if (position >= count)
			continue;
		if (dane != NULL)
			servers[position].dane = (enum dane_word)word_parse(WORDS_DANE, dane);
		servers[position].mta_sts =
		    (enum sts_server_word)word_parse(WORDS_STS_SERVER, sql_text(s, 2));
	}
	return sqlite3_reset(s) == SQLITE_OK;
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

static bool
add_host(struct domains *domains, int64_t host)
{
	const struct host_servers *known = host_desk_turn(domains->hosts, host);
	struct server_outcome *own;
	bool ok;

	if (known == NULL)
		return false;
	if (!domains->sum.exceptions) {
		add_servers(domains, known->servers, known->count);
		return true;
	}
	own = mem_dup(known->servers, known->count * sizeof *own);
	ok = apply_exceptions(domains, host, own, known->count);
	add_servers(domains, own, known->count);
	free(own);
	return ok;
}

/* Most sweeps have none at all, and need not look for them link by link. */
static bool
has_exceptions(struct assessment *a)
{
	return sql_number(a->db, "SELECT EXISTS (SELECT 1 FROM link_verdict WHERE sweep = ?1)",
			  a->sweep) != 0;
}

static bool
judge_domains(struct domains *domains)
{
	sqlite3_stmt *row = domains->statements[READ_DOMAINS];
	int64_t host;

	sqlite3_bind_int64(row, 1, domains->a->sweep);
	sqlite3_bind_int64(row, 2, has_exceptions(domains->a));
	while (sqlite3_step(row) == SQLITE_ROW) {
		if (sqlite3_column_int64(row, NAME) != domains->sum.name) {
			if (!finish_domain(domains))
				return false;
			domains->sum = begin_domain(row);
		}
		host = sqlite3_column_int64(row, HOST); /* 0: the outer join found none */
		if (host != 0 && !add_host(domains, host))
			return false;
	}
	return sqlite3_reset(row) == SQLITE_OK && finish_domain(domains);
}

bool
assess_domains(struct assessment *a)
{
	struct domains domains = { .a = a, .hosts = host_desk_open(a) };
	bool ok;

	for (int i = 0; i < STATEMENTS; i++)
		domains.statements[i] = sql_prepare(a->db, texts[i]);
	ok = assess_note(a, judge_domains(&domains));
	for (int i = 0; i < STATEMENTS; i++)
		sqlite3_finalize(domains.statements[i]);
	host_desk_close(domains.hosts);
	return ok;
}
