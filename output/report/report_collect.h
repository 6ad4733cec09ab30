/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The weekly report as one JSON document, collected from the database.  Whatever is
 * written afterwards (page, plots, CSV, JSON) is made of this document and of nothing
 * else, so that they cannot disagree.
 *
 * All keys are always present.  Texts are UTF-8 without markup, and those of names,
 * networks and certificates are chosen by strangers: whoever shows a text escapes it.
 *
 *   { "format": "mxsweep-report-1", "anonymous": false,
 *     "sweep": SWEEP, "against": SWEEP or null,
 *     "headline": "One sentence.",
 *     "numbers": [ NUMBER, six of them ],
 *     "cautions": [ "What must be known before the numbers are compared.", ... ],
 *     "sections": [ SECTION: adoption stripping certificates dane mta-sts policy-list
 *                   providers untested method, always all nine in this order ],
 *     "studies": [ {"id", "study", "title", "sql", "columns": [COLUMN], "rows",
 *                    "omitted"} ],   of complete sweeps; ids as those of tables
 *     "method": { "list", "vantage", "started", "finished", "judged", "trust_store",
 *                 "version", "resolver", "notes", "command", each a text or null } }
 *
 *   SWEEP   a row of the view sweeps by the names of its columns; "options" is parsed
 *   NUMBER  { "id", "title", "n", "of", "share",       of all of this sweep
 *             "of_what": "domains that answered",      what is counted in "of"
 *             "both": {"n", "of", "share"} or null,    this sweep, domains in both sweeps
 *             "before": {"n", "of", "share"} or null,  the earlier one, the same domains
 *             "change": points, both minus before, or null,
 *             "good": "up" | "down" }                  which direction is the better one
 *   SECTION { "id", "title", "text": ["Paragraph.", ...], "plots": [PLOT],
 *             "tables": [TABLE] }
 *   PLOT    { "id", "title" (its finding), "alt", "kind": "lines" | "bars" | "stack",
 *             "unit": "% of domains that answered", "table": id of the table that is drawn,
 *             "x": column id, "y": [column ids], "label": column id or null }
 *           lines: x is a date; a line for each of y.  bars: one bar a row, named by
 *           label (drawn: the first rows).  stack: one bar a row, divided by y.  Columns
 *           of y are shares (drawn as percent) or counts.  A null cell is no point.
 *   TABLE   { "id", "title" (its finding), "unit": what a row's counts count,
 *             "of": N or null, "columns": [COLUMN], "rows": [[cell, ...]],
 *             "note": text or null, "omitted": rows that were left out at the end }
 *   COLUMN  { "id", "title", "kind": "text" | "count" | "share" | "date" | "points" }
 *   cell    null, or: text and date (2026-11-23, or with T12:00:00Z) texts, count an
 *           integer, share a real of 0 to 1, points a real (percentage points)
 *
 * Ids are of a-z, 0-9, - and _; those of tables, and those of plots, are unique in the
 * document: TABLE.csv and PLOT.svg are the names of files.  A share is null where
 * nothing was counted; before and both are null without a sweep to compare with.
 */
#ifndef OUTPUT_REPORT_REPORT_COLLECT_H
#define OUTPUT_REPORT_REPORT_COLLECT_H

#include <jansson.h>
#include <sqlite3.h>
#include <stdbool.h>
#include <stdint.h>

/* The document of a sweep, compared with the sweep `against` (0: with none), which the
 * caller chose and which exist.  Reads, writes nothing.  The caller's reference; NULL
 * when the database cannot be read: error says why. */
json_t *report_collect(sqlite3 *db, int64_t sweep, int64_t against, char error[256]);

#endif
