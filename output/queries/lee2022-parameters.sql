-- SPDX-License-Identifier: Apache-2.0
-- Study: Lee et al., USENIX Security 2022
-- Title: Usage, selector and matching type of TLSA records
-- Names: no
--
-- Secure record sets that hold such a record; a set can hold several kinds, so percents add
-- up to more than 100. Columns: usage, selector, matching, record_sets, percent. Empty
-- numbers are records too short to have them.
WITH last(sweep) AS (SELECT sweep FROM sweeps WHERE state = 'complete' AND judged IS NOT NULL
  ORDER BY started DESC, sweep DESC LIMIT 1)
SELECT a AS usage, b AS selector, c AS matching, n AS record_sets,
  round(100.0 * n / total, 2) AS percent
FROM tallies WHERE sweep = (SELECT sweep FROM last) AND topic = 'tlsa' ORDER BY n DESC, a, b, c;
