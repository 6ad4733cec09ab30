/* SPDX-License-Identifier: Apache-2.0 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config.h"
#include "output/assess/assess.h"
#include "output/check/check.h"
#include "output/merge/merge.h"
#include "output/policy/policy_command.h"
#include "output/report/report_command.h"
#include "scanner/log.h"
#include "scanner/options.h"
#include "scanner/probe.h"
#include "scanner/sweep.h"

static const struct {
	const char *name, *arguments, *help;
	enum command command;
	int (*run)(const struct options *options);
} commands[] = {
	{ "sweep", "[options]", "targets in, database out", COMMAND_SWEEP, sweep_command },
	{ "check", "[options] DOMAIN...", "the same for a few domains, printed for a person",
	  COMMAND_CHECK, check_command },
	{ "assess", "[options] SWEEP.db", "verdicts again, from stored facts", COMMAND_ASSESS,
	  assess_command },
	{ "policy", "COMMAND ...",
	  "STARTTLS policy lists: lint, diff, check, build, audit, export", COMMAND_POLICY,
	  policy_command },
	{ "report", "[options] SWEEP.db", "the weekly report", COMMAND_REPORT, report_command },
	{ "merge", "-o OUT.db A.db B.db...", "unite shards or vantage points", COMMAND_MERGE,
	  merge_command },
};

#define COMMANDS (sizeof commands / sizeof commands[0])

static int
help(FILE *out)
{
	fputs("mxsweep: which mail servers offer STARTTLS, who strips it, and are their\n"
	      "certificates right?\n\n",
	      out);
	for (size_t i = 0; i < COMMANDS; i++)
		fprintf(out, "  mxsweep %-7s %-22s %s\n", commands[i].name,
			commands[i].arguments, commands[i].help);
	fputs("\nmxsweep COMMAND --help shows a command's options; mxsweep(1) is the manual.\n",
	      out);
	return out == stdout ? 0 : 2;
}

static int
run(int argc, char *argv[])
{
	struct options options;

	for (size_t i = 0; i < COMMANDS; i++)
		if (strcmp(argv[1], commands[i].name) == 0) {
			options_parse(&options, commands[i].command, argc - 1, argv + 1);
			return commands[i].run(&options);
		}
	die("there is no command %s; see mxsweep --help", argv[1]);
}

/* A file that we open must not become one of the three: what is said there would go into
 * it.  One that was closed gives an error instead, as it should. */
static void
hold_standard_descriptors(void)
{
	static const int modes[] = { O_WRONLY, O_RDONLY, O_RDONLY };

	for (int fd = 0; fd < 3; fd++)
		if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", modes[fd]) != fd)
			exit(2);
}

int
main(int argc, char *argv[])
{
	hold_standard_descriptors();
	probes_prepare();
	if (argc < 2)
		return help(stderr);
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0)
		help(stdout);
	else if (strcmp(argv[1], "--version") == 0)
		puts(PACKAGE_STRING);
	else if (strcmp(argv[1], "--options-manual") == 0) /* for the manual page */
		options_manual(stdout);
	else
		return run(argc, argv);
	flush_stdout();
	return 0;
}
