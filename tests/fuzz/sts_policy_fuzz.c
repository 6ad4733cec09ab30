/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as the body of a policy; what was read holds together, and the same body
 * with other ends of lines, an empty line more, or indented, is read as it should be. */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "scanner/judge.h"
#include "tests/fuzz/fuzz.h"

#define PATTERNS_TRIED 16

static size_t
labels(const char *name)
{
	size_t count = 1;

	for (; *name != '\0'; name++)
		count += *name == '.';
	return count;
}

static void
check_listed(const struct sts_policy *policy, const char *host)
{
	bool same = false;

	if (!judge.policy_lists(policy, host))
		return;
	for (size_t i = 0; i < policy->count; i++)
		same = same || labels(policy->patterns[i]) == labels(host);
	assert(same);
}

/* The pattern itself, a host for its "*", and what it does not stand for. */
static void
check_pattern(const struct sts_policy *policy, const char *pattern)
{
	size_t length = strlen(pattern);
	char *host = malloc(length + 3);
	const char *suffix = pattern[0] == '*' ? pattern + 2 : pattern;

	assert(host != NULL && length > 0 && length <= 255);
	assert(strspn(suffix, "abcdefghijklmnopqrstuvwxyz0123456789-.") == strlen(suffix));
	snprintf(host, length + 3, "a.%s", pattern);
	check_listed(policy, host);
	if (pattern[0] == '*')
		host[2] = 'b';
	assert(judge.policy_lists(policy, host + 2));
	check_listed(policy, suffix);
	free(host);
}

static void
check_policy(const struct sts_policy *policy)
{
	static const char *const hosts[] = { "mx.example.org", "mx1.example.net", "mx" };
	unsigned lint = judge.policy_lint(policy, hosts, 3);

	assert(word(WORDS_STS_POLICY, (int)policy->word) != NULL);
	assert(policy->max_age >= -1 && policy->max_age <= 9999999999);
	if (policy->word == STS_POLICY_OK)
		assert(policy->mode != 0 && policy->max_age >= 0 &&
		       (policy->mode == STS_MODE_NONE || policy->count > 0));
	else
		assert(lint == 0);
	if ((policy->lint & STS_LINT_LENIENT) != 0)
		assert(policy->word == STS_POLICY_BAD_SYNTAX && policy->max_age >= 0);
	if ((lint & STS_LINT_TYPO_PATTERN) != 0)
		assert((lint & STS_LINT_STALE_PATTERN) != 0 &&
		       (lint & STS_LINT_UNLISTED_MX) != 0);
	for (size_t i = 0; i < policy->count && i < PATTERNS_TRIED; i++)
		check_pattern(policy, policy->patterns[i]);
}

static bool
same_values(const struct sts_policy *a, const struct sts_policy *b)
{
	bool same = a->mode == b->mode && a->max_age == b->max_age && a->count == b->count;

	for (size_t i = 0; same && i < a->count; i++)
		same = strcmp(a->patterns[i], b->patterns[i]) == 0;
	return same;
}

/* The body between two texts. */
static void
read_changed(const char *before, const uint8_t *data, size_t size, const char *after,
	     struct sts_policy *policy)
{
	size_t head = strlen(before), tail = strlen(after);
	uint8_t *body = malloc(head + size + tail + 1);

	assert(body != NULL);
	mempcpy(mempcpy(mempcpy(body, before, head), data, size), after, tail);
	judge.policy(body, head + size + tail, policy);
	free(body);
}

static void
check_changes(const uint8_t *data, size_t size, const struct sts_policy *policy)
{
	struct sts_policy other;

	read_changed("", data, size, "\n\n", &other);
	assert(other.word == STS_POLICY_OK && same_values(policy, &other));
	assert((other.lint & STS_LINT_BLANK_LINE) != 0);
	judge.policy_clear(&other);
	read_changed(" ", data, size, "", &other);
	assert(other.word == STS_POLICY_BAD_SYNTAX && same_values(policy, &other));
	assert((other.lint & STS_LINT_LENIENT) != 0);
	judge.policy_clear(&other);
	read_changed("", data, size, "\nno field", &other);
	assert(other.word == STS_POLICY_BAD_SYNTAX && same_values(policy, &other));
	assert((other.lint & STS_LINT_LENIENT) == 0);
	judge.policy_clear(&other);
}

static void
check_crlf(const uint8_t *data, size_t size, const struct sts_policy *policy)
{
	uint8_t *body = malloc(size * 2 + 1);
	size_t length = 0;
	struct sts_policy other;

	assert(body != NULL);
	for (size_t i = 0; i < size; i++) {
		if (data[i] == '\n')
			body[length++] = '\r';
		body[length++] = data[i];
	}
	judge.policy(body, length, &other);
	assert(other.word == policy->word && other.lint == policy->lint);
	assert(same_values(policy, &other));
	judge.policy_clear(&other);
	free(body);
}

void
fuzz_one(const uint8_t *data, size_t size)
{
	struct sts_policy policy;

	judge.policy(data, size, &policy);
	check_policy(&policy);
	if (policy.word == STS_POLICY_OK)
		check_changes(data, size, &policy);
	if (memchr(data, '\r', size) == NULL)
		check_crlf(data, size, &policy);
	judge.policy_clear(&policy);
}
