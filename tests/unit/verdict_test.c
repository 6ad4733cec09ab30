/* SPDX-License-Identifier: Apache-2.0 */
#include "probes/verdict.h"

#include "tests/unit/outcomes.h"
#include "tests/unit/test.h"

static void
gives_one_word_for_a_certificate(void)
{
	static const struct {
		bool parsed, expired, not_yet, self, trusted, name;
		enum certificate_word want;
	} cases[] = {
		{ 1, 0, 0, 0, 1, 1, CERTIFICATE_OK },
		{ 0, 0, 0, 0, 0, 0, CERTIFICATE_UNPARSABLE },
		{ 0, 1, 1, 1, 1, 1, CERTIFICATE_UNPARSABLE },
		{ 1, 1, 0, 0, 1, 1, CERTIFICATE_EXPIRED },
		{ 1, 1, 1, 1, 0, 0, CERTIFICATE_EXPIRED },
		{ 1, 0, 1, 1, 0, 0, CERTIFICATE_NOT_YET_VALID },
		{ 1, 0, 1, 0, 1, 1, CERTIFICATE_NOT_YET_VALID },
		{ 1, 0, 0, 1, 0, 0, CERTIFICATE_SELF_SIGNED },
		{ 1, 0, 0, 1, 0, 1, CERTIFICATE_SELF_SIGNED },
		{ 1, 0, 0, 1, 1, 1, CERTIFICATE_OK },
		{ 1, 0, 0, 1, 1, 0, CERTIFICATE_NAME_MISMATCH },
		{ 1, 0, 0, 0, 0, 1, CERTIFICATE_UNTRUSTED },
		{ 1, 0, 0, 0, 0, 0, CERTIFICATE_UNTRUSTED },
		{ 1, 0, 0, 0, 1, 0, CERTIFICATE_NAME_MISMATCH },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct chain_verdict v = { .parsed = cases[i].parsed,
					   .trusted = cases[i].trusted,
					   .expired = cases[i].expired,
					   .not_yet_valid = cases[i].not_yet,
					   .self_signed = cases[i].self };

		CHECK_TEXT(word(WORDS_CERTIFICATE, (int)judge.certificate(&v, cases[i].name)),
			   word(WORDS_CERTIFICATE, (int)cases[i].want));
	}
	CHECK(judge.certificate(NULL, false) == CERTIFICATE_NONE);
}

static struct domain_verdict
gather(const char *servers)
{
	struct domain_verdict v = { 0 };

	for (; *servers != '\0'; servers++)
		judge.add_server(&v, kind_of(*servers));
	return v;
}

static void
sums_up_servers(void)
{
	static const struct {
		const char *servers, *starttls, *certificate, *headline;
	} cases[] = {
		{ "", "unknown", "unknown", "untestable" },
		{ "-", "unknown", "unknown", "untestable" },
		{ ".b0", "unknown", "unknown", "untestable" },
		{ "T", "unknown", "unknown", "untestable" },
		{ "R", "unknown", "unknown", "untestable" },
		{ "xyz3", "unknown", "unknown", "untestable" },
		{ "4", "unknown", "unknown", "untestable" },
		{ "4T-R", "unknown", "unknown", "untestable" },
		{ "A", "all", "all", "authenticated" },
		{ "AAmhi", "all", "all", "authenticated" },
		{ "A-4TR0x", "all", "all", "authenticated" },
		{ "E", "all", "none", "encrypted" },
		{ "a", "all", "none", "encrypted" },
		{ "AE", "all", "partial", "encrypted" },
		{ "Aa", "all", "partial", "encrypted" },
		{ "N", "none", "unknown", "plaintext" },
		{ "n", "none", "unknown", "plaintext" },
		{ "r", "none", "unknown", "plaintext" },
		{ "c", "none", "unknown", "plaintext" },
		{ "t", "none", "unknown", "plaintext" },
		{ "F", "none", "unknown", "plaintext" },
		{ "f", "none", "unknown", "plaintext" },
		{ "N4-", "none", "unknown", "plaintext" },
		{ "AN", "partial", "all", "partial" },
		{ "AF", "partial", "all", "partial" },
		{ "EN", "partial", "none", "partial" },
		{ "AENr", "partial", "partial", "partial" },
		{ "S", "stripped", "unknown", "stripped" },
		{ "C", "stripped", "unknown", "stripped" },
		{ "AS", "stripped", "all", "stripped" },
		{ "CEAN-", "stripped", "partial", "stripped" },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct domain_verdict v = gather(cases[i].servers);
		int before = test_failures;

		CHECK(v.servers == strlen(cases[i].servers));
		CHECK_TEXT(word(WORDS_SHARE, (int)judge.starttls_share(&v)), cases[i].starttls);
		CHECK_TEXT(word(WORDS_SHARE, (int)judge.certificate_share(&v)),
			   cases[i].certificate);
		CHECK_TEXT(word(WORDS_HEADLINE, (int)judge.headline(&v, &takes_mail)),
			   cases[i].headline);
		if (test_failures > before)
			printf("  for servers \"%s\"\n", cases[i].servers);
	}
}

