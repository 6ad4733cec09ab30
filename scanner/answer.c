/* SPDX-License-Identifier: Apache-2.0 */
#include "scanner/answer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "scanner/mem.h"

#define HEADER          12
#define NAME_TEXT       1025 /* 255 bytes, each at most \DDD */
#define RECORDS_AT_ONCE 4

/* A place in a message; ok turns false at the first read beyond its end. */
struct cursor {
	const uint8_t *message;
	size_t length, at;
	bool ok;
};

/* Whose records are looked for: a name, and a place in the message where it is. */
struct owner {
	char name[NAME_TEXT];
	size_t at;
};

struct record {
	size_t owner; /* where its name is */
	uint16_t type;
	size_t data, data_length; /* where its RDATA is */
};

static uint16_t
read16(struct cursor *c)
{
	if (c->length - c->at < 2) {
		c->ok = false;
		return 0;
	}
	c->at += 2;
	return (uint16_t)(c->message[c->at - 2] << 8 | c->message[c->at - 1]);
}

static void
skip(struct cursor *c, size_t n)
{
	if (c->length - c->at < n)
		c->ok = false;
	else
		c->at += n;
}

/* What may stand in a host name, in lower case; 0: no such byte. */
static const char plain[256] = {
	['-'] = '-',      ['_'] = '_',      ['0'] = '0',      ['1'] = '1',
	['2'] = '2',      ['3'] = '3',      ['4'] = '4',      ['5'] = '5',
	['6'] = '6',      ['7'] = '7',      ['8'] = '8',      ['9'] = '9',
#define LETTER(upper, lower) [upper] = lower, [lower] = lower
	LETTER('A', 'a'), LETTER('B', 'b'), LETTER('C', 'c'), LETTER('D', 'd'),
	LETTER('E', 'e'), LETTER('F', 'f'), LETTER('G', 'g'), LETTER('H', 'h'),
	LETTER('I', 'i'), LETTER('J', 'j'), LETTER('K', 'k'), LETTER('L', 'l'),
	LETTER('M', 'm'), LETTER('N', 'n'), LETTER('O', 'o'), LETTER('P', 'p'),
	LETTER('Q', 'q'), LETTER('R', 'r'), LETTER('S', 's'), LETTER('T', 't'),
	LETTER('U', 'u'), LETTER('V', 'v'), LETTER('W', 'w'), LETTER('X', 'x'),
	LETTER('Y', 'y'), LETTER('Z', 'z'),
#undef LETTER
};

/* Appends one label as text, lower-cased, what is no host name escaped. */
static size_t
put_label(char *to, const uint8_t *label, size_t n)
{
	char *start = to;

	for (size_t i = 0; i < n; i++) {
		if (plain[label[i]] != '\0')
			*to++ = plain[label[i]];
		else
			to += sprintf(to, "\\%03u", label[i]);
	}
	return (size_t)(to - start);
}

/* Reads a possibly compressed name (RFC 1035 section 4.1.4).  A pointer must
 * point before itself, so the walk ends. */
static void
read_name(struct cursor *c, char text[NAME_TEXT])
{
	size_t at = c->at, end = 0, used = 0, wire = 0, bound = c->length;

	while (at < bound) {
		uint8_t n = c->message[at];

		if (n == 0) {
			text[used > 0 ? used - 1 : 0] = '\0'; /* over the last dot */
			c->at = end > 0 ? end : at + 1;
			return;
		}
		if ((n & 0xc0) == 0xc0 && at + 1 < c->length) {
			if (end == 0)
				end = at + 2;
			bound = at;
			at = (size_t)(n & 0x3f) << 8 | c->message[at + 1];
			continue;
		}
		wire += n + 1u;
		if (n > 63 || at + 1 + n > c->length || wire > 254)
			break;
		used += put_label(text + used, c->message + at + 1, n);
		text[used++] = '.';
		at += 1u + n;
		if (bound < c->length)
			bound = c->length; /* a label was read: forward again, wire bounds it */
	}
	c->ok = false;
	text[0] = '\0';
}

/* Past a name, without looking behind a pointer at its end: most names are never
 * needed as text. */
static void
skip_name(struct cursor *c)
{
	while (c->at < c->length) {
		uint8_t n = c->message[c->at];

		if (n == 0 || n > 63) {
			skip(c, n == 0 ? 1 : 2);
			c->ok &= n == 0 || (n & 0xc0) == 0xc0;
			return;
		}
		skip(c, 1u + n);
		if (!c->ok)
			return;
	}
	c->ok = false;
}

static bool
read_record(struct cursor *c, struct record *r)
{
	r->owner = c->at;
	skip_name(c);
	r->type = read16(c);
	read16(c); /* class: the question asked for IN */
	skip(c, 4);
	r->data_length = read16(c);
	r->data = c->at;
	skip(c, r->data_length);
	return c->ok;
}

/* Most owners are a pointer to the question, which need not be read again. */
static bool
is_owned_by(struct cursor *c, const struct record *r, const struct owner *owner)
{
	struct cursor at = { c->message, c->length, r->owner, true };
	const uint8_t *pointer = c->message + r->owner; /* the record is all there */
	char name[NAME_TEXT];

	if (owner->at < r->owner && (pointer[0] & 0xc0) == 0xc0 &&
	    owner->at == ((pointer[0] & 0x3fu) << 8 | pointer[1]))
		return true;
	read_name(&at, name);
	c->ok &= at.ok;
	return at.ok && strcmp(name, owner->name) == 0;
}

/* The name in a record's RDATA, offset bytes in; it must fill the rest. */
static bool
data_name(const struct cursor *c, const struct record *r, size_t offset, char text[NAME_TEXT])
{
	struct cursor inner = { c->message, c->length, r->data + offset, true };

	if (r->data_length <= offset)
		return false;
	read_name(&inner, text);
	return inner.ok && inner.at == r->data + r->data_length;
}

