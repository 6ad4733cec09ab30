/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A file that is replaced whole or not at all: what is written goes to a file beside it,
 * which then takes its place.  A process that dies before leaves the old file as it was,
 * and at worst a temporary one beside it.
 */
#ifndef OUTPUT_POLICY_FILE_H
#define OUTPUT_POLICY_FILE_H

#include <stdbool.h>
#include <stdio.h>

struct policy_file {
	const char *path; /* lent */
	FILE *out;
	char *temporary, *old; /* names beside it */
	bool first;            /* there was no such file before */
};

/* Dies when nothing can be written there. */
void policy_file_open(struct policy_file *file, const char *path);
/* Everything is on the disk, and in its place; dies when it cannot be, and then has
 * changed nothing.  What was there before is kept beside it, if there was anything, until
 * one of the two that follow. */
void policy_file_place(struct policy_file *file);
/* What was there before is gone. */
void policy_file_close(struct policy_file *file);
/* What was there before is back, or there is nothing as before; the new file stays only on
 * a file system that could not keep the old one (no hard links). */
void policy_file_take_back(struct policy_file *file);

#endif
