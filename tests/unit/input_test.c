/* SPDX-License-Identifier: Apache-2.0 */
#include "scanner/input.h"

#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <zlib.h>

#include "scanner/mem.h"
#include "tests/unit/test.h"

static char path[64];

static const char *
file_of(const void *bytes, size_t length)
{
	int fd;

	strcpy(path, "/tmp/input-test-XXXXXX");
	fd = mkstemp(path);
	CHECK(fd >= 0 && write(fd, bytes, length) == (ssize_t)length);
	close(fd);
	return path;
}

static const char *
file_of_text(const char *text)
{
	return file_of(text, strlen(text));
}

static struct input *
open_input(const char *from, uint64_t seed, unsigned shards, unsigned shard)
{
	return input_open(&(struct input_config){
	    .path = from, .seed = seed, .shards = shards, .shard = shard });
}

/* All keys, each followed by a line feed, in the order they come. */
static char *
drain(struct input *input, size_t *count)
{
	size_t room = 1 << 16, used = 0;
	char *all = mem_alloc(room);
	struct target target;

	*count = 0;
	while (input_next(input, &target) == NEXT_TARGET) {
		char *key = target_key(&target);
		size_t length = strlen(key);

		if (used + length + 2 > room)
			all = mem_realloc(all, room *= 2);
		used += (size_t)sprintf(all + used, "%s\n", key);
		free(key);
		target_clear(&target);
		++*count;
	}
	return all;
}

static bool
has(const char *all, const char *key)
{
	char line[300];

	snprintf(line, sizeof line, "\n%s\n", key);
	return strncmp(all, line + 1, strlen(line) - 1) == 0 || strstr(all, line) != NULL;
}

/* Sends stderr to a file while it is on. */
static void
catch_stderr(bool on, char text[4096])
{
	static int held = -1;
	static FILE *file;
	size_t n;

	if (on) {
		held = dup(STDERR_FILENO);
		file = tmpfile();
		dup2(fileno(file), STDERR_FILENO);
		return;
	}
	dup2(held, STDERR_FILENO);
	close(held);
	rewind(file);
	n = fread(text, 1, 4095, file);
	text[n] = '\0';
	fclose(file);
}

static void
reads_a_list(void)
{
	static const char list[] = "\xef\xbb\xbf# comment\r\nexample.org\r\n\r\nEXAMPLE.ORG.\n"
				   "1,example.com\nbad line\nnul\0here\n192.0.2.1\na..b\n"
				   "last.example";
	struct input *input = open_input(file_of(list, sizeof list - 1), 1, 1, 0);
	char text[4096], want[128];
	struct input_counts counts;
	size_t count;
	char *all;

	catch_stderr(true, text);
	all = drain(input, &count);
	catch_stderr(false, text);
	counts = input_counts(input);
	CHECK(count == 5);
	CHECK(has(all, "example.org") && has(all, "example.com") && has(all, "192.0.2.1"));
	CHECK(has(all, "a..b") && has(all, "last.example"));
	CHECK(counts.lines == 10 && counts.bad == 2 && counts.duplicates == 1);
	CHECK(counts.targets == 5 && counts.skipped == 0 && counts.other_shards == 0);
	CHECK(input_fraction(input) == 1);
	snprintf(want, sizeof want, "%s:6: no target: white space inside: bad line\n", path);
	CHECK(strstr(text, want) != NULL);
	snprintf(want, sizeof want, "%s:7: no target: a control character: nul\\x00here\n",
		 path);
	CHECK(strstr(text, want) != NULL);
	free(all);
	input_close(input);
	input_close(NULL);
	unlink(path);
}

static void
bounds_its_complaints(void)
{
	char text[4096], *list = mem_alloc(1 << 20), *all;
	size_t used = 0, count, complaints = 0;
	struct input *input;

	for (int i = 0; i < 100; i++)
		used += (size_t)sprintf(list + used, "bad line %d\n", i);
	memset(list + used, 'x', 200000); /* one line over 64 KiB */
	used += 200000;
	used += (size_t)sprintf(list + used, "\ngood.example\n");
	input = open_input(file_of(list, used), 1, 1, 0);
	catch_stderr(true, text);
	all = drain(input, &count);
	catch_stderr(false, text);
	CHECK_TEXT(all, "good.example\n");
	CHECK(input_counts(input).lines == 102 && input_counts(input).bad == 101);
	for (const char *p = text; (p = strchr(p, '\n')) != NULL; p++)
		complaints++;
	CHECK(complaints == 21);
	CHECK(strstr(text, "101 lines in all were no targets") != NULL);
	free(all);
	free(list);
	input_close(input);
	unlink(path);
}

static char *
big_list(int lines, int distinct, size_t *length)
{
	char *list = mem_alloc((size_t)lines * 24);

	*length = 0;
	for (int i = 0; i < lines; i++)
		*length += (size_t)sprintf(list + *length, "host%d.example\n", i % distinct);
	return list;
}

