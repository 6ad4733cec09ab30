/* SPDX-License-Identifier: Apache-2.0 */
#include "probes/verdict.h"

#include <stddef.h>

/* What a sender would have to put up with first, so that one word can stand for
 * all.  A self-signed leaf that the operator put into the store is trusted. */
enum certificate_word
verdict_certificate(const struct chain_verdict *v, bool name_match)
{
	if (v == NULL)
		return CERTIFICATE_NONE;
	if (!v->parsed)
		return CERTIFICATE_UNPARSABLE;
	if (v->expired)
		return CERTIFICATE_EXPIRED;
	if (v->not_yet_valid)
		return CERTIFICATE_NOT_YET_VALID;
	if (!v->trusted)
		return v->self_signed ? CERTIFICATE_SELF_SIGNED : CERTIFICATE_UNTRUSTED;
	return name_match ? CERTIFICATE_OK : CERTIFICATE_NAME_MISMATCH;
}

/*
 * STARTTLS is sent once after every EHLO or HELO that went well, so its word
 * alone tells whether the server answered.
 *   - A temporary refusal anywhere is no answer: the server may do TLS tomorrow.
 *   - A 5xx greeting, or one to EHLO and HELO, is no answer either: it turns this
 *     client away, and says nothing of STARTTLS to those it lets in.
 *   - Loss or silence after STARTTLS is an answer: the server spoke SMTP to us
 *     until then, and a sender who asks for TLS gets none.
 */
bool
verdict_answered(const struct server_outcome *server)
{
	return server->starttls != 0 && server->starttls != STARTTLS_REFUSED_TEMPORARY;
}

/* A mask that lets STARTTLS through (masked-but-works) strips nothing. */
static bool
is_stripped(const struct server_outcome *server)
{
	return server->starttls == STARTTLS_STRIPPED || server->starttls == STARTTLS_CORRUPTED;
}

static bool
does_tls(const struct server_outcome *server)
{
	return verdict_answered(server) && server->handshake == HANDSHAKE_OK;
}

/* Senders go by the offer: what works unasked, behind a mask or after HELO, is not
 * used. */
bool
verdict_gives_tls(const struct server_outcome *server)
{
	return server->handshake == HANDSHAKE_OK &&
	       (server->starttls == STARTTLS_OK || server->starttls == STARTTLS_INJECTED);
}

/* RFC 8461 section 4: the host is one of the policy's, and its certificate is valid
 * and names it in the SAN; the common name does not count.  A host that is not listed
 * is not even tried. */
enum sts_server_word
verdict_sts_server(const struct server_outcome *server, bool listed, bool san)
{
	if (!listed)
		return STS_SERVER_UNLISTED;
	if (!verdict_answered(server))
		return STS_SERVER_UNKNOWN;
	if (!verdict_gives_tls(server))
		return STS_SERVER_NO_STARTTLS;
	return server->certificate == CERTIFICATE_OK && san ? STS_SERVER_OK
							    : STS_SERVER_BAD_CERTIFICATE;
}

/* A failed look-up is known: RFC 7672 section 2.1.2 has the mail wait. */
static void
add_host(struct domain_verdict *v, const struct server_outcome *server)
{
	bool known = server->tlsa != 0 && server->tlsa != TLSA_UNKNOWN;

	if (v->servers > 0 && v->host == server->host)
		return;
	v->host = server->host;
	v->hosts += known;
	v->tlsa_hosts += known && server->tlsa_usable;
}

static bool
dane_ok(enum dane_word dane)
{
	return dane == DANE_OK_EE || dane == DANE_OK_TA;
}

/* A sender who validates does not deliver there. */
static bool
dane_broken(enum dane_word dane)
{
	return dane == DANE_MISMATCH || dane == DANE_NAME_MISMATCH || dane == DANE_EXPIRED ||
	       dane == DANE_TA_MISSING || dane == DANE_NO_STARTTLS ||
	       dane == DANE_LOOKUP_FAILED;
}

void
verdict_add_server(struct domain_verdict *v, const struct server_outcome *server)
{
	bool answered = verdict_answered(server), tls = does_tls(server);

	add_host(v, server);
	v->servers++;
	v->answered += answered;
	v->stripped += is_stripped(server);
	v->tls += tls;
	v->authenticated += tls && server->certificate == CERTIFICATE_OK;
	v->dane_ok += dane_ok(server->dane);
	v->dane_broken += dane_broken(server->dane);
	v->dane_unknown += server->tlsa == TLSA_UNKNOWN;
	v->sts_judged += answered && server->mta_sts != 0;
	v->sts_ok += answered && server->mta_sts == STS_SERVER_OK;
}

/* part of whole, where whole may be nothing. */
static enum share_word
share(unsigned part, unsigned whole)
{
	if (whole == 0)
		return SHARE_UNKNOWN;
	if (part == 0)
		return SHARE_NONE;
	return part == whole ? SHARE_ALL : SHARE_PARTIAL;
}

enum share_word
verdict_starttls_share(const struct domain_verdict *v)
{
	return v->stripped > 0 ? SHARE_STRIPPED : share(v->tls, v->answered);
}

enum share_word
verdict_certificate_share(const struct domain_verdict *v)
{
	return share(v->authenticated, v->tls);
}

/*
 * Without a secure MX answer there is no DANE (RFC 7672 section 2.2.1), whatever the
 * hosts publish; half tells of the work that is done.  Where a host has records and no
 * server with records is proven right, they were all out of reach.
 */
