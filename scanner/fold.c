/* SPDX-License-Identifier: Apache-2.0 */
#include "scanner/fold.h"

#include <idn2.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* No longer text can become a name, and libidn2 is kept from megabytes. */
#define TEXT_MAX  1024
#define LABEL_MAX 63 /* RFC 1035 section 2.3.4 */

bool
fold_is_space(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

void
fold_trim(const char **text, size_t *length)
{
	if (*length >= 3 && memcmp(*text, "\xef\xbb\xbf", 3) == 0) {
		*text += 3;
		*length -= 3;
	}
	for (; *length > 0 && fold_is_space(**text); (*length)--)
		(*text)++;
	while (*length > 0 && fold_is_space((*text)[*length - 1]))
		(*length)--;
}

static bool
is_name_character(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       c == '-' || c == '_' || c == '.';
}

/* Underscores are no host name's (RFC 952), yet real mail domains have them. */
static const char *
bad_character(const char *text, size_t length)
{
	for (size_t i = 0; i < length; i++) {
		unsigned char c = (unsigned char)text[i];

		if (is_name_character(text[i]))
			continue;
		if (fold_is_space(text[i]))
			return "white space inside";
		if (c < 0x20 || c == 0x7f ||
		    (c == 0xc2 && i + 1 < length && (unsigned char)text[i + 1] < 0xa0))
			return "a control character";
		if (c < 0x80)
			return "a character that no name or address has";
	}
	return NULL;
}

static bool
is_ascii(const char *text, size_t length)
{
	for (size_t i = 0; i < length; i++)
		if ((unsigned char)text[i] >= 0x80)
			return false;
	return true;
}

/* Appends one label; false when it does not convert or does not fit.  A label
 * that is ASCII already stays, also an "xn--" one that IDNA 2008 would not have
 * made: such names are registered, and DNS is the judge (RFC 5891 section 5.3
 * leaves the check to us). */
static bool
add_label(const char *label, size_t length, char *name, size_t *used)
{
	char text[TEXT_MAX + 1], *converted = NULL;
	size_t added = length;
	bool fits = false;

	memcpy(text, label, length);
	text[length] = '\0';
	if (!is_ascii(label, length)) {
		if (idn2_lookup_u8((const uint8_t *)text, (uint8_t **)&converted,
				   IDN2_NONTRANSITIONAL | IDN2_NFC_INPUT) != IDN2_OK)
			return false;
		added = strlen(converted);
	}
	if (*used + added <= FOLD_NAME_MAX + 1) {
		memcpy(name + *used, converted != NULL ? converted : text, added);
		*used += added;
		fits = true;
	}
	idn2_free(converted);
	return fits;
}

/* The labels' lengths, and the characters again: a wide slash or dot of an IDN
 * becomes an ordinary one. */
static const char *
check_labels(const char *name, size_t length)
{
	size_t label = 0;

	if (bad_character(name, length) != NULL)
		return "an internationalised name that does not convert";
	for (size_t i = 0; i <= length; i++) {
		if (i < length && name[i] != '.') {
			label++;
			continue;
		}
		if (label == 0)
			return "an empty label";
		if (label > LABEL_MAX)
			return "a label longer than 63 bytes";
		label = 0;
	}
	return length > FOLD_NAME_MAX ? "a name longer than 253 bytes" : NULL;
}

static const char *
convert(const char *text, size_t length, char *name, size_t *used)
{
	for (size_t i = 0;; i++) {
		const char *dot = memchr(text + i, '.', length - i);
		size_t label = (dot != NULL ? (size_t)(dot - text) : length) - i;

		if (label > LABEL_MAX && is_ascii(text + i, label))
			return "a label longer than 63 bytes";
		if (label == 0)
			return "an empty label";
		if (*used > FOLD_NAME_MAX)
			return "a name longer than 253 bytes";
		if (!add_label(text + i, label, name, used))
			return is_ascii(text + i, label)
				   ? "a name longer than 253 bytes"
				   : "an internationalised name that does not convert";
		if (dot == NULL)
			return NULL;
		name[(*used)++] = '.';
		i += label;
	}
}

enum fold
fold_name(const char *text, size_t length, char name[FOLD_NAME_MAX + 1], const char **reason)
{
	char folded[FOLD_NAME_MAX + 3] = "";
	size_t used = 0;

	*reason = bad_character(text, length);
	if (*reason != NULL)
		return FOLD_BAD;
	if (length > 0 && text[length - 1] == '.')
		length--;
	if (length > TEXT_MAX)
		*reason = "a name longer than 253 bytes";
	else
		*reason = convert(text, length, folded, &used);
	if (*reason == NULL && used > 0 && folded[used - 1] == '.')
		used--; /* an ideographic full stop at the end */
	if (*reason == NULL)
		*reason = check_labels(folded, used);
	if (*reason != NULL)
		return FOLD_INVALID;
	for (size_t i = 0; i < used; i++)
		name[i] =
		    folded[i] >= 'A' && folded[i] <= 'Z' ? (char)(folded[i] + 32) : folded[i];
	name[used] = '\0';
	return FOLD_NAME;
}
