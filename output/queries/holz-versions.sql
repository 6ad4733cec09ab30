-- SPDX-License-Identifier: Apache-2.0
-- Study: Holz et al., NDSS 2016
-- Title: TLS versions
-- Names: no
--
-- Servers that do TLS, by the version that was negotiated: the best that both sides know.
-- Columns: version, servers, percent.
WITH last(sweep) AS (SELECT sweep FROM sweeps WHERE state = 'complete' AND judged IS NOT NULL
  ORDER BY started DESC, sweep DESC LIMIT 1)
SELECT a AS version, n AS servers, round(100.0 * n / total, 2) AS percent
FROM tallies WHERE sweep = (SELECT sweep FROM last) AND topic = 'tls_version' ORDER BY n DESC,
    a;
