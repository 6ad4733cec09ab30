-- SPDX-License-Identifier: Apache-2.0
-- Study: Tatang et al., 2021
-- Title: MTA-STS from sweep to sweep
-- Names: no
--
-- A row for each complete sweep, the newest last. Columns: day, sweep, domains (asked),
-- with_record, percent, growth (of with_record since the sweep before, percent),
-- valid_policy, enforce, testing, none, servers_fit (every server that answered has a
-- listed name and a valid certificate). Sweeps of different lists cannot be compared.
WITH done AS (SELECT sweep, started FROM sweeps WHERE state = 'complete' AND judged IS NOT
    NULL),
counts AS (SELECT d.sweep, d.started,
  sum(n) FILTER (WHERE topic = 'mta_sts_record') AS domains,
  coalesce(sum(n) FILTER (WHERE topic = 'mta_sts_record' AND a NOT IN ('none', 'temporary')),
    0)
    AS with_record,
  coalesce(sum(n) FILTER (WHERE topic = 'mta_sts_mode'), 0) AS valid_policy,
  coalesce(sum(n) FILTER (WHERE topic = 'mta_sts_mode' AND a = 'enforce'), 0) AS enforce,
  coalesce(sum(n) FILTER (WHERE topic = 'mta_sts_mode' AND a = 'testing'), 0) AS testing,
  coalesce(sum(n) FILTER (WHERE topic = 'mta_sts_mode' AND a = 'none'), 0) AS none,
  coalesce(sum(n) FILTER (WHERE topic = 'mta_sts' AND a = 'ok'), 0) AS servers_fit
  FROM done d JOIN tallies t ON t.sweep = d.sweep
    AND t.topic IN ('mta_sts_record', 'mta_sts_mode', 'mta_sts') GROUP BY d.sweep)
SELECT substr(started, 1, 10) AS day, sweep, domains, with_record,
  round(100.0 * with_record / domains, 4) AS percent,
  round(100.0 * with_record / nullif(lag(with_record) OVER earlier, 0) - 100, 1) AS growth,
  valid_policy, enforce, testing, none, servers_fit
FROM counts WINDOW earlier AS (ORDER BY started, sweep) ORDER BY started, sweep;
