/* SPDX-License-Identifier: Apache-2.0 */
/* What the stages of a conversation mean: TCP, SMTP, TLS and the certificate. */
#include "output/check/advice_tables.h"

static const struct advice tcp[] = {
	[TCP_CONNECTED] = GOOD("The server takes connections."),
	[TCP_REFUSED] = BAD("The server refuses connections.",
			    "Start the mail server, or take the address out of DNS."),
	[TCP_TIMEOUT] = UNKNOWN("The server does not answer.",
				"Check firewalls on both sides; many networks close port 25 to "
				"their own customers."),
	[TCP_UNREACHABLE] = UNKNOWN("There is no route to the server.",
				    "Check this host's own IPv4 and IPv6 first, then the "
				    "server's network."),
	[TCP_BLOCKED] =
	    UNKNOWN("The address is reserved, or a block or allow list leaves it out; it was "
		    "not contacted.",
		    "If no list does: a public mail server needs a public address."),
	[TCP_NO_ADDRESS] = BAD("The host has no address, or none of the family that --ipv4 or "
			       "--ipv6 asks for.",
			       "Publish A or AAAA records for it, or take the MX record out "
			       "(RFC 5321, section 5.1)."),
	[TCP_ADDRESS_TEMPORARY] =
	    UNKNOWN("DNS gives no answer for the host's address for now.",
		    "Try again later; if it lasts, check its name servers."),
	[TCP_ADDRESS_BOGUS] = BAD("The DNSSEC signatures over the host's address are wrong.",
				  "Renew the signatures, or correct the DS record (RFC 4035)."),
};

const struct advice_table advice_tcp = TABLE(tcp);

static const struct advice greeting[] = {
	[GREETING_OK] = GOOD("The server greets."),
	[GREETING_MASKED] = BAD("The greeting is overwritten with asterisks.",
				"A firewall rewrites SMTP: switch its SMTP inspection off."),
	[GREETING_TEMPORARY] = UNKNOWN("The server turns us away for now.", "Try again later."),
	[GREETING_REJECTED] =
	    UNKNOWN("The server turns this client away for good.",
		    "Test from an address that the server accepts mail from."),
	[GREETING_TIMEOUT] =
	    UNKNOWN("The server accepts the connection and says nothing.",
		    "It should greet at once; clients wait five minutes at most "
		    "(RFC 5321, section 4.5.3.2.1)."),
	[GREETING_CLOSED] =
	    UNKNOWN("The server closes the connection without a greeting.",
		    "It should say why, with 421 or 554 (RFC 5321, section 3.1)."),
	[GREETING_NOT_SMTP] =
	    BAD("What answers does not speak SMTP.", "Check which program listens there."),
};

const struct advice_table advice_greeting = TABLE(greeting);

static const struct advice ehlo[] = {
	[EHLO_OK] = GOOD("The server lists its extensions."),
	[EHLO_HELO_ONLY] = BAD("The server knows HELO only, so it cannot offer STARTTLS.",
			       "Replace it, or switch the filter off that refuses EHLO "
			       "(RFC 5321, section 3.2)."),
	[EHLO_TEMPORARY] = UNKNOWN("The server puts our EHLO off.", "Try again later."),
	[EHLO_REJECTED] = UNKNOWN("The server refuses EHLO and HELO.",
				  "Test with a name and address of good standing "
				  "(--ehlo-domain)."),
	[EHLO_TIMEOUT] = UNKNOWN("The server does not answer EHLO.",
				 "Check the server's load and its checks of clients."),
	[EHLO_CLOSED] = UNKNOWN("The server closes the connection after EHLO.",
				"Check the server's log for the reason."),
	[EHLO_MALFORMED] = BAD("The reply to EHLO breaks the rules of SMTP.",
			       "Look for a proxy in front of the server "
			       "(RFC 5321, section 4.1.1.1)."),
};

const struct advice_table advice_ehlo = TABLE(ehlo);

static const struct advice offer[] = {
	[OFFER_OFFERED] = GOOD("EHLO lists STARTTLS."),
	[OFFER_MASKED] = BAD("A mask stands where EHLO lists STARTTLS.",
			     "A firewall rewrites SMTP: switch its SMTP inspection off."),
	[OFFER_ABSENT] = BAD("EHLO does not list STARTTLS.", "Switch TLS on (RFC 3207)."),
};

const struct advice_table advice_offer = TABLE(offer);

