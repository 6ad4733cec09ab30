/* SPDX-License-Identifier: Apache-2.0 */
/* Who may be listed: each way to pass, to fail and to be out of reach. */
#include "output/policy/eligibility.h"

#include "tests/unit/assessing.h"

#define LONG                                                                                   \
	"version: STSv1\nmode: enforce\nmx: *.x.example\nmx: a.b.example\nmx: "                \
	"*.example\nmax_age: 10886400\n"
#define SHORT "version: STSv1\nmode: testing\nmx: mx.example\nmax_age: 10886399\n"
#define WIDE  "version: STSv1\nmode: enforce\nmx: *.example\nmax_age: 10886400\n"
#define NONE  "version: STSv1\nmode: none\nmax_age: 10886400\n"

static struct eligibility_desk *desk;
static struct eligibility e;

static struct server_facts *
good(const char *name)
{
	return sample_server("192.0.2.1", name);
}

/* A domain of one host, perhaps with a policy. */
static void
add(const char *domain, const char *mx, const char *body, struct server_facts *facts)
{
	struct record *target;
	struct sts_policy policy;

	put(sample_host(++hosts, mx, facts));
	target = sample_domain(domain, hosts, 0);
	if (body != NULL) {
		target->target.sts = sample_sts(body);
		judge.policy((const uint8_t *)body, strlen(body), &policy);
		target->target.sts->policy = policy.word;
		target->target.sts->mode = policy.mode;
		target->target.sts->max_age = policy.max_age;
		judge.policy_clear(&policy);
	}
	put(target);
}

static void
finish(void)
{
	assess();
	CHECK(sql_run(db, "UPDATE sweep SET state = 'complete', finished = started + 60"
			  " WHERE id = (SELECT max(id) FROM sweep)"));
	desk = eligibility_open(db);
}

static void
end_all(void)
{
	eligibility_clear(&e);
	eligibility_close(desk);
	desk = NULL;
	end();
}

/* "word reason" by one pattern, by those of a policy with NULL; e holds the rest. */
static const char *
judged(const char *domain, const char *pattern)
{
	static char text[64];
	char *mxs[] = { (char *)pattern };
	struct policy_demand demand = { POLICY_TESTING, 1, mxs };
	const char *reason;

	eligibility_clear(&e);
	CHECK(eligibility_judge(desk, sweep, domain, pattern != NULL ? &demand : NULL, &e));
	reason = eligibility_reason_word(e.reason);
	CHECK((e.fault_count == 0) == (e.word == ELIGIBLE));
	snprintf(text, sizeof text, "%s%s%s", eligibility_names[e.word],
		 reason != NULL ? " " : "", reason != NULL ? reason : "");
	return text;
}

static const char *
fault(size_t index)
{
	static char text[256];
	char *says;

	if (index >= e.fault_count)
		return NULL;
	says = eligibility_fault_text(&e.faults[index]);
	snprintf(text, sizeof text, "%s", says);
	free(says);
	return text;
}

static void
passes_what_is_right(void)
{
	begin_first();
	add("good", "mx.example", NULL, good("mx.example"));
	finish();
	CHECK_TEXT(judged("good", NULL), "eligible");
	CHECK(e.hosts == 1 && e.servers == 1 && e.answered == 1 && e.passed == 1);
	CHECK(e.mx_count == 1 && e.sts == ELIGIBILITY_STS_UNKNOWN && !eligibility_admits(&e));
	CHECK_TEXT(e.mxs[0], "mx.example");
	CHECK_TEXT(judged("good", "mx.example"), "eligible");
	CHECK_TEXT(judged("good", ".example"), "eligible");
	CHECK_TEXT(judged("good", ".mx.example"), "not-eligible mx-not-listed");
	CHECK_TEXT(fault(0), "mx.example: this MX host is outside the patterns");
	CHECK(e.passed == 1);
	CHECK_TEXT(judged("good", "other.example"), "not-eligible mx-not-listed");
	CHECK_TEXT(judged("elsewhere", NULL), "not-tested not-swept");
	CHECK(e.hosts == 0);
	end_all();
}

struct way {
	const char *name;
	void (*spoil)(struct server_facts *facts);
	const char *verdict, *fault;
};

static void
old(struct server_facts *f)
{
	f->tls_version = "TLSv1.1";
}

