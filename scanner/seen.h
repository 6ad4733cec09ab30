/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The set of keys that came before, exact for any practical purpose and flat in
 * memory.  A key is kept as its 128-bit hash under a random key of this process:
 * among a thousand million keys the chance that any two collide is 1 in 10^21.
 *
 * A few megabytes stay in memory; what is more lives in an unlinked temporary
 * file in $TMPDIR, or /var/tmp, read and written a page at a time (the kernel's
 * page cache keeps it fast without counting as ours).  A full disk ends the
 * process with a clear line.
 */
#ifndef SCANNER_SEEN_H
#define SCANNER_SEEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct seen;

struct seen *seen_new(void);
void seen_free(struct seen *seen);
/* Puts key in; false: it was there already. */
bool seen_add(struct seen *seen, const char *key);
bool seen_has(struct seen *seen, const char *key);
uint64_t seen_count(const struct seen *seen);

#endif
