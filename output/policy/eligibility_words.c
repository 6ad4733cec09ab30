/* SPDX-License-Identifier: Apache-2.0 */
/* How a domain's eligibility is put in words. */
#include <stdlib.h>
#include <string.h>

#include "output/policy/eligibility.h"
#include "output/policy/policy_parts.h"
#include "scanner/mem.h"

const char *const eligibility_names[] = {
	[NOT_TESTED] = "not-tested",
	[NOT_ELIGIBLE] = "not-eligible",
	[ELIGIBLE] = "eligible",
};

static const struct {
	const char *word, *says;
} reasons[REASON_COUNT] = {
	[REASON_NO_MAIL] = { "no-mail", "it takes no mail" },
	[REASON_MTA_STS_NONE] = { "mta-sts-none", "its MTA-STS policy has mode none" },
	[REASON_STRIPPED] = { "stripped", "STARTTLS is stripped on the way" },
	[REASON_MX_NOT_LISTED] = { "mx-not-listed", "this MX host is outside the patterns" },
	[REASON_NO_STARTTLS] = { "no-starttls", "there is no STARTTLS" },
	[REASON_INJECTED] = { "injected", "plaintext follows the reply to STARTTLS" },
	[REASON_NO_TLS] = { "no-tls", "the TLS handshake fails" },
	[REASON_OLD_TLS] = { "old-tls", "TLS is older than 1.2" },
	[REASON_CERTIFICATE_EXPIRED] = { "certificate-expired", "the certificate has expired" },
	[REASON_CERTIFICATE_UNTRUSTED] = { "certificate-untrusted",
					   "the certificate is not trusted" },
	[REASON_CERTIFICATE_NAME] = { "certificate-name",
				      "the certificate is for other names" },
	[REASON_CERTIFICATE_OTHER] = { "certificate-other", "there is no usable certificate" },
	[REASON_NOT_SWEPT] = { "not-swept", "it was not swept" },
	[REASON_DNS] = { "dns", "DNS does not tell where its mail goes" },
	[REASON_NO_ANSWER] = { "no-answer", "no server answered" },
};

const char *
eligibility_reason_word(enum eligibility_reason reason)
{
	return reason < REASON_COUNT ? reasons[reason].word : NULL;
}

enum eligibility_reason
eligibility_reason_parse(const char *word)
{
	for (int i = 1; word != NULL && i < REASON_COUNT; i++)
		if (strcmp(word, reasons[i].word) == 0)
			return (enum eligibility_reason)i;
	return 0;
}

char *
eligibility_fault_text(const struct eligibility_fault *fault)
{
	bool address = fault->address != NULL;

	return mem_printf(
	    "%s%s%s%s%s%s%s%s%s", fault->mx != NULL ? fault->mx : "", address ? " [" : "",
	    address ? fault->address : "", address ? "]" : "", fault->mx != NULL ? ": " : "",
	    reasons[fault->reason].says, fault->detail != NULL ? " (" : "",
	    fault->detail != NULL ? fault->detail : "", fault->detail != NULL ? ")" : "");
}

void
eligibility_clear(struct eligibility *e)
{
	for (size_t i = 0; i < e->fault_count; i++) {
		free(e->faults[i].mx);
		free(e->faults[i].address);
		free(e->faults[i].detail);
	}
	for (size_t i = 0; i < e->mx_count; i++)
		free(e->mxs[i]);
	for (size_t i = 0; i < e->sts_demand.count; i++)
		free(e->sts_demand.mxs[i]);
	free(e->faults);
	free(e->mxs);
	free(e->sts_demand.mxs);
	*e = (struct eligibility){ .word = NOT_TESTED };
}

bool
eligibility_admits(const struct eligibility *e)
{
	return e->sts == ELIGIBILITY_STS_VALID && e->sts_demand.mode != POLICY_NONE &&
	       e->sts_max_age >= ELIGIBILITY_MAX_AGE;
}

const char *
eligibility_odd_host(const struct eligibility *e)
{
	char name[POLICY_NAME_MAX + 1];

	for (size_t i = 0; i < e->mx_count; i++)
		if (policy_fold_pattern(e->mxs[i], name) != NULL)
			return e->mxs[i];
	return NULL;
}
