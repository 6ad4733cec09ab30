/* SPDX-License-Identifier: Apache-2.0 */
#include "output/policy/policy_requests.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "output/policy/policy_compare.h"
#include "output/policy/policy_parts.h"
#include "scanner/lines.h"
#include "scanner/mem.h"

#define ERROR_SIZE 512
#define SPACE      " \t\r\f\v"

/* The file and line we are at, and where its mistake is told. */
struct place {
	const struct lines *lines;
	char *error;
};

/* Says "FILE:LINE: TEXT: what". */
static bool
refuse(const struct place *place, const char *text, const char *what)
{
	char *shown = policy_shown(text);

	snprintf(place->error, ERROR_SIZE, "%s:%llu: %.300s%s%s", lines_name(place->lines),
		 (unsigned long long)lines_number(place->lines), shown,
		 *text != '\0' ? ": " : "", what);
	free(shown);
	return false;
}

static bool
read_domain(const struct place *place, const char *text, struct policy_request *request)
{
	char name[FOLD_NAME_MAX + 1];
	const char *reason = policy_fold_domain(text, name);

	if (reason != NULL)
		return refuse(place, text, reason);
	request->domain = mem_strdup(name);
	return true;
}

/* The rest of a line after its mode. */
static bool
read_patterns(const struct place *place, enum policy_mode mode, char **rest,
	      struct policy_request *request)
{
	char name[POLICY_NAME_MAX + 1], *text;
	struct policy_demand *demand = &request->demand;
	char **patterns = NULL;
	const char *reason = NULL;
	size_t count = 0;

	while (reason == NULL && (text = strtok_r(NULL, SPACE, rest)) != NULL) {
		reason = policy_fold_pattern(text, name);
		patterns = mem_realloc(patterns, (count + 1) * sizeof *patterns);
		if (reason == NULL)
			patterns[count++] = mem_strdup(name);
		else
			refuse(place, text, reason);
	}
	policy_demand_set(demand, mode, patterns, count);
	for (size_t i = 0; i < count; i++)
		free(patterns[i]);
	free(patterns);
	return reason == NULL;
}

/* Cuts the comment off, and the line into words. */
static bool
read_request(const struct place *place, char *line, struct policy_request *request)
{
	char *rest, *domain, *word;
	enum policy_mode mode;

	line[strcspn(line, "#")] = '\0';
	domain = strtok_r(line, SPACE, &rest);
	if (domain == NULL)
		return true;
	if (!read_domain(place, domain, request))
		return false;
	word = strtok_r(NULL, SPACE, &rest);
	if (word == NULL)
		return refuse(place, domain, "testing or enforce must follow");
	mode = policy_mode_parse(word);
	if (mode == POLICY_NONE)
		return refuse(place, word, "is neither testing nor enforce");
	return read_patterns(place, mode, &rest, request);
}

static bool
read_line(const struct place *place, const char *line, size_t length,
	  struct policy_request *request)
{
	char *copy;
	bool good;

	if (length > LINES_MAX)
		return refuse(place, "", "the line is too long");
	if (memchr(line, '\0', length) != NULL)
		return refuse(place, "", "a byte that is no text");
	fold_trim(&line, &length);
	copy = mem_alloc(length + 1);
	memcpy(copy, line, length);
	good = read_request(place, copy, request);
	free(copy);
	return good;
}

static void
clear_request(struct policy_request *request)
{
	free(request->domain);
	policy_demand_clear(&request->demand);
}

static bool
read_all(struct policy_requests *all, const struct place *place, struct lines *lines)
{
	const char *line;
	size_t length, room = 0;
	enum lines_next next;

	while ((next = lines_next(lines, &line, &length)) != LINES_END) {
		struct policy_request request = { .line = lines_number(lines) };

		if (next == LINES_WAIT) {
			struct pollfd wait = { .fd = lines_fd(lines), .events = POLLIN };

			poll(&wait, 1, -1);
			continue;
		}
		if (!read_line(place, line, length, &request)) {
			clear_request(&request);
			return false;
		}
		if (request.domain == NULL)
			continue;
		if (all->count == room) {
			room = room * 2 + 64;
			all->requests = mem_realloc(all->requests, room * sizeof request);
		}
		all->requests[all->count++] = request;
	}
	return true;
}

static int
compare(const void *a, const void *b)
{
	const struct policy_request *x = a, *y = b;
	int order = strcmp(x->domain, y->domain);

	return order != 0 ? order : (x->line > y->line) - (x->line < y->line);
}

/* Two lines for one domain: which of them is meant? */
static bool
check_once(const struct policy_requests *all, const char *name, char error[ERROR_SIZE])
{
	for (size_t i = 1; i < all->count; i++) {
		const struct policy_request *a = &all->requests[i - 1], *b = a + 1;

		if (strcmp(a->domain, b->domain) != 0)
			continue;
		snprintf(error, ERROR_SIZE, "%s:%llu: %s: was asked for in line %llu already",
			 name, b->line, b->domain, a->line);
		return false;
	}
	return true;
}

bool
policy_requests_read(struct policy_requests *requests, const char *path, char error[ERROR_SIZE])
{
	struct lines *lines = lines_open(path);
	const struct place place = { lines, error };
	bool good;

	*requests = (struct policy_requests){ 0 };
	good = read_all(requests, &place, lines);
	if (good && requests->count > 0)
		qsort(requests->requests, requests->count, sizeof *requests->requests, compare);
	good = good && check_once(requests, lines_name(lines), error);
	lines_close(lines);
	if (!good)
		policy_requests_clear(requests);
	return good;
}

void
policy_requests_clear(struct policy_requests *requests)
{
	for (size_t i = 0; i < requests->count; i++)
		clear_request(&requests->requests[i]);
	free(requests->requests);
	*requests = (struct policy_requests){ 0 };
}
