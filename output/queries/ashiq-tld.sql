-- SPDX-License-Identifier: Apache-2.0
-- Study: Ashiq, Fiebig and Chung, IMC 2025
-- Title: MTA-STS by top-level domain
-- Names: no
--
-- Domains that take mail. Columns: tld, domains, with_record (an MTA-STS record, in order
-- or not), percent, misconfigured (record, policy host or policy broken, or a server that
-- the policy does not allow), percent_misconfigured of those with a record. Domains whose
-- state could not be known are counted in domains only.
WITH last(sweep) AS (SELECT sweep FROM sweeps WHERE state = 'complete' AND judged IS NOT NULL
  ORDER BY started DESC, sweep DESC LIMIT 1),
seen AS MATERIALIZED (SELECT replace(domain, rtrim(domain, replace(domain, '.', '')), '') AS
    tld,
  mta_sts_record NOT IN ('none', 'temporary') AS recorded,
  mta_sts IN ('broken-record', 'broken-policy', 'failing', 'partial') AS broken
  FROM domains WHERE sweep = (SELECT sweep FROM last) AND mta_sts_record IS NOT NULL)
SELECT tld, count(*) AS domains, sum(recorded) AS with_record,
  round(100.0 * sum(recorded) / count(*), 2) AS percent,
  coalesce(sum(recorded AND broken), 0) AS misconfigured,
  round(100.0 * sum(recorded AND broken) / nullif(sum(recorded), 0), 2) AS
    percent_misconfigured
FROM seen GROUP BY tld ORDER BY domains DESC, tld;
