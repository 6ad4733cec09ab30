/* SPDX-License-Identifier: Apache-2.0 */
#include "output/report/aggregate_read.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "output/report/aggregate_parts.h"
#include "output/report/anonymous.h"
#include "scanner/mem.h"
#include "scanner/text.h"

#define FILE_MAX   (16u << 20)
#define VALUES_MAX 1000000 /* commas and brackets: what a file may cost as JSON values */
#define N_MAX      1000000000
#define K_MAX      1000000
#define ERROR_SIZE 512

struct reading {
	struct aggregate *aggregate;
	struct aggregate_tables tables;
	const char *name;
	char *error; /* [ERROR_SIZE] */
};

/* What the file brought along is escaped: it may be meant for the terminal. */
static bool
fail(struct reading *reading, const char *what)
{
	char *clean = text_of_bytes(what, strlen(what), 0);

	snprintf(reading->error, ERROR_SIZE, "%s: %s", reading->name, clean);
	free(clean);
	return false;
}

/* The same at a row of a table. */
static bool
fail_row(struct reading *reading, const char *table, size_t row, const char *what)
{
	char text[128];

	snprintf(text, sizeof text, "%s[%zu]: %s", table, row, what);
	return fail(reading, text);
}

static bool
is_affordable(const char *text, size_t length)
{
	size_t values = 0;

	for (size_t i = 0; i < length; i++)
		values += text[i] == '{' || text[i] == '[' || text[i] == ',';
	return length <= FILE_MAX && values <= VALUES_MAX;
}

/* A text that people wrote, escaped; NULL and true for null. */
static bool
free_text(json_t *json, char **text)
{
	*text = NULL;
	if (json_is_null(json))
		return true;
	if (!json_is_string(json) || json_string_length(json) == 0 ||
	    json_string_length(json) > AGGREGATE_TEXT_MAX)
		return false;
	*text = text_of_bytes(json_string_value(json), json_string_length(json), 0);
	return true;
}

/* A text of a row that the check lets pass; NULL: it does not. */
static const char *
key_text(struct reading *reading, json_t *row, const char *key, bool check(const char *text))
{
	const char *text = json_string_value(json_object_get(row, key));

	return text != NULL && check(text) ? aggregate_keep(reading->aggregate, text) : NULL;
}

/* No group is smaller than the file promises, but for "other" of nothing else. */
static bool
read_count(const struct reading *reading, json_t *row, int64_t *n)
{
	json_t *json = json_object_get(row, "n");

	*n = json_integer_value(json);
	return json_is_integer(json) && *n >= reading->aggregate->k && *n <= N_MAX;
}

static bool
read_server(struct reading *reading, json_t *row, size_t index)
{
	struct cell *cell = &reading->tables.servers[reading->tables.server_count];
	char *name;

	if (!json_is_object(row) || json_object_size(row) != 5)
		return fail_row(reading, "servers", index, "is no row of five values");
	cell->key[0] = key_text(reading, row, "country", aggregate_country);
	cell->key[1] = key_text(reading, row, "network", aggregate_network);
	cell->key[2] = key_text(reading, row, "fault", aggregate_word);
	if (cell->key[0] == NULL)
		return fail_row(reading, "servers", index, "country is not one");
	if (cell->key[1] == NULL)
		return fail_row(reading, "servers", index, "network is not the number of one");
	if (cell->key[2] == NULL)
		return fail_row(reading, "servers", index, "fault is not a word");
	if (!free_text(json_object_get(row, "name"), &name))
		return fail_row(reading, "servers", index,
				"name is not a text of 1 to 200 bytes");
	cell->note = name != NULL ? aggregate_keep(reading->aggregate, name) : NULL;
	free(name);
	if (!read_count(reading, row, &cell->n))
		return fail_row(reading, "servers", index, "n is not a number from k on");
	reading->tables.server_count++;
	return true;
}

static bool
read_domain(struct reading *reading, json_t *row, size_t index)
{
	struct cell *cell = &reading->tables.domains[reading->tables.domain_count];

	if (!json_is_object(row) || json_object_size(row) != 3)
		return fail_row(reading, "domains", index, "is no row of three values");
	cell->key[0] = key_text(reading, row, "provider", aggregate_provider);
	cell->key[1] = key_text(reading, row, "headline", aggregate_word);
	cell->key[2] = "";
	if (cell->key[0] == NULL)
		return fail_row(reading, "domains", index, "provider is not one");
	if (cell->key[1] == NULL)
		return fail_row(reading, "domains", index, "headline is not a word");
	if (!read_count(reading, row, &cell->n))
		return fail_row(reading, "domains", index, "n is not a number from k on");
	reading->tables.domain_count++;
	return true;
}

