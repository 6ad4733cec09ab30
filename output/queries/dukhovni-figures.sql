-- SPDX-License-Identifier: Apache-2.0
-- Study: Dukhovni, monthly reports to dane-users
-- Title: The figures of DANE
-- Names: no
--
-- Columns: figure, n. dane-domains: every MX host has working records; partial; broken;
-- half (the MX records are not secure); zones: registrable domains of dane-domains; mx-
-- hosts: with secure records (record sets); certificates: distinct leaves of such hosts
-- that match; mismatches: hosts whose certificate fits no record; no-starttls: hosts with
-- records that do no TLS; lookup-failures: hosts whose records could not be had. The
-- monthly report goes by primary MX hosts, here all count.
WITH last(sweep) AS (SELECT sweep FROM sweeps WHERE state = 'complete' AND judged IS NOT NULL
  ORDER BY started DESC, sweep DESC LIMIT 1),
signed AS MATERIALIZED (SELECT domain FROM domains WHERE sweep = (SELECT sweep FROM last)
  AND mx_security IS NOT 'insecure'),
words AS (SELECT a AS word, n FROM tallies WHERE sweep = (SELECT sweep FROM last)
  AND topic = 'dane'),
named AS (SELECT registrable_domain FROM domains WHERE sweep = (SELECT sweep FROM last)
  AND dane = 'all'),
seen AS MATERIALIZED (SELECT s.mx, s.leaf_sha256, s.dane FROM signed d CROSS JOIN servers s
  WHERE s.sweep = (SELECT sweep FROM last) AND s.domain = d.domain
  AND s.dane NOT IN ('no-tlsa', 'insecure-mx', 'insecure-host')),
records AS (SELECT DISTINCT mx FROM tlsa_records WHERE sweep = (SELECT sweep FROM last)
  AND security = 'secure')
SELECT 'dane-domains' AS figure, coalesce(sum(n), 0) AS n FROM words WHERE word = 'all'
UNION ALL SELECT 'partial', coalesce(sum(n), 0) FROM words WHERE word = 'partial'
UNION ALL SELECT 'broken', coalesce(sum(n), 0) FROM words WHERE word = 'broken'
UNION ALL SELECT 'half', coalesce(sum(n), 0) FROM words WHERE word = 'half'
UNION ALL SELECT 'zones', count(DISTINCT registrable_domain) FROM named
UNION ALL SELECT 'mx-hosts', count(*) FROM records
UNION ALL SELECT 'certificates', count(DISTINCT leaf_sha256) FROM seen
  WHERE dane IN ('ok-ee', 'ok-ta')
UNION ALL SELECT 'mismatches', count(DISTINCT mx) FROM seen
  WHERE dane IN ('mismatch', 'ta-missing', 'name-mismatch', 'expired')
UNION ALL SELECT 'no-starttls', count(DISTINCT mx) FROM seen WHERE dane = 'no-starttls'
UNION ALL SELECT 'lookup-failures', count(DISTINCT mx) FROM seen WHERE dane = 'lookup-failed';
