/* SPDX-License-Identifier: Apache-2.0 */
#include "probes/tlsrpt.h"

#include <stdlib.h>
#include <string.h>

#include "probes/txt_record.h"
#include "scanner/mem.h"

static bool
is_hex(uint8_t c)
{
	return span_is_digit(c) || (c >= 'A' && c <= 'F') || (c >= 'a' && c <= 'f');
}

/* The characters of RFC 3986 but "!" and ";", which RFC 8460 section 3 has written
 * as %21 and %3B; a comma cannot come here. */
static bool
is_uri_character(const struct span *uri, size_t i)
{
	uint8_t c = uri->at[i];

	if (c == '%')
		return i + 2 < uri->length && is_hex(uri->at[i + 1]) && is_hex(uri->at[i + 2]);
	return span_is_letter(c) || span_is_digit(c) ||
	       (c != '\0' && strchr("-._~:/?#[]@$&'()*+=", c) != NULL);
}

/* Begins with a scheme and has only a URI's characters; whether its parts are right
 * is for who sends there. */
static bool
is_uri(struct span uri)
{
	size_t scheme = 0;

	while (scheme < uri.length &&
	       (span_is_letter(uri.at[scheme]) ||
		(scheme > 0 && (span_is_digit(uri.at[scheme]) || uri.at[scheme] == '+' ||
				uri.at[scheme] == '-' || uri.at[scheme] == '.'))))
		scheme++;
	if (scheme == 0 || scheme == uri.length || uri.at[scheme] != ':')
		return false;
	for (size_t i = scheme; i < uri.length; i++)
		if (!is_uri_character(&uri, i))
			return false;
	return true;
}

/* Mail needs an address, HTTPS a host.  Schemes have no case (RFC 3986 section 3.1). */
static bool
is_usable(struct span uri)
{
	static const char mail[] = "mailto:", web[] = "https://";
	const uint8_t *sign = memchr(uri.at, '@', uri.length);

	if (span_begins_nearly(uri, mail, strlen(mail)))
		return sign != NULL && sign > uri.at + strlen(mail) &&
		       sign + 1 < uri.at + uri.length;
	return span_begins_nearly(uri, web, strlen(web)) && uri.length > strlen(web) &&
	       strchr("/?#:@", uri.at[strlen(web)]) == NULL;
}

/* What one rua holds. */
struct list {
	char *uris; /* divided by commas; NULL: none */
	size_t length;
	bool is_broken, is_usable;
};

static void
add(struct list *list, struct span uri)
{
	if (list->length > 0)
		list->uris[list->length++] = ',';
	memcpy(list->uris + list->length, uri.at, uri.length);
	list->length += uri.length;
	list->is_usable = list->is_usable || is_usable(uri);
}

/* White space surrounds a comma; there is none before the first URI. */
static struct list
read_list(struct span value)
{
	struct list list = { .uris = mem_alloc(value.length + 1),
			     .is_broken = span_trim_left(value).length < value.length };
	bool more = value.length > 0;

	while (more) {
		struct span uri = span_trim(span_cut(&value, ',', &more));

		if (is_uri(uri))
			add(&list, uri);
		else
			list.is_broken = true;
	}
	if (list.length == 0) {
		free(list.uris);
		list.uris = NULL;
	}
	return list;
}

/* A further rua is not used (the first of a name counts), and need only be one of
 * the two things that the grammar has it be. */
static bool
is_allowed(const struct txt_field *field)
{
	bool allowed = txt_field_is_extension(field);

	if (!allowed && span_is(field->name, "rua")) {
		struct list list = read_list(field->value);

		allowed = list.uris != NULL && !list.is_broken;
		free(list.uris);
	}
	return allowed;
}

/* There is no word for a bad extension.  A rua that names no URI at all is as good
 * as none. */
static enum tlsrpt_word
read_fields(struct span fields, char **rua)
{
	struct list list = { .uris = NULL };
	bool found = false, allowed = true;
	struct txt_field field;
	enum txt_step step;

	while ((step = txt_record_next(&fields, &field)) == TXT_STEP_FIELD) {
		if (!found && span_is(field.name, "rua")) {
			found = true;
			list = read_list(field.value);
		} else {
			allowed = allowed && is_allowed(&field);
		}
	}
	*rua = list.uris;
	if (step == TXT_STEP_BROKEN || !allowed || list.is_broken)
		return TLSRPT_BAD_SYNTAX;
	if (list.uris == NULL)
		return TLSRPT_NO_RUA;
	return list.is_usable ? TLSRPT_OK : TLSRPT_UNUSABLE_RUA;
}

void
tlsrpt_read(const struct txt texts[], size_t count, struct tlsrpt_facts *facts)
{
	static const enum tlsrpt_word words[] = {
		[TXT_CHOICE_NONE] = TLSRPT_NONE,
		[TXT_CHOICE_MULTIPLE] = TLSRPT_MULTIPLE,
		[TXT_CHOICE_BAD_VERSION] = TLSRPT_BAD_VERSION,
	};
	struct span fields;
	enum txt_choice choice =
	    txt_record_choose(texts, count, "TLSRPTv1", &fields, &facts->record_text);

	facts->rua = NULL;
	facts->record =
	    choice == TXT_CHOICE_ONE ? read_fields(fields, &facts->rua) : words[choice];
}
