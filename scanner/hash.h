/* SPDX-License-Identifier: Apache-2.0 */
/*
 * SipHash-2-4 with 128 bits of output, by OpenSSL: a keyed hash, so that whoever
 * writes a list cannot make its names collide.
 */
#ifndef SCANNER_HASH_H
#define SCANNER_HASH_H

#include <stddef.h>
#include <stdint.h>

#define HASH_KEY 16

struct hash {
	uint64_t high, low;
};

struct hasher;

struct hasher *hasher_new(const uint8_t key[HASH_KEY]);
void hasher_free(struct hasher *hasher);
/* The same on every machine for the same key. */
struct hash hash_of(struct hasher *hasher, const void *bytes, size_t length);

#endif
