/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A file that is replaced whole: what is written goes to a file beside it, which then
 * takes its place.  A link is followed.  What is no plain file (a device, a pipe) is
 * written to as it is, and stays what it is.
 */
#ifndef SCANNER_REPLACED_H
#define SCANNER_REPLACED_H

#include <stdbool.h>
#include <stdio.h>

struct replaced {
	FILE *out;
	char *path, *temporary; /* NULL: it is written to as it is */
};

/* Could it be written later?  false: errno says why not.  Leaves nothing behind. */
bool replaced_prove(const char *path);
/* false, with errno: nothing can be written there. */
bool replaced_open(struct replaced *file, const char *path);
/* What was written is in its place.  false, with errno: it is not, and the plain file that
 * was there before still is. */
bool replaced_place(struct replaced *file);
void replaced_drop(struct replaced *file); /* what was there before stays */

#endif
