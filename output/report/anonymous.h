/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What may be shared of a sweep: counts by country, network, provider and fault, in
 * which no group is smaller than k, and no domain, address or host stands.  What that
 * protects from, and what it does not, is in docs/privacy.md.
 *
 *   { "format": "mxsweep-aggregate-1", "vantage": TEXT or null, "week": "2026-W39",
 *     "version": TEXT or null, "k": K,
 *     "servers": [ {"country", "network", "name", "fault", "n"}, ... ],
 *     "domains": [ {"provider", "headline", "n"}, ... ] }
 *
 * Two tables, in each of which all that was counted stands once.
 *   servers   that answered, host and address once.  country: two letters, or unknown,
 *             other.  network: the number of the AS, or unknown, other; name is its
 *             name or null.  fault: the word of the stage that went wrong first, with
 *             handshake- or certificate- before those of them; ok; other
 *   domains   all.  provider: the registrable domain of all its MX hosts, where that of
 *             k domains is the same and not their own; self: its own; several, none,
 *             unknown, other.  headline: the word, or other
 */
#ifndef OUTPUT_REPORT_ANONYMOUS_H
#define OUTPUT_REPORT_ANONYMOUS_H

#include <jansson.h>
#include <sqlite3.h>
#include <stdint.h>

#define ANONYMOUS_FORMAT "mxsweep-aggregate-1"

/* vantage: the name to be published, or NULL.  That of the sweep is not published by
 * itself: it is the name of the machine unless somebody chose another.  NULL when the
 * database cannot be read, or the sweep is not there or was not judged.  The caller's
 * reference. */
json_t *report_anonymous(sqlite3 *db, int64_t sweep, unsigned k, const char *vantage);

#endif
