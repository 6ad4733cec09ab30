/* SPDX-License-Identifier: Apache-2.0 */
/* assess over TLSA records: of hosts, of domains, and beside what was seen before. */
#include "tests/unit/assessing.h"

/* The host's records: one of the key. */
static struct record *
tlsa_host(const char *name, char key, struct server_facts *facts)
{
	struct record *host = sample_host(++hosts, name, facts);
	uint8_t rdata[3 + DIGEST_BYTES] = { 3, 1, 1 };

	memset(rdata + 3, key, DIGEST_BYTES);
	host->host.tlsa =
	    (struct tlsa_set){ TLSA_FOUND, true, mem_strdup(name), NULL, 0, NULL };
	tlsa_set_add(&host->host.tlsa, rdata, sizeof rdata);
	return host;
}

static struct record *
signed_domain(const char *name)
{
	struct record *domain = sample_domain(name, hosts, 0);

	domain->target.mx_security = SECURITY_SECURE;
	return domain;
}

static void
add_dane(const char *name, struct server_facts *facts)
{
	put(tlsa_host(name, 'k', facts));
	put(signed_domain(name));
}

/* A host of which the look-up alone is known. */
static void
add_lookup(const char *name, enum tlsa_word lookup, enum security_word security)
{
	struct record *host = sample_host(++hosts, name, sample_server("192.0.2.1", name));
	struct record *domain = sample_domain(name, hosts, 0);

	host->host.tlsa.lookup = lookup;
	domain->target.mx_security = security;
	put(host);
	put(domain);
}

#define DANE "s.dane, dane_reason, dane_lint, d.dane"

static void
judges_servers_by_dane(void)
{
	struct server_facts *anonymous = sample_server("192.0.2.1", "x");

	free(anonymous->chain);
	anonymous->chain = NULL;
	begin_first();
	add_dane("ee.example", sample_server("192.0.2.1", "dane=ok-ee;"));
	add_dane("ta.example", sample_server("192.0.2.1", "dane=ok-ta;"));
	add_dane("other.example", sample_server("192.0.2.1", "dane=mismatch;"));
	add_dane("old.example", sample_server("192.0.2.1", "dane=expired;"));
	add_dane("lost.example", sample_server("192.0.2.1", "dane=ta-missing;"));
	add_dane("bare.example", anonymous);
	add_dane("plain.example",
		 sample_plain("192.0.2.1", OFFER_ABSENT, STARTTLS_NOT_OFFERED));
	add_dane("silent.example", sample_failure("192.0.2.1", TCP_TIMEOUT));
	assess();
	CHECK_TEXT(server(DANE, "ee.example"), "[\"ok-ee\",null,\"no-spare,full\",\"all\"]");
	CHECK_TEXT(server(DANE, "ta.example"), "[\"ok-ta\",null,null,\"all\"]");
	CHECK_TEXT(server(DANE, "other.example"), "[\"mismatch\",\"data\",null,\"broken\"]");
	CHECK_TEXT(server(DANE, "old.example"), "[\"expired\",null,null,\"broken\"]");
	CHECK_TEXT(server(DANE, "lost.example"), "[\"ta-missing\",null,null,\"broken\"]");
	CHECK_TEXT(server(DANE, "bare.example"), "[\"mismatch\",\"data\",null,\"broken\"]");
	CHECK_TEXT(server(DANE, "plain.example"), "[\"no-starttls\",null,null,\"broken\"]");
	CHECK_TEXT(server(DANE, "silent.example"), "[\"unknown\",null,null,\"unknown\"]");
	CHECK_TEXT(server("headline, s.certificate", "ee.example"),
		   "[\"secure-dane\",\"name-mismatch\"]");
	CHECK_TEXT(server("headline", "other.example"), "[\"broken-dane\"]");
	CHECK_TEXT(server("s.certificate", "plain.example"), "[null]");
	end();
}

