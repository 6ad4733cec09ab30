-- SPDX-License-Identifier: Apache-2.0
-- Study: Lee et al., USENIX Security 2020
-- Title: TLSA record sets by what a validating sender makes of them
-- Names: no
--
-- Record sets (one an MX host), each with its worst outcome over the host's servers and the
-- domains whose MX records are secure; one matching record of a set is enough. Columns:
-- dane, record_sets, percent, records (in these sets), domains (that have such a host: the
-- same, weighed by the mail that depends on it). lookup-failed are hosts whose records
-- could not be had, whether or not there are any; unknown have records and were not tested.
-- Ports other than 25 have no meaning for MX hosts and are not asked.
WITH last(sweep) AS (SELECT sweep FROM sweeps WHERE state = 'complete' AND judged IS NOT NULL
  ORDER BY started DESC, sweep DESC LIMIT 1),
signed AS MATERIALIZED (SELECT domain FROM domains WHERE sweep = (SELECT sweep FROM last)
  AND mx_security IS NOT 'insecure'),
seen AS MATERIALIZED (SELECT s.domain, s.mx, s.dane FROM signed d CROSS JOIN servers s
  WHERE s.sweep = (SELECT sweep FROM last) AND s.domain = d.domain
  AND s.dane NOT IN ('no-tlsa', 'insecure-mx', 'insecure-host')),
ranked AS (SELECT mx, CASE dane WHEN 'lookup-failed' THEN 1 WHEN 'no-starttls' THEN 2 WHEN
    'mismatch' THEN 3
    WHEN 'ta-missing' THEN 4 WHEN 'name-mismatch' THEN 5 WHEN 'expired' THEN 6
    WHEN 'unusable' THEN 7 WHEN 'ok-ta' THEN 8 WHEN 'ok-ee' THEN 9 ELSE 10 END AS rank, dane
    FROM seen),
records AS MATERIALIZED (SELECT mx, count(*) AS n FROM tlsa_records WHERE sweep = (SELECT
    sweep FROM last)
  GROUP BY mx),
sets AS MATERIALIZED (SELECT mx, min(rank), dane FROM ranked GROUP BY mx
  HAVING dane <> 'unknown' OR mx IN (SELECT mx FROM records)),
users AS MATERIALIZED (SELECT s.dane, count(DISTINCT v.domain) AS n FROM seen v
  JOIN sets s ON s.mx = v.mx GROUP BY s.dane)
SELECT s.dane, count(*) AS record_sets,
  round(100.0 * count(*) / (SELECT count(*) FROM sets), 2) AS percent,
  coalesce(sum(r.n), 0) AS records, max(u.n) AS domains
FROM sets s LEFT JOIN records r ON r.mx = s.mx JOIN users u ON u.dane = s.dane
GROUP BY s.dane ORDER BY record_sets DESC, s.dane;
