/* SPDX-License-Identifier: Apache-2.0 */
#include "output/report/cells.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

const char cells_other[] = "other";

static int
compare(const void *left, const void *right)
{
	const struct cell *a = left, *b = right;
	int order = 0;

	for (int i = 0; i < CELL_KEYS && order == 0; i++)
		order = strcmp(a->key[i], b->key[i]);
	return order;
}

/* How many cells from the first on are alike. */
static size_t
run_of(const struct cell *cells, size_t count, int64_t *sum)
{
	size_t length = 0;

	for (*sum = 0; length < count && compare(cells, cells + length) == 0; length++)
		*sum += cells[length].n;
	return length;
}

static void
generalise(struct cell *cells, size_t count, unsigned keys)
{
	for (size_t i = 0; i < count; i++)
		for (int key = 0; key < CELL_KEYS; key++)
			if ((keys >> key & 1) != 0 && cells[i].key[key][0] != '\0') {
				cells[i].key[key] = cells_other;
				if (key == 1)
					cells[i].note = NULL;
			}
}

static void
sort(struct cell *cells, size_t count)
{
	if (count > 0)
		qsort(cells, count, sizeof *cells, compare);
}

/* One step: all that are still under k lose these keys. */
static void
descend(struct cell *cells, size_t count, int64_t k, unsigned keys)
{
	size_t length;
	int64_t sum;

	for (size_t at = 0; at < count; at += length) {
		length = run_of(cells + at, count - at, &sum);
		if (sum < k)
			generalise(cells + at, length, keys);
	}
	sort(cells, count);
}

static bool
is_other(const struct cell *cell)
{
	for (int key = 0; key < CELL_KEYS; key++)
		if (cell->key[key] != cells_other && cell->key[key][0] != '\0')
			return false;
	return true;
}

/* Where "other" is under k itself, the smallest of the rest joins it: one is enough,
 * for it holds k. */
static void
complete_other(struct cell *cells, size_t count, int64_t k, unsigned all)
{
	size_t length, least_at = 0, least_length = 0;
	int64_t sum, other = 0, least = 0;

	for (size_t at = 0; at < count; at += length) {
		length = run_of(cells + at, count - at, &sum);
		if (is_other(cells + at))
			other = sum;
		else if (least_length == 0 || sum < least) {
			least_at = at;
			least_length = length;
			least = sum;
		}
	}
	if (other > 0 && other < k)
		generalise(cells + least_at, least_length, all);
	sort(cells, count);
}

void
cells_fold(struct cell *cells, size_t count, int64_t k, const unsigned *ladder)
{
	unsigned all = 0;

	sort(cells, count);
	for (; *ladder != 0; ladder++) {
		all = *ladder;
		descend(cells, count, k, all);
	}
	complete_other(cells, count, k, all);
}

size_t
cells_unite(struct cell *cells, size_t count, int64_t k)
{
	size_t length, united = 0;
	int64_t sum;

	for (size_t at = 0; at < count; at += length) {
		length = run_of(cells + at, count - at, &sum);
		if (sum < k)
			continue;
		cells[united] = cells[at];
		cells[united++].n = sum;
	}
	return united;
}
