/* SPDX-License-Identifier: Apache-2.0 */
#include "output/policy/policy_export.h"

#include <stdlib.h>

#include "test.h"

enum { NOW = 1772409600, DAY = 86400 }; /* 2026-03-02 */

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define LONG_LABEL   "aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeffffffffffgggg"

/* Each entry has at most three patterns. */
struct written {
	const char *domain;
	enum policy_mode mode;
	const char *mxs[3];
};

static struct policy_list list;
static struct policy_entry entries[64];
static const char *const *known;
static size_t known_count;
static const char *dane_domain;
static char *said;

static size_t
tell_hosts(void *arg, const char *domain, const char *const **names)
{
	(void)arg;
	(void)domain;
	*names = known;
	return known_count;
}

static bool
tell_dane(void *arg, const char *domain)
{
	(void)arg;
	return dane_domain != NULL && strcmp(dane_domain, domain) == 0;
}

static void
make_list(const struct written *written, size_t count)
{
	memset(entries, 0, sizeof(entries));
	for (size_t i = 0; i < count; i++) {
		struct policy_demand *demand = &entries[i].demand;
		entries[i].domain = (char *)written[i].domain;
		demand->mode = written[i].mode;
		demand->mxs = (char **)written[i].mxs;
		while (demand->count < 3 && written[i].mxs[demand->count] != NULL)
			demand->count++;
	}
	list = (struct policy_list){ .timestamp = NOW - DAY,
				     .expires = NOW + 13 * DAY,
				     .author = (char *)"Somebody <post@example.org>",
				     .entry_count = count,
				     .entries = entries };
}

static struct policy_export
of_list(void)
{
	return (struct policy_export){
		.list = &list, .at = NOW, .hosts = tell_hosts, .has_dane = tell_dane
	};
}

/* All that the form writes; until the next call. */
static const char *
write_all(const char *form, const struct policy_export *export)
{
	size_t length;
	free(said);
	FILE *out = open_memstream(&said, &length);
	policy_form_find(form)->write(export, out);
	fclose(out);
	return said;
}

/* What comes after the head, which ends with the last empty comment. */
static const char *
write_entries(const char *form, const struct policy_export *export)
{
	const char *text = write_all(form, export), *end = text;
	for (const char *at; (at = strstr(end, "\n#\n")) != NULL;)
		end = at + 2;
	return *end == '\n' ? end + 1 : end;
}

static const char *
write_one(const char *form, struct written written)
{
	static struct written kept;
	kept = written;
	make_list(&kept, 1);
	struct policy_export export = of_list();
	return write_entries(form, &export);
}

static void
know(const char *const *names, size_t count)
{
	known = names;
	known_count = count;
}

static const struct written two = { "a.test", POLICY_ENFORCE, { "mx1.a.test", "mx2.a.test" } };

static void
finds_forms(void)
{
	static const char *const names[] = { "postfix",   "postfix-3.10", "exim",
					     "opensmtpd", "sendmail",     "mta-sts-daemon" };
	for (size_t i = 0; i < COUNT(names); i++) {
		CHECK_TEXT(policy_forms[i]->name, names[i]);
		CHECK(policy_form_find(names[i]) == policy_forms[i]);
		CHECK(policy_forms[i]->help != NULL);
	}
	CHECK(policy_forms[COUNT(names)] == NULL);
	CHECK(policy_form_find("qmail") == NULL);
}

