-- SPDX-License-Identifier: Apache-2.0
-- Study: Ashiq, Fiebig and Chung, IMC 2025
-- Title: MX hosts under MTA-STS whose certificate fails
-- Names: no
--
-- Domains with a policy that holds, mode testing or enforce, and at least one server that
-- answered. Columns: mode, mail (self: all MX hosts under the domain's own registrable
-- domain; third: none; mixed), domains, all_invalid and some_invalid (servers with bad-
-- certificate or without STARTTLS). Servers that the policy does not list are not counted
-- here.
WITH last(sweep) AS (SELECT sweep FROM sweeps WHERE state = 'complete' AND judged IS NOT NULL
  ORDER BY started DESC, sweep DESC LIMIT 1),
held AS MATERIALIZED (SELECT domain, registrable_domain, mta_sts_mode FROM domains
  WHERE sweep = (SELECT sweep FROM last) AND mta_sts_policy = 'ok' AND mta_sts_mode IN
    ('testing', 'enforce')),
seen AS MATERIALIZED (SELECT h.domain, h.mta_sts_mode AS mode, s.mta_sts <> 'ok' AS invalid,
  s.provider = h.registrable_domain AS own FROM held h CROSS JOIN servers s
  WHERE s.sweep = (SELECT sweep FROM last) AND s.domain = h.domain
  AND s.mta_sts IN ('ok', 'bad-certificate', 'no-starttls')),
each AS (SELECT mode, sum(invalid) AS invalid, count(*) AS servers, sum(own) AS own
  FROM seen GROUP BY domain)
SELECT mode, CASE own WHEN servers THEN 'self' WHEN 0 THEN 'third' ELSE 'mixed' END AS mail,
  count(*) AS domains, sum(invalid = servers) AS all_invalid,
  sum(invalid > 0 AND invalid < servers) AS some_invalid
FROM each GROUP BY mode, mail ORDER BY mode, mail;
