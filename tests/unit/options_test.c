/* SPDX-License-Identifier: Apache-2.0 */
#include "scanner/options.h"

#include <jansson.h>
#include <openssl/ssl.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "scanner/options_table.h"
#include "tests/unit/test.h"

#define WORDS_MAX 32

static char arguments[512], *words[WORDS_MAX];

/* Words separated by a space. */
static int
split(const char *line)
{
	int count = 0;

	snprintf(arguments, sizeof arguments, "%s", line);
	for (char *word = strtok(arguments, " "); word != NULL; word = strtok(NULL, " "))
		words[count++] = word;
	words[count] = NULL;
	return count;
}

static struct options
parse(enum command command, const char *line)
{
	struct options options;

	options_parse(&options, command, split(line), words);
	return options;
}

static void
has_the_promised_defaults(void)
{
	struct options o = parse(COMMAND_SWEEP, "sweep");
	char host[256] = "";

	gethostname(host, sizeof host - 1);
	CHECK_TEXT(o.input_file, "-");
	CHECK_TEXT(o.output_file, "sweep.db");
	CHECK_TEXT(o.output_module, "sqlite");
	CHECK(o.senders == 1000 && o.rate == 0 && o.server_rate_limit == 1);
	CHECK(o.threads == (unsigned)sysconf(_SC_NPROCESSORS_ONLN));
	CHECK(o.max_conns_per_network == 16 && o.dns_rate_limit == 10000);
	CHECK(o.name_servers == NULL && o.trust_ad == TRUST_AD_AUTO && o.dns_timeout == 10);
	CHECK(o.ipv4 && o.ipv6 && o.local_addr == NULL && o.port == 25);
	CHECK(o.connect_timeout == 10 && o.banner_timeout == 30);
	CHECK(o.tls_handshake_timeout == 20 && o.target_timeout == 90);
	CHECK(o.retries == 1 && o.retry_delay == 30 && o.read_limit_per_host == 96);
	CHECK(o.blocklist_file == NULL && o.allowlist_file == NULL && !o.allow_reserved);
	CHECK_TEXT(o.root_cas, "/etc/ssl/certs/ca-certificates.crt");
	CHECK(o.min_version == TLS1_VERSION && o.max_version == TLS1_3_VERSION);
	CHECK(o.asn_db == NULL && o.geo_db == NULL && o.shards == 1 && o.shard == 0);
	CHECK(!o.seed_given && o.max_targets == 0 && o.max_runtime == 0);
	CHECK_TEXT(o.vantage, host);
	CHECK_TEXT(o.notes, "");
	CHECK(o.metadata_file == NULL && o.status_updates_file == NULL && o.self_test == NULL);
	CHECK(!o.dryrun && !o.quiet && !o.fresh && o.verbosity == 0 && !o.json);
	CHECK(o.at == 0 && o.sweep == 0 && o.word_count == 0);
	CHECK(o.seed != parse(COMMAND_SWEEP, "sweep").seed);
}

static void
takes_every_spelling(void)
{
	struct options o =
	    parse(COMMAND_SWEEP, "sweep -f a -ob --rate=5 --senders 7 -qvv -p2525 "
				 "--seed 42 -T 3 -t 1.5 --ipv6 --notes=");

	CHECK_TEXT(o.input_file, "a");
	CHECK_TEXT(o.output_file, "b");
	CHECK(o.rate == 5 && o.senders == 7 && o.quiet && o.verbosity == 2 && o.port == 2525);
	CHECK(o.seed == 42 && o.seed_given && o.threads == 3 && o.target_timeout == 1.5);
	CHECK(o.ipv6 && !o.ipv4);
	o = parse(COMMAND_SWEEP, "sweep --port 1 --port=65535 --ipv4 --ipv6 -e "
				 "9223372036854775807 -f -");
	CHECK(o.port == 65535 && o.ipv4 && o.ipv6 && o.seed == 9223372036854775807u);
	o = parse(COMMAND_SWEEP,
		  "sweep --shards 3 --shard 2 --min-version 1.2 --max-version 1.2 "
		  "--trust-ad no --output-module jsonl --retry-delay 0");
	CHECK(o.shards == 3 && o.shard == 2 && o.min_version == TLS1_2_VERSION);
	CHECK(o.max_version == TLS1_2_VERSION && o.trust_ad == TRUST_AD_NO);
	CHECK_TEXT(o.output_module, "jsonl");
	o = parse(COMMAND_CHECK, "check a.example --json -- -b.example");
	CHECK(o.word_count == 2 && o.json && o.argc == 5);
	CHECK_TEXT(o.words[0], "a.example");
	CHECK_TEXT(o.words[1], "-b.example");
	CHECK(o.input_file == NULL && o.output_file == NULL);
	o = parse(COMMAND_ASSESS, "assess --at 2026-02-28T23:59:59Z --sweep 3 x.db"
				  " --at=2024-02-29T12:00:00Z");
	CHECK(o.at == 1709208000 && o.sweep == 3);
	CHECK(parse(COMMAND_ASSESS, "assess --at 1700000000 x.db").at == 1700000000);
	o = parse(COMMAND_POLICY, "policy export a.json --mta exim --early-adopter -o b "
				  "--previous c.json --at 7");
	CHECK(o.word_count == 2 && o.early_adopter && o.at == 7);
	CHECK_TEXT(o.mta, "exim");
	CHECK_TEXT(o.output_file, "b");
	CHECK_TEXT(o.previous, "c.json");
	o = parse(COMMAND_POLICY, "policy lint -");
	CHECK(o.mta == NULL && o.output_file == NULL && o.previous == NULL && o.at == 0);
	CHECK(!o.early_adopter && o.word_count == 2);
}

