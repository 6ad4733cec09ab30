/* SPDX-License-Identifier: Apache-2.0 */
/* That what is given out names no group under k: by brute force over small tables. */
#include <stdlib.h>

#include "output/report/aggregate_read.h"
#include "output/report/anonymous.h"
#include "output/report/cells.h"
#include "output/schema.h"
#include "output/sql.h"
#include "tests/unit/test.h"

#define LABELS 3 /* of each key */
#define CELLS  (LABELS * LABELS * LABELS)
#define ROUNDS 20000

static const char *const labels[CELL_KEYS][LABELS] = { { "AA", "BB", "CC" },
						       { "1", "2", "3" },
						       { "ok", "plain", "stripped" } };
static const unsigned ladder[] = { 2, 3, 7, 0 };

/* Counts are all different, so that the cell that has one tells where it went. */
static size_t
make_table(struct cell cells[CELLS], int64_t n[CELLS], int64_t most)
{
	bool taken[64] = { false };
	size_t count = 0;

	for (int i = 0; i < CELLS; i++) {
		n[i] = rand() % 3 == 0 ? 0 : 1 + rand() % most;
		if (taken[n[i]])
			n[i] = 0;
		taken[n[i]] = n[i] > 0;
		if (n[i] > 0)
			cells[count++] = (struct cell){
				.key = { labels[0][i % 3], labels[1][i / 3 % 3],
					 labels[2][i / 9] },
				.n = n[i],
			};
	}
	return count;
}

static void
trace(const struct cell *folded, size_t count, const int64_t n[CELLS], uint32_t *origin)
{
	for (size_t i = 0; i < count; i++)
		for (int cell = 0; cell < CELLS; cell++)
			if (n[cell] == folded[i].n)
				origin[i] = 1u << cell;
}

/* The original cells behind what is published under these keys; NULL is any. */
static uint32_t
behind(const struct cell *folded, const uint32_t *origin, size_t count,
       const char *const key[CELL_KEYS])
{
	uint32_t set = 0;

	for (size_t i = 0; i < count; i++) {
		bool in = true;

		for (int k = 0; k < CELL_KEYS; k++)
			in = in && (key[k] == NULL || strcmp(key[k], folded[i].key[k]) == 0);
		set |= in ? origin[i] : 0;
	}
	return set;
}

static int64_t
size_of(uint32_t set, const int64_t n[CELLS])
{
	int64_t sum = 0;

	for (int i = 0; i < CELLS; i++)
		sum += (set >> i & 1) != 0 ? n[i] : 0;
	return sum;
}

/* All tables and margins of what is published: every choice of labels, "other" and any. */
static size_t
publish(const struct cell *folded, const uint32_t *origin, size_t count, uint32_t sets[125])
{
	size_t found = 0;

	for (int a = 0; a < 5; a++)
		for (int b = 0; b < 5; b++)
			for (int c = 0; c < 5; c++) {
				int at[CELL_KEYS] = { a, b, c };
				const char *key[CELL_KEYS];

				for (int k = 0; k < CELL_KEYS; k++)
					key[k] = at[k] < 3    ? labels[k][at[k]]
						 : at[k] == 3 ? cells_other
							      : NULL;
				sets[found++] = behind(folded, origin, count, key);
			}
	return found;
}

/* The smallest group that one published number, or the difference of two of which one
 * contains the other, is the size of. */
static int64_t
least_group(const uint32_t *sets, size_t count, const int64_t n[CELLS])
{
	int64_t least = INT64_MAX;

	for (size_t i = 0; i < count; i++)
		for (size_t j = 0; j < count; j++) {
			int64_t size = (sets[i] & sets[j]) == sets[j]
					   ? size_of(sets[i] & ~sets[j], n)
					   : size_of(sets[i], n);

			if (size > 0 && size < least)
				least = size;
		}
	return least;
}

/* Everything is in one cell, each of k or more, or there is no cell at all. */
static void
check_cells(struct cell *cells, size_t count, int64_t k, int64_t all)
{
	size_t united = cells_unite(cells, count, k);
	int64_t sum = 0;
	bool large = true;

	for (size_t i = 0; i < united; i++) {
		sum += cells[i].n;
		large = large && cells[i].n >= k;
	}
	CHECK(large && sum == (all >= k ? all : 0));
}

