/* SPDX-License-Identifier: Apache-2.0 */
#include "scanner/geo.h"

#include <errno.h>
#include <maxminddb.h>
#include <stdlib.h>
#include <string.h>

#include "scanner/log.h"
#include "scanner/mem.h"
#include "scanner/text.h"

#define AS_NAME_MAX 255 /* bytes kept */

struct database {
	MMDB_s mmdb;
	bool open;
};

struct geo {
	struct database asn, country;
};

static void
open_database(struct database *database, const char *path)
{
	int status;

	if (path == NULL)
		return;
	status = MMDB_open(path, MMDB_MODE_MMAP, &database->mmdb);
	if (status == MMDB_FILE_OPEN_ERROR || status == MMDB_IO_ERROR)
		die("cannot read MaxMind database %s: %s", path,
		    errno != 0 ? strerror(errno) : MMDB_strerror(status));
	if (status != MMDB_SUCCESS)
		die("%s is not a MaxMind database: %s", path, MMDB_strerror(status));
	database->open = true;
}

static void
close_database(struct database *database)
{
	if (database->open)
		MMDB_close(&database->mmdb);
}

struct geo *
geo_open(const char *asn_db, const char *geo_db)
{
	struct geo *geo = mem_alloc(sizeof *geo);

	open_database(&geo->asn, asn_db);
	open_database(&geo->country, geo_db);
	return geo;
}

void
geo_close(struct geo *geo)
{
	if (geo == NULL)
		return;
	close_database(&geo->asn);
	close_database(&geo->country);
	free(geo);
}

/* The map's entry for the address; false when it has none, and when it has no
 * IPv6 at all. */
static bool
find(const struct database *database, const struct address *address, MMDB_entry_s *entry)
{
	struct sockaddr_storage to;
	MMDB_lookup_result_s result;
	int error;

	if (!database->open || address->family == 0)
		return false;
	address_socket(address, 0, &to);
	result = MMDB_lookup_sockaddr(&database->mmdb, (struct sockaddr *)&to, &error);
	if (error != MMDB_SUCCESS || !result.found_entry)
		return false;
	*entry = result.entry;
	return true;
}

static uint32_t
get_number(MMDB_entry_s *entry, const char *name)
{
	const char *const path[] = { name, NULL };
	MMDB_entry_data_s data;

	if (MMDB_aget_value(entry, &data, path) != MMDB_SUCCESS || !data.has_data)
		return 0;
	if (data.type == MMDB_DATA_TYPE_UINT16)
		return data.uint16;
	return data.type == MMDB_DATA_TYPE_UINT32 ? data.uint32 : 0;
}

/* Lends length bytes of the map, not ended by a NUL; NULL when there is no text. */
static const char *
get_text(MMDB_entry_s *entry, const char *const path[], size_t *length)
{
	MMDB_entry_data_s data;

	if (MMDB_aget_value(entry, &data, path) != MMDB_SUCCESS || !data.has_data ||
	    data.type != MMDB_DATA_TYPE_UTF8_STRING || data.data_size == 0)
		return NULL;
	*length = data.data_size;
	return data.utf8_string;
}

static char *
get_as_name(MMDB_entry_s *entry)
{
	static const char *const path[] = { "autonomous_system_organization", NULL };
	size_t length;
	const char *name = get_text(entry, path, &length);

	if (name == NULL)
		return NULL;
	return text_of_bytes(name, length < AS_NAME_MAX ? length : AS_NAME_MAX, 0);
}

/* Two capital letters or nothing (ISO 3166-1). */
static void
get_country(MMDB_entry_s *entry, char country[3])
{
	static const char *const nested[] = { "country", "iso_code", NULL };
	static const char *const flat[] = { "country_code", NULL };
	size_t length;
	const char *code = get_text(entry, nested, &length);

	if (code == NULL)
		code = get_text(entry, flat, &length);
	if (code == NULL || length != 2 || code[0] < 'A' || code[0] > 'Z' || code[1] < 'A' ||
	    code[1] > 'Z')
		return;
	memcpy(country, code, 2);
	country[2] = '\0';
}

void
geo_locate(const struct geo *geo, struct server_facts *facts)
{
	MMDB_entry_s entry;

	if (find(&geo->asn, &facts->address, &entry)) {
		facts->asn = get_number(&entry, "autonomous_system_number");
		free(facts->as_name);
		facts->as_name = get_as_name(&entry);
	}
	if (find(&geo->country, &facts->address, &entry))
		get_country(&entry, facts->country);
}
