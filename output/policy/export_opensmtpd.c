/* SPDX-License-Identifier: Apache-2.0 */
/*
 * OpenSMTPD: "relay tls" alone would take any MX host from DNS, an attacker's too, so
 * the table names the host, which is then asked for without MX records.  It can name
 * only one: today's first within the patterns, else the first the list names.
 */
#include "output/policy/export_parts.h"

static const char *
choose_host(const struct export_item *item)
{
	if (item->host_count > 0)
		return item->hosts[0];
	for (size_t i = 0; i < item->pattern_count; i++)
		if (*item->patterns[i] != '.')
			return item->patterns[i];
	return NULL;
}

static void
write_relay(const struct policy_export *export, const struct export_item *item, FILE *out)
{
	const char *host = choose_host(item);
	(void)export;
	if (host == NULL)
		fprintf(out, "# %s is left out: none of its MX hosts is known by name.\n",
			item->domain);
	else
		fprintf(out, "%s%s smtp+tls://%s\n", item->mark, item->domain, host);
}

static void
write_file(const struct policy_export *export, FILE *out)
{
	static const char *const notes[] = {
		"For OpenSMTPD 6.4 and later.  Save as /etc/mail/starttls-policy; the domains",
		"alone must be in a file of their own, which may not be empty:",
		"  awk '!/^#/ {print $1} END {print \"none.invalid\"}' starttls-policy \\",
		"    >starttls-domains",
		"Then in smtpd.conf, the match before those for any domain:",
		"  table starttls-policy file:/etc/mail/starttls-policy",
		"  table starttls-domains file:/etc/mail/starttls-domains",
		"  action \"starttls\" relay tls domain <starttls-policy>",
		"  match from local for domain <starttls-domains> action \"starttls\"",
		"and restart it.  Mail for these domains goes to the one host that is named",
		"here, and waits while that is down.",
		NULL,
	};
	export_head(export, notes, out);
	export_each(export, write_relay, out);
}

const struct policy_form export_opensmtpd = {
	.name = "opensmtpd",
	.help = "OpenSMTPD 6.4 and later: a table of domains with the host to relay to",
	.write = write_file,
};
