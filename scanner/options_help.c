/* SPDX-License-Identifier: Apache-2.0 */
/* The options table for its readers: --help, and the manual page. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "scanner/mem.h"
#include "scanner/options_table.h"

#define HELP_COLUMN 38
#define HELP_WIDTH  98

struct command_text {
	enum command command;
	const char *name, *usage, *help;
};

static const struct command_text commands[] = {
	{ COMMAND_SWEEP, "sweep", "mxsweep sweep [options]",
	  "Asks the mail servers of every domain of a list for STARTTLS and keeps what they\n"
	  "show in a database.  The same command again continues a sweep that did not "
	  "finish." },
	{ COMMAND_CHECK, "check", "mxsweep check [options] DOMAIN...",
	  "The same for a few domains, printed." },
	{ COMMAND_ASSESS, "assess", "mxsweep assess [options] SWEEP.db",
	  "Computes the verdicts of a stored sweep again, without asking the network." },
	{ COMMAND_POLICY, "policy",
	  "mxsweep policy lint [--previous OLD.json] [--at TIME] LIST.json\n"
	  "       mxsweep policy check --db SWEEP.db [--sweep N] [--queue-weeks N] DOMAIN...\n"
	  "       mxsweep policy build --db SWEEP.db [--from OLD.json] [--requests FILE]\n"
	  "                            [--queue-weeks N] [--at TIME] -o NEW.json\n"
	  "       mxsweep policy audit --db SWEEP.db [--sweep N] [--at TIME] LIST.json\n"
	  "       mxsweep policy diff OLD.json NEW.json\n"
	  "       mxsweep policy export --mta NAME [--db SWEEP.db] [--early-adopter]\n"
	  "                             [--at TIME] [-o FILE] LIST.json",
	  "Works on STARTTLS policy lists: domains whose mail is delivered only over\n"
	  "authenticated TLS.  lint tells what is wrong with a list, check whether a domain\n"
	  "may be listed, build makes the next list from what sweeps saw, audit tells which\n"
	  "entries no longer hold, diff what changed between two lists, and export writes a\n"
	  "list as the configuration of a mail server.\n"
	  "A list is a file, or - for stdin." },
	{ COMMAND_REPORT, "report", "mxsweep report [options] SWEEP.db",
	  "Writes the report of a database's last sweep, and of what changed since the one\n"
	  "before, as a folder: a page, its plots and tables, and everything as JSON." },
	{ COMMAND_MERGE, "merge", "mxsweep merge -o OUT.db A.db B.db...",
	  "Unites the sweeps of several databases in a new one: shards of a sweep become\n"
	  "one, those of several vantage points stand beside each other.  Aggregates that\n"
	  "others gave out (report --anonymous) are taken in as well." },
};

static const char *
default_text(const struct option_row *row)
{
	return row->shown != NULL ? row->shown : row->initial;
}

/* The help with its default, to be wrapped; the caller's. */
static char *
help_text(const struct option_row *row)
{
	const char *shown = default_text(row);

	return shown != NULL ? mem_printf("%s [%s]", row->help, shown) : mem_strdup(row->help);
}

static void
print_wrapped(FILE *out, const char *text, int column)
{
	while (*text != '\0') {
		size_t length = strcspn(text, " ");

		if (column > HELP_COLUMN && column + 1 + (int)length > HELP_WIDTH) {
			fprintf(out, "\n%*s", HELP_COLUMN, "");
			column = HELP_COLUMN;
		} else if (column > HELP_COLUMN) {
			fputc(' ', out);
			column++;
		}
		fwrite(text, 1, length, out);
		column += (int)length;
		text += length + (text[length] == ' ');
	}
	fputc('\n', out);
}

static void
print_row(FILE *out, const struct option_row *row)
{
	char letter[] = { '-', row->letter, ',', ' ', '\0' };
	char *text = help_text(row);
	int column = fprintf(out, "  %s--%s%s%s", row->letter != 0 ? letter : "    ", row->name,
			     row->argument != NULL ? " " : "",
			     row->argument != NULL ? row->argument : "");

	if (column > HELP_COLUMN - 2)
		column = fprintf(out, "\n") - 1;
	fprintf(out, "%*s", HELP_COLUMN - column, "");
	print_wrapped(out, text, HELP_COLUMN);
	free(text);
}

void
options_help(FILE *out, enum command command)
{
	for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++)
		if (commands[i].command == command)
			fprintf(out, "Usage: %s\n\n%s\n", commands[i].usage, commands[i].help);
	for (int section = 0; section < SECTION_COUNT; section++) {
		bool titled = false;

		for (const struct option_row *row = options_table; row->name != NULL; row++) {
			if ((int)row->section != section || !(row->commands & command))
				continue;
			if (!titled)
				fprintf(out, "\n%s\n", options_sections[section]);
			titled = true;
			print_row(out, row);
		}
	}
	fprintf(out, "\nTimes are in seconds; a default stands in brackets.  "
		     "The manual page tells more: man mxsweep.\n");
}

/* mdoc: what roff or mdoc would take for its own, escaped; each sentence part on
 * one line of its own. */
static void
print_escaped(FILE *out, const char *text)
{
	for (; *text != '\0'; text++) {
		if (*text == '\\')
			fputs("\\e", out);
		else if (*text == '-')
			fputs("\\-", out);
		else if (*text == '\'')
			fputs("\\(aq", out);
		else
			fputc(*text, out);
	}
}

static void
print_commands(FILE *out, unsigned only)
{
	const char *separator = "Only";

	if ((only & (COMMAND_SWEEP | COMMAND_CHECK)) == (COMMAND_SWEEP | COMMAND_CHECK))
		return;
	for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++) {
		if (!(commands[i].command & only))
			continue;
		fprintf(out, "%s\n.Cm %s", separator, commands[i].name);
		separator = " ,";
	}
	fputs(" .\n", out);
}

static void
manual_row(FILE *out, const struct option_row *row)
{
	const char *shown = default_text(row);

	fputs(".It ", out);
	if (row->letter != 0)
		fprintf(out, "Fl %c , ", row->letter);
	fprintf(out, "Fl \\-%s", row->name);
	if (row->argument != NULL)
		fprintf(out, " Ar %s", row->argument);
	fprintf(out, "\n%c", toupper((unsigned char)row->help[0]));
	print_escaped(out, row->help + 1);
	fputs(".\n", out);
	if (shown != NULL) {
		fputs("Default: ", out);
		print_escaped(out, shown);
		fputs(".\n", out);
	}
	print_commands(out, row->commands);
}

void
options_manual(FILE *out)
{
	fputs(".Sh OPTIONS\n"
	      "Long options take their value as\n.Fl \\-name Ns = Ns Ar value\nor\n"
	      ".Fl \\-name Ar value ;\nthey cannot be abbreviated.\n"
	      "Unless stated otherwise an option belongs to\n.Cm sweep\nand\n.Cm check .\n"
	      "Times are in seconds.\n",
	      out);
	for (int section = 0; section < SECTION_COUNT; section++) {
		fprintf(out, ".Ss %s\n.Bl -tag -width Ds\n", options_sections[section]);
		for (const struct option_row *row = options_table; row->name != NULL; row++)
			if ((int)row->section == section)
				manual_row(out, row);
		fputs(".El\n", out);
	}
}