static void
judges_look_ups(void)
{
	begin_first();
	add_lookup("never.example", 0, SECURITY_SECURE);
	add_lookup("none.example", TLSA_NONE, SECURITY_SECURE);
	add_lookup("failed.example", TLSA_FAILED, SECURITY_SECURE);
	add_lookup("island.example", TLSA_INSECURE_HOST, SECURITY_SECURE);
	add_lookup("dark.example", TLSA_UNKNOWN, SECURITY_SECURE);
	add_lookup("unsigned.example", TLSA_NONE, SECURITY_INSECURE);
	add_lookup("doubt.example", TLSA_NONE, SECURITY_INDETERMINATE);
	put(tlsa_host("half.example", 'k', sample_server("192.0.2.1", "dane=ok-ee;")));
	put(sample_domain("half.example", hosts, 0));
	assess();
	CHECK_TEXT(server("s.dane, d.dane", "never.example"), "[null,null]");
	CHECK_TEXT(server("s.dane, d.dane", "none.example"), "[\"no-tlsa\",\"none\"]");
	CHECK_TEXT(server("s.dane, d.dane", "failed.example"),
		   "[\"lookup-failed\",\"broken\"]");
	CHECK_TEXT(server("s.dane, d.dane", "island.example"), "[\"insecure-host\",\"none\"]");
	CHECK_TEXT(server("s.dane, d.dane", "dark.example"), "[\"unknown\",\"unknown\"]");
	CHECK_TEXT(server("s.dane, d.dane", "unsigned.example"), "[\"insecure-mx\",\"none\"]");
	CHECK_TEXT(server("s.dane, d.dane", "doubt.example"), "[\"unknown\",\"unknown\"]");
	CHECK_TEXT(server("s.dane, d.dane", "half.example"), "[\"insecure-mx\",\"half\"]");
	end();
}

/* The addresses of a host that show one chain cost one judgement. */
static void
judges_dane_once(void)
{
	struct record *host;

	begin_first();
	host = tlsa_host("mx.example", 'k', sample_server("192.0.2.1", "dane=ok-ee;"));
	for (int i = 2; i < 9; i++)
		record_add_server(host, sample_server("192.0.2.2", "dane=ok-ee;"));
	put(host);
	put(signed_domain("a.example"));
	put(signed_domain("b.example"));
	dane_judged = 0;
	assess();
	CHECK(dane_judged == 1);
	CHECK_TEXT(ask(db, "SELECT count(*) FROM servers WHERE dane = 'ok-ee'"), "16");
	end();
}

/* The host's own name is not in the certificate; that of one domain is. */
static void
judges_dane_by_domain(void)
{
	struct record *alias;

	begin_first();
	put(tlsa_host(
	    "mx.hoster", 'k',
	    sample_server("192.0.2.1",
			  "own.example real.example unsigned.example dane=name-mismatch;")));
	put(signed_domain("own.example"));
	put(signed_domain("foreign.example"));
	alias = signed_domain("alias.example");
	alias->target.expanded = mem_strdup("real.example");
	put(alias);
	put(sample_domain("unsigned.example", hosts, 0));
	for (int again = 0; again < 2; again++) {
		assess();
		CHECK_TEXT(server("s.dane, d.dane", "own.example"), "[\"ok-ta\",\"all\"]");
		CHECK_TEXT(server("s.dane, d.dane", "alias.example"), "[\"ok-ta\",\"all\"]");
		CHECK_TEXT(server("s.dane, d.dane", "foreign.example"),
			   "[\"name-mismatch\",\"broken\"]");
		CHECK_TEXT(server("s.dane", "unsigned.example"), "[\"insecure-mx\"]");
		CHECK_TEXT(ask(db, "SELECT count(*) FROM link_verdict"), "2");
	}
	end();
}

static void
finds_stale_records(void)
{
	struct record *host;

	begin_file();
	add_dane("mx.example", sample_server("192.0.2.1", "key=k; dane=ok-ee;"));
	assess();
	end();
	begin(7);
	add_dane("mx.example", sample_server("192.0.2.1", "key=n; dane=mismatch;"));
	add_dane("new.example", sample_server("192.0.2.1", "key=n; dane=mismatch;"));
	host = tlsa_host("both.example", 'k', sample_server("192.0.2.1", "dane=mismatch;"));
	record_add_server(host, sample_server("192.0.2.2", "key=k; dane=ok-ee;"));
	put(host);
	put(signed_domain("both.example"));
	assess();
	CHECK_TEXT(server("s.dane, dane_reason", "mx.example"), "[\"mismatch\",\"stale\"]");
	CHECK_TEXT(server("s.dane, dane_reason", "new.example"), "[\"mismatch\",\"data\"]");
	CHECK_TEXT(server("s.dane, dane_reason", "both.example"), "[\"mismatch\",\"stale\"]");
	sweep = 1; /* what came later is no reason */
	assess();
	CHECK_TEXT(server("s.dane, dane_reason", "mx.example"), "[\"ok-ee\",null]");
	end_file();
}

int
main(void)
{
	folder = sample_folder();
	RUN(judges_servers_by_dane);
	RUN(judges_look_ups);
	RUN(judges_dane_once);
	RUN(judges_dane_by_domain);
	RUN(finds_stale_records);
	CHECK(rmdir(folder) == 0);
	return test_end();
}
