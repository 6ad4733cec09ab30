/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A database of weekly sweeps that never happened, for the part `report`: domains in the
 * shares of the realistic list (README.md), every table that a report reads, and in every
 * week the rows of every domain.  Verdicts are not judged but invented: the same numbers
 * give the same words.
 *
 *     history FILE DOMAINS SWEEPS
 */
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>

#include "output/report/tally.h"
#include "output/schema.h"

#define WEEK  604800
#define BEGAN 1760000000 /* the first sweep */

/* Of a thousand domains 600 are with ten providers of four MX hosts, 250 with a hundred
 * of two; of 23 domains three share a host of their owner.  Hosts and names are counted
 * in this order. */
#define HOSTS "(240 + ?1 / 23 + 1)"
#define UPTO(count)                                                                            \
	"WITH RECURSIVE i(i) AS (VALUES(0) UNION ALL SELECT i + 1 FROM i WHERE i + 1 < " count \
	")"
#define TLD                                                                                    \
	"CASE WHEN mix(i, 3, 100) < 45 THEN 'com' WHEN mix(i, 3, 100) < 60 THEN 'org'"         \
	" WHEN mix(i, 3, 100) < 70 THEN 'de' ELSE 'tld' || mix(i, 4, 300) END"

/* Hosts of owners renew every nine weeks; a chain is its certificate. */
#define CHAIN "(CASE WHEN h < 240 THEN h + 1 ELSE 1000 + (h - 240) * 8 + (?3 + h % 9) / 9 END)"

/* clang-format off */
static const char *const once[] = {
	"INSERT INTO name " UPTO("?1") " SELECT i + 1, CASE WHEN mix(i, 2, 20) = 0 THEN 'www.'"
	" ELSE '' END || 'd' || i || '.' || " TLD " FROM i",
	"INSERT INTO name " UPTO(HOSTS) " SELECT ?1 + 1 + i, CASE"
	" WHEN i < 40 THEN 'mx' || (i % 4) || '.big' || (i / 4) || '.net'"
	" WHEN i < 240 THEN 'mx' || (i % 2) || '.provider' || ((i - 40) / 2) || '.org'"
	" ELSE 'mail.own' || (i - 240) || '.' || " TLD " END FROM i",
	"INSERT INTO name " UPTO("20") " SELECT ?1 + 1 + " HOSTS " + i,"
	" 'policy.hosting' || i || '.net' FROM i",
	"INSERT INTO registrable SELECT id, substr(name, instr(name, '.') + 1) FROM name"
	" WHERE id > ?1 OR name LIKE 'www.%'",
	"INSERT INTO text VALUES(1, 'Example Networks'), (2, 'Another Network'),"
	" (3, 'TLS_AES_256_GCM_SHA384'), (4, 'TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384'),"
	" (5, '2.0.0 Ready to start TLS'), (6, 'PIPELINING SIZE STARTTLS 8BITMIME')",
	"INSERT INTO certificate " UPTO("1000 + 8 * " HOSTS) " SELECT i + 1,"
	" sha256(i + 1), sha256(-(i + 1) / 2), 'CN=host ' || i, 'CN=authority ' || mix(i, 5, 9),"
	" hex(i), '2025-01-01T00:00:00Z', strftime('%Y-%m-%dT%H:%M:%SZ', ?2, 'unixepoch',"
	" '+' || mix(i, 6, 90) || ' days'), iif(mix(i, 7, 3), 'RSA', 'EC'),"
	" iif(mix(i, 7, 3), 2048, 256), 'sha256WithRSAEncryption', 'host', zeroblob(1200) FROM i",
	"INSERT INTO chain SELECT id, sha256(id + 1000000000), id FROM certificate",
	"INSERT INTO policy VALUES(1, x'00', x'00', 'version: STSv1')",
	NULL,
};

