/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Exim: a file for lsearch.  Of each domain it tells the MX hosts as a regular
 * expression, for a plain name in a host list is looked up in DNS and compared by
 * address, which an attacker may choose.  The router goes to no other host, and the
 * transport requires a certificate with the host's name: RFC 8461 section 4.1.
 */
#include "output/policy/export_parts.h"

/* A dot as [.]: a backslash would not survive each way of quoting in Exim. */
static void
write_pattern(const char *pattern, FILE *out)
{
	if (*pattern == '.')
		fputs("[^.]+", out);
	for (; *pattern != '\0'; pattern++)
		if (*pattern == '.')
			fputs("[.]", out);
		else
			fputc(*pattern, out);
}

static void
write_hosts(const struct policy_export *export, const struct export_item *item, FILE *out)
{
	(void)export;
	fprintf(out, "%s%s: dane=%s hosts=^(", item->mark, item->domain,
		item->dane ? "yes" : "no");
	for (size_t i = 0; i < item->pattern_count && !item->dane; i++) {
		fputs(i > 0 ? "|" : "", out);
		write_pattern(item->patterns[i], out);
	}
	/* The MX records of a domain with DANE are signed. */
	fputs(item->dane ? ".*)$\n" : ")$\n", out);
}

static void
write_file(const struct policy_export *export, FILE *out)
{
	static const char *const notes[] = {
		"For Exim 4.94 and later.  Save as /etc/exim4/starttls-policy; Exim reads it",
		"anew each time.  Two routers, before the one that uses DNS for all domains:",
		"  starttls_policy:",
		"    driver = dnslookup",
		"    domains = ! +local_domains : lsearch;/etc/exim4/starttls-policy",
		"    transport = starttls_policy",
		"    dnssec_request_domains = *",
		"    ignore_target_hosts = <; ! ${extract{hosts}{$domain_data}} ; *",
		"    same_domain_copy_routing",
		"  starttls_policy_refused:",
		"    driver = redirect",
		"    domains = ! +local_domains : lsearch;/etc/exim4/starttls-policy",
		"    allow_defer",
		"    data = :defer: no mail server of $domain is in its STARTTLS policy",
		"and a transport:",
		"  starttls_policy:",
		"    driver = smtp",
		"    multi_domain = false",
		"    dnssec_request_domains = *",
		"    hosts_require_tls = *",
		"    hosts_try_dane = *",
		"    hosts_require_dane = ${if eq{${extract{dane}{$domain_data}}}{yes}{*}}",
		"    tls_verify_certificates = system",
		"    tls_verify_hosts = *",
		"    tls_verify_cert_hostnames = *",
		"    tls_sni = $host",
		"For lines with dane=yes there must be a validating resolver on this machine "
		"and",
		"\"options trust-ad\" in /etc/resolv.conf; without, Exim returns their mail.",
		NULL,
	};
	export_head(export, notes, out);
	export_each(export, write_hosts, out);
}

const struct policy_form export_exim = {
	.name = "exim",
	.help = "Exim 4.94 and later: a file for lsearch, with routers and a transport",
	.write = write_file,
};
