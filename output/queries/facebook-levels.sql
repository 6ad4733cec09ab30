-- SPDX-License-Identifier: Apache-2.0
-- Study: Facebook, 2014
-- Title: None, opportunistic or strict, and forward secrecy
-- Names: no
--
-- Servers that answered. Columns: level (none: no TLS; opportunistic: TLS with a
-- certificate that does not prove the server; strict: trusted, within its dates, the MX
-- host's name), servers, percent, forward_secrecy (of them, with an ephemeral key
-- exchange), domains (with at least one such server). Facebook weighed MX hosts and
-- messages; here are servers and domains.
WITH last(sweep) AS (SELECT sweep FROM sweeps WHERE state = 'complete' AND judged IS NOT NULL
  ORDER BY started DESC, sweep DESC LIMIT 1),
counts AS (SELECT * FROM tallies WHERE sweep = (SELECT sweep FROM last)),
users AS (SELECT a AS level, n FROM counts WHERE topic = 'level_domains')
SELECT a AS level, sum(n) AS servers, round(100.0 * sum(n) / max(total), 2) AS percent,
  coalesce(sum(n) FILTER (WHERE b = 'forward-secrecy'), 0) AS forward_secrecy,
  coalesce((SELECT n FROM users WHERE level = a), 0) AS domains
FROM counts WHERE topic = 'level' GROUP BY level ORDER BY servers DESC, level;