enum dane_share_word
verdict_dane_share(const struct domain_verdict *v, const struct domain_outcome *domain)
{
	enum security_word security = domain->mx_security;

	if (v->hosts == 0 && v->dane_unknown == 0)
		return 0;
	if (security != SECURITY_SECURE && security != SECURITY_INSECURE)
		return DANE_SHARE_UNKNOWN;
	if (security == SECURITY_SECURE && v->dane_broken > 0)
		return DANE_SHARE_BROKEN;
	if (v->hosts == 0)
		return DANE_SHARE_UNKNOWN;
	if (v->tlsa_hosts == 0)
		return DANE_SHARE_NONE;
	if (security == SECURITY_INSECURE)
		return DANE_SHARE_HALF;
	if (v->dane_ok == 0)
		return DANE_SHARE_UNKNOWN;
	return v->tlsa_hosts == v->hosts ? DANE_SHARE_ALL : DANE_SHARE_PARTIAL;
}

/* What the servers make of a policy that asks for something. */
static enum sts_domain_word
sts_share(const struct domain_verdict *v)
{
	if (v->sts_judged == 0)
		return STS_DOMAIN_UNKNOWN;
	if (v->sts_ok == 0)
		return STS_DOMAIN_FAILING;
	return v->sts_ok == v->sts_judged ? STS_DOMAIN_OK : STS_DOMAIN_PARTIAL;
}

/* A policy host that we must not contact says nothing of the policy, nor does one that
 * was left alone because of others at its address. */
static bool
is_policy_untold(const struct domain_outcome *domain)
{
	enum sts_fetch_word fetch = domain->sts_fetch;

	return fetch == 0 || fetch == STS_FETCH_BLOCKED ||
	       (domain->sts_attempts == 0 &&
		(fetch == STS_FETCH_TCP || fetch == STS_FETCH_TIMEOUT));
}

enum sts_domain_word
verdict_sts_domain(const struct domain_verdict *v, const struct domain_outcome *domain)
{
	if (domain->sts_record == 0)
		return 0;
	if (domain->sts_record == STS_RECORD_NONE)
		return STS_DOMAIN_NONE;
	if (domain->sts_record == STS_RECORD_TEMPORARY)
		return STS_DOMAIN_UNKNOWN;
	if (domain->sts_record != STS_RECORD_OK)
		return STS_DOMAIN_BROKEN_RECORD;
	if (is_policy_untold(domain))
		return STS_DOMAIN_UNKNOWN;
	if (domain->sts_fetch != STS_FETCH_OK || domain->sts_policy != STS_POLICY_OK)
		return STS_DOMAIN_BROKEN_POLICY;
	return domain->sts_mode == STS_MODE_NONE ? STS_DOMAIN_NONE : sts_share(v);
}

/*
 * DNS says for certain that mail for the domain has nowhere to go.  Beside the
 * null MX (RFC 7505), a name that does not exist and a name without MX and
 * address, that is so
 *   - when aliases lead in a circle: an error that asking again does not mend;
 *   - when every MX names what can be no mail server (localhost, an address):
 *     there is no host to deliver to, or to test.
 */
static bool
takes_no_mail(enum dns_word dns, enum mx_word mx)
{
	return dns == DNS_NXDOMAIN || dns == DNS_INVALID_NAME || dns == DNS_CNAME_LOOP ||
	       mx == MX_NULL || mx == MX_NONE || mx == MX_BAD_TARGET;
}

/* DNS did not let us know, or (0) was not asked, as for a domain that opted out. */
static bool
dns_untestable(enum dns_word dns)
{
	return dns == 0 || dns == DNS_TEMPORARY || dns == DNS_BOGUS;
}

/* Servers that fail a policy that is only being tested stop no mail. */
static bool
sts_broken(enum sts_domain_word word, enum sts_mode_word mode)
{
	return word == STS_DOMAIN_BROKEN_RECORD || word == STS_DOMAIN_BROKEN_POLICY ||
	       (mode == STS_MODE_ENFORCE &&
		(word == STS_DOMAIN_PARTIAL || word == STS_DOMAIN_FAILING));
}

/* Every server that answered does TLS: which word is the best it can have?  DANE goes
 * before MTA-STS where a domain has both (RFC 8461 section 2). */
static enum headline_word
secured(const struct domain_verdict *v, const struct domain_outcome *domain)
{
	if (verdict_dane_share(v, domain) == DANE_SHARE_ALL && v->dane_ok == v->answered)
		return HEADLINE_SECURE_DANE;
	if (domain->sts_mode == STS_MODE_ENFORCE &&
	    verdict_sts_domain(v, domain) == STS_DOMAIN_OK)
		return HEADLINE_SECURE_MTA_STS;
	return v->authenticated == v->tls ? HEADLINE_AUTHENTICATED : HEADLINE_ENCRYPTED;
}

/* MX hosts that have no address are hosts that did not answer: the domain says
 * that it takes mail.  A domain whose DANE works and whose MTA-STS is broken stops the
 * senders that know only MTA-STS. */
enum headline_word
verdict_headline(const struct domain_verdict *v, const struct domain_outcome *domain)
{
	if (takes_no_mail(domain->dns, domain->mx))
		return HEADLINE_NO_MAIL;
	if (dns_untestable(domain->dns) || v->answered == 0)
		return HEADLINE_UNTESTABLE;
	if (v->stripped > 0)
		return HEADLINE_STRIPPED;
	if (verdict_dane_share(v, domain) == DANE_SHARE_BROKEN)
		return HEADLINE_BROKEN_DANE;
	if (sts_broken(verdict_sts_domain(v, domain), domain->sts_mode))
		return HEADLINE_BROKEN_MTA_STS;
	if (v->tls == 0)
		return HEADLINE_PLAINTEXT;
	return v->tls < v->answered ? HEADLINE_PARTIAL : secured(v, domain);
}
