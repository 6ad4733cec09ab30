/* SPDX-License-Identifier: Apache-2.0 */
/* From a file to a policy list: the bytes, the JSON, and the list around its entries. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "output/policy/policy_parts.h"
#include "scanner/mem.h"
#include "scanner/text.h"

#define FILE_MAX   (256u << 20)
#define MEMORY_MAX (4ull << 30) /* that a file may cost as JSON values */
#define ERROR_SIZE 512

struct bytes {
	const char *name;
	const char *text;
	size_t length;
};

/* Where the value of a key of the list itself stands, in JSON known to be well-formed;
 * its beginning when the key is spelled with escapes. */
static size_t
find_key(const struct bytes *bytes, const char *key)
{
	const char *text = bytes->text;
	size_t depth = 0, length = strlen(key);

	for (size_t i = 0; i < bytes->length; i++) {
		size_t start = i + 1;

		depth += text[i] == '{' || text[i] == '[';
		depth -= text[i] == '}' || text[i] == ']';
		if (text[i] != '"')
			continue;
		for (i++; text[i] != '"'; i++)
			i += text[i] == '\\';
		if (depth != 1 || i - start != length || memcmp(text + start, key, length) != 0)
			continue;
		for (i++; strchr(" \t\r\n", text[i]) != NULL; i++)
			continue;
		if (text[i] == ':')
			return start - 1;
		i--;
	}
	return 0;
}

/* Says "FILE:LINE:COLUMN: what"; escapes what the file may have brought along. */
static bool
fail_at(const struct bytes *bytes, int line, int column, const char *what,
	char error[ERROR_SIZE])
{
	char *clean = text_of_bytes(what, strlen(what), 0);

	snprintf(error, ERROR_SIZE, "%s:%d:%d: %s", bytes->name, line, column, clean);
	free(clean);
	return false;
}

/* The same at a key of the list; "" is the list itself. */
static bool
fail(const struct bytes *bytes, const char *key, const char *what, char error[ERROR_SIZE])
{
	size_t at = *key != '\0' ? find_key(bytes, key) : 0, begin = 0;
	int line = 1;
	char *text = mem_printf("%s%s%s", key, *key != '\0' ? " " : "", what);

	for (size_t i = 0; i < at; i++)
		if (bytes->text[i] == '\n') {
			line++;
			begin = i + 1;
		}
	fail_at(bytes, line, (int)(at - begin) + 1, text, error);
	free(text);
	return false;
}

static bool
check_version(const struct bytes *bytes, json_t *top, char error[ERROR_SIZE])
{
	json_t *version = json_object_get(top, "version");

	if (version == NULL)
		return fail(bytes, "", "no policy list: it has no version", error);
	if (!json_is_string(version) || strcmp(json_string_value(version), "0.1") != 0)
		return fail(bytes, "version", "is not \"0.1\", the format we know", error);
	return true;
}

static bool
check_time(const struct bytes *bytes, json_t *top, const char *key, int64_t *seconds,
	   char error[ERROR_SIZE])
{
	json_t *json = json_object_get(top, key);
	char what[64];

	snprintf(what, sizeof what, "no policy list: it has no %s", key);
	if (json == NULL)
		return fail(bytes, "", what, error);
	if (!policy_time(json, seconds))
		return fail(bytes, key, "is not a time, such as 2026-01-31T12:00:00Z", error);
	return true;
}

/* What makes it a list at all; everything else is a fault of a part. */
static bool
check_list(const struct bytes *bytes, json_t *top, struct policy_list *list,
	   char error[ERROR_SIZE])
{
	json_t *aliases, *policies;

	if (!json_is_object(top))
		return fail(bytes, "", "no policy list: it is not an object", error);
	if (!check_version(bytes, top, error) ||
	    !check_time(bytes, top, "timestamp", &list->timestamp, error) ||
	    !check_time(bytes, top, "expires", &list->expires, error))
		return false;
	aliases = json_object_get(top, "policy-aliases");
	policies = json_object_get(top, "policies");
	if (aliases != NULL && !json_is_object(aliases))
		return fail(bytes, "policy-aliases", "is not an object", error);
	if (policies == NULL)
		return fail(bytes, "", "no policy list: it has no policies", error);
	if (!json_is_object(policies))
		return fail(bytes, "policies", "is not an object", error);
	return true;
}

