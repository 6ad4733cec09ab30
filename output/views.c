/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The public views: names, columns and their order are a contract.  Columns may
 * be appended, and nothing else.
 */
#include "output/schema.h"

#define TIME(column) "strftime('%Y-%m-%dT%H:%M:%SZ', " column ", 'unixepoch')"
#define HEX(column)  "lower(hex(" column "))"
/* hex(NULL) is '' and not NULL. */
#define HEX_OR_NULL(column) "CASE WHEN " column " IS NOT NULL THEN " HEX(column) " END"

/* The registrable domain of a name that was joined. */
#define REGISTRABLE(n)                                                                         \
	"coalesce((SELECT r.domain FROM registrable r WHERE r.name = " n ".id), " n ".name)"

/* The first line of the reply to EHLO; schema.c has when it is not in its column. */
#define EHLO_LINE                                                                              \
	"coalesce(v.ehlo_line, substr(v.greeting_text, 1,"                                     \
	" instr(v.greeting_text || ' ', ' ') - 1))"

/* clang-format off */
/* dane_reason and dane_lint speak of the host's TLSA records, also where the domain's
 * MX records are not secure and nobody goes by them. */
#define SERVER_COLUMNS(dane, mta_sts, mx)                                                      \
	" v.address, v.asn, an.text AS as_name, v.country, v.tcp, v.greeting,"                 \
	" v.greeting_code, v.greeting_text, v.ehlo, " EHLO_LINE " || el.text AS ehlo_text,"    \
	" v.starttls, v.starttls_offer, v.starttls_reply_code,"                                \
	" rt.text AS starttls_reply_text, v.handshake, v.alert, v.tls_version,"                \
	" ct.text AS cipher, v.key_exchange,"                                                  \
	" " HEX_OR_NULL("c.sha256") " AS chain_sha256,"                                        \
	" " HEX_OR_NULL("lc.sha256") " AS leaf_sha256,"                                        \
	" cv.trusted, sv.name_match,"                                                          \
	" CASE WHEN cv.parsed THEN NOT (cv.expired OR cv.not_yet_valid) END AS in_validity,"   \
	" CASE WHEN cv.parsed THEN cv.self_signed END AS self_signed, sv.certificate,"         \
	" " dane " AS dane, " mta_sts " AS mta_sts, v.attempts,"                               \
	" " TIME("v.started") " AS started, v.duration_ms,"                                    \
	" coalesce(v.ehlo_tls_line, " EHLO_LINE ") || tl.text AS ehlo_tls_text,"               \
	" v.starttls_echo, v.bare_lf, v.legacy, sv.cn_only, cv.error AS verify_error, v.host," \
	" sv.dane_reason, sv.dane_lint, " REGISTRABLE(mx) " AS provider"

/* Of the hosts e of that sweep. */
#define SERVER_JOINS(sweep)                                                                    \
	" JOIN server v ON v.host = e.host"                                                    \
	" LEFT JOIN text an ON an.id = v.as_name"                                              \
	" LEFT JOIN text el ON el.id = v.ehlo_list"                                            \
	" LEFT JOIN text tl ON tl.id = v.ehlo_tls_list"                                        \
	" LEFT JOIN text rt ON rt.id = v.starttls_reply_text"                                  \
	" LEFT JOIN text ct ON ct.id = v.cipher"                                               \
	" LEFT JOIN chain c ON c.id = v.chain"                                                 \
	" LEFT JOIN certificate lc ON lc.id = c.leaf"                                          \
	" LEFT JOIN chain_verdict cv ON cv.sweep = " sweep " AND cv.chain = v.chain"            \
	" LEFT JOIN server_verdict sv ON sv.host = v.host AND sv.position = v.position"

/* What is derived of facts alone waits for the judgement of all the rest. */
#define JUDGED(word) "CASE WHEN s.judged IS NOT NULL THEN " word " END"

const char schema_views[] =
"DROP VIEW IF EXISTS sweeps;"
"CREATE VIEW sweeps AS SELECT s.id AS sweep, s.vantage,"
"  " TIME("s.started") " AS started, " TIME("s.finished") " AS finished, s.state,"
"  coalesce(s.targets, (SELECT count(*) FROM domain d WHERE d.sweep = s.id) +"
"    (SELECT count(*) FROM address_target a WHERE a.sweep = s.id)) AS targets,"
"  coalesce(s.domains, (SELECT count(*) FROM domain d WHERE d.sweep = s.id)) AS domains,"
"  coalesce(s.servers, (SELECT count(*) FROM domain d JOIN mx_host e"
"      ON e.mx_set = d.mx_set JOIN server v ON v.host = e.host WHERE d.sweep = s.id) + (SELECT count(*) FROM address_target a"
"      JOIN server v ON v.host = a.host WHERE a.sweep = s.id)) AS servers,"
"  s.version, s.options, s.trust_store, s.resolver, s.notes,"
"  s.input, s.shards, s.shard, s.seed, " TIME("s.judged") " AS judged FROM sweep s;"

/* The sweep is joined so that a search by name alone is one look-up a sweep.  What
 * mta_sts points to is no join, so that whoever asks for nothing of it skips it. */
