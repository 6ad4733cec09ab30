/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Beside postfix-mta-sts-resolver.  Its zones hold settings but no policies, so the
 * list stands behind it in smtp_tls_policy_maps, in the words of its own answers:
 * Postfix takes the first table that has an answer, so a policy that the domain itself
 * publishes comes before the list's.  The daemon asks nothing of DANE, and a table
 * behind it cannot mend that: domains with DANE belong before it.
 */
#include "output/policy/export_parts.h"

static void
write_answer(const struct policy_export *export, const struct export_item *item, FILE *out)
{
	(void)export;
	if (item->dane) {
		fprintf(out, "#%s %s dane-only\n", *item->mark ? "testing-dane" : "dane",
			item->domain);
		return;
	}
	export_match_notes(item, out);
	fprintf(out, "%s%s secure", item->mark, item->domain);
	export_match(item, out);
	fputs(" servername=hostname\n", out);
}

static void
write_file(const struct policy_export *export, FILE *out)
{
	static const char *const notes[] = {
		"For Postfix with mta-sts-daemon of postfix-mta-sts-resolver, which has no "
		"place",
		"for policies from elsewhere: Postfix asks it first and this table next.  Save "
		"as",
		"/etc/postfix/starttls-policy.  The lines that begin with \"#dane\" are for a "
		"table",
		"of their own before the daemon, which would replace DANE:",
		"  sed -n 's/^#dane //p' starttls-policy > starttls-policy-dane",
		"  postmap starttls-policy starttls-policy-dane && postfix reload",
		"In main.cf:",
		"  smtp_tls_policy_maps = hash:/etc/postfix/starttls-policy-dane,",
		"      socketmap:inet:127.0.0.1:8461:postfix,",
		"      hash:/etc/postfix/starttls-policy",
		"  smtp_dns_support_level = dnssec",
		"  smtp_tls_CApath = /etc/ssl/certs",
		NULL,
	};
	export_head(export, notes, out);
	export_each(export, write_answer, out);
}

const struct policy_form export_mta_sts_daemon = {
	.name = "mta-sts-daemon",
	.help = "Postfix with postfix-mta-sts-resolver: a table to be asked after the daemon",
	.write = write_file,
};