static bool
read_tables(struct reading *reading, json_t *top)
{
	json_t *servers = json_object_get(top, "servers"), *row;
	json_t *domains = json_object_get(top, "domains");
	size_t i;

	if (!json_is_array(servers) || !json_is_array(domains))
		return fail(reading, "has no tables servers and domains");
	reading->tables.servers =
	    mem_alloc((json_array_size(servers) + 1) * sizeof *reading->tables.servers);
	reading->tables.domains =
	    mem_alloc((json_array_size(domains) + 1) * sizeof *reading->tables.domains);
	json_array_foreach (servers, i, row)
		if (!read_server(reading, row, i))
			return false;
	json_array_foreach (domains, i, row)
		if (!read_domain(reading, row, i))
			return false;
	return aggregate_count(reading->aggregate, &reading->tables) ||
	       fail(reading, "a group stands twice");
}

static bool
read_head(struct reading *reading, json_t *top)
{
	struct aggregate *aggregate = reading->aggregate;
	const char *format = json_string_value(json_object_get(top, "format"));
	const char *week = json_string_value(json_object_get(top, "week"));
	json_t *version = json_object_get(top, "version"), *k = json_object_get(top, "k");

	if (format == NULL || strcmp(format, ANONYMOUS_FORMAT) != 0)
		return fail(reading, "no aggregate: its format is not " ANONYMOUS_FORMAT);
	if (json_object_size(top) != 7)
		return fail(reading, "has keys that are not of its format, or lacks some");
	if (!free_text(json_object_get(top, "vantage"), &aggregate->vantage))
		return fail(reading, "vantage is not null or a text of 1 to 200 bytes");
	if (week == NULL || !aggregate_is_week(week))
		return fail(reading, "week is not one, such as 2026-W39");
	if (!json_is_null(version) && !aggregate_version(json_string_value(version)))
		return fail(reading, "version is not one");
	if (!json_is_integer(k) || json_integer_value(k) < 2 || json_integer_value(k) > K_MAX)
		return fail(reading, "k is not a number from 2 to 1000000");
	memcpy(aggregate->week, week, AGGREGATE_WEEK_SIZE);
	aggregate->version = mem_strdup(json_string_value(version));
	aggregate->k = json_integer_value(k);
	return true;
}

static bool
read_json(struct reading *reading, const char *text, size_t length)
{
	json_error_t json_error;
	json_t *top;
	char what[JSON_ERROR_TEXT_LENGTH + 32];
	bool ok;

	if (!is_affordable(text, length))
		return fail(reading, "too large to be an aggregate");
	top = json_loadb(text, length, JSON_REJECT_DUPLICATES, &json_error);
	if (top == NULL) {
		snprintf(what, sizeof what, "line %d: %s", json_error.line, json_error.text);
		return fail(reading, what);
	}
	ok = json_is_object(top) ? read_head(reading, top) && read_tables(reading, top)
				 : fail(reading, "no aggregate: it is not an object");
	json_decref(top);
	return ok;
}

struct aggregate *
aggregate_parse(const char *text, size_t length, const char *name, char error[ERROR_SIZE])
{
	struct reading reading = { .aggregate = mem_alloc(sizeof(struct aggregate)),
				   .name = name,
				   .error = error };
	bool ok = read_json(&reading, text, length);

	free(reading.tables.servers);
	free(reading.tables.domains);
	if (ok)
		return reading.aggregate;
	aggregate_free(reading.aggregate);
	return NULL;
}

/* Up to a byte more than a file may have, so that a longer one is noticed. */
static bool
read_bytes(int fd, char *bytes, size_t *length)
{
	ssize_t got;

	for (*length = 0; *length <= FILE_MAX; *length += (size_t)got) {
		got = read(fd, bytes + *length, FILE_MAX + 1 - *length);
		if (got <= 0)
			return got == 0;
	}
	return true;
}

struct aggregate *
aggregate_read(const char *path, char error[ERROR_SIZE])
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct aggregate *aggregate = NULL;
	char *bytes = mem_alloc(FILE_MAX + 1);
	size_t length;

	if (fd < 0 || !read_bytes(fd, bytes, &length))
		snprintf(error, ERROR_SIZE, "%s: %s", path, strerror(errno));
	else
		aggregate = aggregate_parse(bytes, length, path, error);
	if (fd >= 0)
		close(fd);
	free(bytes);
	return aggregate;
}
