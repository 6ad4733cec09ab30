/* SPDX-License-Identifier: Apache-2.0 */
#include "probes/span.h"

#include <string.h>
#include <strings.h>

bool
span_is(struct span span, const char *text)
{
	size_t length = strlen(text);

	return span.length == length && length > 0 && memcmp(span.at, text, length) == 0;
}

bool
span_begins_nearly(struct span span, const char *text, size_t length)
{
	return span.length >= length && length > 0 &&
	       strncasecmp((const char *)span.at, text, length) == 0;
}

bool
span_is_nearly(struct span span, const char *text)
{
	size_t length = strlen(text);

	return span.length == length && span_begins_nearly(span, text, length);
}

struct span
span_cut(struct span *rest, uint8_t byte, bool *found)
{
	const uint8_t *at = rest->length > 0 ? memchr(rest->at, byte, rest->length) : NULL;
	struct span cut = *rest;

	*found = at != NULL;
	if (at == NULL) {
		*rest = (struct span){ NULL, 0 };
		return cut;
	}
	cut.length = (size_t)(at - rest->at);
	rest->at += cut.length + 1;
	rest->length -= cut.length + 1;
	return cut;
}

static bool
is_space(uint8_t byte)
{
	return byte == ' ' || byte == '\t';
}

struct span
span_trim_left(struct span span)
{
	while (span.length > 0 && is_space(*span.at)) {
		span.at++;
		span.length--;
	}
	return span;
}

struct span
span_trim_right(struct span span)
{
	while (span.length > 0 && is_space(span.at[span.length - 1]))
		span.length--;
	return span;
}

struct span
span_trim(struct span span)
{
	return span_trim_right(span_trim_left(span));
}

bool
span_is_letter(uint8_t byte)
{
	return (byte >= 'A' && byte <= 'Z') || (byte >= 'a' && byte <= 'z');
}

bool
span_is_digit(uint8_t byte)
{
	return byte >= '0' && byte <= '9';
}

bool
span_is_field_name(struct span span)
{
	for (size_t i = 0; i < span.length; i++) {
		uint8_t c = span.at[i];
		bool is_inner = c == '_' || c == '-' || c == '.';

		if (!span_is_letter(c) && !span_is_digit(c) && (i == 0 || !is_inner))
			return false;
	}
	return span.length > 0 && span.length <= 32;
}
