/* SPDX-License-Identifier: Apache-2.0 */
#include "output/check.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "output/sql.h"
#include "output/store.h"
#include "scanner/log.h"
#include "scanner/mem.h"
#include "scanner/sweep.h"

#define EXIT_INTERRUPTED 130

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
			       : "SELECT l.host FROM link l JOIN name n ON n.id = l.name"
				 " WHERE l.sweep = ?1 AND n.name = ?3",
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

/* The words as the input reads them.  Dies on one that is no target, before
 * anything is asked. */
static struct target *
read_targets(const struct options *options)
{
	struct target *targets = mem_alloc(options->word_count * sizeof *targets);
	const char *text, *reason;

	if (options->word_count == 0)
		die("check: name at least one domain (mxsweep check example.org)");
	for (size_t i = 0; i < options->word_count; i++) {
		text = options->words[i];
		reason = "empty";
		if (target_parse(text, strlen(text), &targets[i], &reason) != LINE_TARGET)
			die("check: \"%s\" is no target: %s", text, reason);
	}
	return targets;
}

static bool
named_before(const struct target *targets, size_t index)
{
	char *key = target_key(&targets[index]);
	bool before = false;

	for (size_t i = 0; i < index && !before; i++) {
		char *other = target_key(&targets[i]);

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
print_targets(const struct check_report *report, const struct target *targets, size_t count,
	      bool json)
{
	bool passed = true;

	for (size_t i = 0; i < count; i++) {
		if (named_before(targets, i))
			continue;
		if (!was_swept(report, &targets[i])) {
			passed = false;
			continue;
		}
		if (json)
			check_print_json(report, &targets[i]);
		else
			check_print_text(report, &targets[i]);
		passed = check_passed(report, &targets[i]) && passed;
	}
	return passed;
}

/* Told on standard output; the exit code. */
static int
tell(const struct options *options, void *store, const struct target *targets)
{
	struct check_report report = {
		.db = store_database(store),
		.sweep = store_sweep(store),
		.out = stdout,
		.colours = isatty(STDOUT_FILENO) && getenv("NO_COLOR") == NULL,
	};
	bool passed = print_targets(&report, targets, options->word_count, options->json);

	if (fflush(stdout) != 0 || ferror(stdout))
		die("cannot write to standard output");
	return passed ? 0 : 1;
}

int
check_command(const struct options *options)
{
	struct target *targets = read_targets(options);
	struct input *input = input_of_words(options->words, options->word_count);
	struct sweep *sweep = sweep_open(options);
	void *store = output_sqlite.open(":memory:");
	bool interrupted;
	int code;

	interrupted = sweep_run(sweep, input, &output_sqlite, store) == SWEEP_INTERRUPTED &&
		      sweep_signalled(sweep);
	sweep_close(sweep);
	input_close(input);
	code = tell(options, store, targets);
	output_sqlite.close(store);
	for (size_t i = 0; i < options->word_count; i++)
		target_clear(&targets[i]);
	free(targets);
	return interrupted ? EXIT_INTERRUPTED : code;
}
