/* SPDX-License-Identifier: Apache-2.0 */
#include "output/json.h"

#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "output/sql.h"
#include "scanner/mem.h"
#include "scanner/text.h"

json_t *
json_of_text(const char *text)
{
	json_t *json;
	char *clean;

	if (text == NULL)
		return json_null();
	json = json_string(text);
	if (json != NULL)
		return json;
	clean = text_of_bytes(text, strlen(text), 1);
	json = json_string(clean);
	free(clean);
	return json;
}

json_t *
json_of_hex(const uint8_t *bytes, size_t length)
{
	static const char digits[] = "0123456789abcdef";
	char *hex = mem_alloc(2 * length + 1);
	json_t *json;

	for (size_t i = 0; i < length; i++) {
		hex[2 * i] = digits[bytes[i] >> 4];
		hex[2 * i + 1] = digits[bytes[i] & 15];
	}
	json = json_string(hex);
	free(hex);
	return json;
}

json_t *
json_of_digest(const uint8_t digest[32])
{
	return json_of_hex(digest, 32);
}

json_t *
json_of_bytes(const void *bytes, size_t length)
{
	char *text = mem_alloc((length + 2) / 3 * 4 + 1);
	json_t *json;

	EVP_EncodeBlock((unsigned char *)text, bytes, (int)length);
	json = json_string(text);
	free(text);
	return json;
}

json_t *
json_of_time(int64_t seconds)
{
	time_t at = (time_t)seconds;
	struct tm tm;
	char text[40];

	gmtime_r(&at, &tm);
	strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &tm);
	return json_string(text);
}

static json_t *
column(sqlite3_stmt *row, int i)
{
	const char *name = sqlite3_column_name(row, i);
	json_t *list;

	switch (sqlite3_column_type(row, i)) {
	case SQLITE_INTEGER:
		return json_integer(sqlite3_column_int64(row, i));
	case SQLITE_BLOB:
		return json_of_bytes(sqlite3_column_blob(row, i),
				     (size_t)sqlite3_column_bytes(row, i));
	case SQLITE_TEXT:
		list =
		    strcmp(name, "names") == 0 ? json_loads(sql_text(row, i), 0, NULL) : NULL;
		return list != NULL ? list : json_of_text(sql_text(row, i));
	default:
		return json_null();
	}
}

json_t *
json_of_row(sqlite3_stmt *row)
{
	json_t *object = json_object();

	for (int i = 0; i < sqlite3_column_count(row); i++)
		json_object_set_new(object, sqlite3_column_name(row, i), column(row, i));
	return object;
}
