/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A report's folder, written beside its place and then put there, so that whoever
 * reads finds the old report or the new one, whole.  What stands there already is
 * replaced only when it is a report (it has our mark, and nothing but what a report
 * has) or an empty folder.
 */
#ifndef OUTPUT_REPORT_REPORT_FOLDER_H
#define OUTPUT_REPORT_REPORT_FOLDER_H

#include <stdbool.h>

struct report_folder {
	char *path;      /* its place */
	char *temporary; /* where it is written */
};

/* false, here and below: error says why, nothing is left behind, and nothing is changed. */
bool report_folder_open(struct report_folder *folder, const char *path, char error[256]);
/* Puts it in its place, and closes. */
bool report_folder_place(struct report_folder *folder, char error[256]);
/* Takes away what was written.  Idempotent. */
void report_folder_close(struct report_folder *folder);

#endif
