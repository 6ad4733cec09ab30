/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/lab/script.h"

#include <errno.h>
#include <openssl/ssl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "scanner/log.h"
#include "scanner/mem.h"

struct parser {
	const char *file;
	unsigned line;
	struct script *scripts, *current;
};

/* Each reads what follows its statement's name. */
typedef void read_arguments(struct parser *parser, struct op *op, char *rest);

static void __attribute__((noreturn))
complain(const struct parser *parser, const char *what, const char *word)
{
	die("%s:%u: %s%s%s", parser->file, parser->line, what, word ? ": " : "",
	    word ? word : "");
}

/* Takes the next word off *rest; NULL at the end. */
static char *
take_word(char **rest)
{
	char *word = *rest + strspn(*rest, " \t");

	if (*word == '\0')
		return NULL;
	*rest = word + strcspn(word, " \t");
	if (**rest != '\0')
		*(*rest)++ = '\0';
	return word;
}

static char *
need_word(struct parser *parser, char **rest)
{
	char *word = take_word(rest);

	if (word == NULL)
		complain(parser, "something is missing at the end", NULL);
	return word;
}

static double
need_number(struct parser *parser, char **rest)
{
	char *word = need_word(parser, rest), *end;
	double number = strtod(word, &end);

	if (*end != '\0' || !(number >= 0 && number <= 1e6))
		complain(parser, "no number", word);
	return number;
}

static int
hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* One escape after the backslash at **from. */
static char
decode_escape(struct parser *parser, const char **from)
{
	const char *p = ++*from;

	switch (*p) {
	case 'r':
		return '\r';
	case 'n':
		return '\n';
	case 't':
		return '\t';
	case '0':
		return '\0';
	case '\\':
	case 's':
		return *p == 's' ? ' ' : '\\';
	case 'x':
		if (hex_digit(p[1]) < 0 || hex_digit(p[2]) < 0)
			break;
		*from += 2;
		return (char)(hex_digit(p[1]) << 4 | hex_digit(p[2]));
	default:
		break;
	}
	complain(parser, "no such escape", p);
}

static void
read_text(struct parser *parser, struct op *op, char *rest)
{
	const char *from;

	op->text = mem_alloc(strlen(rest) + 3);
	for (from = rest; *from != '\0'; from++) {
		char c = *from == '\\' ? decode_escape(parser, &from) : *from;
		op->text[op->length++] = c;
	}
}

static void
read_line(struct parser *parser, struct op *op, char *rest)
{
	read_text(parser, op, rest);
	memcpy(op->text + op->length, "\r\n", 2);
	op->length += 2;
}

static void
read_hex(struct parser *parser, struct op *op, char *rest)
{
	op->text = mem_alloc(strlen(rest) + 1);
	for (char *p = rest + strspn(rest, " "); *p != '\0'; p += 2, p += strspn(p, " ")) {
		if (hex_digit(p[0]) < 0 || hex_digit(p[1]) < 0)
			complain(parser, "no pair of hexadecimal digits", p);
		op->text[op->length++] = (char)(hex_digit(p[0]) * 16 + hex_digit(p[1]));
	}
}

static void
read_verb(struct parser *parser, struct op *op, char *rest)
{
	op->text = mem_strdup(need_word(parser, &rest));
}

static void
read_seconds(struct parser *parser, struct op *op, char *rest)
{
	op->seconds = need_number(parser, &rest);
}

static void
read_drip(struct parser *parser, struct op *op, char *rest)
{
	op->count = (unsigned long)need_number(parser, &rest);
	op->seconds = need_number(parser, &rest);
}

static void
read_flood(struct parser *parser, struct op *op, char *rest)
{
	op->count = (unsigned long)need_number(parser, &rest);
	read_text(parser, op, rest + strspn(rest, " "));
	if (op->length == 0)
		complain(parser, "nothing to flood with", NULL);
}

static void
read_other(struct parser *parser, struct op *op, char *rest)
{
	char *name;

	op->count = (unsigned long)need_number(parser, &rest);
	name = need_word(parser, &rest);
	op->other = script_find(parser->scripts, name);
	if (op->other == NULL || op->other == parser->current)
		complain(parser, "no script above has this name", name);
}

static int
read_version(struct parser *parser, char **rest)
{
	static const struct {
		const char *name;
		int version;
	} versions[] = { { "1.0", TLS1_VERSION },
			 { "1.1", TLS1_1_VERSION },
			 { "1.2", TLS1_2_VERSION },
			 { "1.3", TLS1_3_VERSION } };
	char *word = need_word(parser, rest);

	for (size_t i = 0; i < sizeof versions / sizeof *versions; i++)
		if (strcmp(word, versions[i].name) == 0)
			return versions[i].version;
	complain(parser, "no version of TLS", word);
}