static void
enforces(void)
{
	CHECK_TEXT(write_one("postfix", two),
		   "a.test secure match=mx1.a.test:mx2.a.test servername=hostname\n");
	CHECK_TEXT(write_one("postfix-3.10", two),
		   "a.test secure match=mx1.a.test:mx2.a.test servername=hostname "
		   "policy_type=sts policy_domain=a.test { policy_string = version: STSv1 } "
		   "{ policy_string = mode: enforce } { policy_string = mx: mx1.a.test } "
		   "{ policy_string = mx: mx2.a.test } { policy_string = max_age: 1123200 } "
		   "mx_host_pattern=mx1.a.test mx_host_pattern=mx2.a.test\n");
	CHECK_TEXT(write_one("exim", two),
		   "a.test: dane=no hosts=^(mx1[.]a[.]test|mx2[.]a[.]test)$\n");
	CHECK_TEXT(write_one("opensmtpd", two), "a.test smtp+tls://mx1.a.test\n");
	CHECK_TEXT(write_one("sendmail", two),
		   "a.test secure match=mx1.a.test:mx2.a.test servername=hostname\n");
	CHECK_TEXT(write_one("mta-sts-daemon", two),
		   "a.test secure match=mx1.a.test:mx2.a.test servername=hostname\n");
}

static void
prefers_known_host(void)
{
	static const char *const names[] = { "evil.test", "mx2.a.test", "mx1.a.test" };
	know(names, COUNT(names));
	CHECK_TEXT(write_one("opensmtpd", two), "a.test smtp+tls://mx2.a.test\n");
	CHECK_TEXT(write_one("postfix", two),
		   "a.test secure match=mx1.a.test:mx2.a.test servername=hostname\n");
	know(NULL, 0);
}

static void
tests_as_comments(void)
{
	static const struct written trial = { "a.test", POLICY_TESTING, { "mx.a.test" } };
	make_list(&trial, 1);
	for (size_t i = 0; policy_forms[i] != NULL; i++) {
		struct policy_export export = of_list();
		const char *text = write_entries(policy_forms[i]->name, &export);
		CHECK(strncmp(text, "# testing: a.test", 17) == 0);
		CHECK(strchr(text, '\n') == text + strlen(text) - 1);
		export.early_adopter = true;
		text = write_entries(policy_forms[i]->name, &export);
		CHECK(strncmp(text, "a.test", 6) == 0);
	}
}

static void
leaves_none_out(void)
{
	static const struct written none = { "a.test", POLICY_NONE, { "mx.a.test" } };
	make_list(&none, 1);
	for (size_t i = 0; policy_forms[i] != NULL; i++) {
		struct policy_export export = of_list();
		export.early_adopter = true;
		CHECK_TEXT(write_entries(policy_forms[i]->name, &export), "");
	}
}

static void
follows_alias(void)
{
	static const char *mxs[] = { "mx.big.test" };
	const struct policy_alias alias = { (char *)"big",
					    { POLICY_ENFORCE, 1, (char **)mxs } };
	make_list(&(struct written){ .domain = "a.test" }, 1);
	entries[0].alias = &alias;
	struct policy_export export = of_list();
	CHECK_TEXT(write_entries("postfix", &export),
		   "a.test secure match=mx.big.test servername=hostname\n");
	CHECK_TEXT(write_entries("exim", &export),
		   "a.test: dane=no hosts=^(mx[.]big[.]test)$\n");
}

static const struct written below = { "a.test", POLICY_ENFORCE, { "mx.a.test", ".in.a.test" } };

static void
widens_what_is_unknown(void)
{
	CHECK_TEXT(
	    write_one("postfix", below),
	    "# a.test: the list allows names one label below in.a.test; not knowing them, "
	    "Postfix allows any depth.\n"
	    "a.test secure match=mx.a.test:.in.a.test servername=hostname\n");
	CHECK(strstr(write_one("mta-sts-daemon", below), "any depth.\na.test secure") != NULL);
	CHECK(
	    strstr(write_one("postfix-3.10", below), " { policy_string = mx: *.in.a.test } "));
	CHECK(strstr(write_one("postfix-3.10", below), " mx_host_pattern=*.in.a.test\n"));
	CHECK_TEXT(write_one("exim", below),
		   "a.test: dane=no hosts=^(mx[.]a[.]test|[^.]+[.]in[.]a[.]test)$\n");
	CHECK_TEXT(write_one("sendmail", below),
		   "a.test secure match=mx.a.test:.in.a.test servername=hostname\n");
	CHECK_TEXT(write_one("opensmtpd", below), "a.test smtp+tls://mx.a.test\n");
}

