/* SPDX-License-Identifier: Apache-2.0 */
/* Names, each stored once, however many come at a time. */
#include "output/intern.h"

#include "output/schema.h"
#include "output/sql.h"
#include "tests/unit/ask.h"
#include "tests/unit/test.h"

static sqlite3 *db;
static struct intern *interned;

static void
begin(void)
{
	CHECK(sqlite3_open(":memory:", &db) == SQLITE_OK && schema_prepare(db));
	interned = intern_new(db);
}

static void
end(void)
{
	intern_free(interned);
	CHECK(sqlite3_close(db) == SQLITE_OK);
}

static void
check_names(const char *const names[], size_t count)
{
	int64_t ids[INTERN_NAMES_MAX];

	CHECK(intern_names(interned, names, count, ids));
	for (size_t i = 0; i < count; i++) {
		char sql[128];

		snprintf(sql, sizeof sql, "SELECT name FROM name WHERE id = %lld",
			 (long long)ids[i]);
		CHECK_TEXT(ask(db, sql), names[i]);
	}
}

#define NAMES(...)                                                                             \
	check_names((const char *const[]){ __VA_ARGS__ },                                      \
		    sizeof(const char *const[]){ __VA_ARGS__ } / sizeof(const char *))

static void
check_stored(const char *want)
{
	CHECK_TEXT(ask(db, "SELECT group_concat(name, ' ') FROM"
			   " (SELECT name FROM name ORDER BY name)"),
		   want);
}

static void
new_and_known_names_have_their_ids(void)
{
	begin();
	NAMES("b", "a");
	NAMES("d", "c"); /* all new */
	NAMES("a", "c"); /* none */
	NAMES("f", "a", "e");
	NAMES("g", "b", "h"); /* after one that was new */
	NAMES("i", "i");
	check_stored("a b c d e f g h i");
	end();
}

static void
as_many_as_may_come(void)
{
	static char texts[INTERN_NAMES_MAX][16];
	const char *names[INTERN_NAMES_MAX];

	begin();
	CHECK(intern_name(interned, "first") == 1);
	for (int i = 0; i < INTERN_NAMES_MAX; i++) {
		snprintf(texts[i], sizeof texts[i], "n%d", i);
		names[i] = texts[i];
	}
	check_names(names, INTERN_NAMES_MAX);
	check_names(names, INTERN_NAMES_MAX);
	CHECK(sql_number(db, "SELECT count(*) FROM name", 0) == INTERN_NAMES_MAX + 1);
	CHECK(intern_names(interned, names, 0, NULL));
	end();
}

/* What a batch added is gone with it, and the ids are free again. */
static void
nothing_of_a_lost_batch_is_believed(void)
{
	begin();
	NAMES("a", "b");
	CHECK(sql_run(db, "BEGIN"));
	NAMES("c", "d");
	CHECK(sql_run(db, "ROLLBACK"));
	NAMES("d", "e");
	check_stored("a b d e");
	end();
}

static void
a_database_that_refuses(void)
{
	const char *const names[] = { "b", "c" };
	int64_t ids[2];

	begin();
	NAMES("a");
	CHECK(sql_run(db, "PRAGMA query_only = ON"));
	CHECK(!intern_names(interned, names, 2, ids));
	CHECK(sql_run(db, "PRAGMA query_only = OFF"));
	NAMES("b", "c");
	check_stored("a b c");
	end();
}

int
main(void)
{
	RUN(new_and_known_names_have_their_ids);
	RUN(as_many_as_may_come);
	RUN(nothing_of_a_lost_batch_is_believed);
	RUN(a_database_that_refuses);
	return test_end();
}
