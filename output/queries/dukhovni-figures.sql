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
named AS MATERIALIZED (SELECT registrable_domain, dane FROM domains WHERE sweep = (SELECT
    sweep FROM last)
  AND dane IS NOT NULL),
seen AS MATERIALIZED (SELECT mx, leaf_sha256, dane FROM servers WHERE sweep = (SELECT sweep
    FROM last)
  AND dane NOT IN ('no-tlsa', 'insecure-mx', 'insecure-host')),
records AS MATERIALIZED (SELECT DISTINCT mx FROM tlsa_records WHERE sweep = (SELECT sweep FROM
    last)
  AND security = 'secure')
SELECT 'dane-domains' AS figure, count(*) AS n FROM named WHERE dane = 'all'
UNION ALL SELECT 'partial', count(*) FROM named WHERE dane = 'partial'
UNION ALL SELECT 'broken', count(*) FROM named WHERE dane = 'broken'
UNION ALL SELECT 'half', count(*) FROM named WHERE dane = 'half'
UNION ALL SELECT 'zones', count(DISTINCT registrable_domain) FROM named WHERE dane = 'all'
UNION ALL SELECT 'mx-hosts', count(*) FROM records
UNION ALL SELECT 'certificates', count(DISTINCT leaf_sha256) FROM seen
  WHERE dane IN ('ok-ee', 'ok-ta')
UNION ALL SELECT 'mismatches', count(DISTINCT mx) FROM seen
  WHERE dane IN ('mismatch', 'ta-missing', 'name-mismatch', 'expired')
UNION ALL SELECT 'no-starttls', count(DISTINCT mx) FROM seen WHERE dane = 'no-starttls'
UNION ALL SELECT 'lookup-failures', count(DISTINCT mx) FROM seen WHERE dane = 'lookup-failed';
