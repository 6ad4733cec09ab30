/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the files that read a policy list share.  Texts and names are lent for the
 * call; what is found wrong is told with the part of the list that is being read.
 */
#ifndef OUTPUT_POLICY_PARTS_H
#define OUTPUT_POLICY_PARTS_H

#include <jansson.h>

#include "output/policy/policy_list.h"
#include "scanner/fold.h"

#define POLICY_NAME_MAX (FOLD_NAME_MAX + 1) /* a pattern has a dot more */

/* A list on its way out of the file, and where in it we are. */
struct policy_reading {
	struct policy_list *list;
	policy_fault *fault; /* NULL: nobody listens */
	void *arg;
	const char *part, *key; /* "policies", "example.org" or NULL */
};

#define POLICY_NO_INDEX ((size_t)-1)

/* Tells what is wrong at the member, or at what is being read itself (NULL). */
void policy_tell(const struct policy_reading *reading, enum policy_level level,
		 const char *member, size_t index, const char *format, ...)
    __attribute__((format(printf, 5, 6)));

/* A text of the file fit to be shown on one line; the caller's. */
char *policy_shown(const char *text);

/* Lower-case A-labels of a mail domain, or of a pattern; NULL, or what the text is
 * instead, to follow "is" or "has" in a sentence. */
const char *policy_fold_domain(const char *text, char name[FOLD_NAME_MAX + 1]);
const char *policy_fold_pattern(const char *text, char name[POLICY_NAME_MAX + 1]);

/* 2020-05-20T10:25:12.710034-07:00, or a number of seconds since the epoch; false:
 * neither, or before 1970 or after 9999.  Fractions are dropped. */
bool policy_time(const json_t *json, int64_t *seconds);
/* 2020-05-20T17:25:12Z, in text. */
#define POLICY_TIME_SIZE sizeof "2020-05-20T17:25:12Z"
const char *policy_time_text(int64_t seconds, char text[POLICY_TIME_SIZE]);

/* The alias definitions, then the entries that may name them; both objects. */
void policy_read_aliases(struct policy_reading *reading, json_t *aliases);
void policy_read_entries(struct policy_reading *reading, json_t *policies, json_t *aliases);
/* What an alias or entry demands; false, and nothing is kept, when it has a fault. */
bool policy_read_demand(const struct policy_reading *reading, json_t *object,
			struct policy_demand *demand);
void policy_demand_clear(struct policy_demand *demand);

#endif
