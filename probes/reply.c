/* SPDX-License-Identifier: Apache-2.0 */
#include "probes/reply.h"

#include <stdlib.h>
#include <string.h>

#include "scanner/mem.h"

#define FIRST_CAPACITY 128
#define CODE_LENGTH    3

void
reply_clear(struct reply *reply)
{
	free(reply->text);
	*reply = (struct reply){ 0 };
}

static void
append(struct reply *reply, const char *bytes, size_t length)
{
	size_t needed = reply->length + length, capacity = reply->capacity;

	if (capacity == 0)
		capacity = FIRST_CAPACITY;
	while (capacity < needed)
		capacity *= 2;
	if (capacity != reply->capacity)
		reply->text = mem_realloc(reply->text, capacity);
	reply->capacity = capacity;
	memcpy(reply->text + reply->length, bytes, length);
	reply->length = needed;
}

static int
code_of(const char *line)
{
	return (line[0] - '0') * 100 + (line[1] - '0') * 10 + (line[2] - '0');
}

static bool
ends_code(char c)
{
	return c == ' ' || c == '-' || c == '\r' || c == '\n';
}

/* Can a line that begins like this still be one of this reply? */
static bool
plausible(const struct reply *reply, const char *line, size_t length)
{
	for (size_t i = 0; i < length && i < CODE_LENGTH; i++)
		if (line[i] < '0' || line[i] > '9')
			return false;
	if (length >= CODE_LENGTH && reply->lines > 0 && code_of(line) != reply->code)
		return false;
	return length <= CODE_LENGTH || ends_code(line[CODE_LENGTH]);
}

/* Takes the line end off and notes what it was.  Some servers send CR CR LF. */
static size_t
trim_line_end(struct reply *reply, const char *line, size_t length)
{
	length--;
	if (length == 0 || line[length - 1] != '\r')
		reply->bare_lf = true;
	while (length > 0 && line[length - 1] == '\r')
		length--;
	return length;
}

/* A whole line, its LF included, stands at the end of the text. */
static enum reply_status
end_line(struct reply *reply)
{
	char *line = reply->text + reply->line;
	size_t length = trim_line_end(reply, line, reply->length - reply->line), head;
	bool more = length > CODE_LENGTH && line[CODE_LENGTH] == '-';

	reply->length = reply->line + length;
	if (length < CODE_LENGTH || !plausible(reply, line, length) ||
	    (length > CODE_LENGTH && line[CODE_LENGTH] == '\r'))
		return REPLY_MALFORMED;
	reply->code = code_of(line);
	head = length > CODE_LENGTH ? CODE_LENGTH + 1 : CODE_LENGTH;
	memmove(line, line + head, length - head);
	reply->length -= head;
	reply->lines++;
	if (!more)
		return REPLY_DONE;
	append(reply, "\n", 1);
	reply->line = reply->length;
	return REPLY_MORE;
}

static size_t
least(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* Takes bytes up to the end of a line, of the bytes, or of what is allowed. */
static size_t
take_piece(struct reply *reply, const struct reply_limits *limits, const char *bytes,
	   size_t length)
{
	size_t room =
	    least(limits->line - (reply->length - reply->line), limits->total - reply->taken);
	const char *end;

	if (reply->lines >= limits->lines)
		room = 0;
	length = least(length, room);
	end = memchr(bytes, '\n', length);
	if (end != NULL)
		length = (size_t)(end - bytes) + 1;
	append(reply, bytes, length);
	reply->taken += length;
	if (end != NULL)
		reply->status = end_line(reply);
	else if (length == room)
		reply->status = REPLY_TOO_LONG;
	return length;
}

size_t
reply_feed(struct reply *reply, const struct reply_limits *limits, const void *bytes,
	   size_t length)
{
	size_t used = 0;

	while (reply->status == REPLY_MORE && used < length)
		used += take_piece(reply, limits, (const char *)bytes + used, length - used);
	if (reply->status == REPLY_MORE && reply->length > 0)
		reply->doubtful =
		    !plausible(reply, reply->text + reply->line, reply->length - reply->line);
	return used;
}
