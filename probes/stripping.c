/* SPDX-License-Identifier: Apache-2.0 */
#include "probes/stripping.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "scanner/mem.h"

static const char command[] = "STARTTLS";
#define COMMAND_LENGTH (sizeof command - 1)

struct span {
	const char *at;
	size_t length;
};

static bool
is_command(struct span token)
{
	return token.length == COMMAND_LENGTH &&
	       strncasecmp(token.at, command, COMMAND_LENGTH) == 0;
}

/* XXXXXXXX, or XXXXXXXA to Z: Cisco's inspection numbers what it covers by the
 * last letter.  Of another length it covers another keyword. */
static bool
is_mask(struct span token)
{
	if (token.length != COMMAND_LENGTH)
		return false;
	for (size_t i = 0; i < COMMAND_LENGTH - 1; i++)
		if (token.at[i] != 'X')
			return false;
	return token.at[COMMAND_LENGTH - 1] >= 'A' && token.at[COMMAND_LENGTH - 1] <= 'Z';
}

/* Splits the first line off the rest. */
static struct span
next_line(struct span *rest)
{
	const char *end = rest->length > 0 ? memchr(rest->at, '\n', rest->length) : NULL;
	struct span line = { rest->at, end != NULL ? (size_t)(end - rest->at) : rest->length };
	size_t used = line.length + (end != NULL);

	rest->at = used > 0 ? rest->at + used : rest->at;
	rest->length -= used;
	return line;
}

static bool
ends_keyword(char c)
{
	return c == ' ' || c == '\t' || c == '=';
}

static struct span
keyword_of(struct span line)
{
	struct span word = line;

	while (word.length > 0 && ends_keyword(*word.at)) {
		word.at++;
		word.length--;
	}
	for (size_t i = 0; i < word.length; i++)
		if (ends_keyword(word.at[i]))
			word.length = i;
	return word;
}

enum offer_word
stripping_offer(const char *text, size_t length)
{
	struct span rest = { text, length };
	enum offer_word offer = OFFER_ABSENT;

	next_line(&rest); /* the server's name, RFC 5321 section 4.1.1.1 */
	while (rest.length > 0) {
		struct span word = keyword_of(next_line(&rest));

		if (is_command(word))
			return OFFER_OFFERED;
		if (is_mask(word))
			offer = OFFER_MASKED;
	}
	return offer;
}

bool
stripping_masked_greeting(const char *text, size_t length)
{
	size_t asterisks = 0;

	for (size_t i = 0; i < length; i++) {
		if (text[i] == '*')
			asterisks++;
		else if (text[i] == '\0' || strchr("20 \r\n", text[i]) == NULL)
			return false; /* some versions leave these standing */
	}
	return asterisks >= 8;
}

/* Looking for the echo.  A token of a reply is an echo when the words around it
 * present it as the command that was not understood. */

