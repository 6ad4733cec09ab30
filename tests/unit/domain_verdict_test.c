/* SPDX-License-Identifier: Apache-2.0 */
/* A domain's DANE, MTA-STS and headline. */
#include "scanner/judge.h"

#include "tests/unit/outcomes.h"
#include "tests/unit/test.h"

/* What DANE makes of a server, as one letter, where the MX answer is secure. */
static const struct {
	char letter, server; /* of the kinds above */
	enum tlsa_word tlsa;
	bool usable;
	enum dane_word dane;
} danes[] = {
	{ 'e', 'A', TLSA_FOUND, true, DANE_OK_EE },
	{ 't', 'E', TLSA_FOUND, true, DANE_OK_TA },
	{ 'm', 'A', TLSA_FOUND, true, DANE_MISMATCH },
	{ 'n', 'A', TLSA_FOUND, true, DANE_NAME_MISMATCH },
	{ 'x', 'A', TLSA_FOUND, true, DANE_EXPIRED },
	{ 'a', 'A', TLSA_FOUND, true, DANE_TA_MISSING },
	{ 's', 'N', TLSA_FOUND, true, DANE_NO_STARTTLS },
	{ '.', '.', TLSA_FOUND, true, DANE_UNKNOWN },
	{ 'u', 'A', TLSA_FOUND, false, DANE_UNUSABLE },
	{ 'f', 'A', TLSA_FAILED, false, DANE_LOOKUP_FAILED },
	{ '-', 'A', TLSA_NONE, false, DANE_NO_TLSA },
	{ ',', '.', TLSA_NONE, false, DANE_NO_TLSA },
	{ 'i', 'A', TLSA_INSECURE_HOST, false, DANE_INSECURE_HOST },
	{ '?', 'A', TLSA_UNKNOWN, false, DANE_UNKNOWN },
	{ '!', '0', TLSA_UNKNOWN, false, DANE_UNKNOWN },
	{ '0', 'A', 0, false, 0 },
};

static struct server_outcome
dane_kind_of(char letter, enum security_word security)
{
	struct server_outcome outcome;
	size_t i = 0;

	while (i < COUNT(danes) - 1 && danes[i].letter != letter)
		i++;
	CHECK(danes[i].letter == letter);
	outcome = *kind_of(danes[i].server);
	outcome.tlsa = danes[i].tlsa;
	outcome.tlsa_usable = danes[i].usable;
	outcome.dane = danes[i].dane == 0              ? 0
		       : security == SECURITY_INSECURE ? DANE_INSECURE_MX
		       : security != SECURITY_SECURE   ? DANE_UNKNOWN
						       : danes[i].dane;
	return outcome;
}

/* Letters of danes; a blank stands between hosts. */
static struct domain_verdict
gather_dane(const char *servers, enum security_word security)
{
	struct domain_verdict v = { 0 };
	int64_t host = 0;

	for (; *servers != '\0'; servers++) {
		struct server_outcome outcome;

		if (*servers == ' ') {
			host++;
			continue;
		}
		outcome = dane_kind_of(*servers, security);
		outcome.host = host;
		judge.add_server(&v, &outcome);
	}
	return v;
}

static void
sums_up_dane(void)
{
	static const struct {
		const char *servers, *secure, *insecure, *other, *headline; /* if secure */
	} cases[] = {
		{ "", NULL, NULL, NULL, "untestable" },
		{ "0 0", NULL, NULL, NULL, "authenticated" },
		{ "e", "all", "half", "unknown", "secure-dane" },
		{ "t", "all", "half", "unknown", "secure-dane" },
		{ "et e", "all", "half", "unknown", "secure-dane" },
		{ "e.", "all", "half", "unknown", "secure-dane" },
		{ "e .", "all", "half", "unknown", "secure-dane" },
		{ "e !", "all", "half", "unknown", "secure-dane" },
		{ "e ?", "all", "half", "unknown", "authenticated" },
		{ "e e -", "partial", "half", "unknown", "authenticated" },
		{ "e ,", "partial", "half", "unknown", "authenticated" },
		{ "e -- e", "partial", "half", "unknown", "authenticated" },
		{ "t i", "partial", "half", "unknown", "encrypted" },
		{ "e u", "partial", "half", "unknown", "authenticated" },
		{ "-", "none", "none", "unknown", "authenticated" },
		{ "- i", "none", "none", "unknown", "authenticated" },
		{ "u", "none", "none", "unknown", "authenticated" },
		{ "- ?", "none", "none", "unknown", "authenticated" },
		{ ".", "unknown", "half", "unknown", "untestable" },
		{ ". -", "unknown", "half", "unknown", "authenticated" },
		{ "?", "unknown", "unknown", "unknown", "authenticated" },
		{ "!", "unknown", "unknown", "unknown", "untestable" },
		{ "m", "broken", "half", "unknown", "broken-dane" },
		{ "n", "broken", "half", "unknown", "broken-dane" },
		{ "x", "broken", "half", "unknown", "broken-dane" },
		{ "a", "broken", "half", "unknown", "broken-dane" },
		{ "s", "broken", "half", "unknown", "broken-dane" },
		{ "f", "broken", "none", "unknown", "broken-dane" },
		{ "f ?", "broken", "none", "unknown", "broken-dane" },
		{ "ee em", "broken", "half", "unknown", "broken-dane" },
		{ "- s", "broken", "half", "unknown", "broken-dane" },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		int before = test_failures;

		for (enum security_word security = 0; security <= SECURITY_INDETERMINATE;
		     security++) {
			struct domain_verdict v = gather_dane(cases[i].servers, security);
			struct domain_outcome domain = takes_mail;

			domain.mx_security = security;
			CHECK_TEXT(word(WORDS_DANE_SHARE, (int)judge.dane_share(&v, &domain)),
				   security == SECURITY_SECURE     ? cases[i].secure
				   : security == SECURITY_INSECURE ? cases[i].insecure
								   : cases[i].other);
			if (security == SECURITY_SECURE)
				CHECK_TEXT(
				    word(WORDS_HEADLINE, (int)judge.headline(&v, &domain)),
				    cases[i].headline);
		}
		if (test_failures > before)
			printf("  for servers \"%s\"\n", cases[i].servers);
	}
}