/* True when the line ends the program with status 2 and one line on stderr. */
static bool
dies(enum command command, const char *line, const char *want)
{
	char text[1024];
	int ends[2], status, count;
	struct options options;
	ssize_t n;
	pid_t child;

	count = split(line);
	CHECK(pipe(ends) == 0);
	fflush(stdout);
	child = fork();
	if (child == 0) {
		dup2(ends[1], STDERR_FILENO);
		options_parse(&options, command, count, words);
		_exit(0);
	}
	close(ends[1]);
	n = read(ends[0], text, sizeof text - 1);
	text[n > 0 ? n : 0] = '\0';
	close(ends[0]);
	waitpid(child, &status, 0);
	if (strncmp(text, "mxsweep: ", 9) != 0 || strstr(text, want) == NULL)
		CHECK_TEXT(text, want);
	return WIFEXITED(status) && WEXITSTATUS(status) == 2 &&
	       strchr(text, '\n') == text + strlen(text) - 1;
}

static void
refuses_mistakes(void)
{
	static const struct {
		const char *line, *want;
	} mistakes[] = {
		{ "sweep --port 99999", "--port: 99999 is not a port (1 to 65535)" },
		{ "sweep --port 0", "--port: 0 is not a port" },
		{ "sweep --port 25x", "--port: 25x is not a port" },
		{ "sweep --port=", "--port:  is not a port" },
		{ "sweep --port", "--port needs a value (N)" },
		{ "sweep -p", "--port needs a value (N)" },
		{ "sweep --senders -5", "--senders: -5 is not a number (1 to " },
		{ "sweep --rate 4294967296", "--rate: 4294967296 is not a number" },
		{ "sweep --rate 18446744073709551617", "--rate: 18446744073709551617 is not" },
		{ "sweep --seed 9223372036854775808", "--seed: 9223372036854775808 is not" },
		{ "sweep --frobnicate",
		  "--frobnicate: no such option, see mxsweep sweep --help" },
		{ "sweep --senders=1x", "--senders: 1x is not a number" },
		{ "sweep --sender 5", "--sender: no such option" },
		{ "sweep -Z", "-Z: no such option, see mxsweep sweep --help" },
		{ "sweep -qZ", "-Z: no such option" },
		{ "sweep --quiet=yes", "--quiet takes no value" },
		{ "sweep --json", "--json: no such option" },
		{ "sweep --no-such", "--no-such: no such option" },
		{ "sweep example.org", "example.org: targets come from --input-file" },
		{ "sweep --shards 2 --shard 3", "--shard: 3 is not one of 2 shards (0 to 1)" },
		{ "sweep --shard 1", "--shard: 1 is not one of 1 shards" },
		{ "sweep --min-version 1.3 --max-version 1.2", "--min-version is above" },
		{ "sweep --min-version 1.4", "--min-version: 1.4 is not a TLS version" },
		{ "sweep --trust-ad maybe", "--trust-ad: maybe is not yes, no or auto" },
		{ "sweep --output-module csv",
		  "--output-module: csv is not one of sqlite|jsonl" },
		{ "sweep --dns-timeout 0", "--dns-timeout: 0 seconds are out of range" },
		{ "sweep --dns-timeout 1e3", "--dns-timeout: 1e3 is not a number of seconds" },
		{ "sweep --dns-timeout nan", "--dns-timeout: nan is not a number of seconds" },
		{ "sweep --dns-timeout .", "--dns-timeout: . is not a number of seconds" },
		{ "sweep --dns-timeout -1", "--dns-timeout: -1 is not a number of seconds" },
		{ "sweep -t 100000", "--target-timeout: 100000 seconds are out of range" },
		{ "sweep --name-servers localhost",
		  "--name-servers: localhost is not a resolver" },
		{ "sweep --name-servers 1.1.1.1,", "--name-servers:  is not a resolver" },
		{ "sweep --name-servers 1.1.1.1:70000",
		  "--name-servers: 1.1.1.1:70000 is not" },
		{ "sweep --name-servers [1.1.1.1]:53", "--name-servers: [1.1.1.1]:53 is not" },
		{ "sweep --name-servers [::1", "--name-servers: [::1 is not a resolver" },
		{ "sweep --name-servers [::1]53", "--name-servers: [::1]53 is not a resolver" },
		{ "sweep --local-addr 1.2.3.4,x", "--local-addr: x is not an address" },
		{ "sweep --local-addr 10.0.0.0/8",
		  "--local-addr: 10.0.0.0/8 is not an address" },
		{ "sweep --self-test a..b", "--self-test: a..b is not a host name or address" },
		{ "sweep --ehlo-domain a@b", "--ehlo-domain: a@b is not a host name" },
		{ "sweep --root-cas=", "--root-cas: the FILE is empty" },
		{ "sweep --input-file=", "--input-file: the FILE is empty" },
	};

	for (size_t i = 0; i < sizeof mistakes / sizeof mistakes[0]; i++)
		CHECK(dies(COMMAND_SWEEP, mistakes[i].line, mistakes[i].want));
	CHECK(dies(COMMAND_CHECK, "check", "check needs a domain"));
	CHECK(dies(COMMAND_CHECK, "check a --new", "--new: no such option, see mxsweep check"));
	CHECK(dies(COMMAND_ASSESS, "assess", "assess needs one database"));
	CHECK(dies(COMMAND_ASSESS, "assess a b", "assess needs one database"));
	CHECK(dies(COMMAND_ASSESS, "assess a -f b", "-f: no such option"));
	CHECK(dies(COMMAND_ASSESS, "assess a --at 2026-02-30T00:00:00Z", "is not a time"));
	CHECK(dies(COMMAND_ASSESS, "assess a --at 2026-02-03", "2026-02-03 is not a time"));
	CHECK(dies(COMMAND_ASSESS, "assess a --at 2026-2-3T0:0:0Z", "is not a time"));
	CHECK(dies(COMMAND_ASSESS, "assess a --at 0", "0 is not a time"));
	CHECK(dies(COMMAND_ASSESS, "assess a --sweep 0", "--sweep: 0 is not a number"));
	CHECK(dies(COMMAND_POLICY, "policy lint a --new",
		   "--new: no such option, see mxsweep policy --help"));
	CHECK(dies(COMMAND_POLICY, "policy lint a --at soon", "--at: soon is not a time"));
	CHECK(dies(COMMAND_POLICY, "policy export a --mta=", "--mta: the NAME is empty"));
}

