/* SPDX-License-Identifier: Apache-2.0 */
#include "output/check/check.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "output/sql.h"
#include "output/store.h"
#include "scanner/log.h"
#include "scanner/mem.h"
#include "scanner/sweep.h"

/* The leaf's certificate, c, stands beside each server.  The host ids tell the servers of a
 * domain from those of an address target with the same name beside it. */
sqlite3_stmt *
check_servers(const struct check_report *report, const struct target *target,
	      const char *before, const char *after)
{
	bool address = target->kind == TARGET_ADDRESS;
	char *key = target_key(target);
	char *sql =
	    mem_printf("%s FROM servers s LEFT JOIN certificates c ON c.sha256 = s.leaf_sha256"
		       " WHERE s.sweep = ?1 AND s.domain IS ?2 AND s.host IN (%s) %s",
		       before,
		       address ? "SELECT host FROM address_target WHERE sweep = ?1 AND key = ?3"
			       : "SELECT e.host FROM domain d JOIN name n ON n.id = d.name"
				 " JOIN mx_host e ON e.mx_set = d.mx_set"
				 " WHERE d.sweep = ?1 AND n.name = ?3",
		       after);
	sqlite3_stmt *s = sql_prepare(report->db, sql);

	sqlite3_bind_int64(s, 1, report->sweep);
	sqlite3_bind_text(s, 2, target->name, -1, SQLITE_TRANSIENT);
	sqlite3_bind_text(s, 3, key, -1, SQLITE_TRANSIENT);
	free(sql);
	free(key);
	return s;
}

static bool
address_passed(const struct check_report *report, const struct target *target)
{
	sqlite3_stmt *s = check_servers(
	    report, target, "SELECT count(*) > 0 AND total(s.certificate IS 'ok') = count(*)",
	    "");
	bool passed = sql_find(s) == 1;

	sqlite3_finalize(s);
	return passed;
}

bool
check_passed(const struct check_report *report, const struct target *target)
{
	sqlite3_stmt *s;
	bool passed;

	if (target->kind == TARGET_ADDRESS)
		return address_passed(report, target);
	s = sql_prepare(report->db,
			"SELECT headline = 'authenticated' OR headline LIKE 'secure-%'"
			" FROM domains WHERE sweep = ?1 AND domain = ?2");
	sqlite3_bind_int64(s, 1, report->sweep);
	sql_bind_text(s, 2, target->name);
	passed = sql_find(s) == 1;
	sqlite3_finalize(s);
	return passed;
}

/* What is to be checked: the words of the command line, then a list (-f). */
struct targets {
	struct target *list;
	size_t count;
};

static void
add_target(struct targets *targets, const struct target *target)
{
	targets->list =
	    mem_realloc(targets->list, (targets->count + 1) * sizeof *targets->list);
	targets->list[targets->count++] = *target;
}

/* Dies on a word that is no target, before anything is asked. */
static void
add_words(struct targets *targets, const struct options *options)
{
	const char *reason = "empty";
	struct target target;

	for (size_t i = 0; i < options->word_count; i++) {
		const char *text = options->words[i];

		if (target_parse(text, strlen(text), &target, &reason) != LINE_TARGET)
			die("check: \"%s\" is no target: %s", text, reason);
		add_target(targets, &target);
	}
}

static void
add_list(struct targets *targets, const struct options *options)
{
	struct input *input = sweep_list(options);
	struct target target;
	enum next next;

	while ((next = input_next(input, &target)) != NEXT_END) {
		if (next == NEXT_TARGET)
			add_target(targets, &target);
		else
			poll(&(struct pollfd){ .fd = input_fd(input), .events = POLLIN }, 1,
			     -1);
	}
	input_close(input);
}

static struct targets
read_targets(const struct options *options)
{
	struct targets targets = { 0 };

	add_words(&targets, options);
	if (options->input_file != NULL)
		add_list(&targets, options);
	else if (options->max_targets != 0 || options->shards != 1)
		die("check: --max-targets and --shards are for a list (-f)");
	if (targets.count == 0)
		die("check: name at least one domain (mxsweep check example.org)");
	return targets;
}