/* ?1 domains, ?2 the time, ?3 the sweep, ?4 the number of the host before its first. */
static const char *const weekly[] = {
	"INSERT INTO sweep VALUES(?3, 'list', 1, 0, 5, 'here', '1', '127.0.0.1', 'store', '{}',"
	" NULL, ?2, ?2 + 7200, ?2 + 7300, 'complete', ?1, ?1, " HOSTS ")",
	"INSERT INTO host(id, sweep, name, tlsa, tlsa_secure) " UPTO(HOSTS)
	" SELECT ?4 + 1 + i, ?3, ?1 + 1 + i, CASE WHEN i / 4 = 9 AND i < 40 OR i > 40 AND"
	" mix(i / 2, 8, 10) = 0 THEN 'found' WHEN mix(i, 9, 300) = 0 AND i > 40 THEN 'failed'"
	" ELSE 'none' END, 1 FROM i",
	"INSERT INTO server(host, position, address, asn, as_name, country, tcp, greeting,"
	" greeting_code, greeting_text, ehlo, ehlo_line, ehlo_list, starttls, starttls_offer,"
	" starttls_reply_code, starttls_reply_text, handshake, tls_version, cipher,"
	" key_exchange, chain, attempts, started, duration_ms)"
	" SELECT id, p, '198.' || (h >> 14) || '.' || (h >> 6 & 255) || '.' || ((h & 63) * 4 + p),"
	" 64500 + mix(h, 10, 900), 1 + mix(h, 10, 2), substr('NLDETNUSFR', 1 + 2 * mix(h, 10, 5),"
	" 2), 'connected', 'ok', 220, 'mail.own' || h || ' ESMTP', 'ok', 'mail.own' || h, 6,"
	" word, CASE word WHEN 'ok' THEN 'offered' WHEN 'stripped' THEN 'masked' ELSE 'none' END,"
	" iif(tls, 220, NULL), iif(tls, 5, NULL), iif(tls, 'ok', NULL), CASE WHEN tls THEN"
	" iif(mix(h, 11, 5), 'TLSv1.3', 'TLSv1.2') END, iif(tls, 3 + (mix(h, 11, 5) = 0), NULL),"
	" iif(tls, 'x25519', NULL), iif(tls, " CHAIN ", NULL), 1, ?2, 120 FROM (SELECT *,"
	"  word = 'ok' AS tls FROM (SELECT host.id, p.p, host.id - ?4 - 1 AS h,"
	"  CASE WHEN host.id - ?4 < 240 THEN 'ok' WHEN mix(host.id - ?4, 12, 1000) < 80 THEN"
	"  'not-offered' WHEN mix(host.id - ?4, 12, 1000) < 85 THEN 'stripped' ELSE 'ok' END AS"
	"  word FROM host JOIN (SELECT 0 AS p UNION ALL SELECT 1) p ON p.p = 0 OR"
	"  host.id - ?4 <= 240 WHERE host.sweep = ?3 AND host.id > ?4)) ORDER BY 1, 2",
	"INSERT INTO server_verdict SELECT host, position, mix(host - ?4, 13, 10) > 0, 0,"
	" CASE WHEN chain IS NOT NULL THEN iif(mix(host - ?4, 13, 10), 'ok', 'name-mismatch') END,"
	" CASE WHEN tlsa = 'found' THEN CASE WHEN chain IS NULL THEN 'no-starttls'"
	" WHEN mix(host - ?4, ?3, 50) = 0 THEN 'mismatch' ELSE 'ok-ee' END END,"
	" CASE WHEN tlsa = 'found' AND mix(host - ?4, ?3, 50) = 0 THEN 'stale' END, NULL"
	" FROM server JOIN host ON host.id = server.host WHERE host > ?4",
	"INSERT INTO tlsa SELECT h.id, 0, 3, 1, 1, c.spki_sha256, 1 FROM host h JOIN server v"
	" ON v.host = h.id AND v.position = 0 JOIN certificate c ON c.id = v.chain - (mix(h.id -"
	" ?4, ?3, 50) = 0) WHERE h.id > ?4 AND h.tlsa = 'found'",
	"INSERT INTO chain_verdict SELECT DISTINCT ?3, chain, 1, 1, 0, 0, chain % 20 = 19, 0"
	" FROM server WHERE host > ?4 AND chain IS NOT NULL",
	"INSERT INTO mx_host SELECT ?4 + 1 + s.i, ?4 + 1 + j + CASE WHEN s.i < 10 THEN 4 * s.i"
	" WHEN s.i < 110 THEN 40 + 2 * (s.i - 10) ELSE 240 + s.i - 110 END, 10 * j FROM ("
	UPTO(HOSTS " - 130") " SELECT i FROM i) s CROSS JOIN (SELECT 0 AS j UNION ALL"
	"  VALUES(1), (2), (3)) ON j < CASE WHEN s.i < 10 THEN 4 WHEN s.i < 110 THEN 2 ELSE 1 END",
	"CREATE TEMP TABLE asked AS "
	UPTO("?1") " SELECT i, iif(mix(i, 1, 1000) < 990, 'ok', 'nxdomain') AS dns,"
	" CASE WHEN mix(i, 1, 1000) < 980 THEN 'ok' WHEN mix(i, 1, 1000) < 990 THEN 'null' END"
	" AS mx, iif(mix(i, 14, 10), 'insecure', 'secure') AS mx_security, CASE WHEN mix(i, 1, 1000) < 980 THEN CASE"
	" WHEN mix(i, 15, 100) > 2 THEN 'none' WHEN mix(i, 16, 25) THEN 'ok' ELSE 'bad-syntax'"
	" END END AS mta_sts_record, iif(mix(i, 17, 40), 'none', 'ok') AS tlsrpt FROM i",
	"INSERT INTO answers(dns, mx, mx_security, mta_sts_record, tlsrpt) SELECT DISTINCT dns,"
	" mx, mx_security, mta_sts_record, tlsrpt FROM asked WHERE true ON CONFLICT DO NOTHING",
	"INSERT INTO domain(sweep, name, rank, answers, mx_set) SELECT ?3, i + 1, i + 1, q.id,"
	" CASE WHEN mix(i, 1, 1000) < 980 THEN ?4 + 1 + CASE WHEN (i + 1) % 23 IN (0, 7, 14) THEN 110 + (i + 1) / 23"
	" WHEN mix(i, 1, 1000) < 700 THEN mix(i + 1, 22, 10) ELSE 10 + mix(i + 1, 22, 100) END"
	" END FROM asked a CROSS JOIN answers q ON q.words = " SCHEMA_ANSWERS("a."),
	"DROP TABLE temp.asked",
	"INSERT INTO mta_sts(sweep, name, record_text, id, fetch, alias, policy, word, mode,"
	" max_age, attempts, started, duration_ms) SELECT ?3, name, 'v=STSv1; id=1', '1',"
	" iif(mix(name, 18, 10), 'ok', 'tls-name'), CASE WHEN mix(name, 19, 5) < 2 THEN ?1 + 1 +"
	" " HOSTS " + mix(name, 20, 20) END, iif(mix(name, 18, 10), 1, NULL),"
	" iif(mix(name, 18, 10), 'ok', NULL), CASE WHEN mix(name, 18, 10) THEN CASE"
	" mix(name, 21 + ?3 / 9, 4) WHEN 0 THEN 'enforce' WHEN 1 THEN 'none' ELSE 'testing' END"
	" END, 604800, 1, ?2, 90 FROM domain WHERE sweep = ?3"
	" AND answers IN (SELECT id FROM answers WHERE mta_sts_record = 'ok')",
	"INSERT INTO link_verdict SELECT ?3, m.name, v.host, v.position, NULL, CASE WHEN"
	" v.chain IS NULL THEN 'no-starttls' WHEN mix(m.name, 23, 20) = 0 THEN 'unlisted'"
	" WHEN s.certificate = 'ok' THEN 'ok' ELSE 'bad-certificate' END FROM mta_sts m"
	" JOIN domain d ON d.sweep = ?3 AND d.name = m.name"
	" JOIN mx_host e ON e.mx_set = d.mx_set JOIN server v ON v.host = e.host"
	" JOIN server_verdict s ON s.host = v.host AND s.position = v.position"
	" WHERE m.sweep = ?3 AND m.mode IN ('testing', 'enforce')",
	"CREATE TEMP TABLE judged AS SELECT name, CASE WHEN mx IS NOT 'ok' THEN 'no-mail'"
	" WHEN r < 5 THEN 'stripped' WHEN r < 80 THEN 'plaintext' WHEN r < 180 THEN 'encrypted'"
	" ELSE 'authenticated' END AS headline, CASE WHEN mx IS 'ok' THEN CASE WHEN r < 5 THEN 'stripped'"
	" WHEN r < 80 THEN 'none' ELSE 'all' END END AS starttls,"
	" CASE WHEN mx IS 'ok' AND r >= 80 THEN iif(r < 180, 'partial', 'all') END AS certificate,"
	" CASE WHEN mx IS 'ok' THEN CASE WHEN mx_security ="
	" 'insecure' THEN 'none' WHEN r < 10 THEN 'broken' WHEN mix(name, 24, 5) = 0 THEN 'all'"
	" ELSE 'none' END END AS dane, CASE mta_sts_record WHEN 'none' THEN 'none' WHEN 'ok' THEN"
	" iif(r < 900, 'ok', 'partial') WHEN 'bad-syntax' THEN 'broken-record' END"
	" AS mta_sts, CASE WHEN mta_sts_record = 'ok' AND mix(name, 23, 20) = 0 THEN"
	" 'unlisted-mx' END AS lint"
	" FROM (SELECT *, mix(name, iif(mix(name, ?3, 100), 25, ?3), 1000) AS r FROM domain"
	"  JOIN answers ON id = answers WHERE sweep = ?3)",
	"INSERT INTO verdict(headline, starttls, certificate, dane, mta_sts) SELECT DISTINCT"
	" headline, starttls, certificate, dane, mta_sts FROM judged WHERE true"
	" ON CONFLICT DO NOTHING",
	"INSERT INTO domain_verdict SELECT ?3, j.name, v.id, j.lint, NULL FROM judged j"
	" CROSS JOIN verdict v ON v.words = " SCHEMA_VERDICT("j."),
	"DROP TABLE temp.judged",
	NULL,
};
/* clang-format on */

