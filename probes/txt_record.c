/* SPDX-License-Identifier: Apache-2.0 */
#include "probes/txt_record.h"

#include <stdlib.h>
#include <string.h>

#include "scanner/mem.h"
#include "scanner/text.h"

static void
add_line(char **text, const struct txt *txt)
{
	char *line = text_of_bytes(txt->bytes, txt->length, 0);
	char *longer = *text != NULL ? mem_printf("%s\n%s", *text, line) : mem_strdup(line);

	free(line);
	free(*text);
	*text = longer;
}

/* The first field, the white space before its semicolon taken off.  White space
 * before the version is nothing the grammar knows. */
static bool
is_version(struct span first, const char *version)
{
	struct span name = { first.at, 2 }, value = { first.at + 2, first.length - 2 };

	return first.length > 2 && span_is(name, "v=") && span_is(value, version);
}

static bool
is_meant(struct span first, const char *version)
{
	bool has_value;
	struct span value = first, name = span_cut(&value, '=', &has_value);

	return has_value && span_is_nearly(span_trim(name), "v") &&
	       span_begins_nearly(span_trim(value), version, strlen(version) - strlen("v1"));
}

/* RFC 8461 section 3.1 and RFC 8460 section 3 speak of records that begin with the
 * version and a semicolon; the grammar allows white space between the two. */
enum txt_choice
txt_record_choose(const struct txt texts[], size_t count, const char *version,
		  struct span *fields, char **text)
{
	size_t found = 0, meant = 0;

	*text = NULL;
	for (size_t i = 0; i < count; i++) {
		bool more;
		struct span rest = { texts[i].bytes, texts[i].length };
		struct span first = span_trim_right(span_cut(&rest, ';', &more));
		bool is_found = first.length > 0 && is_version(first, version);

		if (!is_found && !is_meant(first, version))
			continue;
		if (found + meant < TXT_RECORDS_MAX)
			add_line(text, &texts[i]);
		found += is_found;
		meant += !is_found;
		if (is_found)
			*fields = rest;
	}
	if (found > 0)
		return found == 1 ? TXT_CHOICE_ONE : TXT_CHOICE_MULTIPLE;
	return meant > 0 ? TXT_CHOICE_BAD_VERSION : TXT_CHOICE_NONE;
}

enum txt_step
txt_record_next(struct span *fields, struct txt_field *field)
{
	bool delimited, has_value;
	struct span piece = span_trim_left(span_cut(fields, ';', &delimited));

	if (piece.length == 0 && !delimited)
		return TXT_STEP_END; /* one delimiter, with its white space, may end it */
	if (delimited)
		piece = span_trim_right(piece);
	else if (span_trim_right(piece).length < piece.length)
		return TXT_STEP_BROKEN;
	field->value = piece;
	field->name = span_cut(&field->value, '=', &has_value);
	return has_value ? TXT_STEP_FIELD : TXT_STEP_BROKEN;
}

bool
txt_field_is_extension(const struct txt_field *field)
{
	for (size_t i = 0; i < field->value.length; i++) {
		uint8_t c = field->value.at[i];

		if (c <= ' ' || c > '~' || c == '=' || c == ';')
			return false;
	}
	return field->value.length > 0 && span_is_field_name(field->name);
}
