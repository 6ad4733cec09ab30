/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The rows of the options table and the types of their values.  Only the
 * options_*.c files look in here.
 */
#ifndef SCANNER_OPTIONS_TABLE_H
#define SCANNER_OPTIONS_TABLE_H

#include <jansson.h>

#include "scanner/options.h"

enum option_section {
	SECTION_LIST,
	SECTION_OUTPUT,
	SECTION_PACE,
	SECTION_DNS,
	SECTION_SERVER,
	SECTION_STANDARDS,
	SECTION_POLITE,
	SECTION_JUDGE,
	SECTION_POLICY,
	SECTION_REPORT,
	SECTION_TALK,
	SECTION_COUNT,
};

struct option_row;

/* How a value is read and written.  parse dies when text is none; to points into
 * struct options. */
struct option_type {
	bool flag; /* takes no value */
	void (*parse)(const struct option_row *row, const char *text, void *to);
	json_t *(*json)(const void *from);
};

struct option_row {
	char letter; /* 0: only the long name */
	const char *name, *argument;
	const char *initial; /* the default, as it would be written; NULL: none */
	const char *shown;   /* the default for a reader, where initial does not tell */
	const char *help;
	unsigned commands; /* of enum command */
	enum option_section section;
	const struct option_type *type;
	size_t to;                      /* offset in struct options */
	const char *noun;               /* numbers: "a port"; NULL: "a number" */
	unsigned long long least, most; /* numbers: the range; times: seconds */
};

extern const struct option_row options_table[]; /* ends with a row without a name */
extern const char *const options_sections[SECTION_COUNT];

extern const struct option_type option_help, option_flag, option_count, option_text,
    option_number, option_number64, option_seconds, option_trust_ad, option_tls_version,
    option_time, option_addresses, option_name_servers, option_hosts, option_ehlo,
    option_choice;

#endif