static uint64_t
scramble(uint64_t x)
{
	x ^= x >> 33;
	x *= 0xff51afd7ed558ccd;
	x ^= x >> 33;
	x *= 0xc4ceb9fe1a85ec53;
	return x ^ x >> 33;
}

/* mix(i, salt, n): one of 0 to n - 1, always the same. */
static void
mix(sqlite3_context *context, int count, sqlite3_value **values)
{
	uint64_t x = (uint64_t)sqlite3_value_int64(values[0]) << 8;

	(void)count;
	x = scramble(x + (uint64_t)sqlite3_value_int64(values[1]));
	sqlite3_result_int64(context, (int64_t)(x % (uint64_t)sqlite3_value_int64(values[2])));
}

/* 32 bytes for a number. */
static void
digest(sqlite3_context *context, int count, sqlite3_value **values)
{
	uint64_t bytes[4];

	(void)count;
	for (unsigned i = 0; i < 4; i++)
		bytes[i] = scramble((uint64_t)sqlite3_value_int64(values[0]) * 4 + i + 1);
	sqlite3_result_blob(context, bytes, sizeof bytes, SQLITE_TRANSIENT);
}

static void
check(sqlite3 *db, bool ok, const char *what)
{
	if (ok)
		return;
	fprintf(stderr, "history: %s (%s)\n", sqlite3_errmsg(db), what);
	exit(1);
}

