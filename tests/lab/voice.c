/* SPDX-License-Identifier: Apache-2.0 */
#include <openssl/err.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "scanner/text.h"
#include "tests/lab/steps.h"

#define STORY    4096  /* bytes of one connection in the log */
#define UNENDING 65536 /* bytes of a line without an end */

void
voice_note(struct talk *talk, const char *what)
{
	char *text;

	if (talk->talks->log == NULL || evbuffer_get_length(talk->story) > STORY)
		return;
	text = text_of_bytes(what, strlen(what), 0);
	evbuffer_add_printf(talk->story, "%s%s",
			    evbuffer_get_length(talk->story) > 0 ? "|" : "", text);
	free(text);
}

void
voice_collect(struct talk *talk)
{
	char bytes[16384];
	int length;

	while ((length = BIO_read(SSL_get_wbio(talk->ssl), bytes, sizeof bytes)) > 0)
		evbuffer_add(talk->out, bytes, (size_t)length);
}

void
voice_decrypt(struct talk *talk)
{
	char bytes[16384];
	int length;

	ERR_clear_error();
	while ((length = SSL_read(talk->ssl, bytes, sizeof bytes)) > 0)
		evbuffer_add(talk->in, bytes, (size_t)length);
	if (SSL_get_error(talk->ssl, length) != SSL_ERROR_WANT_READ) {
		voice_note(talk, "(tls ended)");
		talk->gone = true;
	}
	voice_collect(talk);
}

void
voice_say(struct talk *talk, const void *bytes, size_t length)
{
	if (!talk->handshaken) {
		evbuffer_add(talk->out, bytes, length);
		return;
	}
	if (length > 0)
		SSL_write(talk->ssl, bytes, (int)length);
	voice_collect(talk);
}

/* %h the host, %n which connection of this address, %l the last line, %v its
 * verb, %x as many X as the verb has letters, %% itself. */
static void
expand(struct talk *talk, struct evbuffer *text, char mark)
{
	size_t verb = strcspn(talk->line, " ");

	switch (mark) {
	case 'h':
		evbuffer_add_printf(text, "%s", talk->place->host);
		break;
	case 'n':
		evbuffer_add_printf(text, "%lu", talk->number);
		break;
	case 'l':
		evbuffer_add_printf(text, "%s", talk->line);
		break;
	case 'v':
		evbuffer_add(text, talk->line, verb);
		break;
	case 'x':
		while (verb-- > 0)
			evbuffer_add(text, "X", 1);
		break;
	default:
		evbuffer_add(text, &mark, 1);
		break;
	}
}

void
voice_say_template(struct talk *talk, const char *from, size_t length)
{
	struct evbuffer *text = evbuffer_new();

	for (size_t i = 0; i < length; i++)
		if (from[i] == '%' && i + 1 < length)
			expand(talk, text, from[++i]);
		else
			evbuffer_add(text, from + i, 1);
	voice_say(talk, evbuffer_pullup(text, -1), evbuffer_get_length(text));
	evbuffer_free(text);
}

bool
voice_take_line(struct talk *talk)
{
	struct evbuffer_ptr end = evbuffer_search(talk->in, "\n", 1, NULL);
	size_t length, kept;

	if (end.pos < 0) {
		if (evbuffer_get_length(talk->in) > UNENDING)
			evbuffer_drain(talk->in, UNENDING);
		return false;
	}
	length = (size_t)end.pos + 1;
	kept = length < sizeof talk->line ? length : sizeof talk->line - 1;
	evbuffer_copyout(talk->in, talk->line, kept);
	evbuffer_drain(talk->in, length);
	talk->line[kept] = '\0';
	talk->line[strcspn(talk->line, "\r\n")] = '\0';
	voice_note(talk, talk->line);
	return true;
}

bool
voice_is_verb(const struct talk *talk, const char *verb)
{
	size_t length = strlen(verb);

	return strncasecmp(talk->line, verb, length) == 0 &&
	       (talk->line[length] == '\0' || talk->line[length] == ' ');
}
