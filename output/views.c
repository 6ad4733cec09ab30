/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The public views: names, columns and their order are a contract.  Columns may
 * be appended, and nothing else.  Those of probes that do not exist yet are NULL.
 */
#include "output/schema.h"

#define TIME(column) "strftime('%Y-%m-%dT%H:%M:%SZ', " column ", 'unixepoch')"
#define HEX(column)  "lower(hex(" column "))"
/* hex(NULL) is '' and not NULL. */
#define HEX_OR_NULL(column) "CASE WHEN " column " IS NOT NULL THEN " HEX(column) " END"

#define SERVER_COLUMNS                                                                         \
	" v.address, v.asn, an.text AS as_name, v.country, v.tcp, v.greeting,"                 \
	" v.greeting_code, v.greeting_text, v.ehlo, v.ehlo_line || el.text AS ehlo_text,"      \
	" v.starttls, v.starttls_offer, v.starttls_reply_code, v.starttls_reply_text,"         \
	" v.handshake, v.alert, v.tls_version, v.cipher, v.key_exchange,"                      \
	" " HEX_OR_NULL(                                                                       \
	    "c.sha256") " AS chain_sha256,"                                                    \
			" " HEX_OR_NULL(                                                       \
			    "lc.sha256") " AS leaf_sha256,"                                    \
					 " cv.trusted, sv.name_match,"                         \
					 " CASE WHEN cv.parsed THEN NOT (cv.expired OR "       \
					 "cv.not_yet_valid) END AS in_validity,"               \
					 " CASE WHEN cv.parsed THEN cv.self_signed END AS "    \
					 "self_signed, sv.certificate,"                        \
					 " NULL AS dane, NULL AS mta_sts, v.attempts, " TIME(  \
					     "v.started") " AS started,"                       \
							  " v.duration_ms,"                    \
							  " coalesce(v.ehlo_tls_line, "        \
							  "v.ehlo_line) || tl.text AS "        \
							  "ehlo_tls_text,"                     \
							  " v.starttls_echo, v.bare_lf, "      \
							  "v.legacy, sv.cn_only, cv.error AS " \
							  "verify_error, v.host"

#define SERVER_JOINS                                                                           \
	" JOIN server v ON v.host = e.host"                                                    \
	" LEFT JOIN text an ON an.id = v.as_name"                                              \
	" LEFT JOIN text el ON el.id = v.ehlo_list"                                            \
	" LEFT JOIN text tl ON tl.id = v.ehlo_tls_list"                                        \
	" LEFT JOIN chain c ON c.id = v.chain"                                                 \
	" LEFT JOIN certificate lc ON lc.id = c.leaf"                                          \
	" LEFT JOIN chain_verdict cv ON cv.sweep = e.sweep AND cv.chain = v.chain"             \
	" LEFT JOIN server_verdict sv ON sv.host = v.host AND sv.position = v.position"

/* clang-format off */
const char schema_views[] =
"DROP VIEW IF EXISTS sweeps;"
"CREATE VIEW sweeps AS SELECT s.id AS sweep, s.vantage,"
"  " TIME("s.started") " AS started, " TIME("s.finished") " AS finished, s.state,"
"  coalesce(s.targets, (SELECT count(*) FROM domain d WHERE d.sweep = s.id) +"
"    (SELECT count(*) FROM address_target a WHERE a.sweep = s.id)) AS targets,"
"  coalesce(s.domains, (SELECT count(*) FROM domain d WHERE d.sweep = s.id)) AS domains,"
"  coalesce(s.servers, (SELECT count(*) FROM link l JOIN server v ON v.host = l.host"
"      WHERE l.sweep = s.id) + (SELECT count(*) FROM address_target a"
"      JOIN server v ON v.host = a.host WHERE a.sweep = s.id)) AS servers,"
"  s.version, s.options, s.trust_store, s.resolver, s.notes,"
"  s.input, s.shards, s.shard, s.seed, " TIME("s.judged") " AS judged FROM sweep s;"

/* The sweep is joined so that a search by name alone is one look-up a sweep. */
"DROP VIEW IF EXISTS domains;"
"CREATE VIEW domains AS SELECT s.id AS sweep, n.name AS domain, d.rank, d.tag, d.dns, d.mx,"
"  d.mx_security, v.headline, v.starttls, v.certificate, NULL AS dane,"
"  NULL AS mta_sts_record, NULL AS mta_sts_fetch, NULL AS mta_sts_policy,"
"  NULL AS mta_sts_mode, NULL AS mta_sts_max_age, NULL AS mta_sts, NULL AS tlsrpt,"
"  NULL AS tlsrpt_rua, NULL AS policy_list"
"  FROM sweep s JOIN domain d ON d.sweep = s.id JOIN name n ON n.id = d.name"
"  LEFT JOIN domain_verdict v ON v.sweep = d.sweep AND v.name = d.name;"

"DROP VIEW IF EXISTS servers;"
"CREATE VIEW servers AS SELECT s.id AS sweep, n.name AS domain, e.preference,"
"  m.name AS mx," SERVER_COLUMNS
"  FROM sweep s JOIN link e ON e.sweep = s.id JOIN name n ON n.id = e.name"
"  JOIN host h ON h.id = e.host LEFT JOIN name m ON m.id = h.name" SERVER_JOINS
" UNION ALL SELECT e.sweep, n.name, NULL, n.name," SERVER_COLUMNS
"  FROM address_target e LEFT JOIN name n ON n.id = e.name" SERVER_JOINS ";"

"DROP VIEW IF EXISTS certificates;"
"CREATE VIEW certificates AS SELECT " HEX("sha256") " AS sha256,"
"  " HEX_OR_NULL("spki_sha256") " AS spki_sha256, subject, issuer, serial, not_before,"
"  not_after, key_type, key_bits, signature, names, der FROM certificate;"

"DROP VIEW IF EXISTS chains;"
"CREATE VIEW chains AS SELECT " HEX("c.sha256") " AS chain_sha256, cc.position,"
"  " HEX("x.sha256") " AS sha256 FROM chain c JOIN chain_certificate cc ON cc.chain = c.id"
"  JOIN certificate x ON x.id = cc.certificate;"

"DROP VIEW IF EXISTS tlsa_records;"
"CREATE VIEW tlsa_records AS SELECT NULL AS sweep, NULL AS mx, NULL AS base_domain,"
"  NULL AS usage, NULL AS selector, NULL AS matching, NULL AS data, NULL AS security,"
"  NULL AS usable WHERE 0;";
/* clang-format on */
