/* SPDX-License-Identifier: Apache-2.0 */
#include "scanner/text.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "scanner/mem.h"

/* The length of the well-formed UTF-8 sequence at p (RFC 3629), 0 if none. */
static size_t
utf8_length(const uint8_t *p, size_t left)
{
	size_t n = p[0] < 0x80                   ? 1
		   : p[0] >= 0xc2 && p[0] < 0xe0 ? 2
		   : (p[0] & 0xf0) == 0xe0       ? 3
		   : p[0] >= 0xf0 && p[0] < 0xf5 ? 4
						 : 0;

	if (n == 0 || n > left)
		return 0;
	for (size_t i = 1; i < n; i++)
		if ((p[i] & 0xc0) != 0x80)
			return 0;
	if ((p[0] == 0xe0 && p[1] < 0xa0) || (p[0] == 0xed && p[1] > 0x9f) ||
	    (p[0] == 0xf0 && p[1] < 0x90) || (p[0] == 0xf4 && p[1] > 0x8f) ||
	    (p[0] == 0xc2 && p[1] < 0xa0)) /* C1 controls */
		return 0;
	return n;
}

/* Characters that turn the direction of the text around them, and the byte order
 * mark: what follows one would not be read as it is (UAX 9). */
static bool
misleads(const uint8_t *p, size_t length)
{
	uint32_t c = 0;

	if (length == 2)
		c = (p[0] & 0x1fU) << 6 | (p[1] & 0x3fU);
	else if (length == 3)
		c = (p[0] & 0x0fU) << 12 | (p[1] & 0x3fU) << 6 | (p[2] & 0x3fU);
	return c == 0x61c || c == 0x200e || c == 0x200f || (c >= 0x2028 && c <= 0x202e) ||
	       (c >= 0x2066 && c <= 0x2069) || c == 0xfeff;
}

/* How many bytes from p on are printable ASCII, a backslash not among them. */
static size_t
ascii_length(const uint8_t *p, size_t left)
{
	size_t length = 0;

	while (length < left && p[length] >= 0x20 && p[length] < 0x7f && p[length] != '\\')
		length++;
	return length;
}

/* How many bytes at p may stand as they are; 0: p[0] is to be escaped. */
static size_t
plain_length(const uint8_t *p, size_t left, int keep_lf)
{
	size_t length = ascii_length(p, left);

	if (length > 0)
		return length;
	if (p[0] == '\n')
		return keep_lf ? 1 : 0;
	if (p[0] < 0x20 || p[0] == 0x7f || (p[0] == '\\' && left > 1 && p[1] == 'x'))
		return 0;
	length = utf8_length(p, left);
	return misleads(p, length) ? 0 : length;
}

char *
text_of_bytes(const void *bytes, size_t length, int keep_lf)
{
	const uint8_t *p = bytes;
	char *text = mem_alloc(length * 4 + 1), *to = text;

	while (length > 0) {
		size_t n = plain_length(p, length, keep_lf);

		if (n == 0) {
			to += sprintf(to, "\\x%02x", *p);
			n = 1;
		} else {
			memcpy(to, p, n);
			to += n;
		}
		p += n;
		length -= n;
	}
	*to = '\0';
	return mem_realloc(text, (size_t)(to - text) + 1);
}
