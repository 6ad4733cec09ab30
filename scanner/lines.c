/* SPDX-License-Identifier: Apache-2.0 */
#include "scanner/lines.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "scanner/log.h"
#include "scanner/mem.h"

#define RAW_BYTES  65536
#define TEXT_BYTES (2 * LINES_MAX)

enum format { FORMAT_UNKNOWN, FORMAT_PLAIN, FORMAT_GZIP };

struct lines {
	int fd;
	const char *name;
	bool regular;
	off_t size; /* of a regular file */
	off_t read;
	bool raw_ended; /* the file's end was read */
	bool skipping;  /* inside a line that was too long */
	enum format format;
	bool in_member; /* gzip: the trailer of a member is still to come */
	z_stream inflate;
	uint64_t number;
	size_t raw_start, raw_end, text_start, text_end;
	unsigned char raw[RAW_BYTES]; /* as in the file */
	char text[TEXT_BYTES];        /* as meant */
};

struct lines *
lines_open(const char *path)
{
	struct lines *lines = mem_alloc(sizeof *lines);
	struct stat status;

	lines->name = strcmp(path, "-") == 0 ? "standard input" : path;
	/* nonblocking, lest a FIFO without a writer hold us up here */
	lines->fd = strcmp(path, "-") == 0 ? STDIN_FILENO
					   : open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (lines->fd < 0 || fstat(lines->fd, &status) < 0)
		die("%s: %s", lines->name, strerror(errno));
	if (S_ISDIR(status.st_mode))
		die("%s: is a directory, not a list", lines->name);
	lines->regular = S_ISREG(status.st_mode);
	lines->size = lines->regular ? status.st_size : 0;
	if (inflateInit2(&lines->inflate, 15 + 16) != Z_OK)
		die("out of memory");
	return lines;
}

void
lines_close(struct lines *lines)
{
	if (lines == NULL)
		return;
	inflateEnd(&lines->inflate);
	if (lines->fd != STDIN_FILENO)
		close(lines->fd);
	free(lines);
}

/* Reads what is there into raw, after what is left in it. */
static enum lines_next
read_raw(struct lines *lines)
{
	struct pollfd ready = { .fd = lines->fd, .events = POLLIN };
	ssize_t n;

	if (lines->raw_ended)
		return LINES_END;
	if (!lines->regular && poll(&ready, 1, 0) <= 0)
		return LINES_WAIT;
	memmove(lines->raw, lines->raw + lines->raw_start, lines->raw_end - lines->raw_start);
	lines->raw_end -= lines->raw_start;
	lines->raw_start = 0;
	do
		n = read(lines->fd, lines->raw + lines->raw_end, RAW_BYTES - lines->raw_end);
	while (n < 0 && errno == EINTR);
	if (n < 0 && errno == EAGAIN)
		return LINES_WAIT;
	if (n < 0)
		die("%s: reading failed after line %llu: %s", lines->name,
		    (unsigned long long)lines->number, strerror(errno));
	lines->raw_ended = n == 0;
	lines->raw_end += (size_t)n;
	lines->read += n;
	return n == 0 ? LINES_END : LINES_LINE;
}

/* RFC 1952 section 2.3.1: two bytes tell, however slowly they come. */
static void
tell_format(struct lines *lines)
{
	const unsigned char *raw = lines->raw + lines->raw_start;

	if (lines->raw_end - lines->raw_start < 2 && !lines->raw_ended)
		return;
	lines->format = FORMAT_PLAIN;
	if (lines->raw_end - lines->raw_start >= 2 && raw[0] == 0x1f && raw[1] == 0x8b)
		lines->format = FORMAT_GZIP;
}

static void
move_plain(struct lines *lines)
{
	size_t room = TEXT_BYTES - lines->text_end, there = lines->raw_end - lines->raw_start;
	size_t n = there < room ? there : room;

	memcpy(lines->text + lines->text_end, lines->raw + lines->raw_start, n);
	lines->raw_start += n;
	lines->text_end += n;
}

