/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Pure: what an answer to an MX question means (RFC 5321 section 5.1, RFC 7505).
 * The names in a plan are lent from the answer.
 */
#ifndef SCANNER_MX_H
#define SCANNER_MX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "scanner/answer.h"
#include "scanner/words.h"

struct mx_target {
	uint16_t preference;
	const char *name;
};

struct mx_plan {
	enum dns_word dns;
	enum mx_word mx; /* 0: the answer does not tell */
	size_t count;    /* hosts, each once, in the answer's order */
	struct mx_target
	    targets[ANSWER_RECORDS_MAX]; /* usable or not; none with an implicit MX */
};

void mx_plan(struct mx_plan *plan, const struct answer *answer);

/* Can a mail server have this name?  Not when it is one label, localhost or
 * below it, an address written as a name, or holds what no host name holds. */
bool mx_name_usable(const char *name);

/* What the AD bit of an answer says.  trusted: the resolver validates and is
 * believed. */
enum security_word answer_security(const struct answer *answer, bool trusted);

#endif
