/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One conversation of the load server with one client.  The server waits until
 * its socket is readable and calls talk_go_on; a talk is its owner's until
 * talk_end, which frees it.
 */
#ifndef TESTS_BENCH_TALK_H
#define TESTS_BENCH_TALK_H

#include <openssl/ssl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tests/bench/leaves.h"
#include "tests/bench/world.h"

#define TALK_LINE 512

enum talk_step { STEP_TALK, STEP_SHAKE, STEP_STALL };

struct talk {
	int fd;
	enum talk_step step;
	SSL *tls;
	uint32_t address;
	struct world_server server;
	const struct leaves *leaves; /* lent */
	struct talk *next;           /* of the slow, in the order they came */
	int64_t due;
	size_t got;
	char in[TALK_LINE];
};

/* The greeting, or what stands in its place; false: the conversation is over. */
bool talk_greet(struct talk *talk);
/* Takes what came; false: the conversation is over. */
bool talk_go_on(struct talk *talk);
void talk_end(struct talk *talk);
/* How many handshakes succeeded, in all threads. */
unsigned long talk_handshakes(void);

#endif
