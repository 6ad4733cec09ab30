/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Counts by several keys, made fit to be shared: whoever has the result cannot name a
 * group of fewer than k.  Pure.
 *
 * The cells of a table divide what was counted: everything is in one cell.  A cell
 * under k loses keys, step by step along a ladder, until those that have become alike
 * hold k together; what never does goes into the cell that is "other" in all keys, and
 * so does the smallest that is left while that one is under k.  The result divides
 * what was counted again, into groups of k or more.  See docs/privacy.md.
 */
#ifndef OUTPUT_REPORT_CELLS_H
#define OUTPUT_REPORT_CELLS_H

#include <stddef.h>
#include <stdint.h>

#define CELL_KEYS 3

struct cell {
	const char *key[CELL_KEYS]; /* lent; "" where a table has fewer */
	const char *note;           /* lent; no key, but goes with key[1] */
	int64_t n;
};

extern const char cells_other[]; /* "other" */

/* Writes "other" over keys in place and sorts by keys; cells that have become alike
 * then stand beside each other.  ladder: a bit for each key that is lost, and more of
 * them with each step; steps with 0.  The last step loses all keys. */
void cells_fold(struct cell *cells, size_t count, int64_t k, const unsigned *ladder);
/* Cells with the same keys become one; answers how many are left: none when all of
 * them together are under k. */
size_t cells_unite(struct cell *cells, size_t count, int64_t k);

#endif
