/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <poll.h>
#include <stdlib.h>

#include "scanner/log.h"
#include "scanner/sweep.h"

struct input *
sweep_list(const struct options *options)
{
	struct input_config config = {
		.path = options->input_file,
		.seed = options->seed,
		.shards = options->shards,
		.shard = options->shard,
		.max_targets = options->max_targets,
	};

	return input_open(&config);
}

static void
print_target(const struct target *target)
{
	char *key = target_key(target);

	printf("%s%s\n", key, target->kind == TARGET_INVALID ? " (no name DNS can hold)" : "");
	free(key);
}

/* The targets of this shard in their order to stdout, the plan to stderr. */
static int
dry_run(const struct options *options)
{
	struct input *input = sweep_list(options);
	struct input_counts counts;
	struct target target;
	enum next next;

	while ((next = input_next(input, &target)) != NEXT_END) {
		if (next == NEXT_WAIT) {
			poll(&(struct pollfd){ .fd = input_fd(input), .events = POLLIN }, 1,
			     -1);
			continue;
		}
		print_target(&target);
		target_clear(&target);
	}
	flush_stdout();
	counts = input_counts(input);
	fprintf(stderr,
		"dry run: %" PRIu64 " targets of %" PRIu64 " lines (%" PRIu64 " bad, %" PRIu64
		" duplicates, %" PRIu64 " in other shards), seed %" PRIu64 "\n"
		"would write to %s with %u senders, %u threads, port %u; nothing was asked\n",
		counts.targets, counts.lines, counts.bad, counts.duplicates,
		counts.other_shards, options->seed, options->output_file, options->senders,
		options->threads, options->port);
	input_close(input);
	return 0;
}

int
sweep_command(const struct options *options)
{
	const struct output *output = output_find(options->output_module);
	enum sweep_state state;
	struct input *input;
	struct sweep *sweep;
	void *self;
	int code;

	if (output == NULL)
		die("--output-module: there is no %s", options->output_module);
	if (options->dryrun)
		return dry_run(options);
	input = sweep_list(options);
	if (options->self_test != NULL && !sweep_self_test(options)) {
		input_close(input);
		return EXIT_INTERRUPTED;
	}
	sweep = sweep_open(options);
	self = output->open(options->output_file);
	state = sweep_run(sweep, input, output, self);
	code = sweep_exit_code(sweep, state);
	sweep_close(sweep);
	input_close(input);
	output->summary(self, stderr);
	output->close(self);
	return code;
}
