/* SPDX-License-Identifier: Apache-2.0 */
/* From the two tables of an aggregate to tallies like those of our own sweeps. */
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "output/report/aggregate_parts.h"
#include "scanner/mem.h"

static int
compare_cells(const void *left, const void *right)
{
	const struct cell *a = left, *b = right;
	int order = 0;

	for (int i = 0; i < CELL_KEYS && order == 0; i++)
		order = strcmp(a->key[i], b->key[i]);
	return order;
}

static bool
sort(struct cell *cells, size_t count)
{
	if (count > 0)
		qsort(cells, count, sizeof *cells, compare_cells);
	for (size_t i = 1; i < count; i++)
		if (compare_cells(cells + i - 1, cells + i) == 0)
			return false;
	return true;
}

static int
compare_tallies(const void *left, const void *right)
{
	const struct aggregate_tally *a = left, *b = right;
	int order = strcmp(a->topic, b->topic);

	order = order != 0 ? order : strcmp(a->a, b->a);
	order = order != 0 ? order : strcmp(a->b, b->b);
	return order != 0 ? order : strcmp(a->c, b->c);
}

static void
add(struct aggregate *aggregate, struct aggregate_tally tally)
{
	aggregate->tallies[aggregate->count++] = tally;
}

/* Tallies with the same keys become one; what their parts hold is added up. */
static void
unite(struct aggregate *aggregate)
{
	struct aggregate_tally *tallies = aggregate->tallies;
	size_t united = 0;

	if (aggregate->count > 0)
		qsort(tallies, aggregate->count, sizeof *tallies, compare_tallies);
	for (size_t i = 0; i < aggregate->count; i++)
		if (united > 0 && compare_tallies(tallies + united - 1, tallies + i) == 0) {
			tallies[united - 1].n += tallies[i].n;
			tallies[united - 1].total += tallies[i].total;
		} else {
			tallies[united++] = tallies[i];
		}
	aggregate->count = united;
}

static bool
is_stripped(const struct cell *cell)
{
	return strcmp(cell->key[2], "stripped") == 0 || strcmp(cell->key[2], "corrupted") == 0;
}

/* The sum of the cells around one that share its first keys; the cells are sorted. */
static int64_t
total_of(const struct cell *cells, size_t count, int keys)
{
	int64_t total = 0;

	for (size_t i = 0; i < count; i++) {
		for (int key = 0; key < keys; key++)
			if (strcmp(cells[i].key[key], cells[0].key[key]) != 0)
				return total;
		total += cells[i].n;
	}
	return total;
}

/* A network's rows may name it differently: the first that does names it. */
static const char *
name_of(const struct cell *cells, size_t count)
{
	for (size_t i = 0; i < count && strcmp(cells[i].key[0], cells[0].key[0]) == 0 &&
			   strcmp(cells[i].key[1], cells[0].key[1]) == 0;
	     i++)
		if (cells[i].note != NULL)
			return cells[i].note;
	return "";
}

static void
count_servers(struct aggregate *aggregate, const struct cell *cells, size_t count)
{
	int64_t all = total_of(cells, count, 0), network = 0;
	const char *name = "";

	for (size_t i = 0; i < count; i++) {
		const struct cell *cell = &cells[i];
		const char *const *key = cell->key;
		int64_t stripped = is_stripped(cell) ? cell->n : 0;

		if (i == 0 || strcmp(key[0], cells[i - 1].key[0]) != 0 ||
		    strcmp(key[1], cells[i - 1].key[1]) != 0) {
			network = total_of(cell, count - i, 2);
			name = name_of(cell, count - i);
		}
		add(aggregate, (struct aggregate_tally){ "network", key[1], name, key[0],
							 stripped, cell->n });
		add(aggregate,
		    (struct aggregate_tally){ "country", key[0], "", "", stripped, cell->n });
		add(aggregate, (struct aggregate_tally){ "fault", key[2], "", "", cell->n, 0 });
		add(aggregate, (struct aggregate_tally){ "network_fault", key[1], key[0],
							 key[2], cell->n, network });
	}
	unite(aggregate);
	for (size_t i = 0; i < aggregate->count; i++)
		if (strcmp(aggregate->tallies[i].topic, "fault") == 0)
			aggregate->tallies[i].total = all;
}

static void
count_domains(struct aggregate *aggregate, const struct cell *cells, size_t count)
{
	int64_t all = total_of(cells, count, 0), provider = 0;

	for (size_t i = 0; i < count; i++) {
		const struct cell *cell = &cells[i];

		if (i == 0 || strcmp(cell->key[0], cells[i - 1].key[0]) != 0)
			provider = total_of(cell, count - i, 1);
		add(aggregate,
		    (struct aggregate_tally){ "headline", cell->key[1], "", "", cell->n, 0 });
		add(aggregate, (struct aggregate_tally){ "provider_headline", cell->key[0],
							 cell->key[1], "", cell->n, provider });
	}
	unite(aggregate);
	for (size_t i = 0; i < aggregate->count; i++)
		if (strcmp(aggregate->tallies[i].topic, "headline") == 0)
			aggregate->tallies[i].total = all;
}

/* Each text with the zero that ends it, so that no two aggregates look alike. */
static void
digest_text(EVP_MD_CTX *context, const char *text)
{
	EVP_DigestUpdate(context, text, strlen(text) + 1);
}

static void
digest(struct aggregate *aggregate)
{
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	char text[64];

	EVP_DigestInit_ex(context, EVP_sha256(), NULL);
	digest_text(context, aggregate->vantage != NULL ? aggregate->vantage : "\n");
	digest_text(context, aggregate->version != NULL ? aggregate->version : "\n");
	snprintf(text, sizeof text, "%s %lld", aggregate->week, (long long)aggregate->k);
	digest_text(context, text);
	for (size_t i = 0; i < aggregate->count; i++) {
		const struct aggregate_tally *tally = &aggregate->tallies[i];

		digest_text(context, tally->topic);
		digest_text(context, tally->a);
		digest_text(context, tally->b);
		digest_text(context, tally->c);
		snprintf(text, sizeof text, "%lld %lld", (long long)tally->n,
			 (long long)tally->total);
		digest_text(context, text);
	}
	EVP_DigestFinal_ex(context, aggregate->sha256, NULL);
	EVP_MD_CTX_free(context);
}

bool
aggregate_count(struct aggregate *aggregate, struct aggregate_tables *tables)
{
	if (!sort(tables->servers, tables->server_count) ||
	    !sort(tables->domains, tables->domain_count))
		return false;
	aggregate->tallies = mem_alloc((4 * tables->server_count + 2 * tables->domain_count) *
					   sizeof *aggregate->tallies +
				       1);
	count_servers(aggregate, tables->servers, tables->server_count);
	count_domains(aggregate, tables->domains, tables->domain_count);
	digest(aggregate);
	return true;
}
