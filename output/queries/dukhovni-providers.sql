-- SPDX-License-Identifier: Apache-2.0
-- Study: Dukhovni, monthly reports to dane-users
-- Title: The twenty MX providers with most DANE domains
-- Names: no
--
-- Domains whose every MX host has working records, by provider (registrable domain of the
-- MX host). Columns: provider, domains, before (the same in the complete sweep before),
-- change.
WITH done AS (SELECT sweep, row_number() OVER (ORDER BY started DESC, sweep DESC) AS age
  FROM sweeps WHERE state = 'complete' AND judged IS NOT NULL),
scores AS (SELECT a AS provider, n, age FROM tallies JOIN done USING(sweep)
  WHERE topic = 'provider' AND b = 'dane' AND a <> '' AND age <= 2)
SELECT provider, sum(n) FILTER (WHERE age = 1) AS domains,
  sum(n) FILTER (WHERE age = 2) AS before,
  sum(n) FILTER (WHERE age = 1) - sum(n) FILTER (WHERE age = 2) AS change
FROM scores GROUP BY provider HAVING domains > 0 ORDER BY domains DESC, provider LIMIT 20;
