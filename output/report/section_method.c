/* SPDX-License-Identifier: Apache-2.0 */
/* How the numbers came about, and how to have them again. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "output/report/report_parts.h"

static const struct document_column columns[] = {
	{ "key", "What", "text" },
	{ "now", "This sweep", "text" },
	{ "before", "The sweep it is compared with", "text" },
	{ NULL, NULL, NULL },
};

static const struct {
	const char *key, *title; /* of the view sweeps */
} facts[] = {
	{ "sweep", "Sweep" },
	{ "input", "List" },
	{ "shards", "Shards" },
	{ "shard", "Shard" },
	{ "targets", "Targets" },
	{ "domains", "Domains" },
	{ "servers", "Servers of domains" },
	{ "vantage", "Vantage point" },
	{ "started", "Started" },
	{ "finished", "Finished" },
	{ "state", "State" },
	{ "judged", "Judged as of" },
	{ "trust_store", "Trust store" },
	{ "resolver", "Resolver" },
	{ "version", "mxsweep" },
	{ "notes", "Notes" },
};

/* A value as a person writes it; the caller's, NULL for none. */
static char *
plain(const json_t *value)
{
	if (json_is_string(value))
		return strdup(json_string_value(value));
	return value == NULL || json_is_null(value) ? NULL : json_dumps(value, JSON_ENCODE_ANY);
}

static json_t *
cell(const json_t *value)
{
	char *text = plain(value);
	json_t *made = document_text(text);

	free(text);
	return made;
}

/* Inside single quotes a shell takes everything but the quote for itself. */
static void
write_quoted(FILE *out, const char *text)
{
	static const char safe[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				   "0123456789-_./,:=+@";

	if (*text != '\0' && text[strspn(text, safe)] == '\0') {
		fputs(text, out);
		return;
	}
	putc('\'', out);
	for (; *text != '\0'; text++)
		if (*text == '\'')
			fputs("'\\''", out);
		else
			putc(*text, out);
	putc('\'', out);
}

/* Every option that says something, so that today's defaults do not matter later. */
static void
write_option(FILE *out, const char *name, const json_t *value)
{
	char *text;

	if (json_is_boolean(value)) {
		if (json_is_true(value))
			fprintf(out, " --%s", name);
		return;
	}
	text = plain(value);
	if (text != NULL && *text != '\0') {
		fprintf(out, " --%s ", name);
		write_quoted(out, text);
	}
	free(text);
}

/* An option's name is a word; whatever else stands there did not come from us. */
static bool
is_name(const char *key)
{
	return *key != '\0' &&
	       key[strspn(key, "abcdefghijklmnopqrstuvwxyz0123456789-")] == '\0';
}

static json_t *
command(struct report *report)
{
	json_t *options =
	    json_object_get(json_object_get(report->document, "sweep"), "options");
	json_t *value, *made;
	const char *key;
	char *text = NULL;
	size_t length;
	FILE *out = open_memstream(&text, &length);

	fputs("mxsweep sweep", out);
	json_object_foreach (options, key, value)
		if (is_name(key) && strcmp(key, "verbose") != 0 && strcmp(key, "quiet") != 0)
			write_option(out, key, value);
	fclose(out);
	made = json_object_size(options) > 0 ? json_string(text) : json_null();
	free(text);
	return made;
}

static void
fill_method(struct report *report)
{
	json_t *method = json_object_get(report->document, "method");
	const json_t *sweep = json_object_get(report->document, "sweep");
	static const struct {
		const char *key, *column;
	} parts[] = {
		{ "list", "input" },      { "vantage", "vantage" },
		{ "started", "started" }, { "finished", "finished" },
		{ "judged", "judged" },   { "trust_store", "trust_store" },
		{ "version", "version" }, { "resolver", "resolver" },
		{ "notes", "notes" },
	};

	for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
		json_object_set_new(method, parts[i].key,
				    cell(json_object_get(sweep, parts[i].column)));
	json_object_set_new(method, "command", command(report));
}

void
section_method(struct report *report, json_t *section)
{
	const json_t *now = json_object_get(report->document, "sweep");
	const json_t *before = json_object_get(report->document, "against");
	json_t *table = document_table(
	    section, &(struct document_table){ "method", "What was swept, from where, and when",
					       "", columns });

	for (size_t i = 0; i < sizeof facts / sizeof *facts; i++)
		document_row(table, json_pack("[s, o, o]", facts[i].title,
					      cell(json_object_get(now, facts[i].key)),
					      cell(json_object_get(before, facts[i].key))));
	fill_method(report);
	document_say(section,
		     "Each mail server is asked once a sweep: it is greeted, asked for "
		     "STARTTLS, and its certificates are kept as it sends them. No mail is "
		     "sent. What is good is judged afterwards, from what was kept.");
	document_say(section, "The verdicts are made again, without the network, by mxsweep "
			      "assess.");
}