static void
counts_each_host_once(void)
{
	struct domain_verdict v = gather_dane("ee. t- -- ?? f .", SECURITY_SECURE);

	CHECK(v.hosts == 5); /* the second's first row speaks for it */
	CHECK(v.tlsa_hosts == 3);
	CHECK(v.servers == 11);
	CHECK(v.dane_ok == 3 && v.dane_broken == 1 && v.dane_unknown == 2);
}

/* What a policy makes of a server, as one letter. */
static struct domain_verdict
gather_sts(const char *servers)
{
	struct domain_verdict v = { 0 };

	for (; *servers != '\0'; servers++) {
		bool answered = *servers != '?' && *servers != 'L';
		struct server_outcome outcome = *kind_of(*servers == 's' ? 'N'
							 : answered      ? 'A'
									 : '.');

		outcome.mta_sts = *servers == 'o'                      ? STS_SERVER_OK
				  : *servers == 'l' || *servers == 'L' ? STS_SERVER_UNLISTED
				  : *servers == 'c' ? STS_SERVER_BAD_CERTIFICATE
				  : *servers == 's' ? STS_SERVER_NO_STARTTLS
				  : *servers == '?' ? STS_SERVER_UNKNOWN
						    : 0;
		judge.add_server(&v, &outcome);
	}
	return v;
}

static struct domain_outcome
policy_in(enum sts_mode_word mode)
{
	struct domain_outcome domain = takes_mail;

	domain.sts_record = STS_RECORD_OK;
	domain.sts_fetch = STS_FETCH_OK;
	domain.sts_policy = STS_POLICY_OK;
	domain.sts_mode = mode;
	domain.sts_attempts = 1;
	return domain;
}

/* Not even tried, because others failed at its address. */
static void
accuses_no_untried_policy(void)
{
	static const struct {
		enum sts_fetch_word fetch;
		unsigned attempts;
		enum sts_domain_word want;
	} cases[] = {
		{ STS_FETCH_TCP, 0, STS_DOMAIN_UNKNOWN },
		{ STS_FETCH_TIMEOUT, 0, STS_DOMAIN_UNKNOWN },
		{ STS_FETCH_TCP, 1, STS_DOMAIN_BROKEN_POLICY },
		{ STS_FETCH_TIMEOUT, 2, STS_DOMAIN_BROKEN_POLICY },
		{ STS_FETCH_DNS, 0, STS_DOMAIN_BROKEN_POLICY },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct domain_outcome domain = policy_in(STS_MODE_ENFORCE);
		struct domain_verdict v = { .servers = 1, .answered = 1, .tls = 1 };

		domain.sts_fetch = cases[i].fetch;
		domain.sts_attempts = cases[i].attempts;
		CHECK(judge.sts_domain(&v, &domain) == cases[i].want);
	}
}