static bool
is_letter(char c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

static bool
in_token(char c)
{
	return is_letter(c) || (c >= '0' && c <= '9') || c == '_' || c == '-' || c == '*';
}

static bool
among(struct span token, const char *const words[])
{
	for (; *words != NULL; words++)
		if (strlen(*words) == token.length &&
		    strncasecmp(token.at, *words, token.length) == 0)
			return true;
	return false;
}

/* What stands just before a token that is an echo. */
static const char *const before[] = {
	"command",    "unrecognized", "unrecognised", "recognized",    "recognised", "unknown",
	"understood", "invalid",      "implemented",  "unimplemented", NULL
};
/* What stands just after a quoted one. */
static const char *const after[] = { "command", "unrecognized", "unrecognised",
				     "unknown", "invalid",      NULL };
/* What a reply may speak of without having received it. */
static const char *const ordinary[] = { "helo", "ehlo",  "lhlo", "mail",  "rcpt",  "data",
					"bdat", "rset",  "vrfy", "expn",  "help",  "noop",
					"quit", "auth",  "turn", "etrn",  "tls",   "ssl",
					"smtp", "esmtp", "from", "error", "use",   "try",
					"not",  "in",    "at",   "smtps", "https", NULL };

/* A line cut at a token. */
struct place {
	struct span line, token;
};

/* The end of the line's part before the token without what separates them. */
static const char *
end_before(const struct place *place)
{
	const char *end = place->token.at;

	while (end > place->line.at && strchr(" \t:,;\"'`<([", end[-1]) != NULL &&
	       end[-1] != '\0')
		end--;
	return end;
}

static struct span
word_before(const struct place *place)
{
	const char *end = end_before(place), *at = end;

	while (at > place->line.at && in_token(at[-1]))
		at--;
	return (struct span){ at, (size_t)(end - at) };
}

static struct span
word_after(const struct place *place)
{
	const char *end = place->line.at + place->line.length;
	const char *at = place->token.at + place->token.length, *stop;

	while (at < end && *at != '\0' && strchr(" \t:,\"'`>)]", *at) != NULL)
		at++;
	for (stop = at; stop < end && in_token(*stop);)
		stop++;
	return (struct span){ at, (size_t)(stop - at) };
}

static bool
is_quoted(const struct place *place)
{
	const char *end = place->token.at + place->token.length;

	return place->token.at > place->line.at && place->token.at[-1] != '\0' &&
	       strchr("\"'`<([", place->token.at[-1]) != NULL &&
	       end < place->line.at + place->line.length && *end != '\0' &&
	       strchr("\"'`>)]", *end) != NULL;
}

static bool
is_capitals(struct span token)
{
	for (size_t i = 0; i < token.length; i++)
		if (token.at[i] < 'A' || token.at[i] > 'Z')
			return false;
	return token.length >= 4;
}

/* Without quotes: behind a colon, or the last on its line. */
static bool
stands_out(const struct place *place)
{
	const char *end = place->token.at + place->token.length;
	const char *separator = end_before(place);
	size_t left = (size_t)(place->line.at + place->line.length - end);

	if (memchr(separator, ':', (size_t)(place->token.at - separator)) != NULL)
		return left == 0 || *end == ' ' || *end == '.' || *end == ',' || *end == ';';
	return left == 0 || (left == 1 && *end == '.');
}

static bool
is_echo(const struct place *place)
{
	if (is_mask(place->token))
		return true;
	if (among(place->token, ordinary))
		return false;
	if (is_quoted(place))
		return among(word_before(place), before) || among(word_after(place), after);
	return is_capitals(place->token) && among(word_before(place), before) &&
	       stands_out(place);
}

static struct span
next_token(struct span line, const char *from)
{
	const char *end = line.at + line.length, *stop;

	while (from < end && !in_token(*from))
		from++;
	for (stop = from; stop < end && in_token(*stop);)
		stop++;
	return (struct span){ from, (size_t)(stop - from) };
}

/* The first token of the text that is the command (intact), or an echo (not). */
static struct span
find_echo(struct span rest, bool intact)
{
	while (rest.length > 0) {
		struct place place = { .line = next_line(&rest) };

		place.token = next_token(place.line, place.line.at);
		while (place.token.length > 0) {
			if (intact ? is_command(place.token) : is_echo(&place))
				return place.token;
			place.token =
			    next_token(place.line, place.token.at + place.token.length);
		}
	}
	return (struct span){ NULL, 0 };
}

char *
stripping_echo(const char *text, size_t length)
{
	struct span rest = { text, length }, found = find_echo(rest, true);
	char *echo;

	if (found.at == NULL)
		found = find_echo(rest, false);
	if (found.at == NULL)
		return NULL;
	echo = mem_alloc(found.length + 1);
	memcpy(echo, found.at, found.length);
	return echo;
}

bool
stripping_corrupts(const char *echo)
{
	size_t length = echo != NULL ? strlen(echo) : 0;

	/* Some servers read, and repeat, no more than the first letters. */
	return length > 0 &&
	       (length > COMMAND_LENGTH || strncasecmp(echo, command, length) != 0);
}

/* What each answer means beside each offer. */
static const struct {
	enum starttls_word offered, masked, absent;
} outcomes[] = {
	[ANSWER_READY] = { STARTTLS_OK, STARTTLS_MASKED_BUT_WORKS, STARTTLS_HIDDEN },
	[ANSWER_TEMPORARY] = { STARTTLS_REFUSED_TEMPORARY, STARTTLS_REFUSED_TEMPORARY,
			       STARTTLS_REFUSED_TEMPORARY },
	[ANSWER_PERMANENT] = { STARTTLS_REFUSED, STARTTLS_STRIPPED, STARTTLS_NOT_OFFERED },
	[ANSWER_OTHER] = { STARTTLS_REFUSED, STARTTLS_STRIPPED, STARTTLS_REFUSED },
	[ANSWER_CLOSED] = { STARTTLS_CLOSED, STARTTLS_STRIPPED, STARTTLS_NOT_OFFERED },
	[ANSWER_TIMEOUT] = { STARTTLS_TIMEOUT, STARTTLS_STRIPPED, STARTTLS_NOT_OFFERED },
};

enum starttls_word
stripping_word(enum offer_word offer, enum starttls_answer answer, bool corrupted)
{
	if (offer == OFFER_OFFERED)
		return outcomes[answer].offered;
	if (offer == OFFER_MASKED)
		return outcomes[answer].masked;
	if (corrupted && answer != ANSWER_READY && answer != ANSWER_TEMPORARY)
		return STARTTLS_CORRUPTED;
	return outcomes[answer].absent;
}
