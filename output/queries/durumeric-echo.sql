-- SPDX-License-Identifier: Apache-2.0
-- Study: Durumeric et al., IMC 2015
-- Title: What servers say they were sent in place of STARTTLS
-- Names: no
--
-- Servers that quoted the command in their answer, by what they quoted. Columns: received
-- (XXXXXXXX stands for every mask of X, other for texts without a name), servers, percent
-- of those that quoted one. The paper's table begins with hosts that fail STARTTLS; servers
-- that accept it seldom quote.
WITH last(sweep) AS (SELECT sweep FROM sweeps WHERE state = 'complete' AND judged IS NOT NULL
  ORDER BY started DESC, sweep DESC LIMIT 1)
SELECT a AS received, n AS servers, round(100.0 * n / total, 2) AS percent
FROM tallies WHERE sweep = (SELECT sweep FROM last) AND topic = 'echo' ORDER BY n DESC, a;
