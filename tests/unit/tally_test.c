/* SPDX-License-Identifier: Apache-2.0 */
/* What reports count, of a sweep small enough to be counted by hand. */
#include "output/report/tally.h"

#include "tests/unit/assessing.h"

/* All rows of a topic, "a/b/c n/total", in the order of their keys. */
static const char *
tallied(const char *topic)
{
	char *sql = mem_printf(
	    "SELECT group_concat(row, '; ') FROM (SELECT a || iif(b || c <> '', '/' || b, '') "
	    "||"
	    " iif(c <> '', '/' || c, '') || ' ' || n || '/' || total AS row FROM tallies"
	    " WHERE sweep = %lld AND topic = '%s' ORDER BY a, b, c)",
	    (long long)sweep, topic);
	const char *answer = ask(db, sql);

	free(sql);
	return answer;
}

/* Two domains that share a host of two addresses, of whose one is stripped. */
static void
add_shared(void)
{
	struct record *host =
	    sample_host(++hosts, "mx.hoster.example",
			sample_server("192.0.2.1", "mx.hoster.example dane=ok-ee;"));
	struct server_facts *masked =
	    sample_plain("192.0.2.2", OFFER_MASKED, STARTTLS_STRIPPED);
	struct record *target;

	masked->starttls_echo = mem_strdup("XXXXXXXA");
	masked->asn = 64501;
	masked->as_name = mem_strdup("Masks");
	strcpy(masked->country, "DE");
	record_add_server(host, masked);
	sample_add_tlsa(host);
	put(host);
	put(sample_domain("one.example", hosts, 10));
	target = sample_domain("two.example", hosts, 10);
	target->target.mx_security = SECURITY_SECURE;
	target->target.tlsrpt = sample_tlsrpt();
	put(target);
}

/* A domain with a policy of another's, whose own server is silent, and one whose policy
 * host is its own and broken. */
static void
add_policies(void)
{
	struct record *target;

	put(sample_host(++hosts, "mx.three.example", sample_failure("192.0.2.3", TCP_TIMEOUT)));
	target = sample_domain("three.example", hosts, 10);
	target->target.sts = sample_sts("version: STSv1\nmode: enforce\nmx: *.three.example\n"
					"max_age: 604800\n");
	put(target);
	target = sample_domain("four.example", 0, 0);
	target->target.sts = sts_facts_new();
	target->target.sts->record = STS_RECORD_OK;
	target->target.sts->fetch = STS_FETCH_HTTP_404;
	put(target);
}

/* An address target, with no row in domains, and a domain that does not exist. */
static void
add_rest(void)
{
	struct record *host, *target;
	struct server_facts *untrusted = sample_server("192.0.2.9", "untrusted");

	untrusted->tls_version = "TLSv1.2";
	untrusted->key_exchange[0] = '\0';
	host = sample_host(++hosts, "mx.nine.example", untrusted);
	host->host.of_address = true;
	put(host);
	put(sample_address("192.0.2.9", "mx.nine.example", hosts));
	target = sample_domain("five.example", 0, 0);
	target->target.dns = DNS_NXDOMAIN;
	target->target.mx = 0;
	target->target.mx_security = 0;
	put(target);
}

static void
fill(void)
{
	begin_first();
	add_shared();
	add_policies();
	add_rest();
	assess();
}

static void
counts_domains(void)
{
	CHECK_TEXT(tallied("dns"), "nxdomain 1/5; ok 4/5");
	CHECK_TEXT(tallied("mx"), "ok 4/4");
	CHECK_TEXT(tallied("mx_security"), "insecure 3/4; secure 1/4");
	CHECK_TEXT(tallied("headline"), "no-mail 1/5; stripped 2/5; untestable 2/5");
	CHECK_TEXT(tallied("starttls"), "stripped 2/5; unknown 3/5");
	CHECK_TEXT(tallied("certificate"), "all 2/5; unknown 3/5");
	CHECK_TEXT(tallied("dane"), "broken 1/2; half 1/2");
	CHECK_TEXT(tallied("tlsrpt"), "ok 1/1");
	CHECK_TEXT(tallied("policy_list"), "(null)");
	CHECK_TEXT(tallied("mta_sts_record"), "ok 2/2");
	CHECK_TEXT(tallied("mta_sts"), "broken-policy 1/2; unknown 1/2");
	CHECK_TEXT(tallied("mta_sts_mode"), "enforce 1/1");
	CHECK_TEXT(tallied("mta_sts_fetch"), "http-404/self 1/1; ok/third 1/1");
	CHECK_TEXT(tallied("mta_sts_policy"), "ok/third 1/1");
}

