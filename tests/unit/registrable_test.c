/* SPDX-License-Identifier: Apache-2.0 */
/* Who runs which name. */
#include "output/report/registrable.h"

#include "output/schema.h"
#include "tests/unit/ask.h"
#include "tests/unit/test.h"

static const char *
domain_of(sqlite3 *db, const char *name)
{
	char sql[256];

	snprintf(sql, sizeof sql,
		 "SELECT r.domain FROM registrable r JOIN name n ON n.id = r.name"
		 " WHERE n.name = '%s'",
		 name);
	return ask(db, sql);
}

static sqlite3 *
names(void)
{
	sqlite3 *db;

	CHECK(sqlite3_open(":memory:", &db) == SQLITE_OK && schema_prepare(db));
	CHECK(sql_run(db, "INSERT INTO name(name) VALUES('example.org'), ('mx.example.org'),"
			  " ('a.b.example.co.uk'), ('example.co.uk'), ('co.uk'), ('localhost'),"
			  " ('mx.lab.invented'), ('192.0.2.1'), ('mx.example.net.'),"
			  " ('mx1.xn--bcher-kva.example'), ('.'), ('a..b')"));
	return db;
}

static void
finds_registrable_domains(void)
{
	sqlite3 *db = names();

	CHECK(registrable_fill(db));
	CHECK_TEXT(domain_of(db, "mx.example.org"), "example.org");
	CHECK_TEXT(domain_of(db, "a.b.example.co.uk"), "example.co.uk");
	CHECK_TEXT(domain_of(db, "mx.lab.invented"), "lab.invented");
	CHECK_TEXT(domain_of(db, "mx1.xn--bcher-kva.example"), "xn--bcher-kva.example");
	CHECK_TEXT(domain_of(db, "example.org"), "(no row)");
	CHECK_TEXT(domain_of(db, "example.co.uk"), "(no row)");
	CHECK_TEXT(domain_of(db, "co.uk"), "(no row)");
	CHECK_TEXT(domain_of(db, "localhost"), "(no row)");
	CHECK_TEXT(domain_of(db, "192.0.2.1"), "(no row)");
	sqlite3_close(db);
}

/* What an older list said is put right, and nothing is written twice. */
static void
follows_the_list(void)
{
	sqlite3 *db = names();

	CHECK(sql_run(db, "INSERT INTO registrable SELECT id, 'co.uk' FROM name"
			  " WHERE name IN ('example.co.uk', 'a.b.example.co.uk')"));
	CHECK(registrable_fill(db));
	CHECK_TEXT(domain_of(db, "example.co.uk"), "(no row)");
	CHECK_TEXT(domain_of(db, "a.b.example.co.uk"), "example.co.uk");
	CHECK(registrable_fill(db));
	CHECK_TEXT(domain_of(db, "a.b.example.co.uk"), "example.co.uk");
	sqlite3_close(db);
}

int
main(void)
{
	RUN(finds_registrable_domains);
	RUN(follows_the_list);
	return test_end();
}
