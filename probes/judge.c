/* SPDX-License-Identifier: Apache-2.0 */
#include "scanner/judge.h"

#include <stdlib.h>

#include "probes/association.h"
#include "probes/certificate.h"
#include "probes/chain.h"
#include "probes/dane.h"
#include "probes/name.h"
#include "probes/sts_patterns.h"
#include "probes/sts_policy.h"
#include "probes/sts_record.h"
#include "probes/tlsrpt.h"
#include "probes/verdict.h"

void
certificate_facts_clear(struct certificate_facts *facts)
{
	free(facts->subject);
	free(facts->issuer);
	free(facts->serial);
	free(facts->not_before);
	free(facts->not_after);
	free(facts->key_type);
	free(facts->signature);
	free(facts->names);
	*facts = (struct certificate_facts){ 0 };
}

const struct judge judge = {
	.describe = certificate_describe,
	.open = chain_open,
	.share = chain_share,
	.close = chain_close,
	.chain = chain_judge,
	.names = name_matches,
	.certificate = verdict_certificate,
	.tlsa_usable = association_usable,
	.dane = dane_judge,
	.tlsa_matches = association_matches,
	.dane_server = dane_server,
	.sts_record = sts_record_read,
	.tlsrpt_record = tlsrpt_read,
	.policy = sts_policy_read,
	.policy_clear = sts_policy_clear,
	.policy_lists = sts_patterns_list,
	.plain_text = sts_policy_plain_text,
	.policy_lint = sts_patterns_lint,
	.sts_server = verdict_sts_server,
	.add_server = verdict_add_server,
	.starttls_share = verdict_starttls_share,
	.certificate_share = verdict_certificate_share,
	.dane_share = verdict_dane_share,
	.sts_domain = verdict_sts_domain,
	.headline = verdict_headline,
};
