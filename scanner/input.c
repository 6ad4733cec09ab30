/* SPDX-License-Identifier: Apache-2.0 */
#include "scanner/input.h"

#include <stdlib.h>
#include <string.h>

#include "scanner/hash.h"
#include "scanner/lines.h"
#include "scanner/log.h"
#include "scanner/mem.h"
#include "scanner/seen.h"
#include "scanner/text.h"

#define WINDOW      65536  /* targets among which the next is drawn */
#define LINES_FIRST 262144 /* the most lines read for the first target, */
#define LINES_NEXT  256    /* and for each later one while some are left */
#define BAD_SHOWN   20
#define BAD_EXCERPT 60

struct input {
	struct input_config config;
	struct lines *lines;   /* NULL: words of the command line */
	struct hasher *sharer; /* NULL: one shard */
	struct seen *seen;     /* every key that was in the list so far */
	struct seen *done;     /* what input_skip named, NULL: nothing */
	struct target *pool;
	size_t pool_size, pool_first, pool_count;
	uint64_t random, taken;
	bool started, ended, reported;
	struct input_counts counts;
};

static struct input *
new_input(const struct input_config *config, size_t pool_size)
{
	struct input *input = mem_alloc(sizeof *input);
	/* Not the seed: shards then stay disjoint when machines differ in it. */
	static const uint8_t shard_key[HASH_KEY] = "mxsweep-shard-1";

	input->config = *config;
	input->seen = seen_new();
	input->pool_size = pool_size;
	input->pool = mem_alloc(pool_size * sizeof *input->pool);
	input->random = config->seed;
	if (config->shards > 1)
		input->sharer = hasher_new(shard_key);
	return input;
}

struct input *
input_open(const struct input_config *config)
{
	struct input *input = new_input(config, WINDOW);

	input->lines = lines_open(config->path);
	return input;
}

void
input_close(struct input *input)
{
	if (input == NULL)
		return;
	for (size_t i = 0; i < input->pool_count; i++)
		target_clear(&input->pool[input->pool_first + i]);
	lines_close(input->lines);
	hasher_free(input->sharer);
	seen_free(input->seen);
	seen_free(input->done);
	free(input->pool);
	free(input);
}

/* A target into the pool, unless it is another shard's or came before. */
static void
admit(struct input *input, struct target *target)
{
	char *key = target_key(target);
	unsigned shards = input->config.shards;

	if (input->sharer != NULL &&
	    hash_of(input->sharer, key, strlen(key)).low % shards != input->config.shard) {
		input->counts.other_shards++;
		target_clear(target);
	} else if (!seen_add(input->seen, key)) {
		input->counts.duplicates++;
		target_clear(target);
	} else {
		input->pool[input->pool_first + input->pool_count++] = *target;
	}
	free(key);
}

struct input *
input_of_words(char *const words[], size_t count)
{
	struct input *input = new_input(&(struct input_config){ .shards = 1 }, count);

	for (size_t i = 0; i < count; i++) {
		struct target target;
		const char *reason;

		input->counts.lines++;
		if (target_parse(words[i], strlen(words[i]), &target, &reason) != LINE_TARGET) {
			char *shown = text_of_bytes(words[i], strlen(words[i]), 0);

			die("\"%s\" is no target: %s", shown,
			    reason != NULL ? reason : "it is empty or a comment");
		}
		admit(input, &target);
	}
	input->ended = true;
	return input;
}

void
input_skip(struct input *input, const char *key)
{
	if (input->done == NULL)
		input->done = seen_new();
	seen_add(input->done, key);
}

static void
report_bad(struct input *input, const char *line, size_t length, const char *reason)
{
	char *shown;

	if (++input->counts.bad > BAD_SHOWN)
		return;
	while (length > 0 && (line[length - 1] == '\r' || line[length - 1] == ' '))
		length--;
	shown = text_of_bytes(line, length < BAD_EXCERPT ? length : BAD_EXCERPT, 0);
	log_warn("%s:%llu: no target: %s: %s%s", lines_name(input->lines),
		 (unsigned long long)lines_number(input->lines), reason, shown,
		 length > BAD_EXCERPT ? "..." : "");
	free(shown);
}

