/* SPDX-License-Identifier: Apache-2.0 */
#include "scanner/standards.h"

#include <stdlib.h>

#include "scanner/dns.h"
#include "scanner/judge.h"
#include "scanner/mem.h"
#include "scanner/policies.h"
#include "scanner/sweep.h"

struct standards {
	struct sweep *sweep;
	struct record *record;
	struct dns_question *sts, *tlsrpt;
	unsigned pending; /* questions and the policy */
	standards_done *done;
	void *arg;
};

void
standards_cancel(struct standards *standards)
{
	if (standards == NULL)
		return;
	dns_cancel(standards->sts);
	dns_cancel(standards->tlsrpt);
	free(standards);
}

static void
part_done(struct standards *standards)
{
	standards_done *done = standards->done;
	void *arg = standards->arg;

	if (--standards->pending > 0)
		return;
	standards_cancel(standards);
	done(arg);
}

static void
read_policy(struct sts_facts *facts)
{
	struct sts_policy policy;

	judge.policy(facts->body, facts->body_length, &policy);
	facts->policy = policy.word;
	facts->mode = policy.mode;
	facts->max_age = policy.max_age;
	judge.policy_clear(&policy);
}

static void
on_policy(void *arg)
{
	struct standards *standards = arg;
	struct sts_facts *facts = standards->record->target.sts;

	if (facts->fetch == STS_FETCH_OK)
		read_policy(facts);
	part_done(standards);
}

/* Could the name not be asked about?  A circle of aliases holds no record. */
static bool
is_unknown(const struct answer *answer)
{
	switch (answer->status) {
	case ANSWER_OK:
	case ANSWER_NODATA:
	case ANSWER_NXDOMAIN:
	case ANSWER_LOOP:
		return false;
	default:
		return true;
	}
}

static size_t
texts_of(const struct answer *answer, struct txt texts[ANSWER_RECORDS_MAX])
{
	if (answer->status != ANSWER_OK)
		return 0;
	for (size_t i = 0; i < answer->count; i++)
		texts[i] = (struct txt){ answer->records[i].data, answer->records[i].length };
	return answer->count;
}

static struct sts_facts *
read_sts(const struct answer *answer)
{
	struct txt texts[ANSWER_RECORDS_MAX];
	size_t count = texts_of(answer, texts);
	struct sts_facts *facts;

	if (count == 0 && !is_unknown(answer))
		return sts_facts_none();
	facts = sts_facts_new();
	if (is_unknown(answer))
		facts->record = STS_RECORD_TEMPORARY;
	else
		judge.sts_record(texts, count, facts);
	return facts;
}

static void
on_sts(const struct answer *answer, void *arg)
{
	struct standards *standards = arg;
	struct record *record = standards->record;
	struct sts_facts *facts = record->target.sts = read_sts(answer);

	standards->sts = NULL;
	if (facts->record == STS_RECORD_OK)
		policies_fetch(standards->sweep->policies, record->target.name, facts,
			       on_policy, standards);
	else
		part_done(standards);
}

static struct tlsrpt_facts *
read_tlsrpt(const struct answer *answer)
{
	struct txt texts[ANSWER_RECORDS_MAX];
	size_t count = texts_of(answer, texts);
	struct tlsrpt_facts *facts;

	if (count == 0 && !is_unknown(answer))
		return tlsrpt_facts_none();
	facts = mem_alloc(sizeof *facts);
	if (is_unknown(answer))
		facts->record = TLSRPT_TEMPORARY;
	else
		judge.tlsrpt_record(texts, count, facts);
	return facts;
}

static void
on_tlsrpt(const struct answer *answer, void *arg)
{
	struct standards *standards = arg;

	standards->tlsrpt = NULL;
	standards->record->target.tlsrpt = read_tlsrpt(answer);
	part_done(standards);
}

static struct dns_question *
ask(struct standards *standards, const char *below, dns_done *done)
{
	char *name = mem_join(below, standards->record->target.name);
	struct dns_question *question =
	    dns_ask(standards->sweep->dns, name, TYPE_TXT, done, standards);

	standards->pending++;
	free(name);
	return question;
}

struct standards *
standards_ask(struct sweep *sweep, struct record *record, standards_done *done, void *arg)
{
	const struct options *options = sweep->options;
	struct standards *standards;

	if (options->no_mta_sts && options->no_tlsrpt)
		return NULL;
	standards = mem_alloc(sizeof *standards);
	*standards =
	    (struct standards){ .sweep = sweep, .record = record, .done = done, .arg = arg };
	if (!options->no_mta_sts)
		standards->sts = ask(standards, "_mta-sts.", on_sts);
	if (!options->no_tlsrpt)
		standards->tlsrpt = ask(standards, "_smtp._tls.", on_tlsrpt);
	return standards;
}
