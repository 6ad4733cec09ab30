/* SPDX-License-Identifier: Apache-2.0 */
#include "output/schema.h"

#include <stdio.h>
#include <stdlib.h>

#include "output/result_types.h"
#include "output/sql.h"
#include "scanner/mem.h"

/* The steps from one version to the next; tables.c has what they come to. */

/* clang-format off */
/* DANE, MTA-STS and TLSRPT. */
static const char version_2[] =
"ALTER TABLE domain ADD COLUMN expanded TEXT;"
"ALTER TABLE domain ADD COLUMN mta_sts_record TEXT;"
"ALTER TABLE domain ADD COLUMN tlsrpt TEXT;"
"ALTER TABLE domain ADD COLUMN tlsrpt_text TEXT;"
"ALTER TABLE domain ADD COLUMN tlsrpt_rua TEXT;"
"ALTER TABLE host ADD COLUMN tlsa TEXT;"
"ALTER TABLE host ADD COLUMN tlsa_secure INTEGER;"
"ALTER TABLE host ADD COLUMN tlsa_base INTEGER REFERENCES name;"
"ALTER TABLE host ADD COLUMN expanded INTEGER REFERENCES name;"
/* Where the RDATA is too short for its three numbers, they are NULL and data is
 * all of it. */
"CREATE TABLE tlsa("
"  host INTEGER NOT NULL REFERENCES host, position INTEGER NOT NULL,"
"  usage INTEGER, selector INTEGER, matching INTEGER, data BLOB NOT NULL,"
"  usable INTEGER NOT NULL,"
"  PRIMARY KEY(host, position)) WITHOUT ROWID;"
/* text is how a body that is no clean text is shown; NULL: as it is. */
"CREATE TABLE policy("
"  id INTEGER PRIMARY KEY, sha256 BLOB NOT NULL UNIQUE, body BLOB NOT NULL, text TEXT);"
/* Only of domains whose mta_sts_record is neither none nor temporary. */
"CREATE TABLE mta_sts("
"  sweep INTEGER NOT NULL, name INTEGER NOT NULL, record_text TEXT, id TEXT,"
"  fetch TEXT, alias INTEGER REFERENCES name, address TEXT, http_status INTEGER,"
"  content_type TEXT, detail TEXT, policy INTEGER REFERENCES policy,"
"  word TEXT, mode TEXT, max_age INTEGER,"  /* of the policy; max_age as published */
"  attempts INTEGER, started INTEGER, duration_ms INTEGER,"
"  PRIMARY KEY(sweep, name),"
"  FOREIGN KEY(sweep, name) REFERENCES domain) WITHOUT ROWID;"
"ALTER TABLE server_verdict ADD COLUMN dane TEXT;"
"ALTER TABLE server_verdict ADD COLUMN dane_reason TEXT;"
"ALTER TABLE server_verdict ADD COLUMN dane_lint TEXT;"
/* Only where the domain makes a difference: dane is NULL where that of the server
 * holds, mta_sts where the domain has no policy to go by. */
"CREATE TABLE link_verdict("
"  sweep INTEGER NOT NULL, name INTEGER NOT NULL, host INTEGER NOT NULL,"
"  position INTEGER NOT NULL, dane TEXT, mta_sts TEXT,"
"  PRIMARY KEY(sweep, name, host, position),"
"  FOREIGN KEY(sweep, name, host) REFERENCES link) WITHOUT ROWID;"
"ALTER TABLE domain_verdict ADD COLUMN dane TEXT;"
"ALTER TABLE domain_verdict ADD COLUMN mta_sts TEXT;"
"ALTER TABLE domain_verdict ADD COLUMN mta_sts_lint TEXT;";

/* The policy list, and what reports count. */
static const char version_3[] =
/* Most servers answer STARTTLS in one of few ways, and agree on one of few ciphers:
 * their texts are kept once. */
"INSERT OR IGNORE INTO text(text) SELECT DISTINCT cipher FROM server"
"  WHERE cipher IS NOT NULL;"
"INSERT OR IGNORE INTO text(text) SELECT DISTINCT starttls_reply_text FROM server"
"  WHERE starttls_reply_text IS NOT NULL;"
"ALTER TABLE server ADD COLUMN cipher_id INTEGER REFERENCES text;"
"ALTER TABLE server ADD COLUMN reply_id INTEGER REFERENCES text;"
"UPDATE server SET cipher_id = (SELECT t.id FROM text t WHERE t.text = cipher),"
"  reply_id = (SELECT t.id FROM text t WHERE t.text = starttls_reply_text)"
"  WHERE starttls_reply_text IS NOT NULL OR cipher IS NOT NULL;"
"ALTER TABLE server DROP COLUMN cipher;"
"ALTER TABLE server DROP COLUMN starttls_reply_text;"
"ALTER TABLE server RENAME COLUMN cipher_id TO cipher;"
"ALTER TABLE server RENAME COLUMN reply_id TO starttls_reply_text;"
/* The registrable domain (public suffix and one label) of MX hosts, domains and
 * policy hosts' aliases; only of names that are not their own. */
