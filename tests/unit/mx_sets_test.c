/* SPDX-License-Identifier: Apache-2.0 */
/* Sets of MX hosts, each stored once. */
#include "output/mx_sets.h"

#include "output/schema.h"
#include "tests/unit/ask.h"
#include "tests/unit/test.h"

static sqlite3 *db;
static struct mx_sets *sets;

static void
begin(void)
{
	CHECK(sqlite3_open(":memory:", &db) == SQLITE_OK && schema_prepare(db));
	sets = mx_sets_open(db);
}

static void
end(void)
{
	mx_sets_close(sets);
	CHECK(sqlite3_close(db) == SQLITE_OK);
}

/* The hosts of the sets in the database. */
static const char *
stored(void)
{
	return ask(db,
		   "SELECT group_concat(line) FROM (SELECT mx_set || ':' || host || ' ' ||"
		   " coalesce(preference, '-') AS line FROM mx_host ORDER BY mx_set, host)");
}

static int64_t
put(size_t count, const struct host_link links[])
{
	return mx_sets_put(sets, links, count);
}

#define PUT(...)                                                                               \
	put(sizeof(struct host_link[]){ __VA_ARGS__ } / sizeof(struct host_link),              \
	    (struct host_link[]){ __VA_ARGS__ })

static void
the_same_is_stored_once(void)
{
	begin();
	CHECK(PUT({ 10, 5 }, { 20, 6 }) == 1);
	CHECK(PUT({ 10, 5 }) == 2);
	CHECK(PUT({ 20, 6 }, { 10, 5 }) == 1); /* in any order */
	CHECK(PUT({ 20, 5 }) == 3);
	CHECK(PUT({ -1, 5 }) == 4);
	CHECK(PUT({ 10, 5 }) == 2);
	CHECK(mx_sets_put(sets, NULL, 0) == 0);
	CHECK(mx_sets_flush(sets));
	CHECK_TEXT(stored(), "1:5 10,1:6 20,2:5 10,3:5 20,4:5 -");
	end();
}

/* An MX answer may name a host twice. */
static void
the_lowest_preference_of_a_host_holds(void)
{
	begin();
	CHECK(PUT({ 30, 9 }, { 20, 7 }, { 10, 9 }, { 40, 7 }, { 15, 9 }) == 1);
	CHECK(PUT({ 20, 7 }, { 10, 9 }) == 1);
	CHECK(mx_sets_flush(sets));
	CHECK_TEXT(stored(), "1:7 20,1:9 10");
	end();
}

/* More sets than are remembered: whatever is stored again has another id. */
static void
forgotten_sets_are_stored_again(void)
{
	int64_t last = 0;

	begin();
	for (int round = 0; round < 2; round++)
		for (int host = 1; host <= 5000; host++) {
			int64_t id = PUT({ 10, host });

			CHECK(id > 0 && id <= last + 1);
			last = id > last ? id : last;
		}
	CHECK(last > 5000 && last < 10000);
	CHECK(mx_sets_flush(sets));
	CHECK_TEXT(ask(db, "SELECT count(DISTINCT host) FROM mx_host"), "5000");
	CHECK(sql_number(db, "SELECT count(*) FROM mx_host", 0) == last);
	end();
}

/* After a batch that could not be written the same is put again, and is stored. */
static void
nothing_of_a_lost_batch_is_believed(void)
{
	begin();
	CHECK(PUT({ 10, 5 }) == 1);
	CHECK(mx_sets_flush(sets));
	CHECK(PUT({ 10, 6 }) == 2);
	mx_sets_forget(sets);
	CHECK(PUT({ 10, 6 }) == 3);
	CHECK(PUT({ 10, 5 }) == 4);
	CHECK(mx_sets_flush(sets));
	CHECK_TEXT(stored(), "1:5 10,3:6 10,4:5 10");
	end();
}

/* A sweep that goes on, and the next one, give ids that are free. */
static void
ids_go_on(void)
{
	begin();
	CHECK(PUT({ 10, 5 }) == 1 && PUT({ 10, 6 }) == 2);
	CHECK(mx_sets_flush(sets));
	mx_sets_close(sets);
	sets = mx_sets_open(db);
	CHECK(PUT({ 10, 7 }) == 3);
	end();
}

int
main(void)
{
	RUN(the_same_is_stored_once);
	RUN(the_lowest_preference_of_a_host_holds);
	RUN(forgotten_sets_are_stored_again);
	RUN(nothing_of_a_lost_batch_is_believed);
	RUN(ids_go_on);
	return test_end();
}
