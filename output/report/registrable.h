/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who runs a name: its registrable domain, the public suffix and one label more,
 * by the Public Suffix List that libpsl finds (the system's newest, else the one
 * built in).  mx1.mail.example.co.uk is run by whoever has example.co.uk.
 */
#ifndef OUTPUT_REPORT_REGISTRABLE_H
#define OUTPUT_REPORT_REGISTRABLE_H

#include <sqlite3.h>
#include <stdbool.h>

/* Brings `registrable` up to date for all names of the database: a row for each that is
 * not its own registrable domain.  Where the list has changed since, the new one holds
 * for all sweeps.  Part of the caller's transaction. */
bool registrable_fill(sqlite3 *db);

#endif
