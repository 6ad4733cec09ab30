/* SPDX-License-Identifier: Apache-2.0 */
/* What is counted of every sweep.  A new topic is one row here. */
#include "output/report/tally.h"

#include <stddef.h>

#define REGISTRABLE(n)                                                                         \
	"coalesce((SELECT r.domain FROM registrable r WHERE r.name = " n ".id), " n ".name)"

/* The TLSA records of a host speak of its servers also where no domain's MX records
 * are secure: each server has one word here, and it is that of its own names. */
#define DANE_OF_HOST                                                                           \
	"CASE h.tlsa WHEN 'found' THEN sv.dane WHEN 'none' THEN 'no-tlsa'"                     \
	" WHEN 'failed' THEN 'lookup-failed' ELSE h.tlsa END"

/* What the server says it was sent, as far as there are names for it: the rest is a
 * stranger's text.  A mask is all X, or X with a letter at its end. */
#define ECHO_CLASS                                                                             \
	"CASE WHEN v.starttls_echo IS NULL THEN NULL"                                          \
	" WHEN upper(v.starttls_echo) IN ('STARTTLS', 'BLUF', 'TTLS', 'STAR')"                 \
	"  THEN upper(v.starttls_echo)"                                                        \
	" WHEN length(v.starttls_echo) > 2 AND substr(v.starttls_echo, 1,"                     \
	"  length(v.starttls_echo) - 1) NOT GLOB '*[^X]*'"                                     \
	"  AND v.starttls_echo GLOB '*[A-Z]' THEN 'XXXXXXXX'"                                  \
	" ELSE 'other' END"

/* probes/verdict.c has why. */
#define ANSWERED "starttls <> 'refused-temporary'"
#define STRIPPED "starttls IN ('stripped', 'corrupted')"

#define DOMAINS      TALLY_DOMAIN_WORDS
#define POLICIES     "policy_counts"
#define SERVERS      "server_counts"
#define NETWORKS     "network_counts"
#define CHAINS       "chain_counts"
#define CERTIFICATES "certificate_counts"

/* So many days after the judgement, as certificates have it. */
#define AFTER(days) "strftime('%Y-%m-%dT%H:%M:%SZ', judged, 'unixepoch', '+" days " days')"

/* clang-format off */
const struct tally_relation tally_relations[] = {
	{ "SELECT t.fetch, t.word, t.mode, CASE WHEN a.id IS NULL OR"
	  " " REGISTRABLE("a") " = " REGISTRABLE("n") " THEN 'self' ELSE 'third' END AS manager"
	  " FROM mta_sts t JOIN name n ON n.id = t.name LEFT JOIN name a ON a.id = t.alias"
	  " WHERE t.sweep = ?1",
	  { { POLICIES, 4 } } },
	{ "SELECT v.tcp, v.greeting, v.ehlo, v.starttls, v.starttls_offer, v.handshake,"
	  " v.tls_version, v.key_exchange, sv.certificate, " DANE_OF_HOST " AS dane,"
	  " sv.dane_reason, cv.trusted, sv.name_match, " ECHO_CLASS " AS echo, v.cipher,"
	  " v.asn, v.as_name, v.country, v.starttls, v.chain"
	  " FROM host h JOIN server v ON v.host = h.id"
	  " LEFT JOIN server_verdict sv ON sv.host = v.host AND sv.position = v.position"
	  " LEFT JOIN chain_verdict cv ON cv.sweep = h.sweep AND cv.chain = v.chain"
	  " WHERE h.sweep = ?1",
	  { { SERVERS, 15 }, { NETWORKS, 4 }, { CHAINS, 1 } } },
	{ "WITH at AS MATERIALIZED (SELECT " AFTER("0") " AS today, " AFTER("8") " AS days_8,"
	  "  " AFTER("31") " AS days_31, " AFTER("91") " AS days_91 FROM sweep WHERE id = ?1)"
	  " SELECT x.key_type, x.key_bits, x.signature, CASE WHEN x.not_after < today"
	  "  THEN 'expired' WHEN x.not_after < days_8 THEN '0-7' WHEN x.not_after < days_31"
	  "  THEN '8-30' WHEN x.not_after < days_91 THEN '31-90'"
	  "  WHEN x.not_after IS NOT NULL THEN 'more' END AS expiry, l.self_signed FROM at"
	  " CROSS JOIN (SELECT c.leaf, max(v.parsed AND v.self_signed) AS self_signed"
	  "  FROM chain_verdict v JOIN chain c ON c.id = v.chain WHERE v.sweep = ?1 GROUP BY 1) l"
	  " CROSS JOIN certificate x ON x.id = l.leaf",
	  { { CERTIFICATES, 5 } } },
	{ NULL, { { NULL, 0 } } },
};

