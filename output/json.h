/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Values as JSON, for what is written line by line.  Objects and texts are new
 * references of the caller.
 */
#ifndef OUTPUT_JSON_H
#define OUTPUT_JSON_H

#include <jansson.h>
#include <sqlite3.h>
#include <stdint.h>

/* NULL is null; what is not UTF-8 is escaped as text.h does. */
json_t *json_of_text(const char *text);
json_t *json_of_hex(const uint8_t *bytes, size_t length); /* lower-case */
json_t *json_of_digest(const uint8_t digest[32]);         /* in hex */
json_t *json_of_bytes(const void *bytes, size_t length);  /* base64 */
/* YYYY-MM-DDTHH:MM:SSZ. */
json_t *json_of_time(int64_t seconds);
/* A row with the names of its columns as keys: blobs in base64, the column
 * `names` as the array that it is. */
json_t *json_of_row(sqlite3_stmt *row);

#endif
