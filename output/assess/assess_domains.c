/* SPDX-License-Identifier: Apache-2.0 */
/* Each domain of a sweep, from the verdicts on its servers. */
#include "output/assess/assess_parts.h"
#include "output/bulk.h"
#include "output/combined.h"
#include "output/cursor.h"
#include "output/report/tally_domains.h"
#include "output/sql.h"

/* All in the order of their primary keys, so nothing is sorted. */
static const char read_domains[] = "SELECT name, answers, mx_set FROM domain"
				   " WHERE sweep = ?1 ORDER BY name";
static const char read_policies[] =
    "SELECT name, fetch, word, mode, attempts FROM mta_sts WHERE sweep = ?1 ORDER BY name";
static const char read_exceptions[] =
    "SELECT name, host, position, dane, mta_sts FROM link_verdict"
    " WHERE sweep = ?1 ORDER BY name, host, position";

/* The columns of the first two. */
enum { ANSWERS = 1, MX_SET };
enum { STS_FETCH = 1, STS_POLICY, STS_MODE, STS_ATTEMPTS };

static const char verdicts[] = "domain_verdict(sweep, name, verdict)";
enum { ADD_SWEEP, ADD_NAME, ADD_VERDICT, ADD_COLUMNS };

/* The cursors are side by side: each at the domain that is judged, or after it. */
struct domains {
	struct assessment *a;
	struct sum_desk *sums;
	struct combined *answers, *verdicts;
	struct cursor domain, policy, exceptions;
	struct bulk *add;
	struct domain_outcome outcome; /* of the domain */
};

static bool
add_verdict(struct domains *domains, const struct domain_verdict *v)
{
	const struct judge *j = domains->a->judge;
	const struct domain_outcome *domain = &domains->outcome;
	const int words[COMBINED_WORDS] = {
		[VERDICT_HEADLINE] = (int)j->headline(v, domain),
		[VERDICT_STARTTLS] = (int)j->starttls_share(v),
		[VERDICT_CERTIFICATE] = (int)j->certificate_share(v),
		[VERDICT_DANE] = (int)j->dane_share(v, domain),
		[VERDICT_STS] = (int)j->sts_domain(v, domain),
	};
	int64_t verdict = combined_id(domains->verdicts, words);

	bulk_int(domains->add, ADD_SWEEP, domains->a->sweep);
	bulk_int(domains->add, ADD_NAME, domains->domain.key);
	bulk_int(domains->add, ADD_VERDICT, verdict);
	return verdict != 0 && bulk_next(domains->add) &&
	       tally_domains_add(domains->a->counts,
				 sqlite3_column_int64(domains->domain.rows, ANSWERS),
				 sqlite3_column_int64(domains->domain.rows, MX_SET), verdict);
}

static bool
read_domain(struct domains *domains)
{
	int64_t answers = sqlite3_column_int64(domains->domain.rows, ANSWERS);
	int words[COMBINED_WORDS];

	if (!combined_words(domains->answers, answers, words))
		return false;
	domains->outcome = (struct domain_outcome){
		.dns = (enum dns_word)words[ANSWER_DNS],
		.mx = (enum mx_word)words[ANSWER_MX],
		.mx_security = (enum security_word)words[ANSWER_MX_SECURITY],
		.sts_record = (enum sts_record_word)words[ANSWER_STS_RECORD],
	};
	return true;
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

	if (!read_domain(domains))
		return false;
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
		.answers = combined_open(a->db, &combined_answers),
		.verdicts = combined_open(a->db, &combined_verdict),
		.domain = cursor_open(a->db, read_domains, a->sweep),
		.policy = cursor_open(a->db, read_policies, a->sweep),
		.exceptions = cursor_open(a->db, read_exceptions, a->sweep),
		.add = bulk_open(a->db, verdicts, ADD_COLUMNS, ""),
	};
	bool ok = true;

	for (; ok && domains.domain.key != CURSOR_END; cursor_next(&domains.domain))
		ok = judge_domain(&domains);
	ok = assess_note(a, ok && bulk_flush(domains.add)); /* why, before others are closed */
	bulk_close(domains.add);
	ok = cursor_close(&domains.domain) && ok;
	ok = cursor_close(&domains.policy) && ok;
	ok = cursor_close(&domains.exceptions) && ok;
	sum_desk_close(domains.sums);
	combined_close(domains.answers);
	combined_close(domains.verdicts);
	return assess_note(a, ok);
}
