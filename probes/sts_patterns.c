/* SPDX-License-Identifier: Apache-2.0 */
#include "probes/sts_patterns.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "scanner/mem.h"

#define LABEL_MAX_LENGTH 63 /* RFC 1035 section 2.3.4 */
#define NAME_MAX_LENGTH  253
#define TYPO_MAX         3 /* edits */
#define TYPO_SHARE       4 /* and at most one for so many letters */

/* Letters and digits, hyphens inside (RFC 5321 section 4.1.2): a "*" elsewhere, an
 * underscore and an internationalised name are none. */
static bool
is_label(struct span label)
{
	if (label.length == 0 || label.length > LABEL_MAX_LENGTH || label.at[0] == '-' ||
	    label.at[label.length - 1] == '-')
		return false;
	for (size_t i = 0; i < label.length; i++)
		if (!span_is_letter(label.at[i]) && !span_is_digit(label.at[i]) &&
		    label.at[i] != '-')
			return false;
	return true;
}

static bool
is_number(struct span label)
{
	size_t i = 0;

	while (i < label.length && span_is_digit(label.at[i]))
		i++;
	return i == label.length;
}

/* A last label of digits alone is an address's; no top-level domain has one. */
static bool
is_domain(struct span name)
{
	struct span label = { NULL, 0 };
	bool more = true;

	if (name.length > NAME_MAX_LENGTH)
		return false;
	while (more) {
		label = span_cut(&name, '.', &more);
		if (!is_label(label))
			return false;
	}
	return !is_number(label);
}

char *
sts_patterns_read(struct span value)
{
	bool is_wildcard = value.length > 2 && value.at[0] == '*' && value.at[1] == '.';
	size_t skip = is_wildcard ? 2 : 0;
	char *pattern;

	if (!is_domain((struct span){ value.length > 0 ? value.at + skip : value.at,
				      value.length - skip }))
		return NULL;
	pattern = mem_alloc(value.length + 1);
	for (size_t i = 0; i < value.length; i++) {
		char c = (char)value.at[i];

		pattern[i] = c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
	}
	return pattern;
}

static bool
is_wildcard(const char *pattern)
{
	return pattern[0] == '*';
}

/* What stands behind the first label; NULL if nothing does. */
static const char *
parent_of(const char *host)
{
	const char *dot = strchr(host, '.');

	return dot != NULL && dot > host ? dot + 1 : NULL;
}

static bool
fits(const char *pattern, const char *host)
{
	const char *parent = parent_of(host);

	if (!is_wildcard(pattern))
		return strcasecmp(pattern, host) == 0;
	return parent != NULL && strcasecmp(pattern + 2, parent) == 0;
}

bool
sts_patterns_list(const struct sts_policy *policy, const char *host)
{
	for (size_t i = 0; i < policy->count; i++)
		if (fits(policy->patterns[i], host))
			return true;
	return false;
}

static unsigned
least(unsigned a, unsigned b)
{
	return a < b ? a : b;
}

/* Is the edit distance within limit?  Only the cells near the diagonal can be, so a
 * pair costs its length times the limit.  The row is that of the letters of a so far;
 * far stands for whatever is over the limit. */
static bool
within(const char *a, size_t m, const char *b, size_t n, unsigned limit)
{
	unsigned row[NAME_MAX_LENGTH + 1] = { 0 }, far = limit + 1;

	for (size_t j = 0; j <= n; j++)
		row[j] = j <= limit ? (unsigned)j : far;
	for (size_t i = 1; i <= m; i++) {
		size_t from = i > limit ? i - limit : 1;
		size_t to = i + limit < n ? i + limit : n;
		unsigned diagonal = row[from - 1];

		row[from - 1] = from == 1 ? least((unsigned)i, far) : far;
		for (size_t j = from; j <= to; j++) {
			unsigned change = diagonal + (a[i - 1] != b[j - 1]);
			unsigned shift = least(row[j], row[j - 1]) + 1;

			diagonal = row[j];
			row[j] = least(least(change, shift), far);
		}
	}
	return row[n] <= limit;
}

static bool
is_near(const char *a, const char *b)
{
	size_t m = strlen(a), n = strlen(b);
	size_t shorter = m < n ? m : n, longer = m < n ? n : m;
	size_t limit = shorter / TYPO_SHARE < TYPO_MAX ? shorter / TYPO_SHARE : TYPO_MAX;

	return limit > 0 && longer <= NAME_MAX_LENGTH && longer - shorter <= limit &&
	       within(a, m, b, n, (unsigned)limit);
}

static bool
is_typo(const char *pattern, const char *host)
{
	const char *parent = parent_of(host);

	if (!is_wildcard(pattern))
		return is_near(pattern, host);
	return parent != NULL && is_near(pattern + 2, parent);
}

/* A pattern near the name of a host that is listed was meant for another one, as mx2
 * beside mx1 is, and is only stale. */
static unsigned
lint_pattern(const char *pattern, const char *const hosts[], const bool listed[], size_t count)
{
	unsigned lint = STS_LINT_STALE_PATTERN;

	for (size_t i = 0; i < count; i++) {
		if (fits(pattern, hosts[i]))
			return 0;
		if (!listed[i] && is_typo(pattern, hosts[i]))
			lint |= STS_LINT_TYPO_PATTERN;
	}
	return lint;
}

unsigned
sts_patterns_lint(const struct sts_policy *policy, const char *const hosts[], size_t count)
{
	unsigned lint = 0;
	bool *listed;

	if (policy->word != STS_POLICY_OK || policy->mode == STS_MODE_NONE || count == 0)
		return 0;
	listed = mem_alloc(count * sizeof *listed);
	for (size_t i = 0; i < count; i++) {
		listed[i] = sts_patterns_list(policy, hosts[i]);
		lint |= listed[i] ? 0 : STS_LINT_UNLISTED_MX;
	}
	for (size_t i = 0; i < policy->count; i++)
		lint |= lint_pattern(policy->patterns[i], hosts, listed, count);
	free(listed);
	return lint;
}
