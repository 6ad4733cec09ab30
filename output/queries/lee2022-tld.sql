-- SPDX-License-Identifier: Apache-2.0
-- Study: Lee et al., USENIX Security 2022
-- Title: MX hosts with TLSA records that fail, by top-level domain
-- Names: no
--
-- By the last label of the MX host's name. Columns: tld, hosts with TLSA records that were
-- tested, incorrect, percent. The paper's incorrect includes records that DNSSEC does not
-- prove; here these are not counted at all.
WITH last(sweep) AS (SELECT sweep FROM sweeps WHERE state = 'complete' AND judged IS NOT NULL
  ORDER BY started DESC, sweep DESC LIMIT 1),
signed AS MATERIALIZED (SELECT domain FROM domains WHERE sweep = (SELECT sweep FROM last)
  AND mx_security = 'secure'),
seen AS MATERIALIZED (SELECT s.mx,
  s.dane IN ('mismatch', 'name-mismatch', 'expired', 'ta-missing', 'no-starttls') AS invalid
  FROM signed d CROSS JOIN servers s WHERE s.sweep = (SELECT sweep FROM last)
  AND s.domain = d.domain AND s.dane NOT IN ('no-tlsa', 'insecure-mx', 'insecure-host',
    'unknown', 'lookup-failed')),
hosts AS (SELECT mx, max(invalid) AS invalid FROM seen GROUP BY mx)
SELECT replace(mx, rtrim(mx, replace(mx, '.', '')), '') AS tld, count(*) AS hosts,
    sum(invalid) AS incorrect,
  round(100.0 * sum(invalid) / count(*), 2) AS percent
FROM hosts GROUP BY 1 ORDER BY hosts DESC, tld;
