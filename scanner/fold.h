/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A domain name as a person writes it, made the one spelling the program keeps:
 * lower-case A-labels without the trailing dot.  Pure; nothing is asked of DNS.
 */
#ifndef SCANNER_FOLD_H
#define SCANNER_FOLD_H

#include <stdbool.h>
#include <stddef.h>

#define FOLD_NAME_MAX 253 /* bytes of text, RFC 1035 section 2.3.4 */

enum fold {
	FOLD_NAME,    /* name is filled */
	FOLD_INVALID, /* meant as a name, but DNS cannot hold it */
	FOLD_BAD,     /* no name at all: characters that no name has */
};

/* Unless FOLD_NAME is returned, *reason says why not (a static text) and name is
 * left as it was. */
enum fold fold_name(const char *text, size_t length, char name[FOLD_NAME_MAX + 1],
		    const char **reason);

/* What surrounds a line and means nothing: a byte order mark, white space, the
 * line's end. */
void fold_trim(const char **text, size_t *length);
bool fold_is_space(char c);

#endif
