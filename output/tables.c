/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The tables of a new database.  To the letter they are what the steps of schema.c make of
 * an old one, columns that came later at the end and names in quotes where a step made the
 * table anew: a test compares, and whoever merges databases relies on it.
 */
#include "output/schema.h"

/* clang-format off */
const char schema_tables[] =
"CREATE TABLE sweep("
"  id INTEGER PRIMARY KEY,"
"  input TEXT NOT NULL, shards INTEGER NOT NULL, shard INTEGER NOT NULL,"
"  seed INTEGER NOT NULL,"                /* the 64 bits, as a signed number */
"  vantage TEXT, version TEXT, resolver TEXT, trust_store TEXT, options TEXT, notes TEXT,"
"  started INTEGER NOT NULL, finished INTEGER, judged INTEGER,"   /* seconds since 1970 */
"  state TEXT NOT NULL,"
"  targets INTEGER, domains INTEGER, servers INTEGER);"  /* NULL until its end */

"CREATE TABLE name(id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);"
"CREATE TABLE text(id INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE);"

"CREATE TABLE certificate("
"  id INTEGER PRIMARY KEY, sha256 BLOB NOT NULL UNIQUE, spki_sha256 BLOB,"
"  subject TEXT, issuer TEXT, serial TEXT, not_before TEXT, not_after TEXT,"
"  key_type TEXT, key_bits INTEGER, signature TEXT, names TEXT, der BLOB NOT NULL);"
"CREATE TABLE chain("
"  id INTEGER PRIMARY KEY, sha256 BLOB NOT NULL UNIQUE,"
"  leaf INTEGER NOT NULL REFERENCES certificate);"
"CREATE TABLE chain_certificate("
"  chain INTEGER NOT NULL REFERENCES chain, position INTEGER NOT NULL,"
"  certificate INTEGER NOT NULL REFERENCES certificate,"
"  PRIMARY KEY(chain, position)) WITHOUT ROWID;"

/* What DNS said of a domain; words tells rows apart, columns that are NULL would not. */
"CREATE TABLE answers("
"  id INTEGER PRIMARY KEY,"
"  dns TEXT, mx TEXT, mx_security TEXT, mta_sts_record TEXT, tlsrpt TEXT,"
"  words TEXT NOT NULL UNIQUE GENERATED ALWAYS AS (" SCHEMA_ANSWERS("") "));"
/* mx_set is NULL where there are no MX hosts. */
"CREATE TABLE \"domain\"("
"  sweep INTEGER NOT NULL REFERENCES sweep, name INTEGER NOT NULL REFERENCES name,"
"  rank INTEGER, tag TEXT, expanded TEXT,"
"  answers INTEGER NOT NULL REFERENCES answers, mx_set INTEGER,"
"  tlsrpt_text TEXT, tlsrpt_rua TEXT,"
"  PRIMARY KEY(sweep, name)) WITHOUT ROWID;"
/* name is NULL for a host that was given as a bare address; of_address marks the
 * host of an address target, which is not the MX host of that name. */
"CREATE TABLE host("
"  id INTEGER PRIMARY KEY, sweep INTEGER NOT NULL REFERENCES sweep,"
"  name INTEGER REFERENCES name, of_address INTEGER, tlsa TEXT, tlsa_secure INTEGER,"
" tlsa_base INTEGER REFERENCES name, expanded INTEGER REFERENCES name);"
/* A set of MX hosts is of one sweep, as the hosts are.  The same set may be there under
 * two ids (mx_sets.h). */
"CREATE TABLE mx_host("
"  mx_set INTEGER NOT NULL,"
"  host INTEGER NOT NULL REFERENCES host DEFERRABLE INITIALLY DEFERRED,"
"  preference INTEGER,"
"  PRIMARY KEY(mx_set, host)) WITHOUT ROWID;"
"CREATE TABLE address_target("
"  sweep INTEGER NOT NULL REFERENCES sweep, key TEXT NOT NULL,"
"  name INTEGER REFERENCES name, rank INTEGER, tag TEXT,"
"  host INTEGER REFERENCES host DEFERRABLE INITIALLY DEFERRED,"
"  PRIMARY KEY(sweep, key)) WITHOUT ROWID;"
/* The reply to EHLO is its first line, which names the server, and the rest, which many
 * servers share, from its line feed on.  ehlo_line is NULL where it is what greeting_text
 * begins with, up to a blank, ehlo_tls_line where it is the same as ehlo_line. */