/* One key, and all that have one. */
#define WORD(key, from)                                                                        \
	from, "SELECT " key ", '', '', sum(n), sum(sum(n)) OVER () FROM temp." from            \
	" WHERE " key " IS NOT NULL GROUP BY 1"

/* The same of a word that stands in a table which the domains point to. */
#define WORD_OF(table, key)                                                                    \
	DOMAINS, "SELECT w." key ", '', '', sum(n), sum(sum(n)) OVER () FROM temp." DOMAINS    \
	" c JOIN " table " w ON w.id = c." table " WHERE w." key " IS NOT NULL GROUP BY 1"
#define ANSWER(key)  WORD_OF("answers", key)
#define VERDICT(key) WORD_OF("verdict", key)

/* The same for those that do TLS. */
#define OF_TLS(key)                                                                            \
	SERVERS, "SELECT " key ", '', '', sum(n), sum(sum(n)) OVER () FROM temp." SERVERS      \
	" WHERE handshake = 'ok' GROUP BY 1"

/* total is by who manages the policy host. */
#define BY_MANAGER(key)                                                                        \
	POLICIES, "SELECT " key ", manager, '', sum(n),"                                       \
	" sum(sum(n)) OVER (PARTITION BY manager) FROM temp." POLICIES                         \
	" WHERE " key " IS NOT NULL GROUP BY 1, 2"

/* How many of those that answered are stripped, by the columns that keys name. */
#define STRIPPED_OF_ANSWERED                                                                   \
	" coalesce(sum(n) FILTER (WHERE " STRIPPED "), 0) AS stripped, sum(n) AS answered"     \
	" FROM temp." NETWORKS " WHERE " ANSWERED

/* Networks that strip anything, and the thousand largest; the others are one, ''. */
#define STRIPPING_NETWORKS                                                                     \
	"WITH networks AS (SELECT coalesce(asn, '0') AS asn, coalesce((SELECT text FROM text"  \
	"  WHERE text.id = as_name), '') AS as_name, coalesce(country, '') AS country,"        \
	STRIPPED_OF_ANSWERED " GROUP BY 1, 2, 3),"                                             \
	" ranked AS (SELECT *, stripped > 0 OR row_number() OVER"                              \
	"  (ORDER BY answered DESC, asn, as_name, country) <= 1000 AS alone FROM networks)"    \
	" SELECT iif(alone, asn, ''), iif(alone, as_name, ''), iif(alone, country, ''),"       \
	"  sum(stripped), sum(answered) FROM ranked GROUP BY 1, 2, 3"

/* The key, its bits and the signature of a leaf certificate. */
#define LEAF "coalesce(key_type, ''), coalesce(key_bits, ''), coalesce(signature, '')"

#define SERVERS_OF_LEAVES                                                                      \
	"SELECT " LEAF ", sum(n), sum(sum(n)) OVER () FROM temp." CHAINS " s"                  \
	" CROSS JOIN chain c ON c.id = s.chain CROSS JOIN certificate x ON x.id = c.leaf"      \
	" GROUP BY 1, 2, 3"

/* none: no TLS; opportunistic: TLS that does not prove the server; strict: it does. */
#define LEVEL                                                                                  \
	"CASE WHEN handshake IS NOT 'ok' THEN 'none'"                                          \
	" WHEN certificate = 'ok' THEN 'strict' ELSE 'opportunistic' END"

#define LEVELS                                                                                 \
	"SELECT " LEVEL ", CASE WHEN handshake = 'ok' AND (tls_version = 'TLSv1.3'"    \
	"  OR (SELECT text FROM text WHERE id = cipher) LIKE 'TLS\\_%DHE\\_%' ESCAPE '\\')"    \
	"  THEN 'forward-secrecy' ELSE '' END, '', sum(n), sum(sum(n)) OVER ()"                \
	" FROM temp." SERVERS " WHERE " ANSWERED " GROUP BY 1, 2"

/* One record that fits is enough for senders, so sets are counted and not records. */
#define RECORD_SETS                                                                            \
	"WITH records AS (SELECT t.* FROM tlsa t CROSS JOIN host h ON h.id = t.host"           \
	"  WHERE h.sweep = ?1 AND h.tlsa = 'found' AND h.tlsa_secure)"                         \
	" SELECT coalesce(usage, ''), coalesce(selector, ''), coalesce(matching, ''),"         \
	"  count(DISTINCT host), (SELECT count(DISTINCT host) FROM records)"                   \
	" FROM records GROUP BY 1, 2, 3"