static void
tls_1_2(struct server_facts *f)
{
	f->tls_version = "TLSv1.2";
}

static void
injected(struct server_facts *f)
{
	f->starttls = STARTTLS_INJECTED;
}

static void
hidden(struct server_facts *f)
{
	f->starttls = STARTTLS_HIDDEN;
	f->offer = OFFER_ABSENT;
}

static void
masked(struct server_facts *f)
{
	f->starttls = STARTTLS_MASKED_BUT_WORKS;
	f->offer = OFFER_MASKED;
}

static void
stripped(struct server_facts *f)
{
	f->starttls = STARTTLS_STRIPPED;
	f->handshake = 0;
}

static void
corrupted(struct server_facts *f)
{
	f->starttls = STARTTLS_CORRUPTED;
	f->handshake = 0;
}

static void
alert(struct server_facts *f)
{
	f->handshake = HANDSHAKE_ALERT;
}

static void
silent(struct server_facts *f)
{
	f->starttls = STARTTLS_TIMEOUT;
	f->handshake = 0;
}

static void
busy(struct server_facts *f)
{
	f->starttls = STARTTLS_REFUSED_TEMPORARY;
	f->handshake = 0;
}

static void
rejects(struct server_facts *f)
{
	f->greeting = GREETING_REJECTED;
	f->ehlo = 0;
	f->starttls = 0;
	f->handshake = 0;
}

static const struct way ways[] = {
	{ "tls12", tls_1_2, "eligible", NULL },
	{ "old", old, "not-eligible old-tls",
	  "old [192.0.2.1]: TLS is older than 1.2 (TLSv1.1)" },
	{ "injected", injected, "not-eligible injected",
	  "injected [192.0.2.1]: plaintext follows the reply to STARTTLS" },
	{ "hidden", hidden, "not-eligible no-starttls",
	  "hidden [192.0.2.1]: there is no STARTTLS (hidden)" },
	{ "masked", masked, "not-eligible no-starttls",
	  "masked [192.0.2.1]: there is no STARTTLS (masked-but-works)" },
	{ "stripped", stripped, "not-eligible stripped",
	  "stripped [192.0.2.1]: STARTTLS is stripped on the way" },
	{ "corrupted", corrupted, "not-eligible stripped",
	  "corrupted [192.0.2.1]: STARTTLS is stripped on the way (corrupted)" },
	{ "alert", alert, "not-eligible no-tls",
	  "alert [192.0.2.1]: the TLS handshake fails (alert)" },
	{ "silent", silent, "not-eligible no-starttls",
	  "silent [192.0.2.1]: there is no STARTTLS (timeout)" },
	{ "busy", busy, "not-tested no-answer", "no server answered" },
	{ "rejects", rejects, "not-tested no-answer", "no server answered" },
};
#define WAYS (sizeof ways / sizeof *ways)

static void
tells_each_fault(void)
{
	begin_first();
	for (size_t i = 0; i < WAYS; i++) {
		struct server_facts *facts = good(ways[i].name);

		ways[i].spoil(facts);
		add(ways[i].name, ways[i].name, NULL, facts);
	}
	finish();
	for (int again = 0; again < 2; again++) /* the second time from memory */
		for (size_t i = 0; i < WAYS; i++) {
			CHECK_TEXT(judged(ways[i].name, NULL), ways[i].verdict);
			CHECK_TEXT(fault(0), ways[i].fault);
			CHECK(e.servers == 1 && e.answered + e.unanswered == 1);
			CHECK((e.answered == 0) == (e.word == NOT_TESTED));
		}
	end_all();
}

static void
tells_certificates(void)
{
	static const char *const words[][2] = {
		{ "expired", "certificate-expired" },
		{ "not-yet-valid", "certificate-other" },
		{ "self-signed", "certificate-untrusted" },
		{ "untrusted", "certificate-untrusted" },
		{ "name-mismatch", "certificate-name" },
		{ "none", "certificate-other" },
		{ "unparsable", "certificate-other" },
	};
	char sql[128], wanted[64];

	begin_first();
	add("d", "mx.example", NULL, good("mx.example"));
	finish();
	CHECK(sql_run(db, "UPDATE certificate SET not_after = '2026-01-31T12:00:00Z'"));
	for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
		snprintf(sql, sizeof sql, "UPDATE server_verdict SET certificate = '%s'",
			 words[i][0]);
		CHECK(sql_run(db, sql));
		snprintf(wanted, sizeof wanted, "not-eligible %s", words[i][1]);
		CHECK_TEXT(judged("d", NULL), wanted);
		CHECK_TEXT(e.faults[0].detail, i == 0 ? "2026-01-31" : words[i][0]);
	}
	CHECK(sql_run(db, "UPDATE server_verdict SET certificate = 'ok', cn_only = 1"));
	CHECK_TEXT(judged("d", NULL), "not-eligible certificate-name");
	CHECK_TEXT(e.faults[0].detail, "only in the common name");
	end_all();
}

