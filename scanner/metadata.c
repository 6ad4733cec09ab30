/* SPDX-License-Identifier: Apache-2.0 */
#include "scanner/metadata.h"

#include <ares.h>
#include <errno.h>
#include <event2/event.h>
#include <jansson.h>
#include <openssl/crypto.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "config.h"
#include "scanner/dns.h"
#include "scanner/log.h"
#include "scanner/mem.h"
#include "scanner/replaced.h"
#include "scanner/sweep.h"
#include "scanner/tally.h"

static json_t *
time_json(int64_t seconds)
{
	char text[32];
	time_t t = (time_t)seconds;
	struct tm tm;

	strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&t, &tm));
	return json_string(text);
}

static json_t *
words_json(const struct tally *tally)
{
	json_t *columns = json_object();

	for (enum words column = 0; column < WORDS_COUNT; column++) {
		json_t *counts;

		if (words_judged(column))
			continue;
		counts = json_object();
		for (int i = 1; i < words_count(column); i++)
			json_object_set_new(counts, word(column, i),
					    json_integer((json_int_t)tally->words[column][i]));
		json_object_set_new(columns, words_column(column), counts);
	}
	return columns;
}

static json_t *
command_json(const struct options *options)
{
	json_t *words = json_array();

	for (int i = 0; i < options->argc; i++)
		json_array_append_new(words, json_string(options->argv[i]));
	return words;
}

static json_t *
versions_json(void)
{
	return json_pack("{s:s, s:s, s:s, s:s}", "mxsweep", PACKAGE_VERSION, "openssl",
			 OpenSSL_version(OPENSSL_VERSION), "c-ares", ares_version(NULL),
			 "libevent", event_get_version());
}

static json_t *
input_json(const struct input *input)
{
	struct input_counts counts = input_counts(input);

	return json_pack("{s:I, s:I, s:I, s:I, s:I, s:I}", "lines", (json_int_t)counts.lines,
			 "bad", (json_int_t)counts.bad, "duplicates",
			 (json_int_t)counts.duplicates, "other_shards",
			 (json_int_t)counts.other_shards, "already_done",
			 (json_int_t)counts.skipped, "targets", (json_int_t)counts.targets);
}

static json_t *
dns_json(const struct dns *dns)
{
	struct dns_counts counts = dns_counts(dns);

	return json_pack("{s:s, s:I, s:I, s:I}", "resolver", dns_description(dns), "queries",
			 (json_int_t)counts.asked, "answers", (json_int_t)counts.answered,
			 "failures", (json_int_t)counts.failed);
}

static json_t *
metadata_json(const struct sweep *sweep, const struct begun *begun, const struct sweep_end *end,
	      double elapsed)
{
	static const char *const states[] = { "running", "interrupted", "complete" };
	const struct options *options = sweep->options;
	const struct tally *tally = sweep->tally;
	char *given = options_json(options, COMMAND_SWEEP);
	json_t *all = json_object();

	json_object_set_new(all, "command", command_json(options));
	json_object_set_new(all, "versions", versions_json());
	json_object_set_new(all, "sweep", json_integer(begun->sweep));
	json_object_set_new(all, "continued", json_boolean(begun->continued));
	json_object_set_new(all, "state", json_string(states[end->state]));
	json_object_set_new(all, "started", time_json(end->finished - (int64_t)elapsed));
	json_object_set_new(all, "finished", time_json(end->finished));
	json_object_set_new(all, "seconds", json_real(elapsed));
	json_object_set_new(all, "seed", json_integer((json_int_t)begun->seed));
	json_object_set_new(all, "shard", json_integer(options->shard));
	json_object_set_new(all, "shards", json_integer(options->shards));
	json_object_set_new(all, "input", input_json(sweep->input));
	json_object_set_new(all, "dns", dns_json(sweep->dns));
	json_object_set_new(all, "targets", json_integer((json_int_t)tally->targets));
	json_object_set_new(all, "hosts", json_integer((json_int_t)tally->hosts));
	json_object_set_new(all, "servers", json_integer((json_int_t)tally->servers));
	json_object_set_new(all, "attempts", json_integer((json_int_t)tally->attempts));
	json_object_set_new(all, "words", words_json(tally));
	json_object_set_new(all, "options", json_loads(given, 0, NULL));
	free(given);
	return all;
}

void
metadata_prove_writable(const char *path)
{
	if (path != NULL && !replaced_prove(path))
		die("--metadata-file: %s: %s", path, strerror(errno));
}

bool
metadata_write(const struct sweep *sweep, const struct begun *begun,
	       const struct sweep_end *end, double elapsed)
{
	const char *path = sweep->options->metadata_file;
	json_t *all = metadata_json(sweep, begun, end, elapsed);
	struct replaced file;
	bool ok = replaced_open(&file, path);

	if (ok) {
		json_dumpf(all, file.out, JSON_INDENT(2)); /* the stream keeps a failure */
		ok = replaced_place(&file);
	}
	if (!ok)
		log_warn("--metadata-file: %s could not be written: %s", path, strerror(errno));
	json_decref(all);
	return ok;
}
