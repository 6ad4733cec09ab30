-- SPDX-License-Identifier: Apache-2.0
-- Study: Lee et al., USENIX Security 2020
-- Title: DANE by top-level domain
-- Names: no
--
-- Domains that take mail, by the last label of their name. Columns: tld, domains, with_tlsa
-- (at least one MX host has usable secure records, and the MX records are secure), percent,
-- partial (not all MX hosts), broken, half (the MX records are not secure, so nobody goes
-- by the hosts' records), unknown. Domains whose MX host is their own address (implicit MX)
-- are counted; the paper left them out.
WITH last(sweep) AS (SELECT sweep FROM sweeps WHERE state = 'complete' AND judged IS NOT NULL
  ORDER BY started DESC, sweep DESC LIMIT 1)
SELECT replace(domain, rtrim(domain, replace(domain, '.', '')), '') AS tld, count(*) AS
    domains,
  sum(dane IN ('all', 'partial', 'broken')) AS with_tlsa,
  round(100.0 * sum(dane IN ('all', 'partial', 'broken')) / count(*), 2) AS percent,
  sum(dane = 'partial') AS partial, sum(dane = 'broken') AS broken, sum(dane = 'half') AS half,
  sum(dane = 'unknown') AS unknown
FROM domains WHERE sweep = (SELECT sweep FROM last) AND dane IS NOT NULL
GROUP BY 1 ORDER BY domains DESC, tld;
