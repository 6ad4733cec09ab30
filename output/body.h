/* SPDX-License-Identifier: Apache-2.0 */
/* The body of an MTA-STS policy as text that can be stored and shown. */
#ifndef OUTPUT_BODY_H
#define OUTPUT_BODY_H

#include <stddef.h>
#include <stdint.h>

/* Escaped as text.h does, but for line ends: both LF and CR LF stay (RFC 8461 section
 * 3.2 allows either).  The result is the caller's. */
char *body_text(const uint8_t *body, size_t length);

#endif
