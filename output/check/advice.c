/* SPDX-License-Identifier: Apache-2.0 */
#include "output/check/advice.h"

#include "output/check/advice_tables.h"

static const struct advice dns[] = {
	[DNS_OK] = GOOD("DNS answers."),
	[DNS_NXDOMAIN] = BAD("There is no such domain.", "Check the spelling."),
	[DNS_TEMPORARY] =
	    UNKNOWN("DNS gives no answer for now.",
		    "Try again later; if it lasts, check the domain's name servers."),
	[DNS_BOGUS] =
	    BAD("The DNSSEC signatures are wrong.",
		"Senders that validate cannot deliver: renew the signatures, or correct "
		"the DS record at the registry (RFC 4035, section 5)."),
	[DNS_CNAME_LOOP] = BAD("The aliases (CNAME) lead in a circle.",
			       "Let the chain of aliases end at a name with records."),
	[DNS_INVALID_NAME] = BAD("This is no name that DNS can hold.",
				 "Labels have at most 63 bytes, names 253 (RFC 1035, 2.3.4)."),
};

static const struct advice mx[] = {
	[MX_OK] = GOOD("The domain names its mail servers."),
	[MX_IMPLICIT] = BAD("There is no MX record, so mail goes to the domain's own address.",
			    "Publish an MX record, or a null MX if no mail is wanted "
			    "(RFC 5321, section 5.1; RFC 7505)."),
	[MX_NULL] = GOOD("The domain says that it takes no mail (null MX, RFC 7505)."),
	[MX_NULL_WITH_OTHERS] = BAD("A null MX stands beside other MX records.",
				    "Keep one or the other (RFC 7505, section 3)."),
	[MX_NONE] = BAD("The domain has neither an MX record nor an address.",
			"Publish an MX record, or a null MX if no mail is wanted (RFC 7505)."),
	[MX_BAD_TARGET] = BAD("No MX record names a host that can take mail.",
			      "An MX must name a host, not an address, not localhost "
			      "(RFC 5321, section 5.1)."),
};

static const struct advice security[] = {
	[SECURITY_SECURE] = GOOD("The MX records are signed (DNSSEC)."),
	[SECURITY_INSECURE] = UNKNOWN("The MX records are not signed (DNSSEC).",
				      "Sign the zone: without it DANE is not possible "
				      "(RFC 7672, section 2.2.1)."),
	[SECURITY_BOGUS] = BAD("The signatures over the MX records are wrong.",
			       "Renew the signatures, or correct the DS record (RFC 4035)."),
	[SECURITY_INDETERMINATE] = UNKNOWN("Whether the MX records are signed is not known.",
					   "Ask through a validating resolver on this host."),
};

/* Of `starttls` and `certificate` of a domain. */
static const struct advice share[] = {
	[SHARE_ALL] = GOOD("All servers are well."),
	[SHARE_PARTIAL] = BAD("Some servers are well, some are not.", "See to the others."),
	[SHARE_NONE] = BAD("No server is well.", "See to each of them."),
	[SHARE_STRIPPED] = BAD("Something on the way removes STARTTLS.",
			       "Look at the firewalls at both ends."),
	[SHARE_UNKNOWN] = UNKNOWN("No server could be tested.", "Try again later."),
};

static const struct advice headline[] = {
	[HEADLINE_NO_MAIL] = UNKNOWN("The domain takes no mail.", NULL),
	[HEADLINE_UNTESTABLE] = UNKNOWN("Nothing could be tested.", NULL),
	[HEADLINE_STRIPPED] = BAD("Something on the way removes STARTTLS.", NULL),
	[HEADLINE_BROKEN_DANE] =
	    BAD("What it publishes for DANE stops the mail of senders that go by it.", NULL),
	[HEADLINE_BROKEN_MTA_STS] =
	    BAD("What it publishes for MTA-STS is broken, or stops the mail of senders.", NULL),
	[HEADLINE_PLAINTEXT] = BAD("Mail to this domain travels in clear text.", NULL),
	[HEADLINE_PARTIAL] = BAD("Some of its servers do TLS, some do not.", NULL),
	[HEADLINE_SECURE_DANE] = GOOD("All servers do TLS, and DANE proves who they are."),
	[HEADLINE_SECURE_MTA_STS] =
	    GOOD("All servers do TLS as its MTA-STS policy demands, and prove who they are."),
	[HEADLINE_AUTHENTICATED] = GOOD("All servers do TLS and prove who they are."),
	[HEADLINE_ENCRYPTED] = BAD("All servers do TLS, but not all prove who they are.", NULL),
};

/* Columns whose rows stand here, and those of advice_tables.h. */
static const struct advice_table advice_dns = TABLE(dns), advice_mx = TABLE(mx),
				 advice_security = TABLE(security), advice_share = TABLE(share),
				 advice_headline = TABLE(headline);

static const struct advice_table *const tables[WORDS_COUNT] = {
	[WORDS_DNS] = &advice_dns,
	[WORDS_MX] = &advice_mx,
	[WORDS_SECURITY] = &advice_security,
	[WORDS_TCP] = &advice_tcp,
	[WORDS_GREETING] = &advice_greeting,
	[WORDS_EHLO] = &advice_ehlo,
	[WORDS_OFFER] = &advice_offer,
	[WORDS_STARTTLS] = &advice_starttls,
	[WORDS_HANDSHAKE] = &advice_handshake,
	[WORDS_CERTIFICATE] = &advice_certificate,
	[WORDS_SHARE] = &advice_share,
	[WORDS_TLSA] = &advice_tlsa,
	[WORDS_DANE] = &advice_dane,
	[WORDS_DANE_REASON] = &advice_dane_reason,
	[WORDS_DANE_SHARE] = &advice_dane_share,
	[WORDS_STS_RECORD] = &advice_sts_record,
	[WORDS_STS_FETCH] = &advice_sts_fetch,
	[WORDS_STS_POLICY] = &advice_sts_policy,
	[WORDS_STS_MODE] = &advice_sts_mode,
	[WORDS_STS_SERVER] = &advice_sts_server,
	[WORDS_STS_DOMAIN] = &advice_sts_domain,
	[WORDS_TLSRPT] = &advice_tlsrpt,
	[WORDS_HEADLINE] = &advice_headline,
};

/* A row may be left out by mistake, which the test of all words finds. */
static const struct advice *
row(const struct advice_table *table, size_t index)
{
	return index < table->count && table->rows[index].says != NULL ? &table->rows[index]
								       : NULL;
}

const struct advice *
advice_find(enum words column, const char *spelling)
{
	int value = word_parse(column, spelling);

	return value != 0 ? row(tables[column], (size_t)value) : NULL;
}

const struct advice *
advice_dane_lint(int bit)
{
	return row(&advice_dane_lints, (size_t)bit);
}

const struct advice *
advice_sts_lint(int bit)
{
	return row(&advice_sts_lints, (size_t)bit);
}