static void
drops_duplicates(void)
{
	size_t length, count;
	char *list = big_list(200000, 90000, &length), *all;
	struct input *input = open_input(file_of(list, length), 5, 1, 0);

	all = drain(input, &count);
	CHECK(count == 90000);
	CHECK(input_counts(input).duplicates == 110000);
	CHECK(input_counts(input).lines == 200000);
	free(all);
	free(list);
	input_close(input);
	unlink(path);
}

static void
shuffles_by_seed(void)
{
	size_t length, count[3];
	char *list = big_list(100000, 100000, &length), *all[3];

	file_of(list, length);
	for (int i = 0; i < 3; i++) {
		struct input *input = open_input(path, i == 2 ? 8 : 7, 1, 0);

		all[i] = drain(input, &count[i]);
		CHECK(count[i] == 100000);
		input_close(input);
	}
	CHECK(strcmp(all[0], all[1]) == 0);
	CHECK(strcmp(all[0], all[2]) != 0);
	CHECK(strcmp(all[0], list) != 0);
	for (int i = 0; i < 3; i++)
		free(all[i]);
	free(list);
	unlink(path);
}

static void
divides_among_shards(void)
{
	size_t length, count, total = 0;
	char *list = big_list(30000, 30000, &length), *marks = mem_alloc(30000);
	int twice = 0;

	file_of(list, length);
	for (unsigned shard = 0; shard < 3; shard++) {
		struct input *input = open_input(path, shard, 3, shard); /* seeds may differ */
		char *all = drain(input, &count);

		CHECK(count > 9000 && count < 11000);
		CHECK(input_counts(input).other_shards == 30000 - count);
		total += count;
		for (char *p = all; *p != '\0'; p = strchr(p, '\n') + 1)
			twice += marks[atoi(p + 4)]++;
		free(all);
		input_close(input);
	}
	CHECK(total == 30000 && twice == 0);
	free(marks);
	free(list);
	unlink(path);
}

static void
continues_where_it_was(void)
{
	struct input_config config = { .seed = 3, .shards = 1, .max_targets = 60 };
	size_t length, count;
	char *list = big_list(1000, 1000, &length), *whole, *rest, *p;
	struct input *input;

	config.path = file_of(list, length);
	input = input_open(&config);
	whole = drain(input, &count);
	CHECK(count == 60);
	input_close(input);
	input = input_open(&config);
	p = whole;
	for (int i = 0; i < 20; i++) {
		char *end = strchr(p, '\n');

		*end = '\0';
		input_skip(input, p);
		p = end + 1;
	}
	rest = drain(input, &count);
	CHECK(count == 40 && input_counts(input).skipped == 20);
	CHECK_TEXT(rest, p); /* what was left, in its order */
	free(whole);
	free(rest);
	free(list);
	input_close(input);
	unlink(path);
}

