/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/bench/talk.h"

#include <openssl/err.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define REPLY 512

#define KEYWORDS                                                                               \
	"250-PIPELINING\r\n250-SIZE 52428800\r\n250-ETRN\r\n%s250-ENHANCEDSTATUSCODES\r\n"     \
	"250-8BITMIME\r\n250-DSN\r\n250-SMTPUTF8\r\n250 CHUNKING\r\n"

static atomic_ulong handshakes;

unsigned long
talk_handshakes(void)
{
	return atomic_load(&handshakes);
}

void
talk_end(struct talk *talk)
{
	SSL_free(talk->tls);
	ERR_clear_error();
	close(talk->fd);
	free(talk);
}

static bool
say(struct talk *talk, const char *text, size_t length)
{
	if (talk->tls != NULL)
		return SSL_write(talk->tls, text, (int)length) == (int)length;
	return send(talk->fd, text, length, MSG_NOSIGNAL) == (ssize_t)length;
}

bool
talk_greet(struct talk *talk)
{
	char host[WORLD_NAME], reply[REPLY];
	bool rejects = talk->server.manner == MANNER_REJECTS;
	int length;

	world_host_name(talk->address, host);
	length = snprintf(reply, sizeof reply, "%d %s %s\r\n", rejects ? 554 : 220, host,
			  rejects ? "5.7.1 not you" : "ESMTP Postfix (Debian/GNU)");
	return say(talk, reply, (size_t)length);
}

static bool
list_keywords(struct talk *talk)
{
	char host[WORLD_NAME], reply[REPLY];
	bool offers = talk->tls == NULL && talk->server.manner != MANNER_PLAIN;
	int length;

	world_host_name(talk->address, host);
	length = snprintf(reply, sizeof reply, "250-%s\r\n" KEYWORDS, host,
			  offers ? "250-STARTTLS\r\n" : "");
	return say(talk, reply, (size_t)length);
}

static bool
secure(struct talk *talk)
{
	static const char ready[] = "220 2.0.0 Ready to start TLS\r\n";

	if (!say(talk, ready, sizeof ready - 1))
		return false;
	talk->step = STEP_STALL;
	if (talk->server.manner == MANNER_STALLS)
		return true;
	talk->step = STEP_SHAKE;
	talk->tls = leaves_ssl(talk->leaves, talk->server.ec, talk->server.leaf);
	return talk->tls != NULL && SSL_set_fd(talk->tls, talk->fd) == 1;
}

/* One line of the client's; false: the conversation is over. */
static bool
obey(struct talk *talk, const char *line)
{
	static const char bye[] = "221 2.0.0 Bye\r\n", no[] = "502 5.5.1 Not implemented\r\n";

	if (strncmp(line, "EHLO ", 5) == 0)
		return list_keywords(talk);
	if (strncmp(line, "STARTTLS", 8) == 0 && talk->server.manner != MANNER_PLAIN)
		return secure(talk);
	if (strncmp(line, "QUIT", 4) == 0)
		return say(talk, bye, sizeof bye - 1) && false;
	return say(talk, no, sizeof no - 1);
}

static bool
is_patient(struct talk *talk, int result)
{
	int error = SSL_get_error(talk->tls, result);

	return error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE;
}

/* More of a line; false: the end.  *waits: there is nothing to read now. */
static bool
hear(struct talk *talk, bool *waits)
{
	size_t room = TALK_LINE - 1 - talk->got;
	ssize_t count;

	if (talk->tls != NULL) {
		count = SSL_read(talk->tls, talk->in + talk->got, (int)room);
		*waits = count <= 0 && is_patient(talk, (int)count);
	} else {
		count = recv(talk->fd, talk->in + talk->got, room, MSG_DONTWAIT);
		*waits = count < 0;
	}
	if (count > 0)
		talk->got += (size_t)count;
	return count > 0 || *waits;
}

static bool
converse(struct talk *talk)
{
	bool waits, secured = talk->tls != NULL;
	char *end_of_line;

	if (talk->got == TALK_LINE - 1 || !hear(talk, &waits))
		return false;
	talk->in[talk->got] = '\0';
	while ((end_of_line = strchr(talk->in, '\n')) != NULL) {
		size_t used = (size_t)(end_of_line - talk->in) + 1;

		if (!obey(talk, talk->in))
			return false;
		talk->got -= used;
		memmove(talk->in, end_of_line + 1, talk->got + 1);
		if (!secured && talk->tls != NULL)
			talk->got = 0; /* RFC 3207 section 4.2 */
	}
	return true;
}

static bool
shake(struct talk *talk)
{
	int result;

	ERR_clear_error();
	result = SSL_accept(talk->tls);
	if (result != 1)
		return is_patient(talk, result);
	atomic_fetch_add(&handshakes, 1);
	talk->step = STEP_TALK;
	return true;
}

bool
talk_go_on(struct talk *talk)
{
	char waste[4096];

	switch (talk->step) {
	case STEP_TALK:
		return converse(talk);
	case STEP_SHAKE:
		return shake(talk);
	case STEP_STALL:
		break;
	}
	return recv(talk->fd, waste, sizeof waste, 0) > 0;
}