static void
counts_servers_once(void)
{
	CHECK_TEXT(tallied("tcp"), "connected 3/4; timeout 1/4");
	CHECK_TEXT(tallied("greeting"), "ok 3/3");
	CHECK_TEXT(tallied("ehlo"), "ok 3/3");
	CHECK_TEXT(tallied("server_starttls"), "ok 2/3; stripped 1/3");
	CHECK_TEXT(tallied("handshake"), "ok 2/2");
	CHECK_TEXT(tallied("tls_version"), "TLSv1.2 1/2; TLSv1.3 1/2");
	CHECK_TEXT(tallied("key_exchange"), "X25519 1/2; none 1/2");
	CHECK_TEXT(tallied("server_certificate"), "ok 1/2; untrusted 1/2");
	CHECK_TEXT(tallied("server_dane"), "no-starttls 1/2; ok-ee 1/2");
	CHECK_TEXT(tallied("dane_reason"), "(null)");
	CHECK_TEXT(tallied("trust_name"), "0/0 1/2; 1/1 1/2");
	CHECK_TEXT(tallied("strip_form"), "masked/XXXXXXXX 1/1");
	CHECK_TEXT(tallied("echo"), "XXXXXXXX 1/1");
	CHECK_TEXT(tallied("network"), "64500/Example Net/NL 0/2; 64501/Masks/DE 1/1");
	CHECK_TEXT(tallied("country"), "DE 1/1; NL 0/2");
}

/* The judge of these tests reads no certificate, so what one says of itself is put in. */
static void
counts_certificates(void)
{
	CHECK(sql_run(db,
		      "UPDATE certificate SET key_type = 'rsa', key_bits = 2048,"
		      " signature = 'sha256WithRSAEncryption',"
		      " not_after = '1970-01-09T00:00:09Z'" /* 7 days and 23 hours after 10 s */
		      " WHERE CAST(der AS TEXT) LIKE 'mx.hoster%'"));
	CHECK(tally_sweep(db, sweep));
	CHECK_TEXT(tallied("key"), "rsa/2048 1/2; unparsable 1/2");
	CHECK_TEXT(tallied("signature"), "sha256WithRSAEncryption 1/1");
	CHECK_TEXT(tallied("expiry"), "0-7 1/1");
	CHECK_TEXT(tallied("leaf_servers"), " 1/2; rsa/2048/sha256WithRSAEncryption 1/2");
	CHECK_TEXT(tallied("level_domains"), "none 2/3; opportunistic 1/3; strict 2/3");
	CHECK(sql_run(db, "UPDATE certificate SET not_after = '1970-01-01T00:00:09Z'"));
	CHECK(tally_sweep(db, sweep));
	CHECK_TEXT(tallied("expiry"), "expired 2/2");
	CHECK(sql_run(db, "UPDATE certificate SET not_after = '1970-02-01T00:00:10Z'"));
	CHECK(tally_sweep(db, sweep));
	CHECK_TEXT(tallied("expiry"), "31-90 2/2");
}

static void
counts_record_sets(void)
{
	CHECK_TEXT(tallied("tlsa"), " 1/1; 3/1/1 1/1");
}

/* Both domains of the hoster answered; that of the silent server did not. */
static void
counts_providers(void)
{
	CHECK_TEXT(tallied("provider"),
		   "hoster.example/all 2/3; hoster.example/authenticated 0/2;"
		   " hoster.example/dane 0/2; hoster.example/mta_sts 0/2;"
		   " hoster.example/starttls 0/2; three.example/all 1/3;"
		   " three.example/authenticated 0/0; three.example/dane 0/0;"
		   " three.example/mta_sts 0/0; three.example/starttls 0/0");
}

