/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bytes from the network as text that can be stored and shown: UTF-8 stays as
 * it is, every control character (also those that turn the direction of writing),
 * every byte that is not UTF-8, and a backslash before an "x" become \xHH.  So the bytes can be
 * had back.
 */
#ifndef SCANNER_TEXT_H
#define SCANNER_TEXT_H

#include <stddef.h>

/* Line feeds stay when keep_lf.  The result is the caller's. */
char *text_of_bytes(const void *bytes, size_t length, int keep_lf);

#endif
