/* SPDX-License-Identifier: Apache-2.0 */
/* What a person is told of DANE, MTA-STS and TLSRPT, and what is suggested. */
#include <openssl/sha.h>
#include <sqlite3.h>

#include "output/check/advice.h"
#include "output/check/check.h"
#include "output/sql.h"
#include "output/store.h"
#include "output/summary.h"
#include "scanner/judge.h"
#include "tests/unit/ask.h"
#include "tests/unit/pki.h"
#include "tests/unit/sample.h"
#include "tests/unit/test.h"

static void *store;
static struct check_report report;
static char *trust, *text;
static size_t size;
static struct pki *root, *leaf, *stranger;
static int64_t hosts;

static void
begin(const char *options)
{
	struct sweep_info info = sample_info("list");

	info.root_cas = trust;
	info.options = options;
	hosts = 0;
	store = output_sqlite.open(":memory:");
	output_sqlite.begin(store, &info, false, &sample_no_resume);
}

static void
finish(void)
{
	struct sweep_end end = { SWEEP_COMPLETE, PKI_NOW, 0 };

	CHECK(output_sqlite.finish(store, &end));
	report =
	    (struct check_report){ store_database(store), store_sweep(store), NULL, false };
}

static void
tear_down(void)
{
	output_sqlite.close(store);
	free(text);
	text = NULL;
}

/* What check tells of a domain. */
static const char *
told(const char *domain)
{
	struct target target;
	const char *reason;

	CHECK(target_parse(domain, strlen(domain), &target, &reason) == LINE_TARGET);
	free(text);
	report.out = open_memstream(&text, &size);
	check_print_text(&report, &target);
	fclose(report.out);
	target_clear(&target);
	return text;
}

static bool
tells(const char *what)
{
	bool found = strstr(text, what) != NULL;

	if (!found)
		printf("\"%s\" is not in:\n%s", what, text);
	return found;
}

static int
lines(void)
{
	int count = 0;

	for (const char *at = text; *at != '\0'; at++)
		count += *at == '\n';
	return count;
}

static struct record *
host_of(const char *mx, const struct pki *certificate, enum tlsa_word lookup)
{
	struct server_facts *facts = sample_server("192.0.2.1", "x");
	struct record *host = sample_host(++hosts, mx, facts);

	free(facts->chain);
	facts->chain = pki_chain(2, certificate, root);
	host->host.tlsa.lookup = lookup;
	return host;
}

/* 3 0 1 of a certificate. */
static void
add_tlsa(struct record *host, const struct pki *certificate)
{
	uint8_t rdata[3 + DIGEST_BYTES] = { 3, 0, 1 };

	SHA256(certificate->der, certificate->length, rdata + 3);
	host->host.tlsa.secure = true;
	if (host->host.tlsa.base == NULL)
		host->host.tlsa.base = mem_strdup(host->host.name);
	tlsa_set_add(&host->host.tlsa, rdata, sizeof rdata);
}

static struct record *
domain_of(const char *name)
{
	struct record *domain = sample_domain(name, hosts, 10);

	domain->target.mx_security = SECURITY_SECURE;
	domain->target.sts = sts_facts_new();
	domain->target.sts->record = STS_RECORD_NONE;
	domain->target.tlsrpt = mem_alloc(sizeof *domain->target.tlsrpt);
	domain->target.tlsrpt->record = TLSRPT_NONE;
	return domain;
}

static void
with_policy(struct record *domain, const char *mode)
{
	char *body =
	    mem_printf("version: STSv1\nmode: %s\nmx: *.example\nmax_age: 604800\n", mode);

	sts_facts_free(domain->target.sts);
	tlsrpt_facts_free(domain->target.tlsrpt);
	domain->target.sts = sample_sts(body);
	domain->target.sts->mode = (enum sts_mode_word)word_parse(WORDS_STS_MODE, mode);
	domain->target.tlsrpt = sample_tlsrpt();
	free(body);
}

static void
put(struct record *record)
{
	CHECK(sample_put(&output_sqlite, store, record));
}

