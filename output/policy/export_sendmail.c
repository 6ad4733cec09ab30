/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sendmail, FEATURE(sts): the answer to a domain is "secure match=...", the host that
 * is connected to must be in that list, ".suffix" being one label there, and the
 * certificate must have its name.  TLS_Rcpt in the access map could only ask for one
 * name, the same for all MX hosts.  DANE, where Sendmail has it, still applies.
 */
#include <string.h>

#include "output/policy/export_parts.h"

/* Sendmail takes an answer to pieces, of which it holds a thousand at most; a name of
 * four letters makes two. */
enum { MOST_OF_MATCH = 1000 };

static void
write_match(const struct policy_export *export, const struct export_item *item, FILE *out)
{
	size_t length = 0;
	(void)export;
	for (size_t i = 0; i < item->pattern_count; i++)
		length += strlen(item->patterns[i]) + 1;
	if (length > MOST_OF_MATCH) {
		fprintf(out, "# %s is left out: more MX names than Sendmail can hold.\n",
			item->domain);
		return;
	}
	fprintf(out, "%s%s secure match=", item->mark, item->domain);
	for (size_t i = 0; i < item->pattern_count; i++)
		fprintf(out, "%s%s", i > 0 ? ":" : "", item->patterns[i]);
	fputs(" servername=hostname\n", out);
}

static void
write_file(const struct policy_export *export, FILE *out)
{
	static const char *const notes[] = {
		"For Sendmail 8.16 and later with MTA-STS, as Debian's: \"sendmail -d0.14 "
		"-bt\"",
		"names _FFR_MTA_STS.  Save as /etc/mail/starttls-policy, then",
		"\"makemap hash /etc/mail/starttls-policy < /etc/mail/starttls-policy\".",
		"In sendmail.mc, with the quotes of m4; without the file of authorities it",
		"trusts none, though it has their folder:",
		"  define(`confCACERT', `/etc/ssl/certs/ca-certificates.crt')dnl",
		"  define(`confCACERT_PATH', `/etc/ssl/certs')dnl",
		"  FEATURE(`sts', `hash -T<TMPF> /etc/mail/starttls-policy')dnl",
		"Mail for a host with a wildcard certificate waits: the rules of Sendmail 8.17",
		"do not know its name in one.",
		NULL,
	};
	export_head(export, notes, out);
	export_each(export, write_match, out);
}

const struct policy_form export_sendmail = {
	.name = "sendmail",
	.help = "Sendmail 8.16 and later with MTA-STS: a map for FEATURE(sts)",
	.write = write_file,
};
