-- SPDX-License-Identifier: Apache-2.0
-- Study: Ashiq, Fiebig and Chung, IMC 2025
-- Title: Policy hosting providers
-- Names: no
--
-- The thirty registrable domains into which most policy hosts are aliases. Columns:
-- provider, domains, served (a policy that can be read came), percent, without_policy (mode
-- none, what good providers leave behind after an opt-out), failing (nothing came or it
-- cannot be read).
WITH last(sweep) AS (SELECT sweep FROM sweeps WHERE state = 'complete' AND judged IS NOT NULL
  ORDER BY started DESC, sweep DESC LIMIT 1),
seen AS MATERIALIZED (SELECT mta_sts_provider AS provider, mta_sts_policy, mta_sts_mode
  FROM domains WHERE sweep = (SELECT sweep FROM last) AND mta_sts_alias IS NOT NULL
  AND mta_sts_provider <> registrable_domain)
SELECT provider, count(*) AS domains, coalesce(sum(mta_sts_policy = 'ok'), 0) AS served,
  round(100.0 * coalesce(sum(mta_sts_policy = 'ok'), 0) / count(*), 2) AS percent,
  coalesce(sum(mta_sts_policy = 'ok' AND mta_sts_mode = 'none'), 0) AS without_policy,
  sum(mta_sts_policy IS NOT 'ok') AS failing
FROM seen GROUP BY provider ORDER BY domains DESC, provider LIMIT 30;
