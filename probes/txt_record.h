/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the TXT records of MTA-STS and TLSRPT have in common (RFC 8461 section 3.1,
 * RFC 8460 section 3): a version first, then fields of a name and a value, a
 * semicolon between them and perhaps one at the end.  Pure; the spans point into
 * the caller's records.
 */
#ifndef PROBES_TXT_RECORD_H
#define PROBES_TXT_RECORD_H

#include "probes/span.h"
#include "scanner/judge.h"

#define TXT_RECORDS_MAX 100 /* kept as text; all are counted */

enum txt_choice {
	TXT_CHOICE_NONE,        /* no record of the kind */
	TXT_CHOICE_ONE,         /* one, as it should be */
	TXT_CHOICE_MULTIPLE,    /* the kind is taken for absent */
	TXT_CHOICE_BAD_VERSION, /* none, yet one was plainly meant to be */
};

/* The record whose first field is "v=" and the version ("STSv1"), and its fields.
 * Records of other kinds are passed over; one whose first field is named v in any
 * case, its value beginning like the version without "v1" in any case, was plainly
 * meant to be of the kind.  text, the caller's, has those of the kind and those
 * meant to be, escaped, a line each; NULL if there are none. */
enum txt_choice txt_record_choose(const struct txt texts[], size_t count, const char *version,
				  struct span *fields, char **text);

struct txt_field {
	struct span name, value;
};

enum txt_step {
	TXT_STEP_FIELD,  /* *field is the next one */
	TXT_STEP_END,    /* there are no more */
	TXT_STEP_BROKEN, /* what comes is no field: nothing, without "=", or space at the end */
};

/* Takes the next field off *fields.  Name and value may be anything, also empty. */
enum txt_step txt_record_next(struct span *fields, struct txt_field *field);

/* Is this an extension as the grammar has it: a field's name, and a value of visible
 * ASCII without "="? */
bool txt_field_is_extension(const struct txt_field *field);

#endif