/* That says are sentences, and that whoever reads one knows what to do. */
static void
is_sentence(const struct advice *a, bool may_do_nothing)
{
	CHECK(a != NULL && a->says[strlen(a->says) - 1] == '.');
	CHECK(a == NULL || may_do_nothing || (a->action == NULL) == (a->level == ADVICE_GOOD));
	CHECK(a == NULL || a->action == NULL || a->action[strlen(a->action) - 1] == '.');
}

static void
every_word_has_advice(void)
{
	for (int column = 0; column < WORDS_COUNT; column++)
		for (int value = 1; value < words_count((enum words)column); value++)
			is_sentence(
			    advice_find((enum words)column, word((enum words)column, value)),
			    column == WORDS_HEADLINE);
	for (int bit = 0; bit < DANE_LINTS; bit++)
		is_sentence(advice_dane_lint(bit), false);
	for (int bit = 0; bit < STS_LINTS; bit++)
		is_sentence(advice_sts_lint(bit), false);
	CHECK(advice_dane_lint(DANE_LINTS) == NULL && advice_sts_lint(-1) == NULL);
}

/* All is well: few lines, and nothing to do but for the lints. */
static void
tells_of_perfection(void)
{
	struct record *host, *domain;

	begin("{}");
	host = host_of("mx.example", leaf, TLSA_FOUND);
	add_tlsa(host, leaf);
	put(host);
	domain = domain_of("perfect.example");
	with_policy(domain, "enforce");
	put(domain);
	finish();
	told("perfect.example");
	CHECK(tells("perfect.example: secure-dane\n"));
	CHECK(tells("  + DANE: all MX hosts publish"));
	CHECK(tells("  + MTA-STS: all servers are as the policy demands.\n"));
	CHECK(tells("  + TLSRPT: the domain asks for reports.\n"));
	CHECK(tells("    TLSA 3 0 1 "));
	CHECK(tells("      + DANE: the TLSA records prove the server's key.\n"));
	CHECK(tells("      - A TLSA record 3 0 x is of the whole certificate.\n"));
	CHECK(strstr(text, "publish for") == NULL && strstr(text, "! ") == NULL);
	CHECK(lines() < 24);
	tear_down();
}

/* A program gets the columns of the views. */
static void
tells_a_program(void)
{
	struct target target;
	struct record *host, *domain;
	const char *reason;

	begin("{}");
	host = host_of("mx.example", leaf, TLSA_FOUND);
	add_tlsa(host, leaf);
	put(host);
	domain = domain_of("perfect.example");
	with_policy(domain, "enforce");
	put(domain);
	finish();
	CHECK(target_parse("perfect.example", 15, &target, &reason) == LINE_TARGET);
	report.out = open_memstream(&text, &size);
	check_print_json(&report, &target);
	fclose(report.out);
	target_clear(&target);
	CHECK(tells("\"dane\":\"all\"") && tells("\"dane\":\"ok-ee\""));
	CHECK(tells("\"dane_lint\":\"no-spare,selector-0\""));
	CHECK(tells("\"mta_sts\":\"ok\"") && tells("\"mta_sts_max_age\":604800"));
	CHECK(tells("\"mta_sts_policy_text\":\"version: STSv1\\nmode: enforce\\n"));
	CHECK(tells("\"tlsa_records\":[{\"sweep\":1,\"mx\":\"mx.example\",\"base_domain\":"
		    "\"mx.example\",\"usage\":3,\"selector\":0,\"matching\":1,\"data\":\""));
	CHECK(tells("\"security\":\"secure\",\"usable\":1}]"));
	tear_down();
}

