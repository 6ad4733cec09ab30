/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The tables of a database and the public views over them.  The tables may
 * change with the version; the views are the contract with everybody else.
 *
 * Facts (sweep, domain, mx_host, mta_sts, address_target, host, tlsa, server) are
 * written once and never touched again.  What is judged of them stands in tables
 * of its own (*_verdict), so that assess can throw it away and write it again.
 * Whatever repeats (names, texts, certificates, chains, policies, sets of MX hosts,
 * answers, verdicts on domains) is stored once and pointed to.
 */
#ifndef OUTPUT_SCHEMA_H
#define OUTPUT_SCHEMA_H

#include <sqlite3.h>
#include <stdbool.h>
#include <stdint.h>

#define SCHEMA_APPLICATION 0x4d585357 /* "MXSW", in the file's header */
/* The largest id of a sweep, a host or a set of MX hosts; more are none that a sweep
 * has given. */
#define SCHEMA_ID_MAX ((int64_t)1 << 52)

/* What PRAGMA user_version says of a database this program wrote. */
int schema_version(void);
/* Makes the tables and views of an empty database, or brings those of an older
 * one up to date with their indexes, in one transaction; views of the user's own stay.
 * The version must not be a newer one. */
bool schema_prepare(sqlite3 *db);
/* The indexes that only readers need: made when a sweep has ended, or its file was brought
 * up to date. */
bool schema_index(sqlite3 *db);

/* The word of DANE for one server of a domain, in SQL: of its answers q, the host h,
 * the server's verdict sv and, where the domain makes a difference, the link's
 * verdict lv.  NULL: TLSA records were not asked for.  No record counts for a domain
 * whose MX records are not secure (RFC 7672 section 2.2.1). */
#define DANE_OF_LINK                                                                           \
	"CASE WHEN h.tlsa IS NULL THEN NULL"                                                   \
	" WHEN q.mx_security = 'insecure' THEN 'insecure-mx'"                                  \
	" WHEN q.mx_security IS NOT 'secure' THEN 'unknown'"                                   \
	" WHEN h.tlsa = 'none' THEN 'no-tlsa'"                                                 \
	" WHEN h.tlsa = 'failed' THEN 'lookup-failed'"                                         \
	" WHEN h.tlsa <> 'found' THEN h.tlsa"                                                  \
	" ELSE coalesce(lv.dane, sv.dane) END"

/* The words of a row of answers, of verdict, as one text, in SQL; of: a prefix of the
 * columns. */
#define SCHEMA_WORDS(a, b, c, d, e)                                                            \
	"coalesce(" a ", '-') || ' ' || coalesce(" b ", '-') || ' ' || coalesce(" c            \
	", '-') || ' ' || coalesce(" d ", '-') || ' ' || coalesce(" e ", '-')"
#define SCHEMA_ANSWERS(of)                                                                     \
	SCHEMA_WORDS(of "dns", of "mx", of "mx_security", of "mta_sts_record", of "tlsrpt")
#define SCHEMA_VERDICT(of)                                                                     \
	SCHEMA_WORDS(of "headline", of "starttls", of "certificate", of "dane", of "mta_sts")

/* tables.c: makes the tables of today's version. */
extern const char schema_tables[];
/* views.c: drops and makes the public views. */
extern const char schema_views[];

#endif
