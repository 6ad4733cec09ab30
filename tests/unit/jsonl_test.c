/* SPDX-License-Identifier: Apache-2.0 */
#include <fcntl.h>
#include <jansson.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "output/fields.h"
#include "output/jsonl.h"
#include "tests/unit/sample.h"
#include "tests/unit/test.h"

static char *folder, path[128];
static const struct output *const out = &output_jsonl;

static void
new_path(void)
{
	static int count;

	snprintf(path, sizeof path, "%s/%d.jsonl", folder, ++count);
}

static void *
begin(void)
{
	struct sweep_info info = sample_info("list");
	void *self = out->open(path);
	struct begun begun = out->begin(self, &info, false, &sample_no_resume);

	CHECK(!begun.continued && begun.next_host == 1 && begun.seed == info.seed);
	return self;
}

/* The line of that number, parsed; NULL after the last. */
static json_t *
line(int number)
{
	FILE *file = fopen(path, "r");
	char *text = NULL;
	size_t size = 0;
	json_t *json = NULL;

	for (int i = 0; i <= number; i++)
		if (getline(&text, &size, file) < 0)
			goto out;
	CHECK(strncmp(text, "{\"record\":\"", 11) == 0);
	json = json_loads(text, 0, NULL);
	CHECK(json != NULL);
out:
	free(text);
	fclose(file);
	return json;
}

static const char *
text_of(const json_t *object, const char *key)
{
	CHECK(json_object_get(object, key) != NULL);
	return json_string_value(json_object_get(object, key));
}

static long
number_of(const json_t *object, const char *key)
{
	CHECK(json_is_integer(json_object_get(object, key)));
	return (long)json_integer_value(json_object_get(object, key));
}

static void
check_server(const json_t *object)
{
	const json_t *certificates = json_object_get(object, "certificates");

	CHECK_TEXT(text_of(object, "record"), "server");
	CHECK_TEXT(text_of(object, "mx"), "mx.example.org");
	CHECK_TEXT(text_of(object, "address"), "2001:db8::1");
	CHECK_TEXT(text_of(object, "starttls_offer"), "offered");
	CHECK_TEXT(text_of(object, "ehlo_text"), "mx.example.org hello\nPIPELINING\nSTARTTLS");
	CHECK_TEXT(text_of(object, "started"), "2026-09-21T14:13:20Z");
	CHECK_TEXT(text_of(object, "cipher"), "TLS_AES_256_GCM_SHA384");
	CHECK_TEXT(text_of(object, "alert"), NULL);
	CHECK(number_of(object, "duration_ms") == 82);
	CHECK(number_of(object, "asn") == 64500);
	CHECK(json_array_size(certificates) == 2);
	CHECK_TEXT(text_of(json_array_get(certificates, 0), "der"), "b25l"); /* one */
	CHECK_TEXT(text_of(json_array_get(certificates, 0), "sha256"),
		   text_of(object, "leaf_sha256"));
	CHECK_TEXT(text_of(object, "leaf_sha256"),
		   "7692c3ad3540bb803c020b3aee66cd8887123234ea0c6e7143c0add73ff431ed");
}

static void
writes_servers_and_targets(void)
{
	struct record *host =
	    sample_host(1, "mx.example.org", sample_server("2001:db8::1", "one"));
	struct record *domain = sample_domain("example.org", 1, 10);
	json_t *object;
	void *self;

	new_path();
	self = begin();
	record_add_server(host, sample_failure(NULL, TCP_ADDRESS_BOGUS));
	domain->target.tag = mem_strdup("a\"b\xff");
	CHECK(sample_put(out, self, host) && sample_put(out, self, domain));
	CHECK(line(0) == NULL);
	CHECK(out->commit(self));
	object = line(0);
	check_server(object);
	json_decref(object);
	object = line(1);
	CHECK_TEXT(text_of(object, "address"), NULL);
	CHECK_TEXT(text_of(object, "tcp"), "address-bogus");
	CHECK_TEXT(text_of(object, "chain_sha256"), NULL);
	json_decref(object);
	object = line(2);
	CHECK_TEXT(text_of(object, "record"), "target");
	CHECK_TEXT(text_of(object, "domain"), "example.org");
	CHECK_TEXT(text_of(object, "tag"), "a\"b\\xff");
	CHECK(number_of(json_array_get(json_object_get(object, "hosts"), 0), "preference") ==
	      10);
	CHECK_TEXT(text_of(json_array_get(json_object_get(object, "hosts"), 0), "mx"),
		   "mx.example.org");
	json_decref(object);
	CHECK(line(3) == NULL);
	out->close(self);
}