static void
puts_dns_first(void)
{
	static const struct {
		enum dns_word dns;
		enum mx_word mx;
		const char *servers, *want;
	} cases[] = {
		{ DNS_NXDOMAIN, 0, "", "no-mail" },
		{ DNS_INVALID_NAME, 0, "", "no-mail" },
		{ DNS_CNAME_LOOP, 0, "", "no-mail" },
		{ DNS_TEMPORARY, 0, "", "untestable" },
		{ DNS_BOGUS, 0, "", "untestable" },
		{ 0, 0, "", "untestable" },
		{ DNS_OK, MX_NULL, "", "no-mail" },
		{ DNS_OK, MX_NONE, "", "no-mail" },
		{ DNS_OK, MX_BAD_TARGET, "b", "no-mail" },
		{ DNS_OK, MX_NULL_WITH_OTHERS, "A", "authenticated" },
		{ DNS_OK, MX_IMPLICIT, "A", "authenticated" },
		{ DNS_OK, MX_IMPLICIT, "-", "untestable" },
		{ DNS_OK, MX_OK, "0", "untestable" },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct domain_verdict v = gather(cases[i].servers);
		struct domain_outcome domain = { .dns = cases[i].dns, .mx = cases[i].mx };

		CHECK_TEXT(word(WORDS_HEADLINE, (int)judge.headline(&v, &domain)),
			   cases[i].want);
	}
}

/* The order of servers is of no importance, and no set of them is without words. */
static void
has_words_for_every_pair(void)
{
	size_t count = COUNT(kinds);

	for (size_t i = 0; i < count * count; i++) {
		char ab[] = { kinds[i / count].letter, kinds[i % count].letter, '\0' };
		char ba[] = { ab[1], ab[0], '\0' };
		struct domain_verdict v = gather(ab), w = gather(ba);

		CHECK(memcmp(&v, &w, sizeof v) == 0);
		CHECK(v.authenticated <= v.tls && v.tls <= v.answered &&
		      v.stripped <= v.answered && v.answered <= v.servers);
		CHECK(judge.headline(&v, &takes_mail) != 0);
	}
}

static void
knows_who_answered(void)
{
	for (size_t i = 0; i < COUNT(kinds); i++)
		CHECK(verdict_answered(&kinds[i].outcome) ==
		      (strchr("AEamhiFfNnrctSC", kinds[i].letter) != NULL));
}

static void
judges_servers_by_a_policy(void)
{
	static const struct {
		char server;
		bool listed, san;
		const char *want;
	} cases[] = {
		{ 'A', true, true, "ok" },
		{ 'i', true, true, "ok" },
		{ 'm', true, true, "no-starttls" }, /* senders go by the offer */
		{ 'h', true, true, "no-starttls" },
		{ 'A', true, false, "bad-certificate" }, /* named by the common name alone */
		{ 'E', true, true, "bad-certificate" },
		{ 'a', true, false, "bad-certificate" },
		{ 'F', true, false, "no-starttls" },
		{ 'N', true, false, "no-starttls" },
		{ 'r', true, false, "no-starttls" },
		{ 'c', true, false, "no-starttls" },
		{ 'S', true, false, "no-starttls" },
		{ '4', true, false, "unknown" },
		{ 'R', true, false, "unknown" },
		{ '.', true, false, "unknown" },
		{ '0', true, false, "unknown" },
		{ 'A', false, true, "unlisted" },
		{ 'N', false, false, "unlisted" },
		{ '.', false, false, "unlisted" },
	};

	for (size_t i = 0; i < COUNT(cases); i++)
		CHECK_TEXT(word(WORDS_STS_SERVER,
				(int)judge.sts_server(kind_of(cases[i].server), cases[i].listed,
						      cases[i].san)),
			   cases[i].want);
}

int
main(void)
{
	RUN(gives_one_word_for_a_certificate);
	RUN(sums_up_servers);
	RUN(puts_dns_first);
	RUN(has_words_for_every_pair);
	RUN(knows_who_answered);
	RUN(judges_servers_by_a_policy);
	return test_end();
}