static const struct advice starttls[] = {
	[STARTTLS_OK] = GOOD("The server offers STARTTLS and keeps its word."),
	[STARTTLS_NOT_OFFERED] =
	    BAD("The server does not offer STARTTLS: mail comes in clear text.",
		"Give it a certificate and switch TLS on (RFC 3207)."),
	[STARTTLS_REFUSED] = BAD("The server offers STARTTLS and then refuses it.",
				 "Check its certificate and key files (RFC 3207, section 4)."),
	[STARTTLS_REFUSED_TEMPORARY] =
	    UNKNOWN("The server refuses STARTTLS for now.",
		    "If it lasts, check its TLS set-up: 454 says that "
		    "TLS is not available (RFC 3207, section 4)."),
	[STARTTLS_STRIPPED] =
	    BAD("The offer of STARTTLS is masked on the way: it was stripped.",
		"Switch off the SMTP inspection of the firewall before the server "
		"(Cisco: inspect esmtp), or before this client."),
	[STARTTLS_CORRUPTED] = BAD("Our STARTTLS reached the server as another command.",
				   "A device on the way rewrites SMTP: find it, beginning with "
				   "the firewalls at both ends."),
	[STARTTLS_MASKED_BUT_WORKS] =
	    BAD("The offer of STARTTLS is masked, yet STARTTLS works.",
		"Senders go by the offer and send clear text: switch the "
		"firewall's SMTP inspection off."),
	[STARTTLS_HIDDEN] =
	    BAD("STARTTLS works, but the server does not offer it.",
		"Senders go by the offer: let EHLO list it (RFC 3207, section 2)."),
	[STARTTLS_INJECTED] = BAD("Clear text follows the reply to STARTTLS.",
				  "Update the server: what is sent before TLS must not count "
				  "within it (RFC 3207, section 4.2)."),
	[STARTTLS_CLOSED] = BAD("The server closes the connection on STARTTLS.",
				"Check its log; often the key file cannot be read."),
	[STARTTLS_TIMEOUT] = BAD("The server does not answer STARTTLS.",
				 "Check its log and the firewalls before it."),
};

const struct advice_table advice_starttls = TABLE(starttls);

static const struct advice handshake[] = {
	[HANDSHAKE_OK] = GOOD("The TLS handshake succeeds."),
	[HANDSHAKE_ALERT] =
	    BAD("The server breaks the TLS handshake off with an alert.",
		"Check its log for the reason; the alert's number is in RFC 8446, 6."),
	[HANDSHAKE_CLOSED] = BAD("The server closes the connection during the TLS handshake.",
				 "Check its log, its certificate and its key."),
	[HANDSHAKE_TIMEOUT] = BAD("The TLS handshake does not come to an end.",
				  "Check for a path that loses large packets (MTU)."),
	[HANDSHAKE_NOT_TLS] = BAD("After STARTTLS the server goes on in clear text.",
				  "Look for a proxy that answers STARTTLS without doing TLS."),
	[HANDSHAKE_VERSION_UNSUPPORTED] =
	    BAD("There is no common version of TLS.", "Offer TLS 1.2 and 1.3 (RFC 8996)."),
	[HANDSHAKE_NO_SHARED_CIPHER] =
	    BAD("There is no common cipher suite.",
		"Allow the recommended suites (RFC 9325, section 4.2)."),
	[HANDSHAKE_PROTOCOL_ERROR] =
	    BAD("The server breaks the rules of TLS.", "Update its TLS library."),
};

const struct advice_table advice_handshake = TABLE(handshake);

static const struct advice certificate[] = {
	[CERTIFICATE_OK] = GOOD("The certificate is trusted and names the server."),
	[CERTIFICATE_NONE] = BAD("The server does TLS without a certificate.",
				 "Give it one that names the MX host."),
	[CERTIFICATE_UNPARSABLE] =
	    BAD("The certificate cannot be read.", "Have it issued again (RFC 5280)."),
	[CERTIFICATE_EXPIRED] = BAD("A certificate has expired.",
				    "Renew it, reload the server, and automate both."),
	[CERTIFICATE_NOT_YET_VALID] = BAD("A certificate is not valid yet.",
					  "Check the clock of the host that issued it."),
	[CERTIFICATE_SELF_SIGNED] =
	    BAD("The certificate is signed by itself.",
		"Take one from a public authority, or publish it with DANE "
		"(RFC 7672)."),
	[CERTIFICATE_UNTRUSTED] =
	    BAD("No trusted authority stands behind the certificate.",
		"Most often the intermediate certificate is missing: let the "
		"server send the full chain (RFC 8446, section 4.4.2)."),
	[CERTIFICATE_NAME_MISMATCH] = BAD("The certificate does not name the MX host.",
					  "Have the host name among its DNS names "
					  "(RFC 9525; RFC 8461, section 4.2)."),
};

const struct advice_table advice_certificate = TABLE(certificate);
