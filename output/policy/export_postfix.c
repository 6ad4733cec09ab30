/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Postfix, smtp_tls_policy_maps: what is required of a destination, by its domain.
 * Always "secure", never "verify": that level takes the host's name from DNS, which
 * whoever is between us and the domain may have written.
 */
#include <inttypes.h>

#include "output/policy/export_parts.h"

static bool
is_known_below(const struct export_item *item, const char *suffix)
{
	for (size_t i = 0; i < item->host_count; i++)
		if (policy_pattern_matches(suffix, item->hosts[i]))
			return true;
	return false;
}

static size_t
count_literals(const struct export_item *item)
{
	size_t count = 0;
	for (size_t i = 0; i < item->pattern_count; i++)
		count += *item->patterns[i] != '.';
	return count;
}

/* ".suffix" in match= is a name at any depth below it, more than the list allows: it is
 * written only when nothing is known of the hosts it stands for.  Where they are known
 * and others of the patterns have them all, it goes. */
static bool
is_widened(const struct export_item *item, const char *pattern)
{
	if (*pattern != '.' || is_known_below(item, pattern))
		return false;
	return !item->hosts_known || (item->host_count == 0 && count_literals(item) == 0);
}

static bool
is_literal(const struct export_item *item, const char *host)
{
	for (size_t i = 0; i < item->pattern_count; i++)
		if (*item->patterns[i] != '.' &&
		    policy_pattern_matches(item->patterns[i], host))
			return true;
	return false;
}

void
export_match_notes(const struct export_item *item, FILE *out)
{
	for (size_t i = 0; i < item->pattern_count; i++)
		if (is_widened(item, item->patterns[i]))
			fprintf(out,
				"# %s: the list allows names one label below %s; not knowing "
				"them, Postfix allows any depth.\n",
				item->domain, item->patterns[i] + 1);
}

void
export_match(const struct export_item *item, FILE *out)
{
	const char *before = " match=";
	for (size_t i = 0; i < item->pattern_count; i++)
		if (*item->patterns[i] != '.' || is_widened(item, item->patterns[i])) {
			fprintf(out, "%s%s", before, item->patterns[i]);
			before = ":";
		}
	for (size_t i = 0; i < item->host_count; i++)
		if (!is_literal(item, item->hosts[i])) {
			fprintf(out, "%s%s", before, item->hosts[i]);
			before = ":";
		}
}

/* DANE says more than a certificate authority does, and must not be replaced (RFC 8461
 * section 2). */
static bool
write_dane(const struct export_item *item, FILE *out)
{
	if (item->dane)
		fprintf(out, "%s%s dane-only\n", item->mark, item->domain);
	return item->dane;
}

static void
write_secure(const struct policy_export *export, const struct export_item *item, FILE *out)
{
	(void)export;
	if (write_dane(item, out))
		return;
	export_match_notes(item, out);
	fprintf(out, "%s%s secure", item->mark, item->domain);
	export_match(item, out);
	fputs(" servername=hostname\n", out);
}

static void
write_file(const struct policy_export *export, FILE *out)
{
	static const char *const notes[] = {
		"For Postfix 3.4 and later; from 3.10.5 on, the form postfix-3.10 is exact.",
		"Save as /etc/postfix/starttls-policy, then",
		"\"postmap /etc/postfix/starttls-policy && postfix reload\".  In main.cf:",
		"  smtp_tls_policy_maps = hash:/etc/postfix/starttls-policy",
		"  smtp_tls_CApath = /etc/ssl/certs",
		"and for lines with dane-only, with a validating resolver on this machine:",
		"  smtp_dns_support_level = dnssec",
		NULL,
	};
	export_head(export, notes, out);
	export_each(export, write_secure, out);
}

/* As RFC 8461 section 3.2 writes a policy, with the end of the list as its age; these
 * strings are for reports only, but Postfix wants some where policy_type=sts is. */
static void
write_policy_strings(const struct policy_export *export, const struct export_item *item,
		     FILE *out)
{
	int64_t age = export->list->expires - export->at;
	fputs(" { policy_string = version: STSv1 } { policy_string = mode: enforce }", out);
	for (size_t i = 0; i < item->pattern_count; i++)
		fprintf(out, " { policy_string = mx: %s%s }",
			*item->patterns[i] == '.' ? "*" : "", item->patterns[i]);
	fprintf(out, " { policy_string = max_age: %" PRId64 " }", age > 0 ? age : 0);
}

static void
write_sts(const struct policy_export *export, const struct export_item *item, FILE *out)
{
	if (write_dane(item, out))
		return;
	fprintf(out, "%s%s secure", item->mark, item->domain);
	export_match(item, out);
	fprintf(out, " servername=hostname policy_type=sts policy_domain=%s", item->domain);
	write_policy_strings(export, item, out);
	for (size_t i = 0; i < item->pattern_count; i++)
		fprintf(out, " mx_host_pattern=%s%s", *item->patterns[i] == '.' ? "*" : "",
			item->patterns[i]);
	fputc('\n', out);
}

static void
write_file_3_10(const struct policy_export *export, FILE *out)
{
	static const char *const notes[] = {
		"For Postfix 3.10.5 and later: connects only to MX hosts within the patterns",
		"and requires a certificate with the host's name, as RFC 8461 has it.",
		"Save as /etc/postfix/starttls-policy, then",
		"\"postmap /etc/postfix/starttls-policy && postfix reload\".  In main.cf:",
		"  smtp_tls_policy_maps = hash:/etc/postfix/starttls-policy",
		"  smtp_tls_enforce_sts_mx_patterns = yes",
		"  smtp_tls_CApath = /etc/ssl/certs",
		"and for lines with dane-only, with a validating resolver on this machine:",
		"  smtp_dns_support_level = dnssec",
		NULL,
	};
	export_head(export, notes, out);
	export_each(export, write_sts, out);
}

const struct policy_form export_postfix = {
	.name = "postfix",
	.help = "Postfix 3.4 and later: a table for smtp_tls_policy_maps",
	.write = write_file,
};

const struct policy_form export_postfix_3_10 = {
	.name = "postfix-3.10",
	.help = "Postfix 3.10.5 and later: the same with the exact MTA-STS attributes",
	.write = write_file_3_10,
};
