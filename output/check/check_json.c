/* SPDX-License-Identifier: Apache-2.0 */
#include <jansson.h>

#include "output/check/check.h"
#include "output/json.h"
#include "output/sql.h"

/* The columns of a target's row of `domains`; those of an address target, which
 * has none, are null but for its name. */
static json_t *
domain_json(const struct check_report *report, const struct target *target)
{
	sqlite3_stmt *s = sql_prepare(report->db, "SELECT * FROM domains"
						  " WHERE sweep = ?1 AND domain = ?2 AND ?3");
	char text[ADDRESS_TEXT];
	json_t *object;

	sqlite3_bind_int64(s, 1, report->sweep);
	sql_bind_text(s, 2, target->name);
	sqlite3_bind_int(s, 3, target->kind != TARGET_ADDRESS);
	sqlite3_step(s);
	object = json_of_row(s);
	sqlite3_finalize(s);
	if (target->kind == TARGET_ADDRESS) {
		json_object_set_new(object, "sweep", json_integer(report->sweep));
		json_object_set_new(object, "domain", json_of_text(target->name));
		json_object_set_new(object, "address",
				    json_of_text(address_format(&target->address, text)));
	}
	return object;
}

static json_t *
rows_json(sqlite3_stmt *s)
{
	json_t *list = json_array();

	while (sqlite3_step(s) == SQLITE_ROW)
		json_array_append_new(list, json_of_row(s));
	sqlite3_finalize(s);
	return list;
}

void
check_print_json(const struct check_report *report, const struct target *target)
{
	json_t *object = domain_json(report, target);

	json_object_set_new(object, "servers",
			    rows_json(check_servers(report, target, "SELECT s.*",
						    "ORDER BY s.preference, s.mx, s.address")));
	json_object_set_new(
	    object, "tlsa_records",
	    rows_json(check_servers(report, target,
				    "SELECT * FROM tlsa_records WHERE sweep = ?1 AND mx IN"
				    " (SELECT s.mx",
				    ")")));
	json_object_set_new(
	    object, "certificates",
	    rows_json(check_servers(report, target,
				    "SELECT * FROM certificates WHERE sha256 IN"
				    " (SELECT sha256 FROM chains WHERE chain_sha256 IN"
				    " (SELECT s.chain_sha256",
				    "))")));
	json_dumpf(object, report->out, JSON_COMPACT);
	fputc('\n', report->out);
	json_decref(object);
}