static void
no_small_group(void)
{
	struct cell cells[CELLS];
	uint32_t origin[CELLS], sets[125];
	int64_t n[CELLS], k, all;
	size_t count;

	srand(20260923);
	for (int round = 0; round < ROUNDS; round++) {
		k = 2 + rand() % 15;
		count = make_table(cells, n, 1 + rand() % 63);
		all = size_of((1u << CELLS) - 1, n);
		cells_fold(cells, count, k, ladder);
		trace(cells, count, n, origin);
		if (all >= k)
			CHECK(least_group(sets, publish(cells, origin, count, sets), n) >= k);
		check_cells(cells, count, k, all);
	}
}

/* The check above can fail: margins of the table as it was name small groups. */
static void
the_table_itself_names_some(void)
{
	struct cell cells[CELLS];
	uint32_t origin[CELLS], sets[125];
	int64_t n[CELLS];
	size_t count, named = 0;

	for (int round = 0; round < 100; round++) {
		count = make_table(cells, n, 40);
		trace(cells, count, n, origin);
		named += least_group(sets, publish(cells, origin, count, sets), n) < 10;
	}
	CHECK(named > 90);
}

static void
small_groups_lose_keys_step_by_step(void)
{
	struct cell cells[] = {
		{ { "NL", "1", "ok" }, "One", 990 },
		{ { "NL", "1", "stripped" }, "One", 6 },
		{ { "NL", "2", "stripped" }, "Two", 7 },
		{ { "DE", "3", "ok" }, "Three", 9 },
		{ { "FR", "4", "ok" }, "Four", 8 },
		{ { "FR", "4", "plain" }, "Four", 1 },
	};
	size_t count;

	cells_fold(cells, 6, 10, (const unsigned[]){ 2, 3, 7, 0 });
	count = cells_unite(cells, 6, 10);
	CHECK(count == 3);
	/* NL other stripped 13 is the smallest but one; other is 1, and takes it in. */
	CHECK_TEXT(cells[0].key[0], "NL");
	CHECK(cells[0].n == 990);
	CHECK_TEXT(cells[0].note, "One");
	CHECK_TEXT(cells[1].key[2], "ok");
	CHECK_TEXT(cells[1].key[0], "other");
	CHECK(cells[1].n == 17);
	CHECK_TEXT(cells[2].key[2], "other");
	CHECK(cells[2].n == 14 && cells[2].note == NULL);
}

static void
nothing_of_too_few(void)
{
	struct cell cells[] = { { { "NL", "1", "ok" }, NULL, 9 } };

	cells_fold(cells, 1, 10, ladder);
	CHECK(cells_unite(cells, 1, 10) == 0);
	cells_fold(NULL, 0, 10, ladder);
	CHECK(cells_unite(NULL, 0, 10) == 0);
}

/* Twelve customers of a hoster, eleven domains of a house that runs its own mail, and
 * one that is nobody's; the hoster's own domain is in the list too. */
