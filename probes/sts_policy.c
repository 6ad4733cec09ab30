/* SPDX-License-Identifier: Apache-2.0 */
#include "probes/sts_policy.h"

#include <stdlib.h>
#include <string.h>

#include "probes/sts_patterns.h"
#include "scanner/fold.h"
#include "scanner/mem.h"

#define MAX_AGE_DIGITS 10
#define MAX_AGE_MOST   31557600 /* seconds, RFC 8461 section 3.2 */
#define MAX_AGE_DAY    86400

const char *const sts_lint_names[STS_LINTS] = {
	"content-type", "blank-line",    "max-age-over",       "max-age-short",
	"duplicate",    "lenient",       "stale-pattern",      "typo-pattern",
	"unlisted-mx",  "id-not-bumped", "removed-improperly",
};

/* A body half read. */
struct reading {
	struct sts_policy *policy;
	bool tolerant;
	unsigned seen; /* fields, by their bit */
	bool any;      /* a line that is not blank was seen */
	bool blank;    /* and so was a blank one, since the last of them */
	bool broken, version, bad_mx;
	size_t capacity; /* of the patterns */
};

static void
read_version(struct reading *reading, struct span value)
{
	reading->version = span_is(value, "STSv1");
}

static void
read_mode(struct reading *reading, struct span value)
{
	for (int mode = 1; mode < words_count(WORDS_STS_MODE); mode++)
		if (span_is(value, word(WORDS_STS_MODE, mode)))
			reading->policy->mode = (enum sts_mode_word)mode;
}

static void
read_max_age(struct reading *reading, struct span value)
{
	int64_t seconds = 0;

	if (value.length == 0 || value.length > MAX_AGE_DIGITS)
		return;
	for (size_t i = 0; i < value.length; i++) {
		if (!span_is_digit(value.at[i]))
			return;
		seconds = seconds * 10 + (value.at[i] - '0');
	}
	reading->policy->max_age = seconds;
}

static void
read_mx(struct reading *reading, struct span value)
{
	struct sts_policy *policy = reading->policy;
	char *pattern = sts_patterns_read(value);

	if (pattern == NULL) {
		reading->bad_mx = true;
		return;
	}
	if (policy->count == STS_POLICY_PATTERNS_MAX) {
		free(pattern);
		return;
	}
	if (policy->count == reading->capacity) {
		reading->capacity = reading->capacity > 0 ? reading->capacity * 2 : 4;
		policy->patterns =
		    mem_realloc(policy->patterns, reading->capacity * sizeof *policy->patterns);
	}
	policy->patterns[policy->count++] = pattern;
}

static const struct {
	const char *name;
	void (*read)(struct reading *reading, struct span value);
	bool repeats;
} fields[] = {
	{ "version", read_version, false },
	{ "mode", read_mode, false },
	{ "max_age", read_max_age, false },
	{ "mx", read_mx, true },
};

/* The length of the UTF-8 character at p (RFC 3629), 0 if it is none. */
static size_t
character_length(const uint8_t *p, size_t left)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	size_t n = *p < 0x80 ? 1 : *p < 0xc0 ? 0 : *p < 0xe0 ? 2 : *p < 0xf0 ? 3 : 4;
	uint32_t c = n > 1 ? *p & (0x7fu >> n) : *p;

	if (n == 0 || n > left || *p > 0xf4)
		return 0;
	for (size_t i = 1; i < n; i++) {
		if ((p[i] & 0xc0) != 0x80)
			return 0;
		c = c << 6 | (p[i] & 0x3f);
	}
	return c >= least[n] && c <= 0x10ffff && (c < 0xd800 || c > 0xdfff) ? n : 0;
}

/* Characters and spaces, no controls: what any value has (sts-policy-ext-value). */
static bool
is_text(struct span value)
{
	for (size_t i = 0, n; i < value.length; i += n) {
		n = character_length(value.at + i, value.length - i);
		if (n == 0 || value.at[i] < ' ' || value.at[i] == 0x7f)
			return false;
	}
	return true;
}