static void
tells_what_is_broken(void)
{
	struct record *host, *domain;

	begin("{}");
	host = host_of("mx.example", leaf, TLSA_FOUND);
	add_tlsa(host, root);
	tlsa_set_add(&host->host.tlsa, (const uint8_t *)"\1\1\1abc", 6);
	tlsa_set_add(&host->host.tlsa, (const uint8_t *)"\3", 1);
	put(host);
	domain = domain_of("broken.example");
	domain->target.sts->record = STS_RECORD_MULTIPLE;
	domain->target.sts->record_text = mem_strdup("v=STSv1; id=1\nv=STSv1; id=\033[31m2");
	domain->target.tlsrpt->record = TLSRPT_NO_RUA;
	domain->target.tlsrpt->record_text = mem_strdup("v=TLSRPTv1;");
	put(domain);
	domain = domain_of("unsigned.example");
	domain->target.mx_security = SECURITY_INSECURE;
	put(domain);
	domain = domain_of("gone.example");
	with_policy(domain, "enforce");
	domain->target.sts->fetch = STS_FETCH_HTTP_404;
	domain->target.sts->http_status = 404;
	domain->target.sts->policy = 0;
	domain->target.sts->mode = 0;
	free(domain->target.sts->body);
	domain->target.sts->body = NULL;
	domain->target.sts->detail = mem_strdup("not\033found");
	put(domain);
	finish();
	told("broken.example");
	CHECK(tells("broken.example: broken-dane\n"));
	CHECK(tells("    TLSA 1 1 1 616263 (cannot be used)\n"));
	CHECK(tells("    TLSA cut short 03 (cannot be used)\n"));
	CHECK(tells("! DANE: the certificate matches none"));
	CHECK(tells("- Some TLSA records cannot be used."));
	CHECK(tells("! MTA-STS: there is more than one record"));
	CHECK(tells("it says: v=STSv1; id=1 | v=STSv1; id=\\x1b[31m2\n"));
	CHECK(tells("! TLSRPT: the record does not say"));
	CHECK(strchr(text, '\033') == NULL && strstr(text, "publish for") == NULL);
	told("unsigned.example"); /* nobody goes by the records */
	CHECK(
	    tells("- DANE: MX hosts publish TLSA records, but the MX records are not signed."));
	CHECK(tells("    TLSA 3 0 1 ") && strstr(text, "! DANE") == NULL);
	CHECK(strstr(text, "The data is") == NULL && strstr(text, "selector") == NULL);
	told("gone.example");
	CHECK(tells("! MTA-STS: there is no policy file."));
	CHECK(tells("policy host mta-sts.gone.example, an alias of sts.hoster.example, at "
		    "2001:db8::80, HTTP status 404: not\\x1bfound\n"));
	tear_down();
}

static const char *
spki(const struct pki *certificate)
{
	static char line[80];
	unsigned char *der = NULL, digest[DIGEST_BYTES];
	int length = i2d_PUBKEY(certificate->key, &der);

	SHA256(der, (size_t)length, digest);
	OPENSSL_free(der);
	for (int i = 0; i < DIGEST_BYTES; i++)
		sprintf(line + 2 * i, "%02x", digest[i]);
	return line;
}

static void
suggests_what_to_publish(void)
{
	char line[160];

	begin("{\"port\":2525}");
	put(host_of("mx.example", leaf, TLSA_NONE));
	put(domain_of("next.example"));
	finish();
	told("next.example");
	snprintf(line, sizeof line, "    _2525._tcp.mx.example. IN TLSA 3 1 1 %s\n",
		 spki(leaf));
	CHECK(tells(line));
	snprintf(line, sizeof line, "    _2525._tcp.mx.example. IN TLSA 2 1 1 %s\n",
		 spki(root));
	CHECK(tells(line));
	CHECK(tells("openssl pkey -in NEXT.key -pubout -outform DER | openssl dgst -sha256\n"));
	CHECK(tells("    _mta-sts.next.example. IN TXT \"v=STSv1; id=20260921T"));
	CHECK(tells("https://mta-sts.next.example/.well-known/mta-sts.txt\n"
		    "      version: STSv1\n      mode: testing\n      mx: mx.example\n"
		    "      max_age: 604800\n"));
	CHECK(tells("    _smtp._tls.next.example. IN TXT \"v=TLSRPTv1; "
		    "rua=mailto:tls-reports@next.example\"\n"));
	tear_down();
}