static void
takes_lists_of_addresses(void)
{
	static const char *const good[] = {
		"sweep --name-servers 127.0.0.1",
		"sweep --name-servers ::1",
		"sweep --name-servers 127.0.0.1:5353,[::1]",
		"sweep --name-servers [::1]:53,::2",
		"sweep --local-addr 192.0.2.1,2001:db8::1",
		"sweep --ehlo-domain [192.0.2.1]",
		"sweep --ehlo-domain scan.example.org",
		"sweep --self-test mx.example,::1",
	};

	for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
		struct options o = parse(COMMAND_SWEEP, good[i]);

		CHECK_TEXT(o.name_servers ? o.name_servers
			   : o.local_addr ? o.local_addr
			   : o.self_test  ? o.self_test
					  : o.ehlo_domain,
			   words[2]);
	}
}

static char *
written(enum command command, void (*help)(FILE *, enum command), void (*manual)(FILE *))
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	if (help != NULL)
		help(out, command);
	else
		manual(out);
	fclose(out);
	return text;
}

static void
help_is_readable(void)
{
	static const enum command commands[] = { COMMAND_SWEEP, COMMAND_CHECK, COMMAND_ASSESS,
						 COMMAND_POLICY };
	char *manual = written(0, NULL, options_manual), want[64];

	for (int i = 0; i < 4; i++) {
		char *help = written(commands[i], options_help, NULL);

		for (const struct option_row *row = options_table; row->name != NULL; row++) {
			snprintf(want, sizeof want, " --%s%s", row->name,
				 row->argument != NULL ? " " : "\n");
			if (row->argument == NULL)
				want[strlen(want) - 1] = ' ';
			if ((strstr(help, want) != NULL) !=
			    ((row->commands & commands[i]) != 0))
				CHECK_TEXT(want, "in --help of its commands only");
			snprintf(want, sizeof want, "Fl \\-%s", row->name);
			if (strstr(manual, want) == NULL)
				CHECK_TEXT(want, "in the manual");
		}
		for (char *line = strtok(help, "\n"); line != NULL; line = strtok(NULL, "\n"))
			CHECK(strlen(line) <= 100);
		free(help);
	}
	free(manual);
}

