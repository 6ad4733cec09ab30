/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The list of targets, streamed: bytes in (plain or gzip), the next clean target
 * out.  Names are folded (case, trailing dot, IDN to A-labels), each target comes
 * once, in a random order given by the seed (a bounded window is shuffled, so
 * the list never has to fit in memory), and only those of our shard.  A file
 * that is a pipe never blocks the caller.
 *
 * What is no target is reported once with its line number, counted and skipped.
 */
#ifndef SCANNER_INPUT_H
#define SCANNER_INPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "scanner/address.h"

enum target_kind {
	TARGET_DOMAIN,
	TARGET_ADDRESS, /* name may stand beside it */
	TARGET_INVALID, /* a name that DNS cannot hold, as it was written */
};

struct target {
	char *name;   /* A-labels, lower case, no trailing dot; NULL for a bare address */
	char *tag;    /* NULL: none */
	int64_t rank; /* 0: none */
	enum target_kind kind;
	struct address address;
};

void target_clear(struct target *target);
/* What makes a target the same as another: the name, or "address,name".  The
 * result is the caller's. */
char *target_key(const struct target *target);

/* Pure: one line of a list.  LINE_BLANK: nothing on it (or a comment);
 * LINE_BAD: no target at all, with the reason. */
enum line { LINE_TARGET, LINE_BLANK, LINE_BAD };
enum line target_parse(const char *line, size_t length, struct target *target,
		       const char **reason);

struct input_config {
	const char *path; /* "-" is stdin */
	uint64_t seed;
	unsigned shards, shard;
	uint64_t max_targets; /* 0: no limit */
};

struct input;
enum next { NEXT_TARGET, NEXT_WAIT, NEXT_END };

/* Dies when the list cannot be opened. */
struct input *input_open(const struct input_config *config);
/* A list given in the command line. */
struct input *input_of_words(char *const words[], size_t count);
void input_close(struct input *input);
/* The seed of the sweep that goes on, before the first input_next. */
void input_seed(struct input *input, uint64_t seed);
/* A target that need not be asked again: its key, before the first input_next. */
void input_skip(struct input *input, const char *key);
/* NEXT_TARGET fills *target, which is then the caller's.  NEXT_WAIT: ask again
 * when input_fd is readable. */
enum next input_next(struct input *input, struct target *target);
int input_fd(const struct input *input);
/* How much of the list was read, 0 to 1; negative when nobody can know. */
double input_fraction(const struct input *input);

struct input_counts {
	uint64_t lines, bad, duplicates, other_shards, skipped, targets;
};
struct input_counts input_counts(const struct input *input);

#endif