"DROP VIEW IF EXISTS domains;"
"CREATE VIEW domains AS SELECT s.id AS sweep, n.name AS domain, d.rank, d.tag, q.dns, q.mx,"
"  q.mx_security, w.headline, w.starttls, w.certificate, w.dane, q.mta_sts_record,"
"  t.fetch AS mta_sts_fetch, t.word AS mta_sts_policy, t.mode AS mta_sts_mode,"
"  t.max_age AS mta_sts_max_age, w.mta_sts, q.tlsrpt, d.tlsrpt_rua, v.policy_list,"
"  t.id AS mta_sts_id, t.record_text AS mta_sts_text,"
"  (SELECT a.name FROM name a WHERE a.id = t.alias) AS mta_sts_alias,"
"  t.address AS mta_sts_address, t.http_status AS mta_sts_http_status,"
"  t.content_type AS mta_sts_content_type, t.detail AS mta_sts_detail,"
"  (SELECT coalesce(p.text, CAST(p.body AS TEXT)) FROM policy p WHERE p.id = t.policy)"
"    AS mta_sts_policy_text, v.mta_sts_lint, d.tlsrpt_text,"
"  " REGISTRABLE("n") " AS registrable_domain,"
"  (SELECT " REGISTRABLE("a") " FROM name a WHERE a.id = t.alias) AS mta_sts_provider"
"  FROM sweep s JOIN domain d ON d.sweep = s.id JOIN name n ON n.id = d.name"
"  JOIN answers q ON q.id = d.answers"
"  LEFT JOIN domain_verdict v ON v.sweep = d.sweep AND v.name = d.name"
"  LEFT JOIN verdict w ON w.id = v.verdict"
"  LEFT JOIN mta_sts t ON t.sweep = d.sweep AND t.name = d.name;"

/* The NULLs have the types of the columns above them: SQLite merges this view into a
 * question, and so finds the rows of one sweep by their key, only where all types agree. */
"DROP VIEW IF EXISTS servers;"
"CREATE VIEW servers AS SELECT s.id AS sweep, n.name AS domain, e.preference,"
"  m.name AS mx," SERVER_COLUMNS(JUDGED(DANE_OF_LINK), "lv.mta_sts", "m")
"  FROM sweep s JOIN domain d ON d.sweep = s.id JOIN name n ON n.id = d.name"
"  JOIN answers q ON q.id = d.answers"
"  JOIN mx_host e ON e.mx_set = d.mx_set"
"  JOIN host h ON h.id = e.host LEFT JOIN name m ON m.id = h.name" SERVER_JOINS("d.sweep")
"  LEFT JOIN link_verdict lv ON lv.sweep = d.sweep AND lv.name = d.name"
"    AND lv.host = e.host AND lv.position = v.position"
" UNION ALL SELECT e.sweep, n.name, CAST(NULL AS INTEGER), n.name,"
"  " SERVER_COLUMNS("NULL", "CAST(NULL AS TEXT)", "n")
"  FROM address_target e LEFT JOIN name n ON n.id = e.name" SERVER_JOINS("e.sweep") ";"

"DROP VIEW IF EXISTS certificates;"
"CREATE VIEW certificates AS SELECT " HEX("sha256") " AS sha256,"
"  " HEX_OR_NULL("spki_sha256") " AS spki_sha256, subject, issuer, serial, not_before,"
"  not_after, key_type, key_bits, signature, names, der FROM certificate;"

"DROP VIEW IF EXISTS chains;"
"CREATE VIEW chains AS SELECT " HEX("c.sha256") " AS chain_sha256, cc.position,"
"  " HEX("x.sha256") " AS sha256 FROM chain c JOIN chain_certificate cc ON cc.chain = c.id"
"  JOIN certificate x ON x.id = cc.certificate;"

"DROP VIEW IF EXISTS tlsa_records;"
"CREATE VIEW tlsa_records AS SELECT h.sweep, m.name AS mx, b.name AS base_domain,"
"  t.usage, t.selector, t.matching, " HEX("t.data") " AS data,"
"  CASE WHEN h.tlsa_secure THEN 'secure' ELSE 'insecure' END AS security, t.usable"
"  FROM host h JOIN name m ON m.id = h.name JOIN tlsa t ON t.host = h.id"
"  LEFT JOIN name b ON b.id = h.tlsa_base;"

"DROP VIEW IF EXISTS policy_list_states;"
"CREATE VIEW policy_list_states AS SELECT domain, state, source, mode, patterns,"
"  " TIME("since") " AS since, " TIME("eligible_since") " AS eligible_since,"
"  " TIME("failing_since") " AS failing_since, failing, failing_detail FROM list_domain;"

"DROP VIEW IF EXISTS policy_list_moves;"
"CREATE VIEW policy_list_moves AS SELECT domain, " TIME("at") " AS at, sweep, came_from,"
"  went_to, reason, detail FROM list_move;"

"DROP VIEW IF EXISTS tallies;"
"CREATE VIEW tallies AS SELECT sweep, topic, a, b, c, n, total FROM tally;"

"DROP VIEW IF EXISTS aggregates;"
"CREATE VIEW aggregates AS SELECT g.id AS aggregate, g.vantage, g.week, t.topic, t.a, t.b,"
"  t.c, t.n, t.total, g.version, g.k FROM aggregate g"
"  JOIN aggregate_tally t ON t.aggregate = g.id;";
/* clang-format on */