static void
run(sqlite3 *db, const char *const *statements, const int64_t numbers[4])
{
	sqlite3_stmt *s;

	for (; *statements != NULL; statements++) {
		check(db, sqlite3_prepare_v2(db, *statements, -1, &s, NULL) == SQLITE_OK,
		      *statements);
		for (int i = 0; i < sqlite3_bind_parameter_count(s); i++)
			sqlite3_bind_int64(s, i + 1, numbers[i]);
		check(db, sqlite3_step(s) == SQLITE_DONE, *statements);
		sqlite3_finalize(s);
	}
}

/* A report reads rows of the last two sweeps, and only tallies of those before: these
 * have the tallies of the first. */
static void
count(sqlite3 *db, int64_t sweep, int64_t sweeps)
{
	static const char *const copy[] = {
		"INSERT INTO tally SELECT ?3, topic, a, b, c, n, total FROM tally WHERE sweep "
		"= 1",
		NULL,
	};

	if (sweep == 1 || sweep >= sweeps - 1)
		check(db, tally_sweep(db, sweep), "tallies");
	else
		run(db, copy, (const int64_t[]){ 0, 0, sweep, 0 });
}

static sqlite3 *
make(const char *path)
{
	static const char settings[] =
	    "PRAGMA cache_size = -1000000; PRAGMA journal_mode = OFF;"
	    "PRAGMA synchronous = OFF";
	int flags = SQLITE_UTF8 | SQLITE_DETERMINISTIC;
	sqlite3 *db;

	check(NULL, sqlite3_open(path, &db) == SQLITE_OK, path);
	check(db, sqlite3_exec(db, settings, NULL, NULL, NULL) == SQLITE_OK, settings);
	sqlite3_create_function(db, "mix", 3, flags, NULL, mix, NULL, NULL);
	sqlite3_create_function(db, "sha256", 1, flags, NULL, digest, NULL, NULL);
	check(db, schema_prepare(db), "schema");
	return db;
}

int
main(int argc, char **argv)
{
	int64_t domains = argc == 4 ? atoll(argv[2]) : 0,
		sweeps = argc == 4 ? atoll(argv[3]) : 0;
	int64_t hosts = 240 + domains / 23 + 1;
	sqlite3 *db;

	if (domains < 1 || sweeps < 1)
		return fputs("usage: history FILE DOMAINS SWEEPS\n", stderr), 2;
	db = make(argv[1]);
	run(db, once, (const int64_t[]){ domains, BEGAN + sweeps * WEEK, 0, 0 });
	for (int64_t sweep = 1; sweep <= sweeps; sweep++) {
		check(db, sqlite3_exec(db, "BEGIN", NULL, NULL, NULL) == SQLITE_OK, "begin");
		run(db, weekly,
		    (const int64_t[]){ domains, BEGAN + sweep * WEEK, sweep,
				       (sweep - 1) * hosts });
		count(db, sweep, sweeps);
		check(db, sqlite3_exec(db, "COMMIT", NULL, NULL, NULL) == SQLITE_OK, "commit");
		/* As in a database that has grown: indexes are made after the first sweep. */
		if (sweep == 1 || sweep == sweeps)
			check(db, schema_index(db), "indexes");
	}
	return sqlite3_close(db) != SQLITE_OK;
}
