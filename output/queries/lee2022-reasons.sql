-- SPDX-License-Identifier: Apache-2.0
-- Study: Lee et al., USENIX Security 2022
-- Title: Why TLSA records do not match
-- Names: no
--
-- Servers whose records match nothing or cannot be used. Columns: reason (stale: it fits a
-- certificate that the same host showed before, the paper's older certificate; usage,
-- selector, matching: it would fit with another number there; empty-hash: the digest of
-- nothing; data: none of these), servers, percent.
WITH last(sweep) AS (SELECT sweep FROM sweeps WHERE state = 'complete' AND judged IS NOT NULL
  ORDER BY started DESC, sweep DESC LIMIT 1)
SELECT a AS reason, n AS servers, round(100.0 * n / total, 2) AS percent
FROM tallies WHERE sweep = (SELECT sweep FROM last) AND topic = 'dane_reason' ORDER BY n DESC,
    a;
