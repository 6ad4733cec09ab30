/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Our words as a TLS report would have them (RFC 8460 section 4.3): one table,
 * from each word of each stage to one of the eleven result types, or to none.
 */
#ifndef OUTPUT_RESULT_TYPES_H
#define OUTPUT_RESULT_TYPES_H

#include <sqlite3.h>
#include <stdbool.h>

#include "scanner/words.h"

/* NULL: a success, what could not be tested, or what no result type fits. */
const char *result_type(enum words column, int value);

/* Drops and makes the public view result_types("column", word, result_type): every word
 * of the columns that tell of one stage.  Columns that sum others up (shares, a
 * domain's dane and mta_sts, headline) have no types and are left out, so that no word
 * stands twice under the name of a column. */
bool result_types_make_view(sqlite3 *db);

#endif
