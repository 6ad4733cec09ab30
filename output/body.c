/* SPDX-License-Identifier: Apache-2.0 */
#include "output/body.h"

#include <string.h>

#include "scanner/text.h"

/* A backslash before an "x" is escaped, so what reads \x0d was a carriage return. */
char *
body_text(const uint8_t *body, size_t length)
{
	static const char line_end[] = "\\x0d\n";
	char *text = text_of_bytes(body, length, 1), *from = text, *to = text;

	while (*from != '\0')
		if (strncmp(from, line_end, sizeof line_end - 1) == 0) {
			from += sizeof line_end - 2;
			*to++ = '\r';
		} else {
			*to++ = *from++;
		}
	*to = '\0';
	return text;
}