/* The record of that place in a server's tlsa_records. */
static void
check_tlsa(const json_t *server, size_t place, const char *data, bool whole)
{
	const json_t *record = json_array_get(json_object_get(server, "tlsa_records"), place);

	CHECK(json_object_size(record) == 6);
	CHECK_TEXT(text_of(record, "data"), data);
	CHECK_TEXT(text_of(record, "security"), "secure");
	CHECK(number_of(record, "usable") == whole);
	if (whole) {
		CHECK(number_of(record, "usage") == 3);
		CHECK(number_of(record, "selector") == 1);
		CHECK(number_of(record, "matching") == 1);
	} else {
		CHECK(json_is_null(json_object_get(record, "usage")));
		CHECK(json_is_null(json_object_get(record, "selector")));
		CHECK(json_is_null(json_object_get(record, "matching")));
	}
}

/* Each line of a host's servers has the host's records. */
static void
writes_what_hosts_publish(void)
{
	struct record *host = sample_host(1, "mx.example.org", sample_server("::1", "one"));
	json_t *object;
	void *self;

	new_path();
	self = begin();
	sample_add_tlsa(host);
	record_add_server(host, sample_failure("192.0.2.1", TCP_TIMEOUT));
	CHECK(sample_put(out, self, host));
	CHECK(sample_put(out, self, sample_host(2, "x.example", sample_server("::2", "one"))));
	CHECK(out->commit(self));
	for (int i = 0; i < 2; i++) {
		object = line(i);
		CHECK_TEXT(text_of(object, "tlsa"), "found");
		CHECK_TEXT(text_of(object, "tlsa_base"), "mx.hoster.example");
		CHECK(json_array_size(json_object_get(object, "tlsa_records")) == 2);
		check_tlsa(object, 0,
			   "ab000000000000000000000000000000"
			   "000000000000000000000000000000cd",
			   true);
		check_tlsa(object, 1, "0301", false);
		json_decref(object);
	}
	object = line(2);
	CHECK_TEXT(text_of(object, "tlsa"), NULL);
	CHECK_TEXT(text_of(object, "tlsa_base"), NULL);
	CHECK(json_array_size(json_object_get(object, "tlsa_records")) == 0);
	json_decref(object);
	out->close(self);
}

static void
check_target(const json_t *object)
{
	CHECK_TEXT(text_of(object, "mta_sts_record"), "ok");
	CHECK_TEXT(text_of(object, "mta_sts_fetch"), "ok");
	CHECK_TEXT(text_of(object, "mta_sts_policy"), "ok");
	CHECK_TEXT(text_of(object, "mta_sts_mode"), "enforce");
	CHECK(number_of(object, "mta_sts_max_age") == 604800);
	CHECK_TEXT(text_of(object, "mta_sts_id"), "20260921");
	CHECK_TEXT(text_of(object, "mta_sts_text"), "v=STSv1; id=20260921;");
	CHECK_TEXT(text_of(object, "mta_sts_alias"), "sts.hoster.example");
	CHECK_TEXT(text_of(object, "mta_sts_address"), "2001:db8::80");
	CHECK(number_of(object, "mta_sts_http_status") == 200);
	CHECK_TEXT(text_of(object, "mta_sts_content_type"), "text/plain; charset=utf-8");
	CHECK_TEXT(text_of(object, "mta_sts_detail"), NULL);
	CHECK_TEXT(text_of(object, "mta_sts_policy_text"), "mode: none\r\n\\xff\\x1b[2J\"");
	CHECK_TEXT(text_of(object, "tlsrpt"), "ok");
	CHECK_TEXT(text_of(object, "tlsrpt_rua"), "mailto:a@example.org,https://x.example/");
	CHECK_TEXT(text_of(object, "tlsrpt_text"),
		   "v=TLSRPTv1; rua=mailto:a@example.org,https://x.example/");
}