const struct tally_topic tally_topics[] = {
	{ "dns", "domains", "word", ANSWER("dns") },
	{ "mx", "domains", "word", ANSWER("mx") },
	{ "mx_security", "domains", "word", ANSWER("mx_security") },
	{ "headline", "domains", "word", VERDICT("headline") },
	{ "starttls", "domains", "word", VERDICT("starttls") },
	{ "certificate", "domains", "word", VERDICT("certificate") },
	{ "dane", "domains", "word", VERDICT("dane") },
	{ "mta_sts", "domains", "word", VERDICT("mta_sts") },
	{ "mta_sts_record", "domains", "word", ANSWER("mta_sts_record") },
	{ "tlsrpt", "domains", "word", ANSWER("tlsrpt") },
	{ "policy_list", "domains", "word",
	  NULL, "SELECT policy_list, '', '', count(*), sum(count(*)) OVER ()"
	  " FROM domain_verdict WHERE sweep = ?1 AND policy_list IS NOT NULL GROUP BY 1" },

	/* Policies that hold: senders take a broken one for none (RFC 8461 section 3.3). */
	{ "mta_sts_mode", "domains", "mode",
	  POLICIES, "SELECT mode, '', '', sum(n), sum(sum(n)) OVER () FROM temp." POLICIES
	  " WHERE word = 'ok' GROUP BY 1" },
	{ "mta_sts_fetch", "domains", "word, manager", BY_MANAGER("fetch") },
	{ "mta_sts_policy", "domains", "word, manager", BY_MANAGER("word") },

	{ "tcp", "servers", "word", WORD("tcp", SERVERS) },
	{ "greeting", "servers", "word", WORD("greeting", SERVERS) },
	{ "ehlo", "servers", "word", WORD("ehlo", SERVERS) },
	{ "server_starttls", "servers", "word", WORD("starttls", SERVERS) },
	{ "handshake", "servers", "word", WORD("handshake", SERVERS) },
	{ "tls_version", "servers", "version", OF_TLS("coalesce(tls_version, 'unknown')") },
	{ "key_exchange", "servers", "group", OF_TLS("coalesce(key_exchange, 'none')") },
	{ "cipher", "servers", "suite",
	  OF_TLS("coalesce((SELECT text FROM text WHERE id = cipher), '')") },
	{ "level", "servers", "level, forward secrecy", SERVERS, LEVELS },
	{ "level_domains", "domains", "level", NULL, NULL },
	{ "server_certificate", "servers", "word", WORD("certificate", SERVERS) },
	{ "server_dane", "servers", "word", WORD("dane", SERVERS) },
	{ "dane_reason", "servers", "word", WORD("dane_reason", SERVERS) },
	{ "trust_name", "servers", "trusted, name_match",
	  SERVERS, "SELECT trusted, name_match, '', sum(n), sum(sum(n)) OVER ()"
	  " FROM temp." SERVERS " WHERE trusted IS NOT NULL AND name_match IS NOT NULL"
	  " GROUP BY 1, 2" },
	{ "strip_form", "servers", "offer, echo",
	  SERVERS, "SELECT coalesce(starttls_offer, ''), coalesce(echo, 'none'), '', sum(n),"
	  " sum(sum(n)) OVER () FROM temp." SERVERS " WHERE " STRIPPED " GROUP BY 1, 2" },
	{ "echo", "servers", "echo",
	  SERVERS, "SELECT echo, '', '', sum(n), sum(sum(n)) OVER () FROM temp." SERVERS
	  " WHERE echo IS NOT NULL GROUP BY 1" },
	{ "network", "servers", "asn, as_name, country", NETWORKS, STRIPPING_NETWORKS },
	{ "country", "servers", "country",
	  NETWORKS, "SELECT coalesce(country, ''), '', ''," STRIPPED_OF_ANSWERED " GROUP BY 1" },

	{ "key", "certificates", "type, bits",
	  CERTIFICATES, "SELECT coalesce(key_type, 'unparsable'), coalesce(key_bits, ''), '',"
	  " sum(n), sum(sum(n)) OVER () FROM temp." CERTIFICATES " GROUP BY 1, 2" },
	{ "signature", "certificates", "name", WORD("signature", CERTIFICATES) },
	{ "expiry", "certificates", "days", WORD("expiry", CERTIFICATES) },
	{ "leaf", "certificates", "type, bits, signature",
	  CERTIFICATES, "SELECT " LEAF ", sum(n), sum(sum(n)) OVER () FROM temp." CERTIFICATES
	  " GROUP BY 1, 2, 3" },
	{ "leaf_self_signed", "certificates", "type, bits, signature",
	  CERTIFICATES, "SELECT " LEAF ", sum(n) FILTER (WHERE self_signed = '1') AS own,"
	  " sum(n) FROM temp." CERTIFICATES " GROUP BY 1, 2, 3 HAVING own > 0" },
	{ "leaf_servers", "servers", "type, bits, signature", CHAINS, SERVERS_OF_LEAVES },

	{ "tlsa", "record sets", "usage, selector, matching", NULL, RECORD_SETS },
	{ "provider", "domains", "provider, score", NULL, NULL },
	{ NULL, NULL, NULL, NULL, NULL },
};
/* clang-format on */
