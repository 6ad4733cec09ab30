/* SPDX-License-Identifier: Apache-2.0 */
/* What the words of MTA-STS (RFC 8461) and TLSRPT (RFC 8460) mean. */
#include "output/check/advice_tables.h"

static const struct advice sts_record[] = {
	[STS_RECORD_OK] = GOOD("MTA-STS: the record is right."),
	[STS_RECORD_NONE] = HINT("MTA-STS: the domain has no record.",
				 "Publish a policy, then the record (RFC 8461, section 3)."),
	[STS_RECORD_MULTIPLE] =
	    BAD("MTA-STS: there is more than one record, which counts as none.",
		"Keep one TXT record at _mta-sts (RFC 8461, section 3.1)."),
	[STS_RECORD_NO_ID] = BAD("MTA-STS: the record has no id.",
				 "Write v=STSv1; id=20260101; with an id that changes with the "
				 "policy (RFC 8461, section 3.1)."),
	[STS_RECORD_BAD_ID] = BAD("MTA-STS: the record's id is no id.",
				  "It has 1 to 32 letters and digits, and nothing else "
				  "(RFC 8461, section 3.1)."),
	[STS_RECORD_BAD_VERSION] = BAD("MTA-STS: the record does not begin with v=STSv1.",
				       "Write exactly that, in this case, as the first field "
				       "(RFC 8461, section 3.1)."),
	[STS_RECORD_BAD_EXTENSION] =
	    BAD("MTA-STS: a field after the id is not well formed.",
		"Take it out; the record needs v and id only (RFC 8461, section 3.1)."),
	[STS_RECORD_BAD_SYNTAX] =
	    BAD("MTA-STS: the record cannot be read, so it counts as none.",
		"Write v=STSv1; id=20260101; (RFC 8461, section 3.1)."),
	[STS_RECORD_TEMPORARY] = UNKNOWN("MTA-STS: DNS gives no answer for the record.",
					 "Try again later; if it lasts, check the name "
					 "servers."),
};

static const struct advice sts_fetch[] = {
	[STS_FETCH_OK] = GOOD("MTA-STS: the policy could be fetched."),
	[STS_FETCH_BLOCKED] = UNKNOWN(
	    "MTA-STS: the policy host's address is reserved or on the block list; it was "
	    "not contacted.",
	    "A policy host needs a public address."),
	[STS_FETCH_DNS] = BAD("MTA-STS: the policy host has no address.",
			      "Give mta-sts.DOMAIN an address, or an alias to who holds the "
			      "policy (RFC 8461, section 3.2)."),
	[STS_FETCH_TCP] = BAD("MTA-STS: the policy host takes no connection.",
			      "Let a web server listen on port 443 (RFC 8461, section 3.3)."),
	[STS_FETCH_TLS_MISMATCH] =
	    BAD("MTA-STS: the policy host's certificate has another name.",
		"Have mta-sts.DOMAIN among its DNS names; the common name does not count "
		"(RFC 8461, section 3.3)."),
	[STS_FETCH_TLS_EXPIRED] = BAD("MTA-STS: the policy host's certificate is outside its "
				      "dates.",
				      "Renew it, and automate that (RFC 8461, section 3.3)."),
	[STS_FETCH_TLS_SELF_SIGNED] =
	    BAD("MTA-STS: the policy host's certificate is signed by itself.",
		"Take one from a public authority (RFC 8461, section 3.3)."),
	[STS_FETCH_TLS_UNTRUSTED] =
	    BAD("MTA-STS: no trusted authority stands behind the policy host's certificate.",
		"Most often the intermediate certificate is missing: let the web server send "
		"the full chain (RFC 8461, section 3.3)."),
	[STS_FETCH_TLS_OTHER] = BAD("MTA-STS: the policy host breaks the TLS handshake off.",
				    "Check that the web server knows the name mta-sts.DOMAIN "
				    "and does TLS 1.2 or 1.3 (RFC 8461, section 3.3)."),
	[STS_FETCH_HTTP_404] =
	    BAD("MTA-STS: there is no policy file.",
		"Put it at /.well-known/mta-sts.txt of the policy host, or take the record out "
		"(RFC 8461, sections 3.2 and 8.3)."),
	[STS_FETCH_HTTP_REDIRECT] =
	    BAD("MTA-STS: the policy host redirects, which senders must not follow.",
		"Serve the file itself at the address asked for "
		"(RFC 8461, section 3.3)."),
	[STS_FETCH_HTTP_STATUS] = BAD("MTA-STS: the web server answers with an error.",
				      "Only status 200 counts: check its log "
				      "(RFC 8461, section 3.3)."),
	[STS_FETCH_HTTP_BROKEN] =
	    BAD("MTA-STS: the policy host's answer is not HTTP.",
		"Check what listens on port 443 (RFC 8461, section 3.3)."),
	[STS_FETCH_TOO_BIG] = BAD("MTA-STS: the policy file is too big.",
				  "Keep it under 64 KiB (RFC 8461, section 3.3)."),
	[STS_FETCH_TIMEOUT] = BAD("MTA-STS: the policy does not arrive in time.",
				  "Senders wait about a minute: check the web server "
				  "(RFC 8461, section 3.3)."),
};

