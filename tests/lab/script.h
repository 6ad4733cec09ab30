/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a scripted mail server does, as data: a file of scripts, each a list of
 * statements run one after the other (the language is described at the top of
 * peers.scripts).  Parsed once at the start, read-only afterwards; scripts_free
 * releases all of it.  A mistake in the file ends the program with its line.
 */
#ifndef TESTS_LAB_SCRIPT_H
#define TESTS_LAB_SCRIPT_H

#include <stdbool.h>
#include <stddef.h>

enum act {
	ACT_CLOSE, /* also the end of every script */
	ACT_RESET,
	ACT_SEND,    /* text, with its line end if any */
	ACT_EXPECT,  /* a command line; text: its verb, or "*" */
	ACT_SESSION, /* answers commands until QUIT */
	ACT_MAIL,    /* the same, and takes mail */
	ACT_HELLO,   /* reads one TLS record and forgets it */
	ACT_WAIT,    /* seconds */
	ACT_SILENCE, /* reads and says nothing until the client goes */
	ACT_DRIP,    /* from now on: count bytes each so many seconds */
	ACT_FLOOD,   /* text count times, 0: without end */
	ACT_TLS,     /* a handshake */
	ACT_FLIGHT,  /* ServerHello and Certificate written by hand, without a library */
	ACT_FIRST,   /* the first count connections go on in another script */
	ACT_OVER,    /* with more than count connections open, go on in another script */
	ACT_DEAF,    /* the address swallows connection requests; only alone */
};

struct tls_choice {
	char *kind;          /* certificate kind; NULL: the plan's */
	int lowest, highest; /* protocol versions, 0: any */
	char *ciphers;       /* NULL: all */
	bool ask, renegotiate;
};

struct op {
	enum act act;
	char *text; /* with escapes decoded, %-marks still in it */
	size_t length;
	double seconds;
	unsigned long count;
	struct script *other;
	struct tls_choice tls;
};

struct script {
	char *name;
	struct op *ops;
	size_t count;
	struct script *next;
};

struct script *scripts_read(const char *file);
/* NULL: there is none of that name. */
struct script *script_find(struct script *scripts, const char *name);
void scripts_free(struct script *scripts);

#endif