static void
writes_what_domains_publish(void)
{
	struct record *asked = sample_domain("a.example", 0, 0);
	json_t *object;
	void *self;

	new_path();
	self = begin();
	asked->target.sts = sample_sts("mode: none\r\n\xff\x1b[2J\"");
	asked->target.tlsrpt = sample_tlsrpt();
	CHECK(sample_put(out, self, asked));
	CHECK(sample_put(out, self, sample_domain("b.example", 0, 0)));
	CHECK(out->commit(self));
	object = line(0);
	check_target(object);
	json_decref(object);
	object = line(1);
	CHECK_TEXT(text_of(object, "mta_sts_record"), NULL);
	CHECK_TEXT(text_of(object, "mta_sts_mode"), NULL);
	CHECK(json_is_null(json_object_get(object, "mta_sts_max_age")));
	CHECK(json_is_null(json_object_get(object, "mta_sts_http_status")));
	CHECK_TEXT(text_of(object, "mta_sts_address"), NULL);
	CHECK_TEXT(text_of(object, "mta_sts_policy_text"), NULL);
	CHECK_TEXT(text_of(object, "tlsrpt"), NULL);
	json_decref(object);
	out->close(self);
}

static bool
put_many(void *self, int from, int to)
{
	for (int i = from; i < to; i++)
		if (!sample_put(
			out, self,
			sample_host(i, "mx.example.org", sample_server("192.0.2.1", "leaf"))))
			return false;
	return out->commit(self);
}

/* The limit on the file's size stands for a full disk. */
static void
cuts_back_what_did_not_fit(void)
{
	struct rlimit unlimited, small;
	struct stat about;
	void *self;
	off_t committed;

	new_path();
	self = begin();
	CHECK(put_many(self, 1, 3));
	CHECK(stat(path, &about) == 0);
	committed = about.st_size;
	CHECK(committed > 1000);
	signal(SIGXFSZ, SIG_IGN);
	getrlimit(RLIMIT_FSIZE, &unlimited);
	small = unlimited;
	small.rlim_cur = (rlim_t)committed + 1500;
	setrlimit(RLIMIT_FSIZE, &small);
	CHECK(!put_many(self, 3, 9));
	CHECK(strstr(out->error(self), "File too large") != NULL);
	CHECK(stat(path, &about) == 0 && about.st_size == committed);
	setrlimit(RLIMIT_FSIZE, &unlimited);
	CHECK(put_many(self, 3, 9));
	for (int i = 0; i < 8; i++) {
		json_t *object = line(i);

		CHECK(number_of(object, "host") == i + 1);
		json_decref(object);
	}
	CHECK(line(8) == NULL);
	out->close(self);
}

/* The exit code of a child that opens the path. */
static int
open_in_child(void)
{
	int status;
	pid_t child;

	fflush(stdout);
	child = fork();
	if (child == 0) {
		dup2(open("/dev/null", O_WRONLY), STDERR_FILENO);
		out->open(path);
		_exit(0);
	}
	waitpid(child, &status, 0);
	return WEXITSTATUS(status);
}

static void
leaves_a_full_file_alone(void)
{
	struct stat about;
	void *self;
	FILE *file;

	new_path();
	file = fopen(path, "w");
	fputs("mine\n", file);
	fclose(file);
	CHECK(open_in_child() == 2);
	CHECK(stat(path, &about) == 0 && about.st_size == 5);
	new_path();
	self = begin();
	CHECK(open_in_child() == 2);
	out->close(self);
	CHECK(open_in_child() == 0);
	snprintf(path, sizeof path, "%s/none/x", folder);
	CHECK(open_in_child() == 2);
}

static void
table_of_fields_is_whole(void)
{
	for (int i = 0; i < SERVER_FIELDS; i++) {
		CHECK(server_fields[i].name != NULL && server_fields[i].get != NULL);
		for (int j = 0; j < i; j++)
			CHECK(strcmp(server_fields[i].name, server_fields[j].name) != 0);
	}
}

int
main(void)
{
	char command[160];

	folder = sample_folder();
	RUN(table_of_fields_is_whole);
	RUN(writes_servers_and_targets);
	RUN(writes_what_hosts_publish);
	RUN(writes_what_domains_publish);
	RUN(cuts_back_what_did_not_fit);
	RUN(leaves_a_full_file_alone);
	snprintf(command, sizeof command, "rm -r %s", folder);
	return test_end() | system(command);
}