static void
read_tls(struct parser *parser, struct op *op, char *rest)
{
	char *word;

	while ((word = take_word(&rest)) != NULL) {
		if (strcmp(word, "min-version") == 0)
			op->tls.lowest = read_version(parser, &rest);
		else if (strcmp(word, "max-version") == 0)
			op->tls.highest = read_version(parser, &rest);
		else if (strcmp(word, "ciphers") == 0 && op->tls.ciphers == NULL)
			op->tls.ciphers = mem_strdup(need_word(parser, &rest));
		else if (strcmp(word, "ask") == 0)
			op->tls.ask = true;
		else if (strcmp(word, "renegotiate") == 0)
			op->tls.renegotiate = true;
		else if (op->tls.kind == NULL)
			op->tls.kind = mem_strdup(word);
		else
			complain(parser, "one certificate kind too many", word);
	}
}

static const struct statement {
	const char *name;
	enum act act;
	read_arguments *read;
} statements[] = {
	{ "send", ACT_SEND, read_line },    { "raw", ACT_SEND, read_text },
	{ "hex", ACT_SEND, read_hex },      { "expect", ACT_EXPECT, read_verb },
	{ "session", ACT_SESSION, NULL },   { "mail", ACT_MAIL, NULL },
	{ "hello", ACT_HELLO, NULL },       { "wait", ACT_WAIT, read_seconds },
	{ "silence", ACT_SILENCE, NULL },   { "drip", ACT_DRIP, read_drip },
	{ "flood", ACT_FLOOD, read_flood }, { "tls", ACT_TLS, read_tls },
	{ "flight", ACT_FLIGHT, read_tls }, { "first", ACT_FIRST, read_other },
	{ "over", ACT_OVER, read_other },   { "deaf", ACT_DEAF, NULL },
	{ "close", ACT_CLOSE, NULL },       { "reset", ACT_RESET, NULL },
};

static struct op *
add_op(struct script *script)
{
	script->ops = mem_realloc(script->ops, (script->count + 1) * sizeof *script->ops);
	memset(&script->ops[script->count], 0, sizeof *script->ops);
	return &script->ops[script->count++];
}

static struct op
copy_op(const struct op *from)
{
	struct op copy = *from;

	if (from->text != NULL)
		copy.text = mem_dup(from->text,
				    from->length > 0 ? from->length : strlen(from->text) + 1);
	copy.tls.kind = mem_strdup(from->tls.kind);
	copy.tls.ciphers = mem_strdup(from->tls.ciphers);
	return copy;
}

/* "do NAME": the statements of a script above, as if written here. */
static void
include_script(struct parser *parser, char *rest)
{
	char *name = need_word(parser, &rest);
	const struct script *other = script_find(parser->scripts, name);

	if (other == NULL || other == parser->current)
		complain(parser, "no script above has this name", name);
	for (size_t i = 0; i < other->count; i++)
		*add_op(parser->current) = copy_op(&other->ops[i]);
}

static void
begin_script(struct parser *parser, char *rest)
{
	char *name = need_word(parser, &rest);
	struct script *script;

	if (script_find(parser->scripts, name) != NULL)
		complain(parser, "a second script of this name", name);
	script = mem_alloc(sizeof *script);
	script->name = mem_strdup(name);
	script->next = parser->scripts;
	parser->scripts = parser->current = script;
}

static void
read_statement(struct parser *parser, char *word, char *rest)
{
	for (size_t i = 0; i < sizeof statements / sizeof *statements; i++)
		if (strcmp(word, statements[i].name) == 0) {
			struct op *op = add_op(parser->current);
			op->act = statements[i].act;
			if (statements[i].read != NULL)
				statements[i].read(parser, op, rest);
			return;
		}
	complain(parser, "no such statement", word);
}

struct script *
scripts_read(const char *file)
{
	struct parser parser = { .file = file };
	FILE *stream = fopen(file, "r");
	char line[4096], *rest, *word;

	if (stream == NULL)
		die("%s: %s", file, strerror(errno));
	while (fgets(line, sizeof line, stream) != NULL) {
		parser.line++;
		line[strcspn(line, "\n")] = '\0';
		rest = line;
		word = take_word(&rest);
		if (word == NULL || *word == '#')
			continue;
		if (strcmp(word, "script") == 0)
			begin_script(&parser, rest);
		else if (parser.current == NULL)
			complain(&parser, "a statement outside a script", word);
		else if (strcmp(word, "do") == 0)
			include_script(&parser, rest);
		else
			read_statement(&parser, word, rest);
	}
	fclose(stream);
	return parser.scripts;
}

struct script *
script_find(struct script *scripts, const char *name)
{
	while (scripts != NULL && strcmp(scripts->name, name) != 0)
		scripts = scripts->next;
	return scripts;
}

void
scripts_free(struct script *scripts)
{
	while (scripts != NULL) {
		struct script *next = scripts->next;

		for (size_t i = 0; i < scripts->count; i++) {
			free(scripts->ops[i].text);
			free(scripts->ops[i].tls.kind);
			free(scripts->ops[i].tls.ciphers);
		}
		free(scripts->ops);
		free(scripts->name);
		free(scripts);
		scripts = next;
	}
}
