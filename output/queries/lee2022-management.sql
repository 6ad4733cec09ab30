-- SPDX-License-Identifier: Apache-2.0
-- Study: Lee et al., USENIX Security 2022
-- Title: DANE by who runs the mail server
-- Names: no
--
-- MX hosts with TLSA records that were tested, by whether the host stands under the
-- domain's own registrable domain. Columns: management (self-hosted is the paper's SSDO and
-- SSDS together, for who runs the DNS is not asked; outsourced is its SO), hosts,
-- invalid_hosts, percent, domains, invalid_domains. A host that both its owner and others
-- use counts on both sides. Missing DS records, the paper's first reason, are no failure
-- here: the zone is insecure and nobody goes by its records.
WITH last(sweep) AS (SELECT sweep FROM sweeps WHERE state = 'complete' AND judged IS NOT NULL
  ORDER BY started DESC, sweep DESC LIMIT 1),
signed AS MATERIALIZED (SELECT domain, registrable_domain FROM domains
  WHERE sweep = (SELECT sweep FROM last) AND mx_security = 'secure'),
sides AS MATERIALIZED (SELECT s.domain, s.mx,
  CASE WHEN s.provider = d.registrable_domain THEN 'self-hosted' ELSE 'outsourced' END
    AS management,
  s.dane IN ('mismatch', 'name-mismatch', 'expired', 'ta-missing', 'no-starttls') AS invalid
  FROM signed d CROSS JOIN servers s WHERE s.sweep = (SELECT sweep FROM last)
  AND s.domain = d.domain AND s.dane NOT IN ('no-tlsa', 'insecure-mx', 'insecure-host',
    'unknown', 'lookup-failed'))
SELECT management, count(DISTINCT mx) AS hosts,
  count(DISTINCT mx) FILTER (WHERE invalid) AS invalid_hosts,
  round(100.0 * count(DISTINCT mx) FILTER (WHERE invalid) / count(DISTINCT mx), 2) AS percent,
  count(DISTINCT domain) AS domains,
  count(DISTINCT domain) FILTER (WHERE invalid) AS invalid_domains
FROM sides GROUP BY management ORDER BY management;
