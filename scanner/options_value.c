/* SPDX-License-Identifier: Apache-2.0 */
/* The types of option values: strict reading, and writing as JSON. */
#include <openssl/ssl.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "scanner/address.h"
#include "scanner/fold.h"
#include "scanner/log.h"
#include "scanner/options_table.h"

#define DIGITS "0123456789"

/* Digits only, and not more than most; false otherwise. */
static bool
read_number(const char *text, unsigned long long most, unsigned long long *number)
{
	*number = 0;
	if (*text == '\0')
		return false;
	for (; *text >= '0' && *text <= '9'; text++) {
		unsigned digit = (unsigned)(*text - '0');

		if (digit > most || *number > (most - digit) / 10)
			return false;
		*number = *number * 10 + digit;
	}
	return *text == '\0';
}

static unsigned long long
parse_range(const struct option_row *row, const char *text)
{
	unsigned long long number;

	if (!read_number(text, row->most, &number) || number < row->least)
		die("--%s: %s is not %s (%llu to %llu)", row->name, text,
		    row->noun != NULL ? row->noun : "a number", row->least, row->most);
	return number;
}

static void
parse_number(const struct option_row *row, const char *text, void *to)
{
	*(unsigned *)to = (unsigned)parse_range(row, text);
}

static json_t *
json_number(const void *from)
{
	return json_integer(*(const unsigned *)from);
}

/* uint64_t or int64_t: no larger number than both hold is accepted. */
static void
parse_number64(const struct option_row *row, const char *text, void *to)
{
	*(uint64_t *)to = parse_range(row, text);
}

static json_t *
json_number64(const void *from)
{
	return json_integer(*(const int64_t *)from);
}

/* Digits with at most one point in them: no signs, exponents, inf or nan. */
static void
parse_seconds(const struct option_row *row, const char *text, void *to)
{
	size_t whole = strspn(text, DIGITS), part = 0, length = whole;
	double seconds;

	if (text[whole] == '.') {
		part = strspn(text + whole + 1, DIGITS);
		length = whole + 1 + part;
	}
	if (text[length] != '\0' || whole > 9 || part > 9 || whole + part == 0)
		die("--%s: %s is not a number of seconds", row->name, text);
	seconds = strtod(text, NULL);
	if (seconds > (double)row->most || (row->least > 0 && seconds <= 0))
		die("--%s: %s seconds are out of range (%s0 to %llu)", row->name, text,
		    row->least > 0 ? "more than " : "", row->most);
	*(double *)to = seconds;
}

static json_t *
json_seconds(const void *from)
{
	return json_real(*(const double *)from);
}

static void
parse_text(const struct option_row *row, const char *text, void *to)
{
	if (*text == '\0' && (row->initial == NULL || *row->initial != '\0'))
		die("--%s: the %s is empty", row->name, row->argument);
	*(const char **)to = text;
}

static json_t *
json_text(const void *from)
{
	const char *text = *(const char *const *)from;

	return text != NULL ? json_string(text) : json_null();
}

static void
parse_flag(const struct option_row *row, const char *text, void *to)
{
	(void)row;
	(void)text;
	*(bool *)to = true;
}

static json_t *
json_flag(const void *from)
{
	return json_boolean(*(const bool *)from);
}

static void
parse_count(const struct option_row *row, const char *text, void *to)
{
	(void)row;
	(void)text;
	++*(unsigned *)to;
}

static const char *const trust_words[] = {
	[TRUST_AD_NO] = "no", [TRUST_AD_YES] = "yes", [TRUST_AD_AUTO] = "auto"
};

static void
parse_trust_ad(const struct option_row *row, const char *text, void *to)
{
	for (int i = TRUST_AD_NO; i <= TRUST_AD_AUTO; i++) {
		if (strcmp(text, trust_words[i]) == 0) {
			*(enum trust_ad *)to = (enum trust_ad)i;
			return;
		}
	}
	die("--%s: %s is not yes, no or auto", row->name, text);
}

static json_t *
json_trust_ad(const void *from)
{
	return json_string(trust_words[*(const enum trust_ad *)from]);
}

static const struct {
	const char *text;
	int version;
} versions[] = {
	{ "1.0", TLS1_VERSION },
	{ "1.1", TLS1_1_VERSION },
	{ "1.2", TLS1_2_VERSION },
	{ "1.3", TLS1_3_VERSION },
};

static void
parse_version(const struct option_row *row, const char *text, void *to)
{
	for (size_t i = 0; i < sizeof versions / sizeof versions[0]; i++) {
		if (strcmp(text, versions[i].text) == 0) {
			*(int *)to = versions[i].version;
			return;
		}
	}
	die("--%s: %s is not a TLS version (1.0, 1.1, 1.2 or 1.3)", row->name, text);
}

static json_t *
json_version(const void *from)
{
	for (size_t i = 0; i < sizeof versions / sizeof versions[0]; i++)
		if (versions[i].version == *(const int *)from)
			return json_string(versions[i].text);
	return json_null();
}

/* 2026-01-31T12:00:00Z, to the letter: what timegm makes of it must read back. */
static bool
read_moment(const char *text, int64_t *moment)
{
	struct tm tm = { 0 };
	char again[sizeof "2026-01-31T12:00:00Z"];
	const char *end = strptime(text, "%Y-%m-%dT%H:%M:%SZ", &tm);
	time_t seconds;

	if (end == NULL || *end != '\0')
		return false;
	seconds = timegm(&tm);
	*moment = seconds;
	return gmtime_r(&seconds, &tm) != NULL &&
	       strftime(again, sizeof again, "%Y-%m-%dT%H:%M:%SZ", &tm) > 0 &&
	       strcmp(again, text) == 0;
}

