/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The tables of a database and the public views over them.  The tables may
 * change with the version; the views are the contract with everybody else.
 *
 * Facts (sweep, domain, address_target, host, link, server) are written once
 * and never touched again.  What is judged of them stands in tables of its own
 * (*_verdict), so that assess can throw it away and write it again.  Whatever
 * repeats (names, texts, certificates, chains) is stored once and pointed to.
 */
#ifndef OUTPUT_SCHEMA_H
#define OUTPUT_SCHEMA_H

#include <sqlite3.h>
#include <stdbool.h>

#define SCHEMA_APPLICATION 0x4d585357 /* "MXSW", in the file's header */

/* What PRAGMA user_version says of a database this program wrote. */
int schema_version(void);
/* Makes the tables and views of an empty database, or brings those of an older
 * one up to date, in one transaction.  The version must not be a newer one. */
bool schema_prepare(sqlite3 *db);
/* The indexes that only readers need: made when a sweep has ended. */
bool schema_index(sqlite3 *db);

/* views.c: drops and makes the public views. */
extern const char schema_views[];

#endif