static void
counts_one_topic_again(void)
{
	CHECK(sql_run(db, "UPDATE domain_verdict SET policy_list = iif(verdict IN (SELECT id"
			  " FROM verdict WHERE headline = 'stripped'), 'failing', 'absent'); "
			  "DELETE FROM tally WHERE topic = 'tcp'"));
	CHECK(tally_again(db, sweep, "policy_list"));
	CHECK_TEXT(tallied("policy_list"), "absent 3/5; failing 2/5");
	CHECK_TEXT(tallied("tcp"), "(null)");
	CHECK(tally_again(db, sweep, "tlsa") && tally_again(db, sweep, "provider"));
	counts_record_sets();
	counts_providers();
	CHECK(tally_again(db, sweep, "no such topic"));
}

/* The thousand largest have rows of their own, and the rest is one. */
static void
folds_small_providers(void)
{
	char name[32];

	begin_first();
	for (int i = 0; i < TALLY_PROVIDERS + 3; i++) {
		snprintf(name, sizeof name, "mx.p%04d.example", i);
		put(sample_host(++hosts, name, sample_server("192.0.2.1", name)));
		put(sample_domain(name + 3, hosts, 0));
	}
	assess();
	CHECK_TEXT(ask(db, "SELECT n || '/' || total FROM tallies WHERE topic = 'provider'"
			   " AND a = '' AND b = 'authenticated'"),
		   "3/3");
	CHECK_TEXT(ask(db, "SELECT count(*) || ' ' || sum(n) FROM tallies"
			   " WHERE topic = 'provider' AND b = 'all'"),
		   "1001 1003");
	end();
}

/* More sets of hosts than are counted in memory at once, and each comes again when it was
 * written already.  What was counted while the domains were judged is what is read. */
static void
counts_more_sets_than_it_keeps(void)
{
	enum { SETS = 5000 };
	char name[32];

	begin_first();
	for (int i = 0; i < 2 * SETS; i++) {
		snprintf(name, sizeof name, "mx.s%d.example", i % SETS);
		if (i < SETS)
			put(sample_host(++hosts, name, sample_server("192.0.2.1", name)));
		snprintf(name, sizeof name, "%s%d.example", i < SETS ? "a" : "b", i % SETS);
		put(sample_domain(name, (int64_t)i % SETS + 1, 10));
	}
	assess();
	CHECK_TEXT(tallied("level_domains"), "strict 10000/10000");
	CHECK_TEXT(tallied("headline"), "authenticated 10000/10000");
	CHECK_TEXT(ask(db, "SELECT count(*) || ' ' || sum(n) || ' ' || max(total) FROM tallies"
			   " WHERE topic = 'provider' AND b = 'all'"),
		   "1001 10000 10000");
	CHECK(sql_run(db, "CREATE TEMP TABLE judged AS SELECT * FROM tally"));
	CHECK(tally_sweep(db, sweep));
	CHECK_TEXT(ask(db, "SELECT count(*) FROM (SELECT * FROM judged EXCEPT"
			   " SELECT * FROM tally)"),
		   "0");
	CHECK_TEXT(ask(db, "SELECT (SELECT count(*) FROM judged) ="
			   " (SELECT count(*) FROM tally)"),
		   "1");
	end();
}

static void
counts_nothing(void)
{
	begin_first();
	assess();
	CHECK_TEXT(ask(db, "SELECT count(*) FROM tallies"), "0");
	end();
}

int
main(void)
{
	fill();
	RUN(counts_domains);
	RUN(counts_servers_once);
	RUN(counts_record_sets);
	RUN(counts_providers);
	RUN(counts_certificates);
	RUN(counts_one_topic_again);
	end();
	RUN(folds_small_providers);
	RUN(counts_more_sets_than_it_keeps);
	RUN(counts_nothing);
	return test_end();
}
