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
seen AS MATERIALIZED (SELECT domain, provider, mta_sts FROM servers WHERE sweep = (SELECT
    sweep FROM last)
  AND mta_sts IN ('ok', 'bad-certificate', 'no-starttls')),
each AS (SELECT h.domain, h.mta_sts_mode AS mode, sum(s.mta_sts <> 'ok') AS invalid,
  count(*) AS servers, sum(s.provider = h.registrable_domain) AS own
  FROM held h JOIN seen s ON s.domain = h.domain GROUP BY h.domain)
SELECT mode, CASE own WHEN servers THEN 'self' WHEN 0 THEN 'third' ELSE 'mixed' END AS mail,
  count(*) AS domains, sum(invalid = servers) AS all_invalid,
  sum(invalid > 0 AND invalid < servers) AS some_invalid
FROM each GROUP BY mode, mail ORDER BY mode, mail;
