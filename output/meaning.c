/* SPDX-License-Identifier: Apache-2.0 */
#include "output/meaning.h"

#include <stddef.h>

const struct word_meaning headline_meanings[] = {
	{ "secure-dane", "every server is as its signed TLSA records say" },
	{ "secure-mta-sts", "every server is as the domain's enforced policy demands" },
	{ "authenticated", "every server proves its name with a trusted certificate" },
	{ "encrypted", "every server does TLS, not every one proves its name" },
	{ "partial", "some servers do TLS, some do not" },
	{ "plaintext", "no server does TLS" },
	{ "broken-dane", "what is published for DANE stops mail" },
	{ "broken-mta-sts", "what is published for MTA-STS is broken, or stops mail" },
	{ "stripped", "something on the way removes STARTTLS" },
	{ "untestable", "nothing answered, or not for now" },
	{ "no-mail", "no mail is taken, or there is no such domain" },
	{ NULL, NULL },
};