"CREATE TABLE server("
"  host INTEGER NOT NULL REFERENCES host, position INTEGER NOT NULL,"
"  address TEXT, asn INTEGER, as_name INTEGER REFERENCES text, country TEXT,"
"  tcp TEXT NOT NULL, greeting TEXT, greeting_code INTEGER, greeting_text TEXT,"
"  ehlo TEXT, ehlo_line TEXT, ehlo_list INTEGER REFERENCES text,"
"  starttls TEXT, starttls_offer TEXT, starttls_reply_code INTEGER,"
"  handshake TEXT, alert INTEGER, tls_version TEXT,"
"  key_exchange TEXT, chain INTEGER REFERENCES chain,"
"  attempts INTEGER, started INTEGER, duration_ms INTEGER,"
"  ehlo_tls_line TEXT, ehlo_tls_list INTEGER REFERENCES text,"
"  starttls_echo TEXT, bare_lf INTEGER, legacy TEXT, cipher INTEGER REFERENCES text,"
" starttls_reply_text INTEGER REFERENCES text,"
"  PRIMARY KEY(host, position)) WITHOUT ROWID;"

/* DANE, MTA-STS and TLSRPT.  Where the RDATA is too short for its three numbers, they are
 * NULL and data is all of it. */
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

"CREATE TABLE chain_verdict("
"  sweep INTEGER NOT NULL REFERENCES sweep, chain INTEGER NOT NULL REFERENCES chain,"
"  parsed INTEGER NOT NULL, trusted INTEGER NOT NULL, expired INTEGER NOT NULL,"
"  not_yet_valid INTEGER NOT NULL, self_signed INTEGER NOT NULL, error INTEGER NOT NULL,"
"  PRIMARY KEY(sweep, chain)) WITHOUT ROWID;"
"CREATE TABLE server_verdict("
"  host INTEGER NOT NULL, position INTEGER NOT NULL,"
"  name_match INTEGER, cn_only INTEGER, certificate TEXT, dane TEXT, dane_reason TEXT,"
" dane_lint TEXT,"
"  PRIMARY KEY(host, position),"
"  FOREIGN KEY(host, position) REFERENCES server) WITHOUT ROWID;"
/* Only where the domain makes a difference: dane is NULL where that of the server
 * holds, mta_sts where the domain has no policy to go by. */
"CREATE TABLE \"link_verdict\"("
"  sweep INTEGER NOT NULL, name INTEGER NOT NULL, host INTEGER NOT NULL,"
"  position INTEGER NOT NULL, dane TEXT, mta_sts TEXT,"
"  PRIMARY KEY(sweep, name, host, position),"
"  FOREIGN KEY(sweep, name) REFERENCES domain,"
"  FOREIGN KEY(host, position) REFERENCES server) WITHOUT ROWID;"
"CREATE TABLE verdict("
"  id INTEGER PRIMARY KEY,"
"  headline TEXT NOT NULL, starttls TEXT, certificate TEXT, dane TEXT, mta_sts TEXT,"
"  words TEXT NOT NULL UNIQUE GENERATED ALWAYS AS (" SCHEMA_VERDICT("") "));"
"CREATE TABLE \"domain_verdict\"("
"  sweep INTEGER NOT NULL, name INTEGER NOT NULL,"
"  verdict INTEGER NOT NULL REFERENCES verdict, mta_sts_lint TEXT, policy_list TEXT,"
"  PRIMARY KEY(sweep, name),"
"  FOREIGN KEY(sweep, name) REFERENCES domain) WITHOUT ROWID;"

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
"CREATE TABLE list_build(at INTEGER PRIMARY KEY, sha256 BLOB NOT NULL);";
/* clang-format on */
