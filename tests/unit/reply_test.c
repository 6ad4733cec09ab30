/* SPDX-License-Identifier: Apache-2.0 */
#include "probes/reply.h"

#include <stdlib.h>

#include "scanner/text.h"
#include "tests/unit/test.h"

static const struct reply_limits limits = { .line = 40, .lines = 4, .total = 100 };

struct wanted {
	const char *bytes;
	size_t length; /* 0: strlen */
	enum reply_status status;
	int code;
	size_t used;
	const char *text; /* as text.h spells it */
	bool bare_lf;
};

#define A10 "aaaaaaaaaa"

static const struct wanted replies[] = {
	{ "220 mail.example ESMTP\r\n", 0, REPLY_DONE, 220, 24, "mail.example ESMTP", false },
	{ "220 a\r\nrest", 0, REPLY_DONE, 220, 7, "a", false },
	{ "220\r\n", 0, REPLY_DONE, 220, 5, "", false },
	{ "220 \r\n", 0, REPLY_DONE, 220, 6, "", false },
	{ "250-a\r\n250-b\r\n250 c\r\n", 0, REPLY_DONE, 250, 21, "a\nb\nc", false },
	{ "250-\r\n250\r\n", 0, REPLY_DONE, 250, 11, "\n", false },
	{ "250-a\n250 b\r\n", 0, REPLY_DONE, 250, 13, "a\nb", true },
	{ "220 a\r\r\n", 0, REPLY_DONE, 220, 8, "a", false },
	{ "220 a\0b\r\n", 9, REPLY_DONE, 220, 9, "a\\x00b", false },
	{ "220 a\rb\r\n", 0, REPLY_DONE, 220, 9, "a\\x0db", false },
	{ "999 a\r\n", 0, REPLY_DONE, 999, 7, "a", false },
	/* not yet */
	{ "", 0, REPLY_MORE, 0, 0, "", false },
	{ "22", 0, REPLY_MORE, 0, 2, "22", false },
	{ "220 a\r", 0, REPLY_MORE, 0, 6, "220 a\\x0d", false },
	{ "220-a\r\n", 0, REPLY_MORE, 220, 7, "a\n", false },
	/* never */
	{ "\r\n", 0, REPLY_MALFORMED, 0, 2, "", false },
	{ "22\r\n", 0, REPLY_MALFORMED, 0, 4, "22", false },
	{ "2200 a\r\n", 0, REPLY_MALFORMED, 0, 8, "2200 a", false },
	{ "220\ta\r\n", 0, REPLY_MALFORMED, 0, 7, "220\\x09a", false },
	{ "220\ra\r\n", 0, REPLY_MALFORMED, 0, 7, "220\\x0da", false },
	{ "220\0a\r\n", 7, REPLY_MALFORMED, 0, 7, "220\\x00a", false },
	{ " 220 a\r\n", 0, REPLY_MALFORMED, 0, 8, " 220 a", false },
	{ "-20 a\r\n", 0, REPLY_MALFORMED, 0, 7, "-20 a", false },
	{ "\0\0\0\r\n", 5, REPLY_MALFORMED, 0, 5, "\\x00\\x00\\x00", false },
	{ "SSH-2.0-x\r\nmore", 0, REPLY_MALFORMED, 0, 11, "SSH-2.0-x", false },
	{ "220-a\r\n250 b\r\n", 0, REPLY_MALFORMED, 220, 14, "a\n250 b", false },
	{ "250-a\r\nSTARTTLS\r\n", 0, REPLY_MALFORMED, 250, 17, "a\nSTARTTLS", false },
	/* too much: of a line, of lines, of all */
	{ "220 " A10 A10 A10 "aaaaaaa\r\n", 0, REPLY_TOO_LONG, 0, 40,
	  "220 " A10 A10 A10 "aaaaaa", false },
	{ "220 " A10 A10 A10 "aaaa\r\n", 0, REPLY_DONE, 220, 40, A10 A10 A10 "aaaa", false },
	{ "220-a\r\n220-b\r\n220-c\r\n220-d\r\n220 e\r\n", 0, REPLY_TOO_LONG, 220, 28,
	  "a\nb\nc\nd\n", false },
	{ "220-" A10 A10 A10 "\r\n220-" A10 A10 A10 "\r\n220 " A10 A10 A10 "\r\n", 0,
	  REPLY_TOO_LONG, 220, 100, A10 A10 A10 "\n" A10 A10 A10 "\n220 " A10 A10 "aaaa",
	  false },
};

/* Feeds the first part in one piece and the rest byte by byte, or the other way. */
static size_t
feed(struct reply *reply, const char *bytes, size_t length, size_t split)
{
	size_t used = reply_feed(reply, &limits, bytes, split);

	while (used < length && reply->status == REPLY_MORE)
		used += reply_feed(reply, &limits, bytes + used, 1);
	return used;
}

static void
check(const struct wanted *want, size_t split)
{
	struct reply reply = { 0 };
	size_t length = want->length > 0 ? want->length : strlen(want->bytes);
	size_t used = feed(&reply, want->bytes, length, split < length ? split : length);
	char *text = text_of_bytes(reply.text, reply.length, 1);

	CHECK(reply.status == want->status);
	CHECK(reply.code == want->code);
	CHECK(used == want->used);
	CHECK(reply.bare_lf == want->bare_lf);
	CHECK_TEXT(text, want->text);
	free(text);
	reply_clear(&reply);
	CHECK(reply.text == NULL && reply.status == REPLY_MORE);
}

static void
reads_replies_in_any_portions(void)
{
	for (size_t i = 0; i < sizeof replies / sizeof *replies; i++)
		for (size_t split = 0; split <= 101; split++)
			check(&replies[i], split);
}

/* Silence after garbage is another thing than silence. */
static void
doubts_early(void)
{
	static const struct {
		const char *bytes;
		bool doubtful;
	} cases[] = { { "2", false },           { "250", false },
		      { "250-a", false },       { "S", true },
		      { "22x", true },          { "2505", true },
		      { "250-a\r\n25", false }, { "250-a\r\n251", true } };

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct reply reply = { 0 };

		reply_feed(&reply, &limits, cases[i].bytes, strlen(cases[i].bytes));
		CHECK(reply.status == REPLY_MORE);
		CHECK(reply.doubtful == cases[i].doubtful);
		reply_clear(&reply);
	}
}

int
main(void)
{
	RUN(reads_replies_in_any_portions);
	RUN(doubts_early);
	return test_end();
}