"CREATE TABLE registrable(name INTEGER PRIMARY KEY REFERENCES name, domain TEXT NOT NULL);"
/* What reports count, so that they need not read every row of every sweep: n of
 * total have what topic and keys say; '' where a topic has fewer keys. */
"CREATE TABLE tally("
"  sweep INTEGER NOT NULL REFERENCES sweep, topic TEXT NOT NULL,"
"  a TEXT NOT NULL, b TEXT NOT NULL, c TEXT NOT NULL,"
"  n INTEGER NOT NULL, total INTEGER NOT NULL,"
"  PRIMARY KEY(sweep, topic, a, b, c)) WITHOUT ROWID;"
/* What others gave out of sweeps of theirs (report --anonymous), to be shown beside
 * ours; sha256 is of what it says, so that the same is taken once. */
"CREATE TABLE aggregate("
"  id INTEGER PRIMARY KEY, sha256 BLOB NOT NULL UNIQUE,"
"  vantage TEXT, week TEXT NOT NULL, version TEXT, k INTEGER NOT NULL);"
"CREATE TABLE aggregate_tally("
"  aggregate INTEGER NOT NULL REFERENCES aggregate, topic TEXT NOT NULL,"
"  a TEXT NOT NULL, b TEXT NOT NULL, c TEXT NOT NULL,"
"  n INTEGER NOT NULL, total INTEGER NOT NULL,"
"  PRIMARY KEY(aggregate, topic, a, b, c)) WITHOUT ROWID;"
/* The policy list: domain by domain where it stands, and how it came there.  since and
 * the like are seconds; demand and asked are a mode and patterns with blanks between. */
"CREATE TABLE list_domain("
"  domain TEXT PRIMARY KEY, state TEXT NOT NULL, source TEXT NOT NULL,"
"  mode TEXT, patterns TEXT, asked_mode TEXT, asked_patterns TEXT,"
"  since INTEGER NOT NULL, eligible_since INTEGER,"
"  failing_since INTEGER, failing TEXT, failing_detail TEXT) WITHOUT ROWID;"
"CREATE TABLE list_move("
"  id INTEGER PRIMARY KEY, domain TEXT NOT NULL, at INTEGER NOT NULL,"
"  sweep INTEGER REFERENCES sweep, came_from TEXT, went_to TEXT NOT NULL,"
"  reason TEXT NOT NULL, detail TEXT);"
/* What each vantage point said last of a domain, and before that. */
"CREATE TABLE list_sight("
"  domain TEXT NOT NULL, vantage TEXT NOT NULL,"
"  sweep INTEGER NOT NULL REFERENCES sweep, started INTEGER NOT NULL,"
"  said TEXT NOT NULL, demand TEXT, said_before TEXT NOT NULL, demand_before TEXT,"
"  PRIMARY KEY(domain, vantage)) WITHOUT ROWID;"
"CREATE TABLE list_sweep(sweep INTEGER PRIMARY KEY REFERENCES sweep);" /* taken */
"CREATE TABLE list_build(at INTEGER PRIMARY KEY, sha256 BLOB NOT NULL);"
"ALTER TABLE domain_verdict ADD COLUMN policy_list TEXT;";
/* ehlo_line is also NULL where it is what greeting_text begins with, up to a blank. */
static const char version_4[] =
"UPDATE server SET ehlo_line = NULL WHERE ehlo_line ="
"  substr(greeting_text, 1, instr(greeting_text || ' ', ' ') - 1);";
/* Most domains have their MX hosts, what else DNS said of them and their verdict in common
 * with many others: each of these is kept once.  Before, link had a row for each domain
 * and host.  Tables that change are made anew, in one pass. */