/* text, n times over if need be, as one gzip member. */
static size_t
gzip(const char *text, size_t length, unsigned char *to, size_t room)
{
	z_stream z = { 0 };

	deflateInit2(&z, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
	z.next_in = (unsigned char *)text;
	z.avail_in = (unsigned)length;
	z.next_out = to;
	z.avail_out = (unsigned)room;
	deflate(&z, Z_FINISH);
	deflateEnd(&z);
	return room - z.avail_out;
}

static void
inflates(void)
{
	size_t length, count, used;
	char *list = big_list(50000, 50000, &length), *all;
	unsigned char *packed = mem_alloc(2 << 20);
	struct input *input;

	used = gzip(list, length - 8, packed, 2 << 20); /* members meet inside a line */
	used += gzip("", 0, packed + used, (2 << 20) - used);
	used += gzip(list + length - 8, 8, packed + used, (2 << 20) - used);
	used += 512; /* zero padding */
	input = open_input(file_of(packed, used), 1, 1, 0);
	all = drain(input, &count);
	CHECK(count == 50000 && has(all, "host49999.example"));
	CHECK(input_counts(input).bad == 0);
	input_close(input);
	unlink(path);
	free(all);
	free(packed);
	free(list);
}

static enum next
next_name(struct input *input, const char *want)
{
	struct target target = { 0 };
	enum next next = input_next(input, &target);

	if (next == NEXT_TARGET)
		CHECK_TEXT(target.name, want);
	target_clear(&target);
	return next;
}

static void
never_blocks_on_a_pipe(void)
{
	char from[32];
	int ends[2];
	struct input *input;

	CHECK(pipe(ends) == 0);
	snprintf(from, sizeof from, "/dev/fd/%d", ends[0]);
	input = open_input(from, 1, 1, 0);
	close(ends[0]);
	CHECK(next_name(input, NULL) == NEXT_WAIT);
	CHECK(write(ends[1], "a", 1) == 1);
	CHECK(next_name(input, NULL) == NEXT_WAIT);
	CHECK(write(ends[1], ".example\nb.exa", 14) == 14);
	CHECK(poll(&(struct pollfd){ input_fd(input), POLLIN, 0 }, 1, 0) == 1);
	CHECK(next_name(input, "a.example") == NEXT_TARGET);
	CHECK(next_name(input, NULL) == NEXT_WAIT);
	CHECK(input_fraction(input) < 0);
	CHECK(write(ends[1], "mple", 4) == 4);
	CHECK(next_name(input, NULL) == NEXT_WAIT);
	close(ends[1]);
	CHECK(next_name(input, "b.example") == NEXT_TARGET);
	CHECK(next_name(input, NULL) == NEXT_END);
	CHECK(next_name(input, NULL) == NEXT_END);
	input_close(input);
}

/* gzip that comes a byte at a time, also its two magic bytes. */
static void
inflates_a_trickle(void)
{
	unsigned char packed[256];
	size_t length = gzip("a.example\n", 10, packed, sizeof packed);
	struct input *input;
	int writer, got = 0;

	strcpy(path, "/tmp/input-test-XXXXXX");
	CHECK(mkdtemp(path) != NULL);
	strcat(path, "/fifo");
	CHECK(mkfifo(path, 0600) == 0);
	input = open_input(path, 1, 1, 0); /* does not wait for a writer */
	CHECK(next_name(input, NULL) == NEXT_WAIT);
	writer = open(path, O_WRONLY);
	for (size_t i = 0; i < length; i++) {
		CHECK(write(writer, &packed[i], 1) == 1);
		got += next_name(input, "a.example") == NEXT_TARGET;
	}
	close(writer);
	CHECK(got == 1);
	CHECK(next_name(input, NULL) == NEXT_END);
	input_close(input);
	unlink(path);
	*strrchr(path, '/') = '\0';
	rmdir(path);
}

static void
takes_words_in_order(void)
{
	char *words[] = { "b.example", "A.example", "b.example.", "192.0.2.1,c.example" };
	struct input *input = input_of_words(words, 4);
	size_t count;
	char *all = drain(input, &count);

	CHECK_TEXT(all, "b.example\na.example\n192.0.2.1,c.example\n");
	CHECK(input_fd(input) == -1 && input_fraction(input) > 0.7);
	free(all);
	input_close(input);
	input = input_of_words(words, 4); /* closed before it was read */
	input_close(input);
	input = input_of_words(words, 0);
	CHECK(next_name(input, NULL) == NEXT_END);
	input_close(input);
}

/* Reads the list in a child; true when that ended with status 2 and one line on
 * stderr that contains want. */
static bool
dies(const char *from, char *word, const char *want)
{
	char line[1024];
	int ends[2], status;
	size_t count;
	ssize_t n;
	pid_t child;

	CHECK(pipe(ends) == 0);
	fflush(stdout);
	child = fork();
	if (child == 0) {
		dup2(ends[1], STDERR_FILENO);
		drain(word != NULL ? input_of_words(&word, 1) : open_input(from, 1, 1, 0),
		      &count);
		_exit(0);
	}
	close(ends[1]);
	n = read(ends[0], line, sizeof line - 1);
	line[n > 0 ? n : 0] = '\0';
	close(ends[0]);
	waitpid(child, &status, 0);
	if (from == path)
		unlink(path);
	return WIFEXITED(status) && WEXITSTATUS(status) == 2 && strstr(line, want) != NULL &&
	       strchr(line, '\n') == line + strlen(line) - 1;
}

static void
says_what_is_wrong_with_a_list(void)
{
	unsigned char packed[256] = { 0 };
	size_t length = gzip("a.example\nb.example\n", 20, packed, sizeof packed);

	CHECK(dies("/nonexistent/list", NULL, "/nonexistent/list: No such file"));
	CHECK(dies("/tmp", NULL, "/tmp: is a directory"));
	CHECK(dies("/proc/self/mem", NULL, "reading failed after line 0: "));
	for (size_t cut = 2; cut < length; cut += 3)
		CHECK(dies(file_of(packed, cut), NULL, "the gzip data is cut short"));
	packed[length] = 'x';
	CHECK(dies(file_of(packed, length + 1), NULL, "gzip data"));
	packed[length - 6] ^= 1; /* its checksum */
	CHECK(dies(file_of(packed, length), NULL, "damaged gzip data"));
	CHECK(dies(NULL, "a b", "\"a b\" is no target: white space inside"));
	CHECK(dies(NULL, "", "\"\" is no target: it is empty"));
	CHECK(dies(NULL, "a\x1b[2J", "\"a\\x1b[2J\" is no target"));
}

static void
takes_empty_lists(void)
{
	static const char *const lists[] = { "", "\n", "#", "\x1f" };

	for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++) {
		struct input *input = open_input(file_of_text(lists[i]), 1, 1, 0);
		char text[4096];

		catch_stderr(true, text);
		CHECK(next_name(input, NULL) == NEXT_END);
		catch_stderr(false, text);
		input_close(input);
		unlink(path);
	}
}

int
main(void)
{
	RUN(reads_a_list);
	RUN(bounds_its_complaints);
	RUN(drops_duplicates);
	RUN(shuffles_by_seed);
	RUN(divides_among_shards);
	RUN(continues_where_it_was);
	RUN(inflates);
	RUN(never_blocks_on_a_pipe);
	RUN(inflates_a_trickle);
	RUN(takes_words_in_order);
	RUN(says_what_is_wrong_with_a_list);
	RUN(takes_empty_lists);
	return test_end();
}
