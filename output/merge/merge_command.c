/* SPDX-License-Identifier: Apache-2.0 */
/* `mxsweep merge`: several databases become one. */
#include <signal.h>
#include <stdio.h>

#include "output/merge/merge.h"
#include "scanner/log.h"

static volatile sig_atomic_t stopped;

static void
stop(int number)
{
	(void)number;
	stopped = 1;
}

static const char *
plural(size_t count)
{
	return count == 1 ? "" : "s";
}

static void
tell(const char *out, const struct merge_counts *counts)
{
	fprintf(stderr, "%s: %zu sweep%s, %zu aggregate%s\n", out, counts->sweeps,
		plural(counts->sweeps), counts->aggregates, plural(counts->aggregates));
	if (counts->united > 0)
		fprintf(stderr, "%zu of the sweeps made of shards, %zu of them not complete\n",
			counts->united, counts->incomplete);
	if (counts->repeated > 0)
		fprintf(stderr, "%zu sweep%s found more than once and taken once\n",
			counts->repeated, plural(counts->repeated));
}

int
merge_command(const struct options *options)
{
	struct sigaction action = { .sa_handler = stop };
	struct merge_counts counts;
	char error[512];

	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	log_set_verbosity((int)options->verbosity);
	if (!merge_files(options->output_file, options->words, options->word_count, &stopped,
			 &counts, error)) {
		if (error[0] == '\0')
			return 130;
		die("%s", error);
	}
	tell(options->output_file, &counts);
	return 0;
}