/* One turn of the chain: to the target of owner's CNAME, if the answer has one. */
static bool
follow_alias(struct cursor *c, unsigned count, struct owner *owner)
{
	struct cursor answers = *c;
	char target[NAME_TEXT];
	struct record r;

	for (unsigned i = 0; i < count && read_record(&answers, &r); i++) {
		if (r.type != TYPE_CNAME || !is_owned_by(&answers, &r, owner))
			continue;
		if (!data_name(&answers, &r, 0, target))
			return false;
		strcpy(owner->name, target);
		owner->at = r.data;
		return true;
	}
	c->ok = answers.ok;
	return false;
}

/* The character-strings of a TXT record with nothing between (RFC 1035 section
 * 3.3.14); each must end within the RDATA. */
static bool
read_strings(const uint8_t *data, size_t length, struct answer_record *out)
{
	out->data = mem_alloc(length > 0 ? length : 1);
	for (size_t at = 0; at < length; at += 1u + data[at]) {
		if (data[at] >= length - at)
			return false;
		memcpy(out->data + out->length, data + at + 1, data[at]);
		out->length += data[at];
	}
	return true;
}

static bool
read_data(const struct cursor *c, const struct record *r, struct answer_record *out)
{
	char name[NAME_TEXT];

	switch (r->type) {
	case TYPE_A:
	case TYPE_AAAA:
		if (r->data_length != (r->type == TYPE_A ? 4 : 16))
			return false;
		out->address.family = r->type == TYPE_A ? 4 : 6;
		memcpy(out->address.bytes, c->message + r->data, r->data_length);
		return true;
	case TYPE_MX:
		if (!data_name(c, r, 2, name))
			return false;
		out->preference =
		    (uint16_t)(c->message[r->data] << 8 | c->message[r->data + 1]);
		out->name = mem_strdup(name);
		return true;
	case TYPE_CNAME:
		if (!data_name(c, r, 0, name))
			return false;
		out->name = mem_strdup(name);
		return true;
	case TYPE_TXT:
		return read_strings(c->message + r->data, r->data_length, out);
	case TYPE_TLSA:
		out->data = mem_dup(c->message + r->data, r->data_length);
		out->length = r->data_length;
		return true;
	default:
		return true; /* SOA: that there is one is enough */
	}
}

static void
add_record(struct answer *answer, const struct answer_record *record)
{
	if (answer->count % RECORDS_AT_ONCE == 0)
		answer->records =
		    mem_realloc(answer->records,
				(answer->count + RECORDS_AT_ONCE) * sizeof *answer->records);
	answer->records[answer->count++] = *record;
}

/* Takes owner's records of the type asked for. */
static void
collect(struct answer *answer, struct cursor answers, unsigned count, const struct owner *owner,
	enum answer_type type)
{
	struct record r;

	for (unsigned i = 0; i < count && read_record(&answers, &r); i++) {
		struct answer_record record = { 0 };

		if (r.type != type || !is_owned_by(&answers, &r, owner))
			continue;
		if (!read_data(&answers, &r, &record)) {
			answers.ok = false;
			free(record.data);
		} else {
			add_record(answer, &record);
		}
		if (!answers.ok || answer->count == ANSWER_RECORDS_MAX)
			break;
	}
	if (!answers.ok)
		answer->status = ANSWER_MALFORMED;
}

static enum answer_status
status_of(const struct answer *answer)
{
	if (answer->status != ANSWER_NONE)
		return answer->status;
	if (answer->rcode == 3)
		return ANSWER_NXDOMAIN;
	if (answer->rcode != 0)
		return ANSWER_FAILED;
	return answer->count > 0 ? ANSWER_OK : ANSWER_NODATA;
}

static enum answer_status
read_answers(struct answer *answer, struct cursor *c, enum answer_type type)
{
	unsigned answers, hops = 0;
	struct owner owner;

	c->at = 6;
	answers = read16(c);
	c->at = owner.at = HEADER;
	read_name(c, owner.name);
	skip(c, 4);
	if (!c->ok)
		return ANSWER_MALFORMED;
	while (type != TYPE_CNAME && follow_alias(c, answers, &owner)) {
		answer->aliased = true;
		if (++hops > ANSWER_CHAIN_MAX)
			return ANSWER_LOOP;
	}
	if (answer->aliased)
		answer->expanded = mem_strdup(owner.name);
	collect(answer, *c, answers, &owner, type);
	return status_of(answer);
}

void
answer_parse(struct answer *answer, const uint8_t *bytes, size_t length, enum answer_type type)
{
	struct cursor c = { bytes, length, 0, true };

	memset(answer, 0, sizeof *answer);
	answer->status = ANSWER_MALFORMED;
	if (length < HEADER || (bytes[2] & 0x80) == 0)
		return;
	answer->status = ANSWER_NONE;
	answer->rcode = bytes[3] & 0x0f;
	answer->authenticated = (bytes[3] & 0x20) != 0;
	if (bytes[4] != 0 || bytes[5] != 1) /* without its question, only the rcode says much */
		answer->status = answer->rcode > 0 ? status_of(answer) : ANSWER_MALFORMED;
	else
		answer->status = read_answers(answer, &c, type);
}

void
answer_clear(struct answer *answer)
{
	for (size_t i = 0; i < answer->count; i++) {
		free(answer->records[i].name);
		free(answer->records[i].data);
	}
	free(answer->records);
	free(answer->expanded);
	answer->records = NULL;
	answer->expanded = NULL;
	answer->count = 0;
}