static void
names_what_is_known(void)
{
	static const char *const names[] = { "x.in.a.test", "mx.a.test", "deep.x.in.a.test",
					     "y.in.a.test", "evil.test", "bad name.in.a.test" };
	static const char *const elsewhere[] = { "mx.b.test" };
	know(names, COUNT(names));
	CHECK_TEXT(write_one("postfix", below), "a.test secure match=mx.a.test:x.in.a.test:"
						"y.in.a.test servername=hostname\n");
	know(elsewhere, 1);
	CHECK_TEXT(write_one("postfix", below),
		   "a.test secure match=mx.a.test servername=hostname\n");
	know(NULL, 0);
}

static void
needs_some_name(void)
{
	static const char *const elsewhere[] = { "mx.b.test" };
	const struct written only = { "a.test", POLICY_ENFORCE, { ".in.a.test" } };
	CHECK_TEXT(write_one("opensmtpd", only),
		   "# a.test is left out: none of its MX hosts is known by name.\n");
	know(elsewhere, 1);
	CHECK(strstr(write_one("postfix", only), "a.test secure match=.in.a.test ") != NULL);
	know(NULL, 0);
}

static void
keeps_dane(void)
{
	dane_domain = "a.test";
	CHECK_TEXT(write_one("postfix", two), "a.test dane-only\n");
	CHECK_TEXT(write_one("postfix-3.10", two), "a.test dane-only\n");
	CHECK_TEXT(write_one("mta-sts-daemon", two), "#dane a.test dane-only\n");
	CHECK_TEXT(write_one("exim", two), "a.test: dane=yes hosts=^(.*)$\n");
	const struct written trial = { "a.test", POLICY_TESTING, { "mx.a.test" } };
	CHECK_TEXT(write_one("postfix", trial), "# testing: a.test dane-only\n");
	CHECK_TEXT(write_one("mta-sts-daemon", trial), "#testing-dane a.test dane-only\n");
	dane_domain = NULL;
}

static void
writes_nothing_expired(void)
{
	make_list(&two, 1);
	list.expires = NOW - 1;
	for (size_t i = 0; policy_forms[i] != NULL; i++) {
		struct policy_export export = of_list();
		export.expired = true;
		CHECK_TEXT(write_entries(policy_forms[i]->name, &export), "");
		CHECK(strstr(write_all(policy_forms[i]->name, &export),
			     "# The list has expired: there are no entries here.") != NULL);
	}
}

static void
tells_the_list(void)
{
	make_list(&two, 1);
	struct policy_export export = of_list();
	const char *begin = "# A STARTTLS policy list by Somebody <post@example.org>\n"
			    "# list: 2026-03-01T00:00:00Z\n# expires: 2026-03-15T00:00:00Z\n"
			    "# exported: 2026-03-02T00:00:00Z\n#\n";
	for (size_t i = 0; policy_forms[i] != NULL; i++)
		CHECK(strncmp(write_all(policy_forms[i]->name, &export), begin,
			      strlen(begin)) == 0);
	list.author = NULL;
	list.timestamp = INT64_MAX;
	CHECK(strstr(write_all("exim", &export), "# list: 9223372036854775807 seconds") !=
	      NULL);
}

/* Every line of the head is a comment, whoever the author says to be. */
static void
holds_the_author(void)
{
	make_list(&two, 1);
	list.author = (char *)"me\nevil.test dane\r\n\\ \xc3\xa9\x1b[0m";
	struct policy_export export = of_list();
	const char *text = write_all("postfix", &export);
	CHECK(strncmp(text, "# A STARTTLS policy list by me?evil.test dane??? ???[0m\n", 56) ==
	      0);
	CHECK(strstr(text, "\nevil") == NULL);
}

