/* SPDX-License-Identifier: Apache-2.0 */
#include "output/policy/eligibility.h"

#include <stdlib.h>
#include <string.h>

#include "output/policy/eligibility_parts.h"
#include "output/sql.h"
#include "scanner/mem.h"

/* The columns of ELIGIBILITY_DOMAIN. */
enum { DNS, MX, RECORD, FETCH, POLICY_WORD, MODE, ATTEMPTS, MAX_AGE, POLICY, HOST, HOST_NAME };

static const char *const texts[ELIGIBILITY_STATEMENTS] = {
	[ELIGIBILITY_NAME] = "SELECT id FROM name WHERE name = ?1",
	[ELIGIBILITY_DOMAIN] =
	    "SELECT q.dns, q.mx, q.mta_sts_record, m.fetch, m.word, m.mode, m.attempts,"
	    " m.max_age, m.policy, e.host, n.name FROM domain d"
	    " JOIN answers q ON q.id = d.answers"
	    " LEFT JOIN mta_sts m ON m.sweep = d.sweep AND m.name = d.name"
	    " LEFT JOIN mx_host e ON e.mx_set = d.mx_set"
	    " LEFT JOIN host h ON h.id = e.host LEFT JOIN name n ON n.id = h.name"
	    " WHERE d.sweep = ?1 AND d.name = ?2",
	[ELIGIBILITY_HOST] =
	    "SELECT v.address, v.chain, v.tls_version, v.tcp, v.greeting, v.ehlo, v.starttls,"
	    " v.handshake, sv.certificate, sv.cn_only FROM server v LEFT JOIN server_verdict sv"
	    " ON sv.host = v.host AND sv.position = v.position"
	    " WHERE v.host = ?1 ORDER BY v.position",
	[ELIGIBILITY_CHAIN_END] =
	    "SELECT min(x.not_after) FROM chain_certificate cc"
	    " JOIN certificate x ON x.id = cc.certificate WHERE cc.chain = ?1",
	[ELIGIBILITY_SWEEP] =
	    "SELECT p.id, p.finished FROM sweep s JOIN sweep p"
	    " ON (p.started, p.id) <= (s.started, s.id) WHERE s.id = ?1 AND"
	    " p.state = 'complete' AND p.judged NOT NULL ORDER BY p.started DESC, p.id DESC"
	    " LIMIT 1 OFFSET ?2",
};

struct eligibility_desk *
eligibility_open(sqlite3 *db)
{
	struct eligibility_desk *desk = mem_alloc(sizeof *desk);

	desk->db = db;
	desk->assessment = (struct assessment){ .db = db, .judge = &judge };
	policy_desk_open(&desk->policies, &desk->assessment);
	for (int i = 0; i < ELIGIBILITY_STATEMENTS; i++)
		desk->statements[i] = sql_prepare(db, texts[i]);
	return desk;
}

void
eligibility_close(struct eligibility_desk *desk)
{
	if (desk == NULL)
		return;
	for (int i = 0; i < ELIGIBILITY_STATEMENTS; i++)
		sqlite3_finalize(desk->statements[i]);
	policy_desk_close(&desk->policies);
	free(desk);
}

/* An MX host of the domain that is being judged. */
struct mx {
	int64_t host;
	char *name;
};

static int
compare_mx(const void *a, const void *b)
{
	return strcmp(((const struct mx *)a)->name, ((const struct mx *)b)->name);
}

/* By reason; what has the same keeps the order in which it was found, that of the hosts:
 * faults are few. */
static void
sort_faults(struct eligibility *e)
{
	for (size_t i = 1; i < e->fault_count; i++) {
		struct eligibility_fault fault = e->faults[i];
		size_t at = i;

		for (; at > 0 && e->faults[at - 1].reason > fault.reason; at--)
			e->faults[at] = e->faults[at - 1];
		e->faults[at] = fault;
	}
}

static struct domain_outcome
outcome_of(sqlite3_stmt *row)
{
	return (struct domain_outcome){
		.dns = (enum dns_word)word_parse(WORDS_DNS, sql_text(row, DNS)),
		.mx = (enum mx_word)word_parse(WORDS_MX, sql_text(row, MX)),
		.sts_record =
		    (enum sts_record_word)word_parse(WORDS_STS_RECORD, sql_text(row, RECORD)),
		.sts_fetch =
		    (enum sts_fetch_word)word_parse(WORDS_STS_FETCH, sql_text(row, FETCH)),
		.sts_policy = (enum sts_policy_word)word_parse(WORDS_STS_POLICY,
							       sql_text(row, POLICY_WORD)),
		.sts_mode = (enum sts_mode_word)word_parse(WORDS_STS_MODE, sql_text(row, MODE)),
		.sts_attempts = (unsigned)sqlite3_column_int(row, ATTEMPTS),
	};
}

static bool
is_within(const struct policy_demand *demand, const char *host)
{
	for (size_t i = 0; i < demand->count; i++)
		if (policy_pattern_matches(demand->mxs[i], host))
			return true;
	return false;
}

