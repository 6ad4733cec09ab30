/* SPDX-License-Identifier: Apache-2.0 */
#include "scanner/judge.h"

#include <stdlib.h>

#include "probes/certificate.h"
#include "probes/chain.h"
#include "probes/name.h"
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
	.close = chain_close,
	.chain = chain_judge,
	.names = name_matches,
	.certificate = verdict_certificate,
	.add_server = verdict_add_server,
	.starttls_share = verdict_starttls_share,
	.certificate_share = verdict_certificate_share,
	.headline = verdict_headline,
};
