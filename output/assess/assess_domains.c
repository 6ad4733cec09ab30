/* SPDX-License-Identifier: Apache-2.0 */
/* Each domain of a sweep, from the verdicts on its servers. */
#include "output/assess/assess_parts.h"
#include "output/bulk.h"
#include "output/cursor.h"
#include "output/sql.h"

/* All in the order of their primary keys, so nothing is sorted. */
static const char read_domains[] =
    "SELECT name, dns, mx, mx_security, mta_sts_record, mx_set FROM domain"
    " WHERE sweep = ?1 ORDER BY name";
static const char read_policies[] =
    "SELECT name, fetch, word, mode, attempts FROM mta_sts WHERE sweep = ?1 ORDER BY name";
static const char read_exceptions[] =
    "SELECT name, host, position, dane, mta_sts FROM link_verdict"
    " WHERE sweep = ?1 ORDER BY name, host, position";

/* The columns of the first two. */
enum { DNS = 1, MX, SECURITY, STS_RECORD, MX_SET };
enum { STS_FETCH = 1, STS_POLICY, STS_MODE, STS_ATTEMPTS };

static const char verdicts[] = "domain_verdict(sweep, name, verdict)";
enum { ADD_SWEEP, ADD_NAME, ADD_VERDICT, ADD_COLUMNS };

/* The cursors are side by side: each at the domain that is judged, or after it. */
struct domains {
	struct assessment *a;
	struct sum_desk *sums;
	struct verdict_desk *verdicts;
	struct cursor domain, policy, exceptions;
	struct bulk *add;
	struct domain_outcome outcome; /* of the domain */
};

static bool
add_verdict(struct domains *domains, const struct domain_verdict *v)
{
	const struct judge *j = domains->a->judge;
	const struct domain_outcome *domain = &domains->outcome;
	struct domain_words words = {
		.headline = j->headline(v, domain),
		.starttls = j->starttls_share(v),
		.certificate = j->certificate_share(v),
		.dane = j->dane_share(v, domain),
		.mta_sts = j->sts_domain(v, domain),
	};
	int64_t verdict = verdict_desk_turn(domains->verdicts, &words);

	bulk_int(domains->add, ADD_SWEEP, domains->a->sweep);
	bulk_int(domains->add, ADD_NAME, domains->domain.key);
	bulk_int(domains->add, ADD_VERDICT, verdict);
	return verdict != 0 && bulk_next(domains->add);
}

static struct domain_outcome
read_domain(sqlite3_stmt *row)
{
	return (struct domain_outcome){
		.dns = (enum dns_word)word_parse(WORDS_DNS, sql_text(row, DNS)),
		.mx = (enum mx_word)word_parse(WORDS_MX, sql_text(row, MX)),
		.mx_security =
		    (enum security_word)word_parse(WORDS_SECURITY, sql_text(row, SECURITY)),
		.sts_record = (enum sts_record_word)word_parse(WORDS_STS_RECORD,
							       sql_text(row, STS_RECORD)),
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

/* NULL: the database failed. */
static const struct domain_verdict *
sum_of(struct domains *domains)
{
	static const struct domain_verdict nothing;
	int64_t name = domains->domain.key;
	int64_t mx_set = sqlite3_column_int64(domains->domain.rows, MX_SET);
	enum security_word mx_security = domains->outcome.mx_security;

	if (mx_set == 0)
		return &nothing;
	if (cursor_seek(&domains->exceptions, name))
		return sum_desk_turn_for(domains->sums, mx_set, mx_security,
					 &domains->exceptions, name);
	return sum_desk_turn(domains->sums, mx_set, mx_security);
}

static bool
judge_domain(struct domains *domains)
{
	const struct domain_verdict *sum;

	domains->outcome = read_domain(domains->domain.rows);
	if (cursor_seek(&domains->policy, domains->domain.key))
		add_policy(&domains->outcome, domains->policy.rows);
	sum = sum_of(domains);
	return sum != NULL && add_verdict(domains, sum);
}

bool
assess_domains(struct assessment *a)
{
	struct domains domains = {
		.a = a,
		.sums = sum_desk_open(a),
		.verdicts = verdict_desk_open(a),
		.domain = cursor_open(a->db, read_domains, a->sweep),
		.policy = cursor_open(a->db, read_policies, a->sweep),
		.exceptions = cursor_open(a->db, read_exceptions, a->sweep),
		.add = bulk_open(a->db, verdicts, ADD_COLUMNS, ""),
	};
	bool ok = true;

	for (; ok && domains.domain.key != CURSOR_END; cursor_next(&domains.domain))
		ok = judge_domain(&domains);
	ok = ok && bulk_flush(domains.add);
	bulk_close(domains.add);
	ok = cursor_close(&domains.domain) && ok;
	ok = cursor_close(&domains.policy) && ok;
	ok = cursor_close(&domains.exceptions) && ok;
	sum_desk_close(domains.sums);
	verdict_desk_close(domains.verdicts);
	return assess_note(a, ok);
}
