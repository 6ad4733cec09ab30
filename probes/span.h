/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A stretch of someone else's bytes, whatever they are: where it begins and how
 * long it is.  Nothing is copied; at may be NULL where length is 0.  White space is
 * what ABNF calls WSP: space and tab (RFC 5234 appendix B.1).
 */
#ifndef PROBES_SPAN_H
#define PROBES_SPAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct span {
	const uint8_t *at;
	size_t length;
};

/* Exactly this text. */
bool span_is(struct span span, const char *text);
/* The same in any case (ASCII), or beginning so. */
bool span_is_nearly(struct span span, const char *text);
bool span_begins_nearly(struct span span, const char *text, size_t length);
/* Takes what stands before the first such byte, and the byte, off rest; all of rest,
 * and found false, when there is none. */
struct span span_cut(struct span *rest, uint8_t byte, bool *found);
struct span span_trim_left(struct span span);
struct span span_trim_right(struct span span);
struct span span_trim(struct span span);

bool span_is_letter(uint8_t byte); /* ASCII */
bool span_is_digit(uint8_t byte);
/* The name of a field of MTA-STS and TLSRPT: up to 32 letters, digits and "_-.", these
 * three not first (RFC 8461 sections 3.1 and 3.2, RFC 8460 section 3). */
bool span_is_field_name(struct span span);

#endif