/* What would not hold is not suggested. */
static void
suggests_nothing_wrong(void)
{
	struct record *domain;

	begin("no json");
	put(host_of("mx.example", stranger, TLSA_INSECURE_HOST));
	put(domain_of("untrusted.example"));
	put(host_of("mx\";evil.example", leaf, TLSA_NONE));
	put(domain_of("evil.example"));
	put(host_of("mx.example", leaf, TLSA_NONE));
	domain = domain_of("unsigned.example");
	domain->target.mx_security = SECURITY_INSECURE;
	put(domain);
	domain = domain_of("nomail.example");
	domain->target.mx = MX_NULL;
	domain->target.count = 0;
	put(domain);
	put(host_of("mx.example", stranger, TLSA_NONE)); /* root has not signed it */
	put(domain_of("selfmade.example"));
	finish();
	told("selfmade.example");
	CHECK(tells("_25._tcp.mx.example. IN TLSA 3 1 1 ") && tells(spki(stranger)));
	CHECK(strstr(text, "TLSA 2 1 1") == NULL && strstr(text, "2 1 1 is") == NULL);
	told("untrusted.example");
	CHECK(tells("  To publish for DANE once the zones are signed, as the servers are now:\n"
		    "    _25._tcp.mx.example. IN TLSA 3 1 1 "));
	CHECK(tells("Sign the host's zone first"));
	CHECK(tells("_mta-sts.untrusted.example. IN TXT ") && tells("mode: testing\n"));
	CHECK(tells("  Before MTA-STS in mode enforce: let every server show a trusted "
		    "certificate"));
	told("evil.example");
	CHECK(strstr(text, "IN TLSA") == NULL && strstr(text, "mx: mx\"") == NULL);
	told("unsigned.example");
	CHECK(tells("  To publish for DANE once the zones are signed, as the servers are now:\n"
		    "    _25._tcp.mx.example. IN TLSA 3 1 1 "));
	CHECK(tells("Sign the zone: without it DANE is not possible"));
	told("nomail.example");
	CHECK(strstr(text, " IN ") == NULL);
	tear_down();
}

static void
suggests_to_enforce(void)
{
	struct record *domain;

	begin("{}");
	put(host_of("mx.example", leaf, 0));
	domain = domain_of("testing.example");
	with_policy(domain, "testing");
	put(domain);
	put(host_of("mx.example", stranger, 0));
	domain = domain_of("failing.example");
	with_policy(domain, "testing");
	put(domain);
	finish();
	told("testing.example");
	CHECK(tells("mode: enforce, and\n    _mta-sts.testing.example. IN TXT"));
	told("failing.example");
	CHECK(tells("! MTA-STS: no server is as the policy demands."));
	CHECK(tells("! MTA-STS: the certificate does not prove the MX host."));
	CHECK(strstr(text, "IN TXT") == NULL);
	tear_down();
}

static void
sums_standards_up(void)
{
	struct record *host, *domain;

	begin("{}");
	host = host_of("mx.example", leaf, TLSA_FOUND);
	add_tlsa(host, root);
	put(host);
	domain = domain_of("one.example");
	with_policy(domain, "enforce");
	put(domain);
	put(domain_of("two.example"));
	finish();
	report.out = open_memstream(&text, &size);
	summary_print(report.db, report.sweep, ":memory:", report.out);
	fclose(report.out);
	CHECK(tells("DANE, by domains that publish something: broken 2\n"));
	CHECK(tells("MTA-STS, by domains that publish something: ok 1\n"));
	CHECK(tells("  broken-dane              2  100.0 %"));
	tear_down();
}

int
main(void)
{
	root = pki_make(NULL, &(struct pki_spec){ .cn = "Root", .ca = true });
	leaf = pki_make(root, &(struct pki_spec){ .dns = "mx.example" });
	stranger = pki_make(NULL, &(struct pki_spec){ .dns = "mx.example" });
	trust = pki_store(1, root);
	RUN(every_word_has_advice);
	RUN(tells_of_perfection);
	RUN(tells_a_program);
	RUN(tells_what_is_broken);
	RUN(suggests_what_to_publish);
	RUN(suggests_nothing_wrong);
	RUN(suggests_to_enforce);
	RUN(sums_standards_up);
	unlink(trust);
	free(trust);
	pki_free(stranger);
	pki_free(leaf);
	pki_free(root);
	return test_end();
}