/* Names, letters and the rows' own consistency. */
static void
table_is_sound(void)
{
	static const char *const promised[] = {
		"finput-file",
		"ooutput-file",
		" output-module",
		"ssenders",
		"Tthreads",
		"rrate",
		" server-rate-limit",
		" max-conns-per-network",
		" name-servers",
		" dns-rate-limit",
		" trust-ad",
		" dns-timeout",
		" ipv4",
		" ipv6",
		" local-addr",
		"pport",
		" ehlo-domain",
		" connect-timeout",
		" banner-timeout",
		" tls-handshake-timeout",
		"ttarget-timeout",
		" retries",
		" retry-delay",
		" read-limit-per-host",
		"bblocklist-file",
		"wallowlist-file",
		" allow-reserved",
		" root-cas",
		" min-version",
		" max-version",
		" asn-db",
		" geo-db",
		" shards",
		" shard",
		"eseed",
		"nmax-targets",
		" max-runtime",
		" vantage",
		" notes",
		"mmetadata-file",
		"ustatus-updates-file",
		"ddryrun",
		"qquiet",
		"vverbose",
	};

	for (size_t i = 0; i < sizeof promised / sizeof promised[0]; i++) {
		const struct option_row *row = options_table;
		char letter = promised[i][0] == ' ' ? 0 : promised[i][0];

		while (row->name != NULL && strcmp(row->name, promised[i] + 1) != 0)
			row++;
		CHECK_TEXT(row->name, promised[i] + 1);
		CHECK(row->letter == letter);
		CHECK(row->commands & COMMAND_SWEEP && row->commands & COMMAND_CHECK);
	}
	for (const struct option_row *row = options_table; row->name != NULL; row++) {
		CHECK(row->type->flag == (row->argument == NULL));
		for (const struct option_row *other = row + 1; other->name != NULL; other++) {
			CHECK(strcmp(row->name, other->name) != 0);
			CHECK(row->letter == 0 || row->letter != other->letter);
		}
	}
}

static void
writes_json(void)
{
	struct options o = parse(COMMAND_SWEEP, "sweep --seed 7 -t 0.5 --max-version 1.2 -d");
	char *text = options_json(&o, COMMAND_SWEEP);
	json_t *json = json_loads(text, 0, NULL);

	CHECK(json_integer_value(json_object_get(json, "seed")) == 7);
	CHECK(json_real_value(json_object_get(json, "target-timeout")) == 0.5);
	CHECK_TEXT(json_string_value(json_object_get(json, "max-version")), "1.2");
	CHECK(json_is_true(json_object_get(json, "dryrun")));
	CHECK(json_is_null(json_object_get(json, "asn-db")));
	CHECK(json_object_get(json, "at") == NULL && json_object_get(json, "help") == NULL);
	json_decref(json);
	free(text);
	o = parse(COMMAND_SWEEP, "sweep --notes \xff");
	text = options_json(&o, COMMAND_SWEEP); /* not UTF-8, yet JSON */
	json = json_loads(text, 0, NULL);
	CHECK(json_is_null(json_object_get(json, "notes")));
	json_decref(json);
	free(text);
}

int
main(void)
{
	RUN(has_the_promised_defaults);
	RUN(takes_every_spelling);
	RUN(refuses_mistakes);
	RUN(takes_lists_of_addresses);
	RUN(help_is_readable);
	RUN(table_is_sound);
	RUN(writes_json);
	return test_end();
}
