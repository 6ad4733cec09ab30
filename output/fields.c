/* SPDX-License-Identifier: Apache-2.0 */
#include "output/fields.h"

#include <stdio.h>
#include <string.h>

#define GETTER(name)                                                                           \
	static void name(const struct field *field, const struct server_facts *facts,          \
			 struct field_value *value)

static void
set_text(struct field_value *value, const char *text)
{
	value->kind = text != NULL && text[0] != '\0' ? FIELD_TEXT : FIELD_NULL;
	value->text = text;
}

static void
set_number(struct field_value *value, int64_t number)
{
	value->kind = FIELD_NUMBER;
	value->number = number;
}

GETTER(get_word)
{
	int at;

	memcpy(&at, (const char *)facts + field->offset, sizeof at);
	set_text(value, word(field->words, at));
}

/* An empty reply is a reply. */
GETTER(get_text)
{
	memcpy(&value->text, (const char *)facts + field->offset, sizeof value->text);
	value->kind = value->text != NULL ? FIELD_TEXT : FIELD_NULL;
}

/* An int whose 0 says that there was none. */
GETTER(get_code)
{
	int code;

	memcpy(&code, (const char *)facts + field->offset, sizeof code);
	if (code != 0)
		set_number(value, code);
}

GETTER(get_address)
{
	(void)field;
	set_text(value, address_format(&facts->address, value->space));
}

GETTER(get_asn)
{
	(void)field;
	if (facts->asn != 0)
		set_number(value, facts->asn);
}

GETTER(get_country)
{
	(void)field;
	set_text(value, facts->country);
}

GETTER(get_alert)
{
	(void)field;
	if (facts->alert >= 0)
		set_number(value, facts->alert);
}

GETTER(get_key_exchange)
{
	(void)field;
	set_text(value, facts->key_exchange);
}

GETTER(get_attempts)
{
	(void)field;
	set_number(value, facts->attempts);
}

GETTER(get_started)
{
	(void)field;
	if (facts->started == 0)
		return;
	value->kind = FIELD_TIME;
	value->number = facts->started / 1000000;
}

GETTER(get_duration)
{
	(void)field;
	if (facts->started != 0)
		set_number(value, (facts->duration_us + 500) / 1000);
}

/* Whether lines ended well can only be said of a server that sent some. */
GETTER(get_bare_lf)
{
	(void)field;
	if (facts->greeting_text != NULL)
		set_number(value, facts->bare_lf);
}

GETTER(get_legacy)
{
	static const char *const names[] = { "version", "key", "signature", "renegotiation",
					     "cipher" };
	size_t used = 0;

	(void)field;
	for (unsigned i = 0; i < sizeof names / sizeof *names; i++)
		if (facts->legacy & 1U << i)
			used +=
			    (size_t)snprintf(value->space + used, sizeof value->space - used,
					     "%s%s", used > 0 ? "," : "", names[i]);
	if (used > 0)
		set_text(value, value->space);
}

#define WORD(name, member, words)                                                              \
	{                                                                                      \
		name, get_word, offsetof(struct server_facts, member), words                   \
	}
#define TEXT(name, member)                                                                     \
	{                                                                                      \
		name, get_text, offsetof(struct server_facts, member), 0                       \
	}
#define CODE(name, member)                                                                     \
	{                                                                                      \
		name, get_code, offsetof(struct server_facts, member), 0                       \
	}
#define OTHER(name, get)                                                                       \
	{                                                                                      \
		name, get, 0, 0                                                                \
	}

const struct field server_fields[SERVER_FIELDS] = {
	OTHER("address", get_address),
	OTHER("asn", get_asn),
	TEXT("as_name", as_name),
	OTHER("country", get_country),
	WORD("tcp", tcp, WORDS_TCP),
	WORD("greeting", greeting, WORDS_GREETING),
	CODE("greeting_code", greeting_code),
	TEXT("greeting_text", greeting_text),
	WORD("ehlo", ehlo, WORDS_EHLO),
	WORD("starttls", starttls, WORDS_STARTTLS),
	WORD("starttls_offer", offer, WORDS_OFFER),
	CODE("starttls_reply_code", starttls_code),
	TEXT("starttls_reply_text", starttls_text),
	WORD("handshake", handshake, WORDS_HANDSHAKE),
	OTHER("alert", get_alert),
	TEXT("tls_version", tls_version),
	TEXT("cipher", cipher),
	OTHER("key_exchange", get_key_exchange),
	OTHER("attempts", get_attempts),
	OTHER("started", get_started),
	OTHER("duration_ms", get_duration),
	TEXT("starttls_echo", starttls_echo),
	OTHER("bare_lf", get_bare_lf),
	OTHER("legacy", get_legacy),
};

void
field_get(const struct field *field, const struct server_facts *facts,
	  struct field_value *value)
{
	value->kind = FIELD_NULL;
	field->get(field, facts, value);
}
