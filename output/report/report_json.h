/* SPDX-License-Identifier: Apache-2.0 */
/* A report's document (report_collect.h) as one file, folder/report.json. */
#ifndef OUTPUT_REPORT_REPORT_JSON_H
#define OUTPUT_REPORT_REPORT_JSON_H

#include <jansson.h>
#include <stdbool.h>

/* Writes path whole; false: error says why. */
bool report_json(const json_t *document, const char *path, char error[256]);

#endif
