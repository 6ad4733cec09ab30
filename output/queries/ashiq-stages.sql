-- SPDX-License-Identifier: Apache-2.0
-- Study: Ashiq, Fiebig and Chung, IMC 2025
-- Title: Where fetching the policy fails, by who manages the policy host
-- Names: no
--
-- Domains with a good record. Columns: manager (third: mta-sts.DOMAIN is an alias into
-- another registrable domain; a policy host that a third party runs at an address counts as
-- self), stage, domains, managed (all domains of that manager), percent. Stage syntax is a
-- policy that came and cannot be read. The paper also recognises third parties without an
-- alias.
WITH last(sweep) AS (SELECT sweep FROM sweeps WHERE state = 'complete' AND judged IS NOT NULL
  ORDER BY started DESC, sweep DESC LIMIT 1),
words AS (SELECT b AS manager, CASE WHEN a LIKE 'tls-%' THEN 'tls'
    WHEN a LIKE 'http-%' OR a = 'too-big' THEN 'http' ELSE a END AS stage, n FROM tallies
  WHERE sweep = (SELECT sweep FROM last) AND topic = 'mta_sts_fetch' AND a <> 'ok'
  UNION ALL SELECT b, CASE WHEN a = 'ok' THEN 'ok' ELSE 'syntax' END, n FROM tallies
  WHERE sweep = (SELECT sweep FROM last) AND topic = 'mta_sts_policy'),
managers AS (SELECT b AS manager, max(total) AS managed FROM tallies
  WHERE sweep = (SELECT sweep FROM last) AND topic = 'mta_sts_fetch' GROUP BY b)
SELECT manager, stage, sum(n) AS domains, managed, round(100.0 * sum(n) / managed, 2) AS
    percent
FROM words JOIN managers USING(manager) GROUP BY manager, stage
ORDER BY manager, domains DESC, stage;
