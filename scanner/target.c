/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "scanner/fold.h"
#include "scanner/input.h"
#include "scanner/mem.h"
#include "scanner/text.h"

#define LINE_MAX_BYTES 65536
#define FIELDS_MAX     3
#define RANK_DIGITS    18 /* fits int64_t */

struct field {
	const char *text;
	size_t length;
};

void
target_clear(struct target *target)
{
	free(target->name);
	free(target->tag);
	*target = (struct target){ 0 };
}

char *
target_key(const struct target *target)
{
	char text[ADDRESS_TEXT];

	if (target->kind != TARGET_ADDRESS)
		return mem_strdup(target->name);
	address_format(&target->address, text);
	if (target->name == NULL)
		return mem_strdup(text);
	return mem_printf("%s,%s", text, target->name);
}

/* A tab may be white space between fields. */
static const char *
unfit_bytes(const char *line, size_t length)
{
	for (size_t i = 0; i < length; i++) {
		unsigned char c = (unsigned char)line[i];

		if ((c < 0x20 && c != '\t') || c == 0x7f)
			return "a control character";
	}
	return NULL;
}

/* A field in quotes, unquoted in place (RFC 4180 section 2); p is behind the
 * opening one.  The place of the comma behind it, or end. */
static char *
take_quoted(char *p, char *end, struct field *field, const char **reason)
{
	char *to = p;

	field->text = p;
	for (; p < end && (*p != '"' || (p + 1 < end && p[1] == '"')); p++) {
		if (*p == '"')
			p++;
		*to++ = *p;
	}
	field->length = (size_t)(to - field->text);
	if (p == end) {
		*reason = "a quotation mark that is not closed";
		return end;
	}
	for (p++; p < end && *p != ','; p++)
		if (!fold_is_space(*p))
			*reason = "text after a closing quotation mark";
	return p;
}

/* The next field; what follows its comma, or NULL at the line's end. */
static char *
take_field(char *p, char *end, struct field *field, const char **reason)
{
	while (p < end && fold_is_space(*p))
		p++;
	if (p < end && *p == '"') {
		p = take_quoted(p + 1, end, field, reason);
	} else {
		field->text = p;
		for (; p < end && *p != ','; p++)
			if (*p == '"')
				*reason = "a quotation mark inside";
		field->length = (size_t)(p - field->text);
	}
	return p < end ? p + 1 : NULL;
}

static size_t
split(char *line, size_t length, struct field field[FIELDS_MAX], const char **reason)
{
	char *p = line, *end = line + length;
	size_t count = 0;

	while (p != NULL && *reason == NULL) {
		const char *text;

		if (count == FIELDS_MAX) {
			*reason = "too many fields";
			break;
		}
		p = take_field(p, end, &field[count], reason);
		text = field[count].text;
		fold_trim(&text, &field[count].length);
		field[count++].text = text;
	}
	return count;
}

/* IPv6 may stand in brackets. */
static bool
is_address(const struct field *field, struct address *address)
{
	char text[ADDRESS_TEXT];
	size_t length = field->length;
	const char *from = field->text;
	bool bracketed = length > 2 && from[0] == '[' && from[length - 1] == ']';

	if (bracketed) {
		from++;
		length -= 2;
	}
	if (length == 0 || length >= sizeof text)
		return false;
	memcpy(text, from, length);
	text[length] = '\0';
	if (address_parse(address, text) && !(bracketed && address->family == 4))
		return true;
	*address = (struct address){ 0 };
	return false;
}

static bool
is_rank(const struct field *field, int64_t *rank)
{
	int64_t number = 0;

	if (field->length == 0 || field->length > RANK_DIGITS)
		return false;
	for (size_t i = 0; i < field->length; i++) {
		if (field->text[i] < '0' || field->text[i] > '9')
			return false;
		number = number * 10 + (field->text[i] - '0');
	}
	*rank = number;
	return true;
}

/* The name as it was written, but for its case. */
static char *
lower(const char *text, size_t length)
{
	char *copy = text_of_bytes(text, length, 0);

	for (char *p = copy; *p != '\0'; p++)
		if (*p >= 'A' && *p <= 'Z')
			*p = (char)(*p + 32);
	return copy;
}

static bool
take_name(const struct field *field, struct target *target, const char **reason)
{
	char name[FOLD_NAME_MAX + 1];
	struct address address;

	switch (fold_name(field->text, field->length, name, reason)) {
	case FOLD_BAD:
		return false;
	case FOLD_INVALID:
		target->kind = TARGET_INVALID;
		target->address = (struct address){ 0 };
		target->name = lower(field->text, field->length);
		return true;
	case FOLD_NAME:
		break;
	}
	if (address_parse(&address, name)) {
		*reason = "an address where a domain belongs";
		return false;
	}
	target->name = mem_strdup(name);
	return true;
}

/* What the first of several fields is: ZGrab2's address (or none), or a rank. */
static bool
take_first(const struct field *first, size_t count, struct target *target)
{
	if (first->length == 0)
		return true;
	if (is_address(first, &target->address)) {
		target->kind = TARGET_ADDRESS;
		return true;
	}
	return count == 2 && is_rank(first, &target->rank);
}

static bool
take_fields(const struct field *field, size_t count, struct target *target, const char **reason)
{
	const struct field *name = &field[count > 1];

	if (count == 1 && is_address(name, &target->address)) {
		target->kind = TARGET_ADDRESS;
		return true;
	}
	if (count > 1 && !take_first(&field[0], count, target)) {
		*reason = count == 2 ? "neither an address nor a rank before the comma"
				     : "no address in the first field";
		return false;
	}
	if (name->length == 0 && target->kind != TARGET_ADDRESS) {
		*reason = "neither an address nor a domain";
		return false;
	}
	if (name->length > 0 && !take_name(name, target, reason))
		return false;
	if (count == FIELDS_MAX && field[2].length > 0)
		target->tag = text_of_bytes(field[2].text, field[2].length, 0);
	return true;
}

enum line
target_parse(const char *line, size_t length, struct target *target, const char **reason)
{
	struct field field[FIELDS_MAX] = { 0 };
	size_t count;
	char *copy;
	bool fits;

	*target = (struct target){ 0 };
	*reason = NULL;
	if (length > LINE_MAX_BYTES) {
		*reason = "longer than 64 KiB";
		return LINE_BAD;
	}
	fold_trim(&line, &length);
	if (length == 0 || *line == '#')
		return LINE_BLANK;
	*reason = unfit_bytes(line, length);
	if (*reason != NULL)
		return LINE_BAD;
	copy = mem_dup(line, length);
	count = split(copy, length, field, reason);
	fits = *reason == NULL && take_fields(field, count, target, reason);
	free(copy);
	if (!fits) {
		target_clear(target);
		return LINE_BAD;
	}
	*reason = NULL;
	return LINE_TARGET;
}
