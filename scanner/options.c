/* SPDX-License-Identifier: Apache-2.0 */
#include "scanner/options.h"

#include <netdb.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "scanner/fold.h"
#include "scanner/log.h"
#include "scanner/mem.h"
#include "scanner/options_table.h"

#define SEED_BITS 53 /* a JSON reader's double holds it */

static const char *
command_name(enum command command)
{
	switch (command) {
	case COMMAND_SWEEP:
		return "sweep";
	case COMMAND_CHECK:
		return "check";
	case COMMAND_ASSESS:
		return "assess";
	case COMMAND_POLICY:
		return "policy";
	case COMMAND_REPORT:
		return "report";
	case COMMAND_MERGE:
		return "merge";
	}
	return "";
}

static void
set(struct options *options, const struct option_row *row, const char *value)
{
	row->type->parse(row, value, (char *)options + row->to);
}

static const struct option_row *
find_name(enum command command, const char *name, size_t length)
{
	for (const struct option_row *row = options_table; row->name != NULL; row++)
		if ((row->commands & command) && strlen(row->name) == length &&
		    memcmp(row->name, name, length) == 0)
			return row;
	die("--%.*s: no such option, see mxsweep %s --help", (int)length, name,
	    command_name(command));
}

static const struct option_row *
find_letter(enum command command, char letter)
{
	for (const struct option_row *row = options_table; row->name != NULL; row++)
		if ((row->commands & command) && row->letter != 0 && row->letter == letter)
			return row;
	die("-%c: no such option, see mxsweep %s --help", letter, command_name(command));
}

static void
help_and_exit(enum command command)
{
	options_help(stdout, command);
	flush_stdout();
	exit(0);
}

/* Takes one option with its value, which may be the next argument. */
static void
take(struct options *options, enum command command, const struct option_row *row,
     const char *value, int *i)
{
	if (row->type == &option_help)
		help_and_exit(command);
	if (!row->type->flag && value == NULL)
		value = *i + 1 < options->argc ? options->argv[++*i] : NULL;
	if (!row->type->flag && value == NULL)
		die("--%s needs a value (%s)", row->name, row->argument);
	set(options, row, value);
	if (row->to == offsetof(struct options, seed))
		options->seed_given = true;
}

static void
take_long(struct options *options, enum command command, const char *text, int *i)
{
	size_t length = strcspn(text, "=");
	const struct option_row *row = find_name(command, text, length);

	if (row->type->flag && text[length] == '=')
		die("--%s takes no value", row->name);
	take(options, command, row, text[length] == '=' ? text + length + 1 : NULL, i);
}

/* -qvv, -p25 or -p 25. */
static void
take_short(struct options *options, enum command command, const char *letters, int *i)
{
	for (; *letters != '\0'; letters++) {
		const struct option_row *row = find_letter(command, *letters);

		if (!row->type->flag) {
			take(options, command, row, letters[1] != '\0' ? letters + 1 : NULL, i);
			return;
		}
		take(options, command, row, NULL, i);
	}
}

/* The words live as long as the process, like the arguments themselves. */
static void
walk(struct options *options, enum command command)
{
	static char **words;
	bool ended = false;

	words = mem_realloc(words, ((size_t)options->argc + 1) * sizeof *words);
	options->words = words;
	for (int i = 1; i < options->argc; i++) {
		char *argument = options->argv[i];

		if (ended || argument[0] != '-' || argument[1] == '\0')
			words[options->word_count++] = argument;
		else if (strcmp(argument, "--") == 0)
			ended = true;
		else if (argument[1] == '-')
			take_long(options, command, argument + 2, &i);
		else
			take_short(options, command, argument + 1, &i);
	}
}

static bool
is_full_name(const char *name)
{
	char folded[FOLD_NAME_MAX + 1];
	const char *reason, *dot = strrchr(name, '.');

	return dot != NULL && fold_name(name, strlen(name), folded, &reason) == FOLD_NAME &&
	       strcmp(dot, ".localdomain") != 0 && strcmp(dot, ".localhost") != 0;
}

/* Our own full name as this host has it written down: nobody else is asked, which
 * a resolver behind getaddrinfo might do for minutes. */
static const char *
full_name(const char *host)
{
	static char found[FOLD_NAME_MAX + 1];
	struct hostent *entry;

	if (is_full_name(host))
		return host;
	found[0] = '\0';
	sethostent(0);
	while (found[0] == '\0' && (entry = gethostent()) != NULL) {
		bool ours = strcmp(entry->h_name, host) == 0;

		for (char **alias = entry->h_aliases; *alias != NULL; alias++)
			ours = ours || strcmp(*alias, host) == 0;
		if (ours && is_full_name(entry->h_name))
			snprintf(found, sizeof found, "%s", entry->h_name);
	}
	endhostent();
	return found[0] != '\0' ? found : NULL;
}

