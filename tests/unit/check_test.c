/* SPDX-License-Identifier: Apache-2.0 */
/* What a person and a program are told of a sweep: advice, check and summary. */
#include <jansson.h>
#include <sqlite3.h>

#include "output/check/advice.h"
#include "output/check/check.h"
#include "output/sql.h"
#include "output/store.h"
#include "output/summary.h"
#include "tests/unit/pki.h"
#include "tests/unit/sample.h"
#include "tests/unit/test.h"

static void *store;
static struct check_report report;
static char *trust, *text;
static size_t size;
static struct pki *root, *leaf;

/* One domain that is well, one that is stripped and speaks to the terminal, one
 * address with its name. */
static void
set_up(void)
{
	struct sweep_info info = sample_info("li\033[2Jst");
	struct sweep_end end = { SWEEP_COMPLETE, PKI_NOW, 4 };
	struct server_facts *good = sample_server("192.0.2.1", "x");
	struct server_facts *evil = sample_plain("192.0.2.2", OFFER_MASKED, STARTTLS_STRIPPED);
	struct server_facts *named = sample_server("192.0.2.3", "x");
	struct record *host;

	info.root_cas = trust;
	free(good->chain);
	free(named->chain);
	good->chain = pki_chain(2, leaf, root);
	named->chain = pki_chain(1, leaf);
	free(evil->starttls_text);
	evil->starttls_text = mem_strdup("\033]0;owned\007");
	store = output_sqlite.open(":memory:");
	output_sqlite.begin(store, &info, false, &sample_no_resume);
	sample_put(&output_sqlite, store, sample_host(1, "mx.good.example", good));
	sample_put(&output_sqlite, store, sample_domain("good.example", 1, 10));
	sample_put(&output_sqlite, store, sample_host(2, "mx.evil.example", evil));
	sample_put(&output_sqlite, store, sample_domain("evil.example", 2, 0));
	host = sample_host(3, "good.example", named);
	host->host.of_address = true;
	sample_put(&output_sqlite, store, host);
	sample_put(&output_sqlite, store,
		   sample_address("192.0.2.3,good.example", "good.example", 3));
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

static struct target
target_of(const char *line)
{
	struct target target;
	const char *reason;

	CHECK(target_parse(line, strlen(line), &target, &reason) == LINE_TARGET);
	return target;
}

/* What check tells of a target, as text or as JSON. */
static void
tell(const char *line, void (*print)(const struct check_report *, const struct target *))
{
	struct target target = target_of(line);

	free(text);
	report.out = open_memstream(&text, &size);
	print(&report, &target);
	fclose(report.out);
	target_clear(&target);
}

static void
every_word_has_advice(void)
{
	static const enum words columns[] = {
		WORDS_DNS,  WORDS_MX,       WORDS_SECURITY,  WORDS_TCP,         WORDS_GREETING,
		WORDS_EHLO, WORDS_STARTTLS, WORDS_HANDSHAKE, WORDS_CERTIFICATE, WORDS_HEADLINE,
	};

	for (size_t i = 0; i < sizeof columns / sizeof *columns; i++)
		for (int value = 1; value < words_count(columns[i]); value++) {
			const struct advice *a =
			    advice_find(columns[i], word(columns[i], value));

			CHECK(a != NULL && a->says[strlen(a->says) - 1] == '.');
			CHECK(a == NULL || columns[i] == WORDS_HEADLINE ||
			      (a->action == NULL) == (a->level == ADVICE_GOOD));
		}
	CHECK(advice_find(WORDS_DNS, NULL) == NULL && advice_find(WORDS_DNS, "what") == NULL);
}

static void
tells_a_person(void)
{
	set_up();
	tell("good.example", check_print_text);
	CHECK(strncmp(text, "good.example: authenticated\n", 28) == 0);
	CHECK(strstr(text, "mail server mx.good.example, preference 10") != NULL);
	CHECK(strstr(text, "192.0.2.1  Example Net  NL") != NULL);
	CHECK(strstr(text, "TLSv1.3, TLS_AES_256_GCM_SHA384, X25519") != NULL);
	CHECK(strstr(text, "until 2025-12-14T15:06:40Z") != NULL);
	CHECK(strstr(text, "192.0.2.3") == NULL);
	tell("evil.example", check_print_text);
	CHECK(strstr(text, "evil.example: stripped") != NULL);
	CHECK(strstr(text, "inspect esmtp") != NULL);
	CHECK(strstr(text, "\\x1b]0;owned\\x07") != NULL && strchr(text, '\033') == NULL);
	tell("192.0.2.3,good.example", check_print_text);
	CHECK(strncmp(text, "192.0.2.3\n", 10) == 0 && strstr(text, "192.0.2.1") == NULL);
	report.colours = true;
	tell("evil.example", check_print_text);
	CHECK(strstr(text, "\033[31mstripped\033[0m") != NULL);
	tear_down();
}

static bool
passes(const char *line)
{
	struct target target = target_of(line);
	bool passed = check_passed(&report, &target);

	target_clear(&target);
	return passed;
}

static void
tells_who_passed(void)
{
	set_up();
	CHECK(passes("good.example"));
	CHECK(!passes("evil.example"));
	CHECK(!passes("none.example"));
	CHECK(!passes("192.0.2.3,good.example")); /* the leaf names mx.good.example */
	CHECK(!passes("192.0.2.9"));
	tear_down();
}

static void
tells_a_program(void)
{
	json_t *object, *server;

	set_up();
	tell("good.example", check_print_json);
	CHECK(strchr(text, '\n') == text + size - 1);
	object = json_loads(text, 0, NULL);
	CHECK_TEXT(json_string_value(json_object_get(object, "headline")), "authenticated");
	CHECK(json_is_null(json_object_get(object, "tlsrpt_rua")));
	CHECK(json_array_size(json_object_get(object, "tlsa_records")) == 0 &&
	      json_is_array(json_object_get(object, "tlsa_records")));
	CHECK(json_array_size(json_object_get(object, "certificates")) == 2);
	CHECK(json_array_size(json_object_get(object, "servers")) == 1);
	server = json_array_get(json_object_get(object, "servers"), 0);
	CHECK_TEXT(json_string_value(json_object_get(server, "address")), "192.0.2.1");
	CHECK(json_integer_value(json_object_get(server, "name_match")) == 1);
	json_decref(object);
	tell("192.0.2.3,good.example", check_print_json);
	object = json_loads(text, 0, NULL);
	CHECK(json_is_null(json_object_get(object, "headline")));
	CHECK_TEXT(json_string_value(json_object_get(object, "domain")), "good.example");
	server = json_array_get(json_object_get(object, "servers"), 0);
	CHECK_TEXT(json_string_value(json_object_get(server, "certificate")), "name-mismatch");
	CHECK(json_is_array(json_object_get(
	    json_array_get(json_object_get(object, "certificates"), 0), "names")));
	json_decref(object);
	tear_down();
}

/* Runs the query that a line of the summary suggests. */
static void
run_suggestion(const char *line)
{
	char sql[512];

	CHECK(sscanf(line, "  sqlite3 '/tmp/a b'\\''c.db' \"%511[^\"]", sql) == 1);
	CHECK(sql_run(report.db, sql));
}

static void
escapes_once(void)
{
	FILE *out = open_memstream(&text, &size);

	summary_text(out, "a\\x1b\\\\x\033\n\xff\xc3\xa9");
	summary_text(out, NULL);
	fclose(out);
	CHECK_TEXT(text, "a\\x1b\\\\x\\x1b\\x0a\\xff\xc3\xa9");
	free(text);
	text = NULL;
}

static void
sums_up(void)
{
	FILE *out;
	int lines = 0, queries = 0;

	set_up();
	out = open_memstream(&text, &size);
	summary_print(report.db, report.sweep, "/tmp/a b'c.db", out);
	fclose(out);
	CHECK(strstr(text, "Sweep 1 of li\\x1b[2Jst (complete): 2 domains, 1 addresses") !=
	      NULL);
	CHECK(strstr(text, "Servers: 3 contacted, 3 answered, 2 of them do TLS (66.7 %)") !=
	      NULL);
	CHECK(strstr(text, "Certificates that prove nothing: name-mismatch 1\n") != NULL);
	CHECK(strstr(text, "\n  evil.example mx.evil.example 192.0.2.2 stripped\n") != NULL);
	for (const char *at = text; at != NULL && *at != '\0'; at = strchr(at, '\n') + 1) {
		lines++;
		if (strncmp(at, "  sqlite3 ", 10) == 0) {
			run_suggestion(at);
			queries++;
		}
	}
	CHECK(lines <= 25 && queries == 3);
	tear_down();
}

int
main(void)
{
	root = pki_make(NULL, &(struct pki_spec){ .cn = "Root", .ca = true });
	leaf = pki_make(root, &(struct pki_spec){ .dns = "mx.good.example" });
	trust = pki_store(1, root);
	RUN(every_word_has_advice);
	RUN(tells_a_person);
	RUN(tells_who_passed);
	RUN(tells_a_program);
	RUN(escapes_once);
	RUN(sums_up);
	unlink(trust);
	free(trust);
	pki_free(leaf);
	pki_free(root);
	return test_end();
}
