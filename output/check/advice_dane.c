/* SPDX-License-Identifier: Apache-2.0 */
/* What the words of DANE mean (RFC 6698, RFC 7671, RFC 7672). */
#include "output/check/advice_tables.h"

/* Of the look-up of a host's records. */
static const struct advice tlsa[] = {
	[TLSA_FOUND] = GOOD("The host publishes signed TLSA records."),
	[TLSA_NONE] = HINT("The host publishes no TLSA records.", "Publish them (RFC 7672)."),
	[TLSA_FAILED] = BAD("The question for TLSA records fails.",
			    "Let the name servers answer it, also where there are none "
			    "(RFC 7672, section 2.1.2)."),
	[TLSA_INSECURE_HOST] = HINT("The host's addresses are not signed (DNSSEC).",
				    "Sign the host's zone (RFC 7672, section 2.2)."),
	[TLSA_UNKNOWN] = UNKNOWN("Whether there are TLSA records is not known.",
				 "Give the host an address, and ask through a validating "
				 "resolver on this host."),
};

/* Of a server. */
static const struct advice dane[] = {
	[DANE_OK_EE] = GOOD("DANE: the TLSA records prove the server's key."),
	[DANE_OK_TA] = GOOD("DANE: the TLSA records prove the authority behind the server."),
	[DANE_MISMATCH] =
	    BAD("DANE: the certificate matches none of the TLSA records.",
		"Senders that go by DANE deliver nothing: publish the records of this "
		"certificate, or go back to the one they are of "
		"(RFC 7671, section 8)."),
	[DANE_NAME_MISMATCH] =
	    BAD("DANE: a TLSA record of usage 2 matches, but the certificate has another name.",
		"Have the host name among its DNS names, or publish 3 1 1 of its key "
		"(RFC 7672, section 3.2.2)."),
	[DANE_EXPIRED] = BAD("DANE: a TLSA record of usage 2 matches, but the certificate is "
			     "outside its dates.",
			     "Renew it; only usage 3 leaves the dates aside "
			     "(RFC 7672, section 3.1)."),
	[DANE_TA_MISSING] =
	    BAD("DANE: the server does not send the authority's certificate that its TLSA "
		"records of usage 2 name.",
		"Let it send the whole chain, the authority included, or publish 3 1 1 "
		"(RFC 7671, section 5.2.2)."),
	[DANE_NO_STARTTLS] =
	    BAD("DANE: TLSA records promise TLS, and the server does none.",
		"Senders that go by DANE deliver nothing: mend TLS, or take the records "
		"out first (RFC 7672, section 2.2)."),
	[DANE_UNUSABLE] = BAD("DANE: no TLSA record can be used; TLS is demanded, and proves "
			      "nothing.",
			      "Publish usage 3 or 2, selector 1, matching type 1 "
			      "(RFC 7672, section 3.1)."),
	[DANE_LOOKUP_FAILED] =
	    BAD("DANE: the question for TLSA records fails.",
		"Senders that go by DANE deliver nothing: let the name servers answer it, "
		"also where there are no records (RFC 7672, section 2.1.2)."),
	[DANE_NO_TLSA] = HINT("DANE: the host publishes no TLSA records.",
			      "All is signed, so DANE is one record away (RFC 7672)."),
	[DANE_INSECURE_MX] =
	    HINT("DANE: not possible while the MX records are not signed (DNSSEC).",
		 "Sign the domain's zone first (RFC 7672, section 2.2.1)."),
	[DANE_INSECURE_HOST] =
	    HINT("DANE: not possible while the host's addresses are not signed (DNSSEC).",
		 "Sign the host's zone first (RFC 7672, section 2.2)."),
	[DANE_UNKNOWN] = UNKNOWN("DANE could not be tested.",
				 "Try again later, through a validating resolver on this "
				 "host."),
};

static const struct advice dane_reason[] = {
	[DANE_REASON_USAGE] =
	    BAD("The usage is not the right one.",
		"Take 3 for the server's own certificate, 2 for an authority above it; 0 and "
		"1 do not count for SMTP (RFC 7672, section 3.1.3)."),
	[DANE_REASON_SELECTOR] = BAD("The data is right for the other selector.",
				     "Selector 1 is of the public key, 0 of the whole "
				     "certificate (RFC 6698, section 2.1.2)."),
	[DANE_REASON_MATCHING] =
	    BAD("The data is right for another matching type.",
		"0 is the whole, 1 its SHA-256, 2 its SHA-512 (RFC 6698, section 2.1.3)."),
	[DANE_REASON_STALE] =
	    BAD("The records are of a certificate that the host showed before, or shows at "
		"another address.",
		"Publish the records of the next key before it is used "
		"(RFC 7671, section 8.1)."),
	[DANE_REASON_EMPTY_HASH] =
	    BAD("The data is the digest of nothing.",
		"The script that made the record read no certificate: make it again "
		"(RFC 6698, section 2.1.4)."),
	[DANE_REASON_DATA] =
	    BAD("The data is of no certificate seen here, or has the wrong length.",
		"Compute it again from the certificate in use (RFC 6698, section 2.1.4)."),
};

static const struct advice dane_share[] = {
	[DANE_SHARE_ALL] =
	    GOOD("DANE: all MX hosts publish TLSA records that senders can use."),
	[DANE_SHARE_PARTIAL] =
	    HINT("DANE: some MX hosts publish TLSA records, some do not.",
		 "Who wants the mail in clear text attacks the others: publish records "
		 "for all (RFC 7672, section 2.2.1)."),
	[DANE_SHARE_NONE] =
	    HINT("DANE: no MX host publishes TLSA records that senders can use.",
		 "See below what each host lacks (RFC 7672)."),
	[DANE_SHARE_BROKEN] = BAD("DANE: the records of an MX host do not hold.",
				  "See below which, and why (RFC 7672, section 2.2)."),
	[DANE_SHARE_HALF] =
	    HINT("DANE: MX hosts publish TLSA records, but the MX records are not signed.",
		 "Sign the domain's zone: only then do senders go by them "
		 "(RFC 7672, section 2.2.1)."),
	[DANE_SHARE_UNKNOWN] = UNKNOWN("DANE could not be tested.", "Try again later."),
};

/* By bit. */
static const struct advice lints[DANE_LINTS] = {
	HINT("No TLSA record stands ready for the next key.",
	     "Publish that of the next key, or of the issuing authority, before the change "
	     "(RFC 7671, section 8.1)."),
	HINT("A TLSA record 3 0 x is of the whole certificate.",
	     "It changes with every renewal; 3 1 1 lasts as long as the key "
	     "(RFC 7671, section 5.1)."),
	HINT("Some TLSA records cannot be used.", "Take them out (RFC 7672, section 3.1)."),
	HINT("A TLSA record holds a whole key or certificate (matching type 0).",
	     "A digest keeps DNS answers small (RFC 7671, section 10.1)."),
};

const struct advice_table advice_tlsa = TABLE(tlsa);
const struct advice_table advice_dane = TABLE(dane);
const struct advice_table advice_dane_reason = TABLE(dane_reason);
const struct advice_table advice_dane_share = TABLE(dane_share);
const struct advice_table advice_dane_lints = TABLE(lints);