static enum lines_next
read_line(struct input *input)
{
	struct target target;
	const char *line, *reason;
	size_t length;
	enum lines_next got = lines_next(input->lines, &line, &length);

	if (got != LINES_LINE)
		return got;
	input->counts.lines++;
	switch (target_parse(line, length, &target, &reason)) {
	case LINE_TARGET:
		admit(input, &target);
		break;
	case LINE_BLANK:
		break;
	case LINE_BAD:
		report_bad(input, line, length, reason);
		break;
	}
	return got;
}

/* Fills the pool.  How much is read at most depends on nothing but the list, so
 * that the same list and seed give the same order; and the first target of a
 * shard need not wait for the whole window. */
static void
fill_pool(struct input *input)
{
	unsigned budget = input->started ? LINES_NEXT : LINES_FIRST;

	input->started = true;
	while (!input->ended && input->pool_count < input->pool_size &&
	       (budget > 0 || input->pool_count == 0)) {
		enum lines_next got = read_line(input);

		if (got == LINES_WAIT)
			return;
		input->ended = got == LINES_END;
		budget -= budget > 0;
	}
}

/* splitmix64: each step is a new number, whatever the seed. */
static uint64_t
next_random(uint64_t *state)
{
	uint64_t z = *state += 0x9e3779b97f4a7c15;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
	z = (z ^ z >> 27) * 0x94d049bb133111eb;
	return z ^ z >> 31;
}

/* When the list has been read the pool only empties; the room it had is given back
 * by halves. */
static void
shrink_pool(struct input *input)
{
	if (!input->ended || input->pool_count > input->pool_size / 2)
		return;
	input->pool_size /= 2;
	input->pool = mem_realloc(input->pool, input->pool_size * sizeof *input->pool);
}

/* Words come in their order, a list's targets in a random one. */
static struct target
draw(struct input *input)
{
	struct target target;
	size_t at;

	if (input->lines == NULL) {
		input->pool_count--;
		return input->pool[input->pool_first++];
	}
	at = (size_t)((next_random(&input->random) >> 32) * input->pool_count >> 32);
	target = input->pool[at];
	input->pool[at] = input->pool[--input->pool_count];
	shrink_pool(input);
	return target;
}

/* Skipped here and not when it was read, so that a sweep that goes on has the
 * order and, under --max-targets, the choice of the one it continues. */
static bool
is_done(struct input *input, const struct target *target)
{
	char *key;
	bool done;

	if (input->done == NULL)
		return false;
	key = target_key(target);
	done = seen_has(input->done, key);
	free(key);
	return done;
}

static void
report_end(struct input *input)
{
	if (!input->reported && input->counts.bad > BAD_SHOWN)
		log_warn("%s: %llu lines in all were no targets", lines_name(input->lines),
			 (unsigned long long)input->counts.bad);
	input->reported = true;
}

void
input_seed(struct input *input, uint64_t seed)
{
	input->random = seed;
}

enum next
input_next(struct input *input, struct target *target)
{
	uint64_t max = input->config.max_targets;

	while (max == 0 || input->taken < max) {
		fill_pool(input);
		if (input->pool_count == 0 && !input->ended)
			return NEXT_WAIT;
		if (input->pool_count == 0)
			break;
		*target = draw(input);
		input->taken++;
		if (!is_done(input, target)) {
			input->counts.targets++;
			return NEXT_TARGET;
		}
		input->counts.skipped++;
		target_clear(target);
	}
	report_end(input);
	return NEXT_END;
}

int
input_fd(const struct input *input)
{
	return input->lines != NULL ? lines_fd(input->lines) : -1;
}

double
input_fraction(const struct input *input)
{
	if (input->lines != NULL)
		return lines_fraction(input->lines);
	return input->pool_size > 0 ? (double)input->pool_first / (double)input->pool_size : 1;
}

struct input_counts
input_counts(const struct input *input)
{
	return input->counts;
}