/* One host that fails, one that passes, one that is silent. */
static void
counts_apart(void)
{
	struct record *target;
	struct server_facts *plain =
	    sample_plain("192.0.2.2", OFFER_ABSENT, STARTTLS_NOT_OFFERED);

	begin_first();
	put(sample_host(++hosts, "b.example", good("b.example")));
	put(sample_host(++hosts, "c.example", sample_failure("192.0.2.3", TCP_TIMEOUT)));
	put(sample_host(++hosts, "a.example", plain));
	target = sample_domain("three", hosts, 10);
	record_add_link(target, 20, hosts - 1);
	record_add_link(target, 30, hosts - 2);
	put(target);
	target = sample_domain("two", hosts - 1, 10);
	record_add_link(target, 20, hosts - 2);
	put(target);
	put(sample_domain("silent", hosts - 1, 10));
	finish();
	CHECK_TEXT(judged("three", NULL), "not-eligible no-starttls");
	CHECK(e.hosts == 3 && e.servers == 3 && e.answered == 2);
	CHECK(e.unanswered == 1 && e.passed == 1 && e.fault_count == 1);
	CHECK_TEXT(judged("two", NULL), "eligible");
	CHECK(e.hosts == 2 && e.servers == 2 && e.answered == 1 && e.unanswered == 1);
	CHECK(e.passed == 1);
	CHECK_TEXT(e.mxs[0], "b.example");
	CHECK_TEXT(e.mxs[1], "c.example");
	CHECK_TEXT(judged("silent", NULL), "not-tested no-answer");
	CHECK_TEXT(judged("silent", "b.example"), "not-eligible mx-not-listed");
	CHECK_TEXT(judged("three", "b.example"), "not-eligible mx-not-listed");
	CHECK(e.fault_count == 3);
	CHECK_TEXT(e.faults[0].mx, "a.example");
	CHECK_TEXT(e.faults[1].mx, "c.example");
	CHECK(e.faults[2].reason == REASON_NO_STARTTLS);
	end_all();
}

static void
add_name(const char *domain, enum dns_word dns, enum mx_word mx)
{
	struct record *target = sample_domain(domain, 0, 0);

	target->target.dns = dns;
	target->target.mx = mx;
	put(target);
}

static void
goes_by_dns(void)
{
	begin_first();
	add_name("gone", DNS_NXDOMAIN, 0);
	add_name("null", DNS_OK, MX_NULL);
	add_name("none", DNS_OK, MX_NONE);
	add_name("bad", DNS_OK, MX_BAD_TARGET);
	add_name("late", DNS_TEMPORARY, 0);
	add_name("bogus", DNS_BOGUS, 0);
	add_name("left-out", 0, 0);
	finish();
	CHECK_TEXT(judged("gone", NULL), "not-eligible no-mail");
	CHECK_TEXT(fault(0), "it takes no mail (nxdomain)");
	CHECK_TEXT(judged("null", NULL), "not-eligible no-mail");
	CHECK_TEXT(fault(0), "it takes no mail (null)");
	CHECK_TEXT(judged("none", NULL), "not-eligible no-mail");
	CHECK_TEXT(judged("bad", NULL), "not-eligible no-mail");
	CHECK_TEXT(judged("late", NULL), "not-tested dns");
	CHECK_TEXT(judged("bogus", NULL), "not-tested dns");
	CHECK_TEXT(judged("left-out", NULL), "not-tested not-swept");
	end_all();
}

