/* SPDX-License-Identifier: Apache-2.0 */
/*
 * TLS records that are held back so that they leave together.  libssl sends the end of a
 * handshake before the first command can be written; held for a moment, both are one
 * segment.  What is held is sent before anything is read, and when a write or the
 * connection ends: the peer never waits for it.
 *
 * What it saves: a system call, a segment and a wake-up of the peer, of eight in a
 * conversation.  What it costs: the bytes below for each conversation whose peer went on
 * with the handshake, and a copy of some hundred bytes.  It can go when libssl leaves
 * flushing to its user.
 */
#ifndef SCANNER_HELD_H
#define SCANNER_HELD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define HELD_BYTES 256 /* a client's Finished takes 80 with SHA-384, EHLO some 60 */

struct held {
	size_t count;
	uint8_t bytes[HELD_BYTES];
};

/* false, and nothing is added: there is no room. */
bool held_add(struct held *held, const void *bytes, size_t count);
/* So many of its bytes, the first, are on their way. */
void held_sent(struct held *held, size_t count);

#endif
