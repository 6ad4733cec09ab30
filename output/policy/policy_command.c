/* SPDX-License-Identifier: Apache-2.0 */
#include "output/policy/policy_command.h"

#include <string.h>

#include "scanner/log.h"

/* The options that only some of the words take, as bits. */
enum {
	TAKES_PREVIOUS = 1,
	TAKES_AT = 2,
	TAKES_MTA = 4,
	TAKES_OUTPUT = 8,
	TAKES_DB = 16,
	TAKES_SWEEP = 32,
	TAKES_BUILD = 64, /* what only building needs */
};

#define NONE ((size_t)-1)

static const struct {
	const char *name, *arguments;
	size_t count; /* of arguments; 0: one or more; NONE */
	unsigned takes;
	int (*run)(const struct options *options);
} words[] = {
	{ "lint", "LIST.json", 1, TAKES_PREVIOUS | TAKES_AT, policy_lint_command },
	{ "diff", "OLD.json NEW.json", 2, 0, policy_diff_command },
	{ "check", "DOMAIN...", 0, TAKES_DB | TAKES_SWEEP, policy_check_command },
	{ "build", "no words, but --db and -o", NONE,
	  TAKES_DB | TAKES_AT | TAKES_OUTPUT | TAKES_BUILD, policy_build_command },
	{ "audit", "LIST.json", 1, TAKES_AT | TAKES_DB | TAKES_SWEEP, policy_audit_command },
	{ "export", "LIST.json", 1, TAKES_AT | TAKES_MTA | TAKES_OUTPUT | TAKES_DB,
	  policy_export_command },
};

#define WORDS (sizeof words / sizeof words[0])

/* The words of the table, "lint, diff". */
static const char *
known(void)
{
	static char names[128];

	names[0] = '\0';
	for (size_t i = 0; i < WORDS; i++) {
		strcat(names, i > 0 ? ", " : "");
		strcat(names, words[i].name);
	}
	return names;
}

static void
check_options(const struct options *options, const char *name, unsigned takes)
{
	const struct {
		unsigned bit;
		bool given;
		const char *option;
	} given[] = {
		{ TAKES_PREVIOUS, options->previous != NULL, "--previous" },
		{ TAKES_AT, options->at != 0, "--at" },
		{ TAKES_MTA, options->mta != NULL, "--mta" },
		{ TAKES_MTA, options->early_adopter, "--early-adopter" },
		{ TAKES_OUTPUT, options->output_file != NULL, "--output-file" },
		{ TAKES_DB, options->db != NULL, "--db" },
		{ TAKES_SWEEP, options->sweep != 0, "--sweep" },
		{ TAKES_BUILD, options->from != NULL, "--from" },
		{ TAKES_BUILD, options->requests != NULL, "--requests" },
	};

	for (size_t i = 0; i < sizeof given / sizeof given[0]; i++)
		if (given[i].given && (takes & given[i].bit) == 0)
			die("policy %s takes no %s", name, given[i].option);
}

static bool
fits(size_t given, size_t wanted)
{
	return wanted == 0 ? given > 0 : given == (wanted == NONE ? 0 : wanted);
}

int
policy_command(const struct options *options)
{
	const char *name = options->word_count > 0 ? options->words[0] : NULL;

	if (name == NULL)
		die("policy needs one of %s; see mxsweep policy --help", known());
	for (size_t i = 0; i < WORDS; i++) {
		if (strcmp(name, words[i].name) != 0)
			continue;
		if (!fits(options->word_count - 1, words[i].count))
			die("policy %s needs %s", name, words[i].arguments);
		check_options(options, name, words[i].takes);
		return words[i].run(options);
	}
	die("there is no policy %s, but %s; see mxsweep policy --help", name, known());
}