static const char rows[] =
    "INSERT INTO sweep VALUES(1, 'list', 1, 0, 5, 'secret-host', '0.1.0', 'r', 's', '{}', '',"
    " 1790000000, 1790003600, 1790003600, 'complete', 0, 0, 0);"
    "INSERT INTO name VALUES(1, 'mx.hoster.example'), (2, 'hoster.example'),"
    " (3, 'mx.bank.example');"
    "INSERT INTO registrable VALUES(1, 'hoster.example'), (3, 'bank.example');"
    "INSERT INTO host(id, sweep, name) VALUES(1, 1, 1), (2, 1, 3);"
    "WITH RECURSIVE i(n) AS (SELECT 10 UNION ALL SELECT n + 1 FROM i WHERE n < 32)"
    " INSERT INTO name SELECT n, 'd' || n || '.example' FROM i;"
    "INSERT INTO registrable SELECT id, 'bank.example' FROM name WHERE id BETWEEN 22 AND 32;"
    "INSERT INTO answers(id) VALUES(1);"
    "INSERT INTO domain(sweep, name, answers, mx_set) SELECT 1, id, 1,"
    " CASE WHEN id > 21 THEN 2 ELSE 1 END FROM name WHERE id NOT IN (1, 3);"
    "INSERT INTO verdict(id, headline) VALUES(1, 'encrypted');"
    "INSERT INTO domain_verdict(sweep, name, verdict) SELECT 1, name, 1 FROM domain;"
    "INSERT INTO mx_host VALUES(1, 1, 10), (2, 2, 10);"
    "INSERT INTO text VALUES(1, 'Example Net');"
    "WITH RECURSIVE i(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM i WHERE n < 29)"
    " INSERT INTO server(host, position, address, asn, as_name, country, tcp, starttls)"
    " SELECT 1, n, '192.0.2.' || n, 64500, 1, 'NL', 'connected',"
    " CASE WHEN n < 12 THEN 'stripped' WHEN n < 29 THEN 'not-offered'"
    " ELSE 'refused-temporary' END FROM i;"
    /* Another shard asked some of them as well. */
    "INSERT INTO host(id, sweep, name) VALUES(3, 1, 1);"
    "INSERT INTO server(host, position, address, asn, as_name, country, tcp, starttls,"
    " started) SELECT 3, position, address, asn, as_name, country, tcp, starttls, 1790000000"
    " FROM server WHERE position < 20";

static void
gives_counts_and_no_names(void)
{
	sqlite3 *db;
	json_t *aggregate;
	struct aggregate *taken;
	char error[512];
	char *text;

	CHECK(sqlite3_open(":memory:", &db) == SQLITE_OK);
	CHECK(schema_prepare(db) && sql_run(db, rows));
	aggregate = report_anonymous(db, 1, 10, NULL);
	text = json_dumps(aggregate, JSON_COMPACT | JSON_SORT_KEYS);
	CHECK_TEXT(text,
		   "{\"domains\":[{\"headline\":\"encrypted\",\"n\":12,\"provider\":"
		   "\"hoster.example\"},{\"headline\":\"encrypted\",\"n\":12,\"provider\":"
		   "\"self\"}],\"format\":\"mxsweep-aggregate-1\",\"k\":10,\"servers\":["
		   "{\"country\":\"NL\",\"fault\":\"not-offered\",\"n\":17,\"name\":"
		   "\"Example Net\",\"network\":\"64500\"},{\"country\":\"NL\",\"fault\":"
		   "\"stripped\",\"n\":12,\"name\":\"Example Net\",\"network\":\"64500\"}],"
		   "\"vantage\":null,\"version\":\"0.1.0\",\"week\":\"2026-W39\"}");
	CHECK(strstr(text, "secret-host") == NULL && strstr(text, "192.0.2") == NULL);
	/* What we give out, others can take in. */
	taken = aggregate_parse(text, strlen(text), "ours", error);
	CHECK(taken != NULL && taken->k == 10 && taken->count > 0);
	aggregate_free(taken);
	free(text);
	json_decref(aggregate);
	/* Thirteen depend on neither by name now: too few for either. */
	aggregate = report_anonymous(db, 1, 13, "vantage");
	text = json_dumps(json_object_get(aggregate, "domains"), JSON_COMPACT);
	CHECK_TEXT(text, "[{\"provider\":\"other\",\"headline\":\"encrypted\",\"n\":24}]");
	CHECK_TEXT(json_string_value(json_object_get(aggregate, "vantage")), "vantage");
	free(text);
	json_decref(aggregate);
	CHECK(report_anonymous(db, 2, 10, NULL) == NULL);
	sql_run(db, "UPDATE sweep SET judged = NULL");
	CHECK(report_anonymous(db, 1, 10, NULL) == NULL);
	sqlite3_close(db);
}

int
main(void)
{
	RUN(no_small_group);
	RUN(the_table_itself_names_some);
	RUN(small_groups_lose_keys_step_by_step);
	RUN(nothing_of_too_few);
	RUN(gives_counts_and_no_names);
	return test_end();
}
