/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What one conversation showed, column by column: the one list from which the
 * database and the JSON lines take the columns of `servers` that are facts, in
 * the order of the view.  The replies to EHLO and the chain are not in it,
 * because each output keeps them in its own form.
 */
#ifndef OUTPUT_FIELDS_H
#define OUTPUT_FIELDS_H

#include <stddef.h>
#include <stdint.h>

#include "scanner/facts.h"

/* FIELD_TIME is a number of seconds since the epoch. */
enum field_kind { FIELD_NULL, FIELD_NUMBER, FIELD_TIME, FIELD_TEXT };

struct field_value {
	enum field_kind kind;
	int64_t number;
	const char *text; /* lives as long as the facts and this value */
	char space[64];
};

struct field {
	const char *name;
	void (*get)(const struct field *field, const struct server_facts *facts,
		    struct field_value *value);
	size_t offset;    /* of the member, for the getters that need one */
	enum words words; /* of a column of words */
};

enum { SERVER_FIELDS = 24 };

extern const struct field server_fields[SERVER_FIELDS];

void field_get(const struct field *field, const struct server_facts *facts,
	       struct field_value *value);

#endif
