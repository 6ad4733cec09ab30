/* SPDX-License-Identifier: Apache-2.0 */
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "scanner/hash.h"
#include "scanner/seen.h"
#include "tests/unit/test.h"

#define MANY 300000 /* well past what stays in memory */

static const char *
key(int i, char text[32])
{
	snprintf(text, 32, "host-%d.example", i);
	return text;
}

/* The first test vector of the SipHash paper's 128-bit reference code. */
static void
hashes_as_published(void)
{
	uint8_t bytes[HASH_KEY];
	struct hasher *hasher;
	struct hash hash;

	for (int i = 0; i < HASH_KEY; i++)
		bytes[i] = (uint8_t)i;
	hasher = hasher_new(bytes);
	for (int again = 0; again < 2; again++) {
		hash = hash_of(hasher, "", 0);
		CHECK(hash.high == 0xe6a825ba047f81a3);
		CHECK(hash.low == 0x930255c71472f66d);
	}
	hash = hash_of(hasher, bytes, 1);
	CHECK(hash.high == 0x44af996bd8c187da);
	hasher_free(hasher);
}

static void
tells_new_from_old(void)
{
	struct seen *seen = seen_new();

	CHECK(!seen_has(seen, ""));
	CHECK(seen_add(seen, ""));
	CHECK(!seen_add(seen, ""));
	CHECK(seen_add(seen, "example.org"));
	CHECK(seen_has(seen, "example.org") && !seen_has(seen, "example.or"));
	CHECK(seen_count(seen) == 2);
	seen_free(seen);
	seen_free(NULL);
}

static void
is_exact_when_it_grows(void)
{
	struct seen *seen = seen_new();
	int added = 0, again = 0, there = 0, strange = 0;
	char text[32];

	for (int i = 0; i < MANY; i++) {
		added += seen_add(seen, key(i, text));
		again += seen_add(seen, key(i / 2, text));
	}
	for (int i = 0; i < MANY; i++) {
		there += seen_has(seen, key(i, text));
		strange += seen_has(seen, key(MANY + i, text));
	}
	CHECK(added == MANY);
	CHECK(again == 0);
	CHECK(there == MANY);
	CHECK(strange == 0);
	CHECK(seen_count(seen) == MANY);
	seen_free(seen);
}

/* Runs in a child what must end with exit status 2 and one line on stderr. */
static int
dies(void (*run)(void), char *line, size_t size)
{
	int ends[2], status;
	ssize_t n;
	pid_t child;

	if (pipe(ends) < 0)
		return 0;
	fflush(stdout);
	child = fork();
	if (child == 0) {
		dup2(ends[1], STDERR_FILENO);
		run();
		_exit(0);
	}
	close(ends[1]);
	n = read(ends[0], line, size - 1);
	line[n > 0 ? n : 0] = '\0';
	close(ends[0]);
	waitpid(child, &status, 0);
	return WIFEXITED(status) && WEXITSTATUS(status) == 2;
}

static void
fill(void)
{
	struct seen *seen = seen_new();
	char text[32];

	for (int i = 0; i < MANY; i++)
		seen_add(seen, key(i, text));
}

static void
without_folder(void)
{
	setenv("TMPDIR", "/nonexistent", 1);
	fill();
}

static void
with_full_disk(void)
{
	struct rlimit limit = { 1 << 20, 1 << 20 };

	signal(SIGXFSZ, SIG_IGN);
	setrlimit(RLIMIT_FSIZE, &limit);
	fill();
}

static void
says_when_there_is_no_room(void)
{
	char line[512];

	CHECK(dies(without_folder, line, sizeof line));
	CHECK(strstr(line, "no temporary file in /nonexistent") != NULL);
	CHECK(dies(with_full_disk, line, sizeof line));
	CHECK(strstr(line, "writing a temporary file in ") != NULL);
}

int
main(void)
{
	RUN(hashes_as_published);
	RUN(tells_new_from_old);
	RUN(is_exact_when_it_grows);
	RUN(says_when_there_is_no_room);
	return test_end();
}