static const char version_5[] =
"CREATE TABLE mx_host("
"  mx_set INTEGER NOT NULL,"
"  host INTEGER NOT NULL REFERENCES host DEFERRABLE INITIALLY DEFERRED,"
"  preference INTEGER,"
"  PRIMARY KEY(mx_set, host)) WITHOUT ROWID;"
"CREATE TEMP TABLE linked AS SELECT sweep, name,"
"  min(row_number) OVER (PARTITION BY sweep, hosts) AS mx_set FROM (SELECT sweep, name,"
"  group_concat(host || ' ' || coalesce(preference, '-')) AS hosts,"
"  row_number() OVER (ORDER BY sweep, name) AS row_number FROM link GROUP BY sweep, name);"
"CREATE UNIQUE INDEX temp.linked_domain ON linked(sweep, name);"
"INSERT INTO mx_host SELECT s.mx_set, l.host, l.preference FROM"
"  (SELECT mx_set, sweep, min(name) AS name FROM linked GROUP BY mx_set) s"
"  CROSS JOIN link l ON l.sweep = s.sweep AND l.name = s.name;"
"CREATE TABLE answers("
"  id INTEGER PRIMARY KEY,"
"  dns TEXT, mx TEXT, mx_security TEXT, mta_sts_record TEXT, tlsrpt TEXT,"
"  words TEXT NOT NULL UNIQUE GENERATED ALWAYS AS (" SCHEMA_ANSWERS("") "));"
"INSERT OR IGNORE INTO answers(dns, mx, mx_security, mta_sts_record, tlsrpt)"
"  SELECT DISTINCT dns, mx, mx_security, mta_sts_record, tlsrpt FROM domain;"
"CREATE TABLE verdict("
"  id INTEGER PRIMARY KEY,"
"  headline TEXT NOT NULL, starttls TEXT, certificate TEXT, dane TEXT, mta_sts TEXT,"
"  words TEXT NOT NULL UNIQUE GENERATED ALWAYS AS (" SCHEMA_VERDICT("") "));"
"INSERT OR IGNORE INTO verdict(headline, starttls, certificate, dane, mta_sts)"
"  SELECT DISTINCT headline, starttls, certificate, dane, mta_sts FROM domain_verdict;"
"CREATE TABLE new_domain("
"  sweep INTEGER NOT NULL REFERENCES sweep, name INTEGER NOT NULL REFERENCES name,"
"  rank INTEGER, tag TEXT, expanded TEXT,"
"  answers INTEGER NOT NULL REFERENCES answers, mx_set INTEGER,"
"  tlsrpt_text TEXT, tlsrpt_rua TEXT,"
"  PRIMARY KEY(sweep, name)) WITHOUT ROWID;"
"INSERT INTO new_domain SELECT d.sweep, d.name, d.rank, d.tag, d.expanded, a.id, l.mx_set,"
"  d.tlsrpt_text, d.tlsrpt_rua FROM domain d CROSS JOIN answers a"
"  ON a.words = " SCHEMA_ANSWERS("d.")
"  LEFT JOIN linked l ON l.sweep = d.sweep AND l.name = d.name;"
"DROP TABLE temp.linked;"
"CREATE TABLE new_domain_verdict("
"  sweep INTEGER NOT NULL, name INTEGER NOT NULL,"
"  verdict INTEGER NOT NULL REFERENCES verdict, mta_sts_lint TEXT, policy_list TEXT,"
"  PRIMARY KEY(sweep, name),"
"  FOREIGN KEY(sweep, name) REFERENCES domain) WITHOUT ROWID;"
"INSERT INTO new_domain_verdict SELECT d.sweep, d.name, v.id, d.mta_sts_lint, d.policy_list"
"  FROM domain_verdict d CROSS JOIN verdict v ON v.words = " SCHEMA_VERDICT("d.") ";"
"CREATE TABLE new_link_verdict("
"  sweep INTEGER NOT NULL, name INTEGER NOT NULL, host INTEGER NOT NULL,"
"  position INTEGER NOT NULL, dane TEXT, mta_sts TEXT,"
"  PRIMARY KEY(sweep, name, host, position),"
"  FOREIGN KEY(sweep, name) REFERENCES domain,"
"  FOREIGN KEY(host, position) REFERENCES server) WITHOUT ROWID;"
"INSERT INTO new_link_verdict SELECT sweep, name, host, position, dane, mta_sts"
"  FROM link_verdict;"
"DROP TABLE link_verdict;"
"DROP TABLE link;"
"DROP TABLE domain_verdict;"
"DROP TABLE domain;"
"ALTER TABLE new_domain RENAME TO domain;"
"ALTER TABLE new_domain_verdict RENAME TO domain_verdict;"
"ALTER TABLE new_link_verdict RENAME TO link_verdict;";
/* clang-format on */

/* steps[n] makes version n + 1 out of version n. */
static const char *const steps[] = { NULL, version_2, version_3, version_4, version_5 };

