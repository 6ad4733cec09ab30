/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A policy list as the configuration of a mail server.  What is written comes from
 * strangers: a name that is no host name never gets here (policy_list.h), and each
 * form quotes what its reader could take for something else.
 */
#ifndef OUTPUT_POLICY_EXPORT_H
#define OUTPUT_POLICY_EXPORT_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "output/policy/policy_list.h"

struct policy_export {
	const struct policy_list *list;
	int64_t at;         /* the time of export, seconds since the epoch */
	bool early_adopter; /* entries in mode testing count like enforced ones */
	bool expired;       /* the list is past its end: write a map without entries */
	/* What is known of today's MX hosts of a domain, to write literal names where a
	 * server's own patterns would allow more; NULL: nothing.  The names are lent
	 * until the next call. */
	size_t (*hosts)(void *arg, const char *domain, const char *const **names);
	/* Has the domain working DANE, which must not be weakened? NULL: not known. */
	bool (*has_dane)(void *arg, const char *domain);
	void *arg;
};

struct policy_form {
	const char *name, *help;
	void (*write)(const struct policy_export *export, FILE *out);
};

extern const struct policy_form *const policy_forms[]; /* ends in NULL */
const struct policy_form *policy_form_find(const char *name);

#endif