static void
parse_time(const struct option_row *row, const char *text, void *to)
{
	unsigned long long epoch;
	int64_t moment;

	if (read_number(text, 253402300799, &epoch)) /* the year 9999 */
		moment = (int64_t)epoch;
	else if (!read_moment(text, &moment))
		moment = 0;
	if (moment <= 0)
		die("--%s: %s is not a time (2026-01-31T12:00:00Z, or seconds since the epoch)",
		    row->name, text);
	*(int64_t *)to = moment;
}

/* Calls check for each part between commas, which it may write in. */
static void
each_part(const struct option_row *row, const char *text, const char *what,
	  bool (*check)(char *part))
{
	for (const char *start = text;; start++) {
		size_t length = strcspn(start, ",");
		char part[FOLD_NAME_MAX * 4];

		if (length >= sizeof part)
			die("--%s: a part of the list is too long", row->name);
		memcpy(part, start, length);
		part[length] = '\0';
		if (!check(part))
			die("--%s: %.*s is not %s", row->name, (int)length, start, what);
		start += length;
		if (*start == '\0')
			return;
	}
}

static bool
is_address(char *part)
{
	struct address address;

	return address_parse(&address, part);
}

/* A, A:PORT or [A]:PORT. */
static bool
is_name_server(char *part)
{
	struct address address;
	unsigned long long port = 53;
	char *end, *colon = strchr(part, ':');

	if (*part == '[') {
		end = strchr(part++, ']');
		if (end == NULL || (end[1] != '\0' && end[1] != ':'))
			return false;
		colon = end[1] == ':' ? end + 1 : NULL;
		*end = '\0';
		if (strchr(part, ':') == NULL)
			return false;
	} else if (colon != NULL && strchr(colon + 1, ':') != NULL) {
		colon = NULL; /* IPv6 */
	}
	if (colon != NULL) {
		*colon = '\0';
		if (!read_number(colon + 1, 65535, &port))
			return false;
	}
	return address_parse(&address, part) && port > 0;
}

static bool
is_host(char *part)
{
	char name[FOLD_NAME_MAX + 1];
	const char *reason;

	return is_address(part) || fold_name(part, strlen(part), name, &reason) == FOLD_NAME;
}

static void
parse_addresses(const struct option_row *row, const char *text, void *to)
{
	each_part(row, text, "an address", is_address);
	*(const char **)to = text;
}

static void
parse_name_servers(const struct option_row *row, const char *text, void *to)
{
	each_part(row, text, "a resolver (an address, or ADDRESS:PORT, or [IPv6]:PORT)",
		  is_name_server);
	*(const char **)to = text;
}

static void
parse_hosts(const struct option_row *row, const char *text, void *to)
{
	each_part(row, text, "a host name or address", is_host);
	*(const char **)to = text;
}

/* A name, or an address literal in brackets (RFC 5321 section 4.1.3). */
static void
parse_ehlo(const struct option_row *row, const char *text, void *to)
{
	char name[FOLD_NAME_MAX + 1];
	size_t length = strlen(text);
	const char *reason;
	bool literal = length > 2 && length < 64 && text[0] == '[' && text[length - 1] == ']' &&
		       strspn(text + 1, DIGITS "abcdefABCDEFIPv.:") == length - 2;

	for (const char *p = text; *p != '\0'; p++)
		if ((unsigned char)*p >= 0x80)
			die("--%s: write the A-labels of %s", row->name, text);
	if (!literal && fold_name(text, length, name, &reason) != FOLD_NAME)
		die("--%s: %s is not a host name: %s", row->name, text, reason);
	*(const char **)to = text;
}

/* One of the words of the option's argument, "sqlite|jsonl". */
static void
parse_choice(const struct option_row *row, const char *text, void *to)
{
	size_t length = strlen(text), width;

	for (const char *at = row->argument; *at != '\0'; at += width + (at[width] == '|')) {
		width = strcspn(at, "|");
		if (width == length && memcmp(at, text, length) == 0) {
			*(const char **)to = text;
			return;
		}
	}
	die("--%s: %s is not one of %s", row->name, text, row->argument);
}

const struct option_type option_help = { .flag = true };
const struct option_type option_flag = { true, parse_flag, json_flag };
const struct option_type option_count = { true, parse_count, json_number };
const struct option_type option_text = { false, parse_text, json_text };
const struct option_type option_number = { false, parse_number, json_number };
const struct option_type option_number64 = { false, parse_number64, json_number64 };
const struct option_type option_seconds = { false, parse_seconds, json_seconds };
const struct option_type option_trust_ad = { false, parse_trust_ad, json_trust_ad };
const struct option_type option_tls_version = { false, parse_version, json_version };
const struct option_type option_time = { false, parse_time, json_number64 };
const struct option_type option_addresses = { false, parse_addresses, json_text };
const struct option_type option_name_servers = { false, parse_name_servers, json_text };
const struct option_type option_hosts = { false, parse_hosts, json_text };
const struct option_type option_ehlo = { false, parse_ehlo, json_text };
const struct option_type option_choice = { false, parse_choice, json_text };
