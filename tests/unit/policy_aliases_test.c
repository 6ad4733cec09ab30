/* SPDX-License-Identifier: Apache-2.0 */
/* Aliases, and the list as a file. */
#include "output/policy/policy_aliases.h"

#include <stdlib.h>

#include "output/policy/policy_compare.h"
#include "output/policy/policy_write.h"
#include "scanner/mem.h"
#include "tests/unit/test.h"

static struct policy_list *list;

static void
begin(void)
{
	list = mem_alloc(sizeof *list);
	list->entries = mem_alloc(100 * sizeof *list->entries);
	list->timestamp = 1790000000;
	list->expires = list->timestamp + 14 * 86400;
}

/* In the order of their names. */
static void
add(const char *domain, enum policy_mode mode, const char *patterns)
{
	struct policy_entry *entry = &list->entries[list->entry_count++];

	entry->domain = mem_strdup(domain);
	policy_demand_parse(&entry->demand, mode, patterns);
}

static void
add_many(char letter, size_t count, enum policy_mode mode, const char *patterns)
{
	char domain[40];

	for (size_t i = 0; i < count; i++) {
		snprintf(domain, sizeof domain, "%c%02zu.example", letter, i);
		add(domain, mode, patterns);
	}
}

/* The names of the aliases, with blanks between. */
static const char *
names(void)
{
	static char text[512];

	text[0] = '\0';
	for (size_t i = 0; i < list->alias_count; i++) {
		strcat(text, i > 0 ? " " : "");
		strcat(text, list->aliases[i].name);
	}
	return text;
}

static void
end(void)
{
	policy_list_free(list);
}

static void
five_make_an_alias(void)
{
	begin();
	add_many('a', 5, POLICY_ENFORCE, ".mail.hoster.co.uk mx.hoster.co.uk");
	add_many('b', 4, POLICY_ENFORCE, "mx.small.net");
	policy_aliases_make(list, NULL);
	CHECK_TEXT(names(), "hoster.co.uk");
	CHECK(list->aliases[0].demand.mode == POLICY_ENFORCE);
	CHECK(list->aliases[0].demand.count == 2);
	CHECK(list->entries[4].alias == &list->aliases[0] &&
	      list->entries[4].demand.count == 0);
	CHECK(list->entries[5].alias == NULL && list->entries[5].demand.count == 1);
	end();
}

static void
names_do_not_collide(void)
{
	begin();
	add_many('a', 5, POLICY_ENFORCE, "mx.hoster.net");
	add_many('b', 5, POLICY_TESTING, "mx.hoster.net");
	add_many('c', 5, POLICY_TESTING, "mx2.hoster.net");
	add_many('d', 5, POLICY_TESTING, "mx3.hoster.net");
	add_many('e', 6, POLICY_TESTING, "mx.b.org mx.a.org mx.other.com mx2.b.org");
	add_many('f', 6, POLICY_TESTING, "mx.z.org mx.y.org");
	policy_aliases_make(list, NULL);
	CHECK_TEXT(names(), "b.org hoster.net hoster.net-enforce hoster.net-testing "
			    "hoster.net-testing-2 y.org");
	end();
}

/* In a second, and not in hours. */
static void
many_have_one_provider(void)
{
	enum { ALIASES = 40000 };
	char domain[40], host[40];

	list = mem_alloc(sizeof *list);
	list->entries = mem_alloc(ALIASES * 5 * sizeof *list->entries);
	for (int i = 0; i < ALIASES * 5; i++) {
		snprintf(domain, sizeof domain, "d%06d.example", i);
		snprintf(host, sizeof host, "mx%05d.hoster.net", i / 5);
		add(domain, POLICY_ENFORCE, host);
	}
	policy_aliases_make(list, NULL);
	CHECK(list->alias_count == ALIASES);
	CHECK_TEXT(list->entries[ALIASES * 5 - 1].alias->name, "hoster.net-enforce-39999");
	end();
}