static const struct advice sts_policy[] = {
	[STS_POLICY_OK] = GOOD("MTA-STS: the policy is right."),
	[STS_POLICY_EMPTY] = BAD("MTA-STS: the policy file is empty.",
				 "Write version, mode, mx and max_age, a line each "
				 "(RFC 8461, section 3.2)."),
	[STS_POLICY_BAD_VERSION] = BAD("MTA-STS: the policy has no line version: STSv1.",
				       "Write exactly that (RFC 8461, section 3.2)."),
	[STS_POLICY_BAD_MODE] = BAD("MTA-STS: the policy's mode is none of the three.",
				    "Write mode: enforce, testing or none, in lower case "
				    "(RFC 8461, section 3.2)."),
	[STS_POLICY_BAD_MAX_AGE] = BAD("MTA-STS: the policy's max_age is no number of seconds.",
				       "Write for instance max_age: 604800, which is a week "
				       "(RFC 8461, section 3.2)."),
	[STS_POLICY_BAD_MX] = BAD("MTA-STS: an mx of the policy is no host name.",
				  "Write mx: mail.example.org or mx: *.example.org, a line "
				  "each (RFC 8461, section 3.2)."),
	[STS_POLICY_NO_MX] =
	    BAD("MTA-STS: the policy lists no mx.", "List the domain's MX hosts, a line each "
						    "(RFC 8461, section 3.2)."),
	[STS_POLICY_BAD_SYNTAX] = BAD("MTA-STS: the policy cannot be read.",
				      "Write a line key: value for each field, and nothing "
				      "else (RFC 8461, section 3.2)."),
};

static const struct advice sts_mode[] = {
	[STS_MODE_NONE] = HINT("MTA-STS: the policy's mode is none: it asks for nothing.",
			       "Take mode testing, then enforce (RFC 8461, section 3.2)."),
	[STS_MODE_TESTING] = HINT("MTA-STS: the policy's mode is testing: senders report, and "
				  "deliver anyway.",
				  "When the reports are clean, change to enforce and give the "
				  "record a new id (RFC 8461, section 5)."),
	[STS_MODE_ENFORCE] = GOOD("MTA-STS: the policy is enforced."),
};

/* Of a server. */
static const struct advice sts_server[] = {
	[STS_SERVER_OK] = GOOD("MTA-STS: the server is as the policy demands."),
	[STS_SERVER_UNLISTED] = BAD("MTA-STS: the policy does not list this MX host.",
				    "Add it to the policy and give the record a new id "
				    "(RFC 8461, sections 4.1 and 8.1)."),
	[STS_SERVER_BAD_CERTIFICATE] =
	    BAD("MTA-STS: the certificate does not prove the MX host.",
		"It must be trusted, within its dates, and have the host among its DNS names "
		"(RFC 8461, section 4.2)."),
	[STS_SERVER_NO_STARTTLS] = BAD("MTA-STS: the policy demands TLS, and the server does "
				       "none.",
				       "Mend TLS (RFC 8461, section 4)."),
	[STS_SERVER_UNKNOWN] =
	    UNKNOWN("MTA-STS: the server could not be tested.", "Try again later."),
};