static void
sums_up_a_policy(void)
{
	static const struct {
		const char *servers, *want, *enforced, *tested;
	} cases[] = {
		{ "", "unknown", "untestable", "untestable" },
		{ "??", "unknown", "untestable", "untestable" },
		{ "L?", "unknown", "untestable", "untestable" },
		{ "o", "ok", "secure-mta-sts", "authenticated" },
		{ "oo?", "ok", "secure-mta-sts", "authenticated" },
		{ "ooL", "ok", "secure-mta-sts", "authenticated" },
		{ "ol", "partial", "broken-mta-sts", "authenticated" },
		{ "oc", "partial", "broken-mta-sts", "authenticated" },
		{ "os", "partial", "broken-mta-sts", "partial" },
		{ "oscl", "partial", "broken-mta-sts", "partial" },
		{ "l", "failing", "broken-mta-sts", "authenticated" },
		{ "c?", "failing", "broken-mta-sts", "authenticated" },
		{ "s", "failing", "broken-mta-sts", "plaintext" },
		{ "scl", "failing", "broken-mta-sts", "partial" },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct domain_verdict v = gather_sts(cases[i].servers);
		struct domain_outcome enforced = policy_in(STS_MODE_ENFORCE);
		struct domain_outcome tested = policy_in(STS_MODE_TESTING);
		struct domain_outcome none = policy_in(STS_MODE_NONE);

		CHECK_TEXT(word(WORDS_STS_DOMAIN, (int)judge.sts_domain(&v, &enforced)),
			   cases[i].want);
		CHECK_TEXT(word(WORDS_STS_DOMAIN, (int)judge.sts_domain(&v, &tested)),
			   cases[i].want);
		CHECK(judge.sts_domain(&v, &none) == STS_DOMAIN_NONE);
		CHECK_TEXT(word(WORDS_HEADLINE, (int)judge.headline(&v, &enforced)),
			   cases[i].enforced);
		CHECK_TEXT(word(WORDS_HEADLINE, (int)judge.headline(&v, &tested)),
			   cases[i].tested);
	}
}

/* Whatever the servers do, what is published is broken, or nobody knows. */
static void
needs_a_policy(void)
{
	struct domain_verdict v = gather_sts("o"), down = gather_sts("?");

	for (int record = 0; record < words_count(WORDS_STS_RECORD); record++)
		for (int fetch = 0; fetch < words_count(WORDS_STS_FETCH); fetch++)
			for (int policy = 0; policy < words_count(WORDS_STS_POLICY); policy++) {
				struct domain_outcome domain = policy_in(STS_MODE_ENFORCE);
				enum sts_domain_word want =
				    record == 0                      ? 0
				    : record == STS_RECORD_NONE      ? STS_DOMAIN_NONE
				    : record == STS_RECORD_TEMPORARY ? STS_DOMAIN_UNKNOWN
				    : record != STS_RECORD_OK        ? STS_DOMAIN_BROKEN_RECORD
				    : fetch == 0 || fetch == STS_FETCH_BLOCKED
					? STS_DOMAIN_UNKNOWN
				    : fetch != STS_FETCH_OK || policy != STS_POLICY_OK
					? STS_DOMAIN_BROKEN_POLICY
					: STS_DOMAIN_OK;

				domain.sts_record = (enum sts_record_word)record;
				domain.sts_fetch = (enum sts_fetch_word)fetch;
				domain.sts_policy = (enum sts_policy_word)policy;
				CHECK(judge.sts_domain(&v, &domain) == want);
				CHECK(judge.headline(&v, &domain) ==
				      (want == STS_DOMAIN_OK ? HEADLINE_SECURE_MTA_STS
				       : want == STS_DOMAIN_BROKEN_RECORD ||
					       want == STS_DOMAIN_BROKEN_POLICY
					   ? HEADLINE_BROKEN_MTA_STS
					   : HEADLINE_AUTHENTICATED));
				CHECK(judge.headline(&down, &domain) == HEADLINE_UNTESTABLE);
			}
}

static void
check_headline(const struct domain_verdict *v, const struct domain_outcome *domain,
	       const char *want)
{
	CHECK_TEXT(word(WORDS_HEADLINE, (int)judge.headline(v, domain)), want);
}

/* Every cause of a headline at once; then the first goes, and the next shows. */
static void
orders_headlines(void)
{
	struct domain_outcome domain = policy_in(STS_MODE_ENFORCE);
	struct domain_verdict v = { .servers = 2,
				    .answered = 0,
				    .stripped = 1,
				    .hosts = 1,
				    .tlsa_hosts = 1,
				    .dane_ok = 2,
				    .dane_broken = 1,
				    .sts_judged = 2,
				    .sts_ok = 1 };

	domain.mx_security = SECURITY_SECURE;
	domain.mx = MX_NULL;
	check_headline(&v, &domain, "no-mail");
	domain.mx = MX_OK;
	check_headline(&v, &domain, "untestable");
	v.answered = 2;
	check_headline(&v, &domain, "stripped");
	v.stripped = 0;
	check_headline(&v, &domain, "broken-dane");
	v.dane_broken = 0; /* working DANE does not make up for the rest */
	check_headline(&v, &domain, "broken-mta-sts");
	v.sts_ok = 2;
	check_headline(&v, &domain, "plaintext");
	v.tls = 1;
	check_headline(&v, &domain, "partial");
	v.tls = v.authenticated = 2;
	check_headline(&v, &domain, "secure-dane");
	v.dane_ok = 1; /* one that answered is not proven */
	check_headline(&v, &domain, "secure-mta-sts");
	domain.sts_mode = STS_MODE_TESTING;
	check_headline(&v, &domain, "authenticated");
	v.authenticated = 1;
	check_headline(&v, &domain, "encrypted");
}

int
main(void)
{
	RUN(accuses_no_untried_policy);
	RUN(sums_up_dane);
	RUN(counts_each_host_once);
	RUN(sums_up_a_policy);
	RUN(needs_a_policy);
	RUN(orders_headlines);
	return test_end();
}