static void
refuses_hostile_names(void)
{
	static const char *const names[] = {
		"",           "a.test\nevil.test",
		"a.test b",   "a.test\tsecure",
		"a:test",     "a.test{x}",
		"A.test",     "a..test",
		"a.test.",    "-a.test",
		"a-.test",    "a.test-",
		"a_b.test",   "*.test",
		"a.test#",    "\"a.test\"",
		"$domain",    "${run{/bin/sh}}",
		"`id`.test",  "a\\.test",
		"a|b.test",   "[192.0.2.1]",
		"\xc3\xa9.b", LONG_LABEL ".test",
	};
	for (size_t i = 0; i < COUNT(names); i++)
		for (size_t f = 0; policy_forms[f] != NULL; f++) {
			const char *form = policy_forms[f]->name;
			const char *nothing = "# An entry is left out: it has no name that can "
					      "be written here.\n";
			CHECK_TEXT(write_one(form, (struct written){ names[i],
								     POLICY_ENFORCE,
								     { "mx.a.test" } }),
				   nothing);
			CHECK_TEXT(write_one(form, (struct written){ "a.test",
								     POLICY_ENFORCE,
								     { names[i] } }),
				   nothing);
		}
	CHECK_TEXT(write_one("postfix",
			     (struct written){ ".a.test", POLICY_ENFORCE, { "mx.a.test" } }),
		   "# An entry is left out: it has no name that can be written here.\n");
	CHECK_TEXT(write_one("postfix",
			     (struct written){ "a.test", POLICY_ENFORCE, { ".test", NULL } }),
		   "# An entry is left out: it has no name that can be written here.\n");
}

static void
leaves_hostile_pattern_out(void)
{
	const struct written some = { "a.test", POLICY_ENFORCE, { "x y", "mx.a.test", "$h" } };
	CHECK_TEXT(write_one("postfix", some),
		   "# 2 MX names of the next entry cannot be written here.\n"
		   "a.test secure match=mx.a.test servername=hostname\n");
}

static void
spares_sendmail(void)
{
	static const char label[] = "aaaaaaaaaabbbbbbbbbbccccccccccdddddddddd.";
	static char name[254];
	static char *mxs[5] = { name, name, name, name, name };
	for (size_t i = 0; i < 5; i++)
		strcat(name, label);
	strcat(name, "a.test");
	make_list(&two, 1);
	entries[0].demand.mxs = mxs;
	struct policy_export export = of_list();
	entries[0].demand.count = 4;
	CHECK(strncmp(write_entries("sendmail", &export), "a.test secure", 13) == 0);
	entries[0].demand.count = 5;
	CHECK_TEXT(write_entries("sendmail", &export),
		   "# a.test is left out: more MX names than Sendmail can hold.\n");
}

/* Found by delivering mail: without these, every listed domain's mail waits, or is
 * returned. */
static void
tells_what_trust_needs(void)
{
	make_list(&two, 1);
	struct policy_export export = of_list();
	CHECK(strstr(write_all("sendmail", &export), "#   define(`confCACERT', `/etc/ssl/") !=
	      NULL);
	CHECK(strstr(write_all("exim", &export), "options trust-ad") != NULL);
}

int
main(void)
{
	RUN(finds_forms);
	RUN(enforces);
	RUN(prefers_known_host);
	RUN(tests_as_comments);
	RUN(leaves_none_out);
	RUN(follows_alias);
	RUN(widens_what_is_unknown);
	RUN(names_what_is_known);
	RUN(needs_some_name);
	RUN(keeps_dane);
	RUN(writes_nothing_expired);
	RUN(tells_the_list);
	RUN(holds_the_author);
	RUN(refuses_hostile_names);
	RUN(leaves_hostile_pattern_out);
	RUN(spares_sendmail);
	RUN(tells_what_trust_needs);
	free(said);
	return test_end();
}