static const struct advice sts_domain[] = {
	[STS_DOMAIN_OK] = GOOD("MTA-STS: all servers are as the policy demands."),
	[STS_DOMAIN_PARTIAL] = BAD("MTA-STS: some servers are not as the policy demands.",
				   "See below which, and why (RFC 8461, section 4)."),
	[STS_DOMAIN_FAILING] = BAD("MTA-STS: no server is as the policy demands.",
				   "See below why; until then mode testing lets mail through "
				   "(RFC 8461, section 5)."),
	[STS_DOMAIN_NONE] = HINT("MTA-STS: the domain has no policy to go by.",
				 "Publish one (RFC 8461, section 3)."),
	[STS_DOMAIN_BROKEN_RECORD] =
	    BAD("MTA-STS: the record is broken.", "Mend it (RFC 8461, section 3.1)."),
	[STS_DOMAIN_BROKEN_POLICY] =
	    BAD("MTA-STS: the policy is broken.", "Mend it (RFC 8461, section 3.2)."),
	[STS_DOMAIN_UNKNOWN] = UNKNOWN("MTA-STS could not be tested.", "Try again later."),
};

static const struct advice tlsrpt[] = {
	[TLSRPT_OK] = GOOD("TLSRPT: the domain asks for reports."),
	[TLSRPT_NONE] = HINT("TLSRPT: the domain asks for no reports.",
			     "Without them nobody tells you of failures: publish a TXT record "
			     "at _smtp._tls (RFC 8460, section 3)."),
	[TLSRPT_MULTIPLE] = BAD("TLSRPT: there is more than one record, which counts as none.",
				"Keep one TXT record at _smtp._tls (RFC 8460, section 3)."),
	[TLSRPT_BAD_VERSION] = BAD("TLSRPT: the record does not begin with v=TLSRPTv1.",
				   "Write exactly that, in this case, as the first field "
				   "(RFC 8460, section 3)."),
	[TLSRPT_NO_RUA] = BAD("TLSRPT: the record does not say where reports go.",
			      "Write v=TLSRPTv1; rua=mailto:reports@example.org "
			      "(RFC 8460, section 3)."),
	[TLSRPT_BAD_SYNTAX] =
	    BAD("TLSRPT: the record cannot be read.",
		"Write v=TLSRPTv1; rua=mailto:reports@example.org; escape , ! "
		"and ; within addresses (RFC 8460, section 3)."),
	[TLSRPT_UNUSABLE_RUA] = BAD("TLSRPT: reports can go to none of the addresses.",
				    "Give a mailto: or an https: address "
				    "(RFC 8460, section 3)."),
	[TLSRPT_TEMPORARY] = UNKNOWN("TLSRPT: DNS gives no answer for the record.",
				     "Try again later; if it lasts, check the name servers."),
};

/* By bit. */
static const struct advice lints[STS_LINTS] = {
	HINT("The policy file is not served as text/plain.",
	     "Set its Content-Type; some senders insist (RFC 8461, section 3.2)."),
	HINT("The policy file ends with an empty line.",
	     "Take it out; some senders reject the policy (RFC 8461, section 3.2)."),
	HINT("The policy's max_age is over a year.",
	     "Take 31557600 seconds or less (RFC 8461, section 3.2)."),
	HINT("The policy's max_age is under a day.",
	     "Take weeks: a short life protects little (RFC 8461, section 10.2)."),
	HINT("A field stands twice in the policy.",
	     "Keep the first, which is the one that counts (RFC 8461, section 3.2)."),
	HINT("Some senders accept the policy all the same, others do not.",
	     "Write it exactly by the rules (RFC 8461, section 3.2)."),
	HINT("The policy lists a name that is no MX host of the domain.",
	     "Take it out unless the host is to come (RFC 8461, section 8.1)."),
	HINT("A name in the policy is nearly that of an MX host.",
	     "Correct the spelling (RFC 8461, section 4.1)."),
	HINT("The policy does not list every MX host.",
	     "Add those that are missing; senders pass them over (RFC 8461, section 4.1)."),
	HINT("The policy changed, and the id of the record did not.",
	     "Give the record a new id, or senders do not look again "
	     "(RFC 8461, section 8.1)."),
	HINT("The policy vanished while senders still hold on to it.",
	     "Publish one of mode none and a new id first, and wait for the old max_age "
	     "(RFC 8461, section 8.3)."),
};

const struct advice_table advice_sts_record = TABLE(sts_record);
const struct advice_table advice_sts_fetch = TABLE(sts_fetch);
const struct advice_table advice_sts_policy = TABLE(sts_policy);
const struct advice_table advice_sts_mode = TABLE(sts_mode);
const struct advice_table advice_sts_server = TABLE(sts_server);
const struct advice_table advice_sts_domain = TABLE(sts_domain);
const struct advice_table advice_tlsrpt = TABLE(tlsrpt);
const struct advice_table advice_sts_lints = TABLE(lints);