static void
old_names_stay(void)
{
	char error[512];
	static const char text[] =
	    "{\"timestamp\":1,\"expires\":2,\"version\":\"0.1\",\"policy-aliases\":{"
	    "\"hoster.net\":{\"mode\":\"testing\",\"mxs\":[\"mx2.hoster.net\","
	    "\"mx.hoster.net\"]},"
	    "\"the small\":{\"mode\":\"enforce\",\"mxs\":[\"mx.small.net\"]},"
	    "\"gone\":{\"mode\":\"enforce\",\"mxs\":[\"mx.gone.net\"]}},\"policies\":{}}";
	struct policy_list *old =
	    policy_list_parse(text, strlen(text), "old", NULL, NULL, error);

	begin();
	add_many('a', 5, POLICY_ENFORCE, "mx.hoster.net");
	add_many('b', 2, POLICY_TESTING, "mx.hoster.net mx2.hoster.net");
	add_many('c', 1, POLICY_ENFORCE, "mx.small.net");
	policy_aliases_make(list, old);
	CHECK_TEXT(names(), "hoster.net hoster.net-enforce the small");
	CHECK_TEXT(list->entries[5].alias->name, "hoster.net");
	CHECK_TEXT(list->entries[0].alias->name, "hoster.net-enforce");
	end();
	policy_list_free(old);
}

static char *
written(void)
{
	char *text = NULL;
	size_t length;
	FILE *out = open_memstream(&text, &length);

	policy_write(list, out);
	fclose(out);
	return text;
}

static void
file_is_exact(void)
{
	char *text;

	begin();
	text = written();
	CHECK_TEXT(text, "{\n  \"timestamp\": \"2026-09-21T14:13:20Z\",\n"
			 "  \"expires\": \"2026-10-05T14:13:20Z\",\n"
			 "  \"version\": \"0.1\",\n  \"policy-aliases\": {},\n"
			 "  \"policies\": {}\n}\n");
	free(text);
	list->author = mem_strdup("A \"B\" \xc3\xa9");
	add("a.example", POLICY_TESTING, "mx.a.example .b.example");
	add_many('b', 5, POLICY_ENFORCE, "mx.h.net");
	list->entry_count = 6;
	policy_aliases_make(list, NULL);
	text = written();
	CHECK(strstr(text, "  \"author\": \"A \\\"B\\\" \xc3\xa9\",\n") != NULL);
	CHECK(strstr(text,
		     "  \"policy-aliases\": {\n    \"h.net\": {\n"
		     "      \"mode\": \"enforce\",\n      \"mxs\": [\n"
		     "        \"mx.h.net\"\n      ]\n    }\n  },\n"
		     "  \"policies\": {\n    \"a.example\": {\n"
		     "      \"mode\": \"testing\",\n      \"mxs\": [\n"
		     "        \".b.example\",\n        \"mx.a.example\"\n      ]\n    },\n"
		     "    \"b00.example\": {\n      \"policy-alias\": \"h.net\"\n"
		     "    },\n") != NULL);
	free(text);
	end();
}

static void
count_fault(enum policy_level level, const char *place, const char *says, void *arg)
{
	(void)level;
	printf("%s: %s\n", place, says);
	++*(int *)arg;
}

/* What is written is read back, and nothing in it is odd. */
static void
file_is_clean(void)
{
	struct policy_list *again;
	char error[512] = "", *text, *twice;
	int faults = 0;

	begin();
	add_many('a', 7, POLICY_ENFORCE, "mx.hoster.net .x.hoster.net");
	add_many('b', 3, POLICY_TESTING, "mx.small.net");
	policy_aliases_make(list, NULL);
	text = written();
	again = policy_list_parse(text, strlen(text), "list", count_fault, &faults, error);
	CHECK_TEXT(error, "");
	CHECK(faults == 0 && again != NULL && again->entry_count == 10);
	end();
	list = again;
	twice = written();
	CHECK_TEXT(twice, text);
	free(twice);
	free(text);
	end();
}

int
main(void)
{
	RUN(five_make_an_alias);
	RUN(names_do_not_collide);
	RUN(many_have_one_provider);
	RUN(old_names_stay);
	RUN(file_is_exact);
	RUN(file_is_clean);
	return test_end();
}
