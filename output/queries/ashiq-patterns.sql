-- SPDX-License-Identifier: Apache-2.0
-- Study: Ashiq, Fiebig and Chung, IMC 2025
-- Title: Policies whose patterns do not fit the MX hosts
-- Names: no
--
-- Domains with a policy that holds, mode testing or enforce. Columns: mode, finding,
-- domains, of (all such domains of the mode), percent. Findings overlap: all-unlisted (no
-- MX host fits a pattern: under enforce no mail arrives), some-unlisted, stale-pattern (one
-- fits no MX host), typo-pattern (and is nearly the name of one). The paper's classes by
-- label (third level, TLD) are not told apart.
WITH last(sweep) AS (SELECT sweep FROM sweeps WHERE state = 'complete' AND judged IS NOT NULL
  ORDER BY started DESC, sweep DESC LIMIT 1),
held AS MATERIALIZED (SELECT domain, mta_sts_mode AS mode,
  ',' || coalesce(mta_sts_lint, '') || ',' AS lints FROM domains
  WHERE sweep = (SELECT sweep FROM last) AND mta_sts_policy = 'ok' AND mta_sts_mode IN
    ('testing', 'enforce')),
odd AS MATERIALIZED (SELECT domain, mode FROM held WHERE lints LIKE '%,unlisted-mx,%'),
seen AS MATERIALIZED (SELECT o.domain, o.mode, s.mta_sts <> 'unlisted' AS listed
  FROM odd o CROSS JOIN servers s WHERE s.sweep = (SELECT sweep FROM last)
  AND s.domain = o.domain AND s.mta_sts IS NOT NULL),
listed AS (SELECT mode, max(listed) AS any_listed FROM seen GROUP BY domain),
findings AS (SELECT mode, CASE WHEN any_listed THEN 'some-unlisted' ELSE 'all-unlisted' END
    AS finding FROM listed
  UNION ALL SELECT mode, 'stale-pattern' FROM held WHERE lints LIKE '%,stale-pattern,%'
  UNION ALL SELECT mode, 'typo-pattern' FROM held WHERE lints LIKE '%,typo-pattern,%')
SELECT f.mode, f.finding, count(*) AS domains,
  (SELECT count(*) FROM held h WHERE h.mode = f.mode) AS "of",
  round(100.0 * count(*) / (SELECT count(*) FROM held h WHERE h.mode = f.mode), 2) AS percent
FROM findings f GROUP BY f.mode, f.finding ORDER BY f.mode, domains DESC, f.finding;
