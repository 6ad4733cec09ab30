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
static bool
answered(const struct server_outcome *server)
{
	return server->starttls != 0 && server->starttls != STARTTLS_REFUSED_TEMPORARY;
}

/* A mask that lets STARTTLS through (masked-but-works) strips nothing. */
static bool
is_stripped(const struct server_outcome *server)
{
	return server->starttls == STARTTLS_STRIPPED || server->starttls == STARTTLS_CORRUPTED;
}

void
verdict_add_server(struct domain_verdict *v, const struct server_outcome *server)
{
	bool tls = answered(server) && server->handshake == HANDSHAKE_OK;

	v->servers++;
	v->answered += answered(server);
	v->stripped += is_stripped(server);
	v->tls += tls;
	v->authenticated += tls && server->certificate == CERTIFICATE_OK;
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

/* MX hosts that have no address are hosts that did not answer: the domain says
 * that it takes mail. */
enum headline_word
verdict_headline(const struct domain_verdict *v, enum dns_word dns, enum mx_word mx)
{
	if (takes_no_mail(dns, mx))
		return HEADLINE_NO_MAIL;
	if (dns_untestable(dns) || v->answered == 0)
		return HEADLINE_UNTESTABLE;
	if (v->stripped > 0)
		return HEADLINE_STRIPPED;
	if (v->tls == 0)
		return HEADLINE_PLAINTEXT;
	if (v->tls < v->answered)
		return HEADLINE_PARTIAL;
	return v->authenticated == v->tls ? HEADLINE_AUTHENTICATED : HEADLINE_ENCRYPTED;
}