static void
knows_policies(void)
{
	begin_first();
	add("long", "mx.x.example", LONG, good("mx.x.example"));
	add("top", "mx.example", LONG, good("mx.example"));
	add("wide", "mx_1.example", WIDE, good("mx_1.example"));
	add("short", "mx.example", SHORT, good("mx.example"));
	add("off", "mx.example", NONE, good("mx.example"));
	add("moved", "mx.elsewhere", SHORT, good("mx.elsewhere"));
	add("broken", "mx.example", "version: STSv2\n", good("mx.example"));
	finish();
	CHECK_TEXT(judged("long", NULL), "eligible");
	CHECK(e.sts == ELIGIBILITY_STS_VALID && eligibility_admits(&e));
	CHECK(e.sts_max_age == 10886400 && e.sts_demand.mode == POLICY_ENFORCE);
	CHECK(e.sts_demand.count == 2);
	CHECK_TEXT(e.sts_demand.mxs[0], ".x.example");
	CHECK_TEXT(e.sts_demand.mxs[1], "a.b.example");
	CHECK_TEXT(eligibility_odd_host(&e), NULL);
	/* No list can hold "*.example". */
	CHECK_TEXT(judged("top", NULL), "not-eligible mx-not-listed");
	CHECK_TEXT(judged("wide", NULL), "eligible");
	CHECK(e.sts == ELIGIBILITY_STS_BROKEN && e.sts_demand.mode == POLICY_NONE);
	CHECK_TEXT(eligibility_odd_host(&e), "mx_1.example");
	CHECK_TEXT(judged("short", NULL), "eligible");
	CHECK(!eligibility_admits(&e) && e.sts_demand.mode == POLICY_TESTING);
	CHECK_TEXT(judged("off", NULL), "not-eligible mta-sts-none");
	CHECK(!eligibility_admits(&e) && e.sts == ELIGIBILITY_STS_VALID);
	CHECK_TEXT(judged("off", "mx.example"), "not-eligible mta-sts-none");
	CHECK_TEXT(judged("moved", NULL), "not-eligible mx-not-listed");
	CHECK_TEXT(judged("moved", "mx.elsewhere"), "eligible");
	CHECK_TEXT(judged("broken", NULL), "eligible");
	CHECK(e.sts == ELIGIBILITY_STS_BROKEN && e.sts_demand.count == 0);
	end_all();
}

/* A week each: it fails, passes, is silent, passes. */
static void
remembers(void)
{
	static const char word[] = "fpsp";
	struct eligibility_history history;
	int64_t first = 0;

	begin_file();
	for (size_t i = 0; word[i] != '\0'; i++) {
		if (i > 0)
			begin(7);
		first = i == 0 ? now : first;
		add("d", "mx.example", NULL,
		    word[i] == 'f'
			? sample_plain("192.0.2.1", OFFER_ABSENT, STARTTLS_NOT_OFFERED)
		    : word[i] == 's' ? sample_failure("192.0.2.1", TCP_TIMEOUT)
				     : good("mx.example"));
		finish();
		CHECK(eligibility_since(desk, sweep, "d", NULL, &history));
		CHECK(history.failed_sweep == sweep - (int64_t)i);
		CHECK(history.failed == first + 60);
		if (word[i + 1] != '\0') {
			eligibility_close(desk);
			end();
		}
	}
	CHECK(history.sweeps == 2 && history.not_tested == 1);
	CHECK(history.since == first + 7 * 86400 + 60);
	CHECK(history.last == now + 60);
	CHECK(eligibility_since(desk, sweep, "nobody", NULL, &history));
	CHECK(history.sweeps == 0 && history.not_tested == 4 && history.since == 0);
	end_all();
	CHECK(unlink(path) == 0);
}

static void
has_a_word_for_all(void)
{
	for (int i = 1; i < REASON_COUNT; i++) {
		const char *text = eligibility_reason_word((enum eligibility_reason)i);

		CHECK(text != NULL && (int)eligibility_reason_parse(text) == i);
	}
	CHECK_TEXT(eligibility_reason_word(0), NULL);
	CHECK(eligibility_reason_parse(NULL) == 0 && eligibility_reason_parse("fine") == 0);
}

int
main(void)
{
	folder = sample_folder();
	RUN(passes_what_is_right);
	RUN(tells_each_fault);
	RUN(tells_certificates);
	RUN(counts_apart);
	RUN(goes_by_dns);
	RUN(knows_policies);
	RUN(remembers);
	RUN(has_a_word_for_all);
	CHECK(rmdir(folder) == 0);
	return test_end();
}