/* The value of a known field is its own matter, even if it is missing. */
static void
read_field(struct reading *reading, struct span name, struct span value)
{
	for (unsigned i = 0; i < sizeof fields / sizeof *fields; i++) {
		if (!span_is(name, fields[i].name))
			continue;
		if (fields[i].repeats || (reading->seen & 1u << i) == 0)
			fields[i].read(reading, value);
		else
			reading->policy->lint |= STS_LINT_DUPLICATE;
		reading->seen |= 1u << i;
		return;
	}
	if (value.length == 0 && !reading->tolerant)
		reading->broken = true;
}

static struct span
trim_tolerantly(struct span line)
{
	const char *text = (const char *)line.at;

	fold_trim(&text, &line.length);
	return (struct span){ (const uint8_t *)text, line.length };
}

static void
read_line(struct reading *reading, struct span line)
{
	struct span value = reading->tolerant ? trim_tolerantly(line) : span_trim_right(line);
	bool is_field;
	struct span name = span_cut(&value, ':', &is_field);

	if (!is_field && name.length == 0) {
		reading->blank = true;
		return;
	}
	reading->any = true;
	value = reading->tolerant ? trim_tolerantly(value) : span_trim_left(value);
	name = reading->tolerant ? trim_tolerantly(name) : name;
	if (!is_field || (!reading->tolerant &&
			  (reading->blank || !span_is_field_name(name) || !is_text(value))))
		reading->broken = true;
	if (is_field)
		read_field(reading, name, value);
	reading->blank = false;
}

/* A line ends in LF or CRLF. */
static void
read_lines(struct reading *reading, struct span body)
{
	while (body.length > 0) {
		bool ended;
		struct span line = span_cut(&body, '\n', &ended);

		if (ended && line.length > 0 && line.at[line.length - 1] == '\r')
			line.length--;
		read_line(reading, line);
	}
}

static enum sts_policy_word
word_of(const struct reading *reading)
{
	const struct sts_policy *policy = reading->policy;

	if (!reading->any)
		return STS_POLICY_EMPTY;
	if (reading->broken)
		return STS_POLICY_BAD_SYNTAX;
	if (!reading->version)
		return STS_POLICY_BAD_VERSION;
	if (policy->mode == 0)
		return STS_POLICY_BAD_MODE;
	if (policy->max_age < 0)
		return STS_POLICY_BAD_MAX_AGE;
	if (reading->bad_mx)
		return STS_POLICY_BAD_MX;
	return policy->mode == STS_MODE_NONE || policy->count > 0 ? STS_POLICY_OK
								  : STS_POLICY_NO_MX;
}

static void
read_as(const uint8_t *body, size_t length, bool tolerant, struct sts_policy *policy)
{
	struct reading reading = { .policy = policy, .tolerant = tolerant };

	*policy = (struct sts_policy){ .max_age = -1 };
	read_lines(&reading, (struct span){ body, length });
	policy->word = word_of(&reading);
	if (reading.any && reading.blank)
		policy->lint |= STS_LINT_BLANK_LINE;
	if (policy->max_age > MAX_AGE_MOST)
		policy->lint |= STS_LINT_MAX_AGE_OVER;
	if (policy->mode == STS_MODE_ENFORCE && policy->max_age >= 0 &&
	    policy->max_age < MAX_AGE_DAY)
		policy->lint |= STS_LINT_MAX_AGE_SHORT;
}

void
sts_policy_read(const uint8_t *body, size_t length, struct sts_policy *policy)
{
	read_as(body, length, false, policy);
	if (policy->word != STS_POLICY_BAD_SYNTAX)
		return;
	sts_policy_clear(policy);
	read_as(body, length, true, policy);
	if (policy->word == STS_POLICY_OK)
		policy->lint |= STS_LINT_LENIENT;
	policy->word = STS_POLICY_BAD_SYNTAX;
}

void
sts_policy_clear(struct sts_policy *policy)
{
	for (size_t i = 0; i < policy->count; i++)
		free(policy->patterns[i]);
	free(policy->patterns);
	policy->patterns = NULL;
	policy->count = 0;
}

bool
sts_policy_plain_text(const char *content_type)
{
	bool has_parameters;
	struct span rest = { (const uint8_t *)content_type,
			     content_type != NULL ? strlen(content_type) : 0 };
	struct span type = span_cut(&rest, ';', &has_parameters);

	return span_is_nearly(span_trim(type), "text/plain");
}