/* Between members: zero bytes pad (tapes), anything else begins the next. */
static void
begin_member(struct lines *lines)
{
	while (lines->raw_start < lines->raw_end && lines->raw[lines->raw_start] == 0)
		lines->raw_start++;
	if (lines->raw_start == lines->raw_end)
		return;
	inflateReset(&lines->inflate);
	lines->in_member = true;
}

static void
move_gzip(struct lines *lines)
{
	z_stream *z = &lines->inflate;
	int result;

	if (!lines->in_member)
		begin_member(lines);
	if (!lines->in_member)
		return;
	z->next_in = lines->raw + lines->raw_start;
	z->avail_in = (uInt)(lines->raw_end - lines->raw_start);
	z->next_out = (unsigned char *)lines->text + lines->text_end;
	z->avail_out = (uInt)(TEXT_BYTES - lines->text_end);
	result = inflate(z, Z_NO_FLUSH);
	lines->raw_start = lines->raw_end - z->avail_in;
	lines->text_end = TEXT_BYTES - z->avail_out;
	if (result == Z_STREAM_END)
		lines->in_member = false;
	else if (result != Z_OK && result != Z_BUF_ERROR)
		die("%s: damaged gzip data after line %llu: %s", lines->name,
		    (unsigned long long)lines->number,
		    z->msg != NULL ? z->msg : zError(result));
}

/* More text, if there is room and something to read. */
static enum lines_next
fill(struct lines *lines)
{
	enum lines_next got = LINES_LINE;

	memmove(lines->text, lines->text + lines->text_start,
		lines->text_end - lines->text_start);
	lines->text_end -= lines->text_start;
	lines->text_start = 0;
	for (size_t before = lines->text_end;;) {
		if (lines->format == FORMAT_UNKNOWN)
			tell_format(lines);
		if (lines->format == FORMAT_PLAIN)
			move_plain(lines);
		else if (lines->format == FORMAT_GZIP)
			move_gzip(lines);
		if (lines->text_end > before)
			return LINES_LINE;
		if (lines->raw_start < lines->raw_end && lines->format != FORMAT_UNKNOWN)
			continue; /* an empty member was taken in */
		if (got == LINES_END)
			break;
		got = read_raw(lines);
		if (got == LINES_WAIT)
			return LINES_WAIT;
	}
	if (lines->in_member)
		die("%s: the gzip data is cut short after line %llu", lines->name,
		    (unsigned long long)lines->number);
	return LINES_END;
}

/* A whole line of what is in text; at the end of the file also without its line
 * feed. */
static bool
take(struct lines *lines, bool ended, const char **line, size_t *length)
{
	const char *start = lines->text + lines->text_start;
	size_t there = lines->text_end - lines->text_start;
	const char *feed = there > 0 ? memchr(start, '\n', there) : NULL;
	bool skipped = lines->skipping;

	if (feed == NULL && there <= LINES_MAX && !skipped && !(ended && there > 0))
		return false;
	*line = start;
	*length = feed != NULL ? (size_t)(feed - start) : there;
	lines->text_start += *length + (feed != NULL);
	lines->skipping = feed == NULL;
	if (skipped)
		return feed != NULL && take(lines, ended, line, length);
	lines->number++;
	if (*length > LINES_MAX)
		*length = LINES_MAX + 1;
	return true;
}

enum lines_next
lines_next(struct lines *lines, const char **line, size_t *length)
{
	for (;;) {
		enum lines_next got;

		if (take(lines, false, line, length))
			return LINES_LINE;
		got = fill(lines);
		if (got == LINES_END)
			return take(lines, true, line, length) ? LINES_LINE : LINES_END;
		if (got == LINES_WAIT)
			return LINES_WAIT;
	}
}

int
lines_fd(const struct lines *lines)
{
	return lines->fd;
}

const char *
lines_name(const struct lines *lines)
{
	return lines->name;
}

uint64_t
lines_number(const struct lines *lines)
{
	return lines->number;
}

double
lines_fraction(const struct lines *lines)
{
	if (lines->size <= 0)
		return -1;
	return lines->read < lines->size ? (double)lines->read / (double)lines->size : 1;
}
