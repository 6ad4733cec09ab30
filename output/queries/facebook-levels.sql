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
seen AS MATERIALIZED (SELECT domain, host, address, handshake, certificate, tls_version, cipher
  FROM servers WHERE sweep = (SELECT sweep FROM last) AND starttls <> 'refused-temporary'),
levels AS (SELECT domain, host || ' ' || address AS server,
  CASE WHEN handshake IS NOT 'ok' THEN 'none' WHEN certificate = 'ok' THEN 'strict'
    ELSE 'opportunistic' END AS level,
  handshake = 'ok' AND (tls_version = 'TLSv1.3' OR cipher LIKE 'TLS\_%DHE\_%' ESCAPE '\')
    AS secrecy FROM seen)
SELECT level, count(DISTINCT server) AS servers,
  round(100.0 * count(DISTINCT server) / (SELECT count(DISTINCT server) FROM levels), 2)
    AS percent,
  count(DISTINCT server) FILTER (WHERE secrecy) AS forward_secrecy,
  count(DISTINCT domain) AS domains
FROM levels GROUP BY level ORDER BY servers DESC, level;