static bool
add_hosts(struct eligibility_desk *desk, const struct policy_demand *demand,
	  const struct mx *mxs, struct eligibility *e)
{
	for (size_t i = 0; i < e->mx_count; i++) {
		if (demand != NULL && !is_within(demand, mxs[i].name))
			eligibility_add_fault(e, REASON_MX_NOT_LISTED, mxs[i].name, NULL, NULL);
		if (!eligibility_add_host(desk, mxs[i].host, mxs[i].name, e))
			return false;
		e->mxs[i] = mem_strdup(mxs[i].name);
	}
	e->hosts = (unsigned)e->mx_count;
	return true;
}

static enum eligibility_reason
untested_reason(enum dns_word dns)
{
	if (dns == 0)
		return REASON_NOT_SWEPT;
	return dns == DNS_OK ? REASON_NO_ANSWER : REASON_DNS;
}

/* Whatever is known to be wrong outweighs what is not known. */
static void
conclude(const struct domain_outcome *domain, struct eligibility *e)
{
	struct domain_verdict nobody = { 0 };

	if (judge.headline(&nobody, domain) == HEADLINE_NO_MAIL)
		eligibility_add_fault(e, REASON_NO_MAIL, NULL, NULL,
				      domain->dns == DNS_OK
					  ? word(WORDS_MX, (int)domain->mx)
					  : word(WORDS_DNS, (int)domain->dns));
	if (e->fault_count > 0)
		e->word = NOT_ELIGIBLE;
	else if (e->answered > 0)
		e->word = ELIGIBLE;
	else
		eligibility_add_fault(e, untested_reason(domain->dns), NULL, NULL, NULL);
	sort_faults(e);
	e->reason = e->fault_count > 0 ? e->faults[0].reason : 0;
}

/* The domain's row, and a row for each host; the hosts come sorted. */
struct reading {
	bool found;
	struct domain_outcome domain;
	int64_t policy, max_age;
	struct mx *mxs;
	size_t count;
};

static bool
read_domain(struct eligibility_desk *desk, int64_t sweep, int64_t number,
	    struct reading *reading)
{
	sqlite3_stmt *row = desk->statements[ELIGIBILITY_DOMAIN];

	sqlite3_bind_int64(row, 1, sweep);
	sqlite3_bind_int64(row, 2, number);
	while (sqlite3_step(row) == SQLITE_ROW) {
		if (!reading->found)
			reading->domain = outcome_of(row);
		reading->found = true;
		reading->policy = sqlite3_column_int64(row, POLICY);
		reading->max_age = sqlite3_column_int64(row, MAX_AGE);
		if (sql_text(row, HOST_NAME) == NULL)
			continue;
		reading->mxs =
		    mem_realloc(reading->mxs, (reading->count + 1) * sizeof *reading->mxs);
		reading->mxs[reading->count++] =
		    (struct mx){ sqlite3_column_int64(row, HOST),
				 mem_strdup(sql_text(row, HOST_NAME)) };
	}
	if (reading->count > 1)
		qsort(reading->mxs, reading->count, sizeof *reading->mxs, compare_mx);
	return sqlite3_reset(row) == SQLITE_OK;
}

static bool
judge_reading(struct eligibility_desk *desk, const struct reading *reading,
	      const struct policy_demand *demand, struct eligibility *e)
{
	if (!eligibility_add_sts(desk, &reading->domain, reading->policy, reading->max_age, e))
		return false;
	if (demand == NULL && e->sts_demand.mode != POLICY_NONE)
		demand = &e->sts_demand;
	e->mx_count = reading->count;
	e->mxs = mem_alloc((reading->count + 1) * sizeof *e->mxs);
	if (!add_hosts(desk, demand, reading->mxs, e))
		return false;
	conclude(&reading->domain, e);
	return true;
}

bool
eligibility_judge_number(struct eligibility_desk *desk, int64_t sweep, int64_t number,
			 const struct policy_demand *demand, struct eligibility *e)
{
	struct reading reading = { .found = false };
	bool ok = read_domain(desk, sweep, number, &reading);

	*e = (struct eligibility){ .word = NOT_TESTED };
	ok = ok && judge_reading(desk, &reading, demand, e);
	for (size_t i = 0; i < reading.count; i++)
		free(reading.mxs[i].name);
	free(reading.mxs);
	if (!ok)
		eligibility_clear(e);
	return ok;
}

int64_t
eligibility_number(struct eligibility_desk *desk, const char *domain)
{
	sql_bind_text(desk->statements[ELIGIBILITY_NAME], 1, domain);
	return sql_find(desk->statements[ELIGIBILITY_NAME]);
}

bool
eligibility_judge(struct eligibility_desk *desk, int64_t sweep, const char *domain,
		  const struct policy_demand *demand, struct eligibility *e)
{
	int64_t number = eligibility_number(desk, domain);

	return number >= 0 && eligibility_judge_number(desk, sweep, number, demand, e);
}