static uint64_t
random_seed(void)
{
	uint64_t seed;

	if (getrandom(&seed, sizeof seed, 0) != (ssize_t)sizeof seed)
		die("no random numbers for the seed");
	return seed >> (64 - SEED_BITS);
}

/* Defaults that this machine decides. */
static void
set_defaults(struct options *options, enum command command)
{
	static char host[256];
	long cores = sysconf(_SC_NPROCESSORS_ONLN);

	for (const struct option_row *row = options_table; row->name != NULL; row++)
		if (row->initial != NULL)
			set(options, row, row->initial);
	if (gethostname(host, sizeof host - 1) != 0)
		snprintf(host, sizeof host, "localhost");
	options->vantage = command != COMMAND_REPORT ? host : NULL;
	options->ehlo_domain = full_name(host);
	options->threads = cores < 1 ? 1 : cores > 1024 ? 1024 : (unsigned)cores;
	options->seed = random_seed();
	if (command == COMMAND_SWEEP) {
		options->input_file = "-";
		options->output_file = "sweep.db";
	}
}

/* What no single option can tell. */
static void
check(const struct options *options, enum command command)
{
	if (options->shard >= options->shards)
		die("--shard: %u is not one of %u shards (0 to %u)", options->shard,
		    options->shards, options->shards - 1);
	if (options->min_version > options->max_version)
		die("--min-version is above --max-version");
	if (command == COMMAND_SWEEP && options->word_count > 0)
		die("%s: targets come from --input-file, see mxsweep sweep --help",
		    options->words[0]);
	if (command == COMMAND_CHECK && options->word_count == 0 && options->input_file == NULL)
		die("check needs a domain, see mxsweep check --help");
	if (command == COMMAND_ASSESS && options->word_count != 1)
		die("assess needs one database, see mxsweep assess --help");
	if (command == COMMAND_REPORT && options->word_count != 1)
		die("report needs one database, see mxsweep report --help");
	if (command == COMMAND_MERGE &&
	    (options->word_count == 0 || options->output_file == NULL))
		die("merge needs -o OUT.db and what to merge, see mxsweep merge --help");
}

void
options_parse(struct options *options, enum command command, int argc, char *argv[])
{
	*options = (struct options){ .argc = argc, .argv = argv };
	set_defaults(options, command);
	walk(options, command);
	log_set_verbosity((int)options->verbosity);
	if (!options->ipv4 && !options->ipv6)
		options->ipv4 = options->ipv6 = true;
	check(options, command);
}

char *
options_json(const struct options *options, enum command command)
{
	json_t *object = json_object();
	char *text;

	for (const struct option_row *row = options_table; row->name != NULL; row++) {
		const char *from = (const char *)options + row->to;

		if (!(row->commands & command) || row->type->json == NULL)
			continue;
		if (json_object_set_new(object, row->name, row->type->json(from)) != 0)
			json_object_set_new(object, row->name, json_null()); /* not UTF-8 */
	}
	text = json_dumps(object, JSON_COMPACT | JSON_REAL_PRECISION(10));
	json_decref(object);
	if (text == NULL)
		die("out of memory");
	return text;
}

/* Does a sweep find other things with another value? */
static bool
decides(const struct option_row *row)
{
	static const char *const others[] = { "vantage", "name-servers", "trust-ad", "ipv4",
					      "ipv6",    "asn-db",       "geo-db" };

	if (row->section == SECTION_SERVER || row->section == SECTION_STANDARDS)
		return row->to != offsetof(struct options, self_test);
	for (size_t i = 0; i < sizeof others / sizeof *others; i++)
		if (strcmp(row->name, others[i]) == 0)
			return true;
	return false;
}

char *
options_changed(const struct options *options, const char *json)
{
	char *now = options_json(options, COMMAND_SWEEP), *names = NULL;
	json_t *before = json != NULL ? json_loads(json, 0, NULL) : NULL;
	json_t *after = json_loads(now, 0, NULL);

	for (const struct option_row *row = options_table; row->name != NULL; row++) {
		const json_t *old = json_object_get(before, row->name);
		char *longer;

		if (!decides(row) || old == NULL ||
		    json_equal(old, json_object_get(after, row->name)))
			continue;
		longer = mem_printf("%s%s--%s", names != NULL ? names : "",
				    names != NULL ? ", " : "", row->name);
		free(names);
		names = longer;
	}
	json_decref(before);
	json_decref(after);
	free(now);
	return names;
}
