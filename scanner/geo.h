/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Network and country of an address from MaxMind databases: MaxMind's own field
 * names (autonomous_system_number, autonomous_system_organization,
 * country.iso_code) and the flat country_code of others.
 */
#ifndef SCANNER_GEO_H
#define SCANNER_GEO_H

#include "scanner/facts.h"

struct geo;

/* Either file may be NULL; dies when one cannot be read as such a database. */
struct geo *geo_open(const char *asn_db, const char *geo_db);
void geo_close(struct geo *geo);
/* Fills asn, as_name and country of facts for its address. */
void geo_locate(const struct geo *geo, struct server_facts *facts);

#endif