int
schema_version(void)
{
	return sizeof steps / sizeof *steps;
}

static bool
take_steps(sqlite3 *db, int version)
{
	for (; version < schema_version(); version++)
		if (!sql_run(db, steps[version]))
			return false;
	return true;
}

/* Version 0 is the empty database. */
static bool
migrate(sqlite3 *db, int version)
{
	char stamp[96];

	snprintf(stamp, sizeof stamp, "PRAGMA application_id = %d; PRAGMA user_version = %d",
		 SCHEMA_APPLICATION, schema_version());
	return (version == 0 ? sql_run(db, schema_tables) : take_steps(db, version)) &&
	       sql_run(db, schema_views) && result_types_make_view(db) && sql_run(db, stamp);
}

/* The first column of the first row, to free; NULL: there is none. */
static char *
first_text(sqlite3 *db, const char *question)
{
	sqlite3_stmt *s = sql_prepare(db, question);
	char *text = sqlite3_step(s) == SQLITE_ROW ? mem_strdup(sql_text(s, 0)) : NULL;

	sqlite3_finalize(s);
	return text;
}

/* Only the first statement of the text: SQLite reads no further either when it takes a
 * view from a file, and what a stranger's file says after it must not be run. */
static bool
run_first(sqlite3 *db, const char *text)
{
	sqlite3_stmt *s = NULL;
	bool ok = sqlite3_prepare_v2(db, text, -1, &s, NULL) == SQLITE_OK && sql_finish(s);

	sqlite3_finalize(s);
	return ok;
}

/* Runs what a question answers until it answers nothing. */
static bool
run_answers(sqlite3 *db, const char *question)
{
	bool ok = true;
	char *text;

	while (ok && (text = first_text(db, question)) != NULL) {
		ok = run_first(db, text);
		free(text);
	}
	return ok;
}

/* Users have views of their own over ours.  SQLite changes no table while there is a view
 * that misses something, so all are away meanwhile.  A view that is not there after it was
 * made is a failure the next time round: its name is taken. */
static bool
migrate_beneath_views(sqlite3 *db, int version)
{
	return sql_run(db, "CREATE TEMP TABLE old_view AS SELECT name, sql FROM sqlite_schema"
			   " WHERE type = 'view' AND sql LIKE 'CREATE VIEW %'") &&
	       run_answers(db, "SELECT printf('DROP VIEW \"%w\"', name) FROM sqlite_schema"
			       " WHERE type = 'view' AND sql LIKE 'CREATE VIEW %'") &&
	       migrate(db, version) &&
	       run_answers(db, "SELECT sql FROM temp.old_view"
			       " WHERE name NOT IN (SELECT name FROM sqlite_schema)") &&
	       sql_run(db, "DROP TABLE temp.old_view");
}

/* A table may be made anew while others point to it, so their keys are not looked at.  Its
 * indexes are gone with it. */
static bool
bring_up(sqlite3 *db, int version)
{
	bool keys = sql_number(db, "PRAGMA foreign_keys", 0) == 1;

	return sql_run(db, "PRAGMA foreign_keys = OFF; BEGIN IMMEDIATE") &&
	       (version == 0 ? migrate(db, 0)
			     : migrate_beneath_views(db, version) && schema_index(db)) &&
	       sql_run(db, "COMMIT") && (!keys || sql_run(db, "PRAGMA foreign_keys = ON"));
}

bool
schema_prepare(sqlite3 *db)
{
	int64_t version = sql_number(db, "PRAGMA user_version", 0);

	return version == schema_version() || (version >= 0 && bring_up(db, (int)version));
}

bool
schema_index(sqlite3 *db)
{
	/* The limit keeps ANALYZE short on a database of any size. */
	return sql_run(db, "CREATE INDEX IF NOT EXISTS mx_host_host ON mx_host(host);"
			   "CREATE INDEX IF NOT EXISTS domain_mx_set ON domain(mx_set)"
			   " WHERE mx_set IS NOT NULL;"
			   "CREATE INDEX IF NOT EXISTS host_sweep ON host(sweep);"
			   "CREATE INDEX IF NOT EXISTS host_name ON host(name, sweep);"
			   "CREATE INDEX IF NOT EXISTS server_chain ON server(chain)"
			   " WHERE chain IS NOT NULL;"
			   "CREATE INDEX IF NOT EXISTS address_target_name"
			   " ON address_target(name) WHERE name IS NOT NULL;"
			   "PRAGMA analysis_limit = 1000; ANALYZE");
}
