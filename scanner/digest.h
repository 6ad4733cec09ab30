/* SPDX-License-Identifier: Apache-2.0 */
/*
 * SHA-256 of what is in memory.  OpenSSL's own SHA256 looks for the algorithm by its name
 * each time, 2,200 instructions and several locks; here it is looked for once.  It can go
 * when OpenSSL remembers what it has found.
 */
#ifndef SCANNER_DIGEST_H
#define SCANNER_DIGEST_H

#include <stddef.h>
#include <stdint.h>

#define DIGEST_BYTES 32

void digest_sha256(const void *bytes, size_t length, uint8_t digest[DIGEST_BYTES]);

#endif