static void
targets_clear(struct targets *targets)
{
	for (size_t i = 0; i < targets->count; i++)
		target_clear(&targets->list[i]);
	free(targets->list);
}

/* They are few: the sweep takes them from memory. */
static struct input *
input_of_targets(const struct targets *targets)
{
	char **words = mem_alloc(targets->count * sizeof *words);
	struct input *input;

	for (size_t i = 0; i < targets->count; i++)
		words[i] = target_key(&targets->list[i]);
	input = input_of_words(words, targets->count);
	for (size_t i = 0; i < targets->count; i++)
		free(words[i]);
	free(words);
	return input;
}

static bool
named_before(const struct targets *targets, size_t index)
{
	char *key = target_key(&targets->list[index]);
	bool before = false;

	for (size_t i = 0; i < index && !before; i++) {
		char *other = target_key(&targets->list[i]);

		before = strcmp(key, other) == 0;
		free(other);
	}
	free(key);
	return before;
}

/* Was the target's row written before the sweep ended? */
static bool
was_swept(const struct check_report *report, const struct target *target)
{
	char *key = target_key(target);
	sqlite3_stmt *s =
	    sql_prepare(report->db, "SELECT 1 FROM address_target WHERE sweep = ?1 AND key = ?2"
				    " UNION ALL SELECT 1 FROM domains"
				    " WHERE sweep = ?1 AND domain = ?2");
	bool swept;

	sqlite3_bind_int64(s, 1, report->sweep);
	sql_bind_text(s, 2, key);
	swept = sql_find(s) == 1;
	sqlite3_finalize(s);
	free(key);
	return swept;
}

/* true: all targets passed. */
static bool
print_targets(const struct check_report *report, const struct targets *targets, bool json)
{
	bool passed = true;

	for (size_t i = 0; i < targets->count; i++) {
		const struct target *target = &targets->list[i];

		if (named_before(targets, i))
			continue;
		if (!was_swept(report, target)) {
			passed = false;
			continue;
		}
		if (json)
			check_print_json(report, target);
		else
			check_print_text(report, target);
		passed = check_passed(report, target) && passed;
	}
	return passed;
}

/* Told on standard output; the exit code. */
static int
tell(const struct options *options, void *store, const struct targets *targets)
{
	struct check_report report = {
		.db = store_database(store),
		.sweep = store_sweep(store),
		.out = stdout,
		.colours = isatty(STDOUT_FILENO) && getenv("NO_COLOR") == NULL,
	};
	bool passed = print_targets(&report, targets, options->json);

	flush_stdout();
	return passed ? 0 : 1;
}

/* In memory, unless a file (-o) is to keep it. */
static void *
open_store(const struct options *options)
{
	if (output_find(options->output_module) != &output_sqlite)
		die("--output-module: check keeps its facts in a database; --json prints them");
	return output_sqlite.open(options->output_file != NULL ? options->output_file
							       : ":memory:");
}

/* What would be asked about; nothing is. */
static int
dry_run(struct targets *targets)
{
	for (size_t i = 0; i < targets->count; i++) {
		char *key = target_key(&targets->list[i]);

		puts(key);
		free(key);
	}
	flush_stdout();
	return 0;
}

static int
check(const struct options *options, struct targets *targets)
{
	struct input *input;
	struct sweep *sweep;
	enum sweep_state state;
	void *store;
	int ended, code;

	if (options->self_test != NULL && !sweep_self_test(options))
		return EXIT_INTERRUPTED;
	input = input_of_targets(targets);
	sweep = sweep_open(options);
	store = open_store(options);
	state = sweep_run(sweep, input, &output_sqlite, store);
	ended = sweep_exit_code(sweep, state);
	sweep_close(sweep);
	input_close(input);
	code = tell(options, store, targets);
	output_sqlite.close(store);
	return ended != 0 ? ended : code;
}

int
check_command(const struct options *options)
{
	struct options fresh = *options;
	struct targets targets = read_targets(options);
	int code;

	fresh.fresh = true; /* a check that was interrupted is not continued */
	code = options->dryrun ? dry_run(&targets) : check(&fresh, &targets);
	targets_clear(&targets);
	return code;
}