static void
check_keys(struct policy_reading *reading, json_t *top)
{
	static const char known[] =
	    " timestamp expires version author policy-aliases policies ";
	const char *key;
	json_t *value;

	json_object_foreach (top, key, value) {
		char *word = mem_printf(" %s ", key);

		if (strstr(known, word) == NULL || strchr(key, ' ') != NULL)
			policy_tell(reading, POLICY_ODD, key, POLICY_NO_INDEX,
				    "is no key of this format");
		free(word);
	}
	if (json_object_get(top, "policy-aliases") == NULL)
		policy_tell(reading, POLICY_ODD, "policy-aliases", POLICY_NO_INDEX,
			    "is missing");
}

static void
read_list(struct policy_reading *reading, json_t *top)
{
	struct policy_list *list = reading->list;
	json_t *author = json_object_get(top, "author");
	json_t *aliases = json_object_get(top, "policy-aliases");

	check_keys(reading, top);
	if (list->expires <= list->timestamp)
		policy_tell(reading, POLICY_FAULT, "expires", POLICY_NO_INDEX,
			    "is not after the timestamp");
	if (author != NULL && !json_is_string(author))
		policy_tell(reading, POLICY_FAULT, "author", POLICY_NO_INDEX, "is not a text");
	list->author = mem_strdup(json_string_value(author));
	policy_read_aliases(reading, aliases);
	policy_read_entries(reading, json_object_get(top, "policies"), aliases);
}

/* A file of nothing but brackets costs forty times its size: what jansson would
 * allocate for it, about, from above. */
static bool
is_affordable(const struct bytes *bytes)
{
	unsigned long long cost = bytes->length;

	for (size_t i = 0; i < bytes->length; i++) {
		char c = bytes->text[i];

		cost += c == '{' ? 256 : c == '[' || c == ',' ? 128 : 0;
	}
	return cost <= MEMORY_MAX;
}

struct policy_list *
policy_list_parse(const char *text, size_t length, const char *name, policy_fault *fault,
		  void *arg, char error[ERROR_SIZE])
{
	const struct bytes bytes = { name, text, length };
	struct policy_reading reading = { .fault = fault, .arg = arg, .part = "" };
	json_error_t json_error;
	json_t *top;

	if (!is_affordable(&bytes)) {
		fail(&bytes, "", "too many values to be a policy list", error);
		return NULL;
	}
	top = json_loadb(text, length, JSON_REJECT_DUPLICATES, &json_error);
	if (top == NULL) {
		fail_at(&bytes, json_error.line, json_error.column, json_error.text, error);
		return NULL;
	}
	reading.list = mem_alloc(sizeof *reading.list);
	if (check_list(&bytes, top, reading.list, error)) {
		read_list(&reading, top);
	} else {
		policy_list_free(reading.list);
		reading.list = NULL;
	}
	json_decref(top);
	return reading.list;
}

/* Everything that is there, up to a byte more than is allowed. */
static bool
read_all(int file, char **text, size_t *length)
{
	size_t room = 1 << 16;

	*length = 0;
	*text = mem_alloc(room);
	for (;;) {
		ssize_t n = read(file, *text + *length, room - *length);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0 || *length + (size_t)n > FILE_MAX) {
			*length += n > 0 ? (size_t)n : 0;
			return n >= 0;
		}
		*length += (size_t)n;
		if (*length == room)
			*text = mem_realloc(*text, room *= 2);
	}
}

struct policy_list *
policy_list_read(const char *path, policy_fault *fault, void *arg, char error[ERROR_SIZE])
{
	bool standard = strcmp(path, "-") == 0;
	const char *name = standard ? "stdin" : path;
	int file = standard ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
	struct policy_list *list = NULL;
	char *text = NULL;
	size_t length = 0;

	if (file < 0 || !read_all(file, &text, &length))
		snprintf(error, ERROR_SIZE, "%s: %s", name, strerror(errno));
	else if (length > FILE_MAX)
		snprintf(error, ERROR_SIZE, "%s: larger than %u MiB, no policy list", name,
			 FILE_MAX >> 20);
	else
		list = policy_list_parse(text, length, name, fault, arg, error);
	if (file >= 0 && !standard)
		close(file);
	free(text);
	return list;
}
