-- SPDX-License-Identifier: Apache-2.0
-- Study: Ashiq, Fiebig and Chung, IMC 2025
-- Title: Faults of the MTA-STS record
-- Names: no
--
-- Domains with a record that is not in order, by the first fault. Columns: record, domains,
-- percent of the faulty. Records that begin neither with v=STSv1 nor with something meant
-- to be it are none.
WITH last(sweep) AS (SELECT sweep FROM sweeps WHERE state = 'complete' AND judged IS NOT NULL
  ORDER BY started DESC, sweep DESC LIMIT 1),
faulty AS (SELECT a AS record, n AS domains FROM tallies WHERE sweep = (SELECT sweep FROM last)
  AND topic = 'mta_sts_record' AND a NOT IN ('ok', 'none', 'temporary'))
SELECT record, domains, round(100.0 * domains / (SELECT sum(domains) FROM faulty), 2) AS
    percent
FROM faulty ORDER BY domains DESC, record;
