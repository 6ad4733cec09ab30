-- SPDX-License-Identifier: Apache-2.0
-- Study: Holz et al., NDSS 2016
-- Title: Cipher suites
-- Names: no
--
-- Servers that do TLS, by the suite that was negotiated. Columns: cipher (IANA's name),
-- class (weak: RC4, export, DES, 3DES, no encryption or no authentication),
-- forward_secrecy, servers, percent.
WITH last(sweep) AS (SELECT sweep FROM sweeps WHERE state = 'complete' AND judged IS NOT NULL
  ORDER BY started DESC, sweep DESC LIMIT 1),
seen AS MATERIALIZED (SELECT host, address, cipher FROM servers
  WHERE sweep = (SELECT sweep FROM last) AND handshake = 'ok'),
once AS (SELECT DISTINCT host, address, cipher FROM seen)
SELECT cipher, CASE WHEN cipher LIKE '%RC4%' OR cipher LIKE '%EXPORT%' OR cipher LIKE '%DES%'
    OR cipher LIKE '%NULL%' OR cipher LIKE '%anon%' THEN 'weak' ELSE 'usual' END AS class,
  cipher LIKE '%DHE%' OR (cipher LIKE 'TLS%' AND cipher NOT LIKE '%WITH%') AS forward_secrecy,
  count(*) AS servers, round(100.0 * count(*) / (SELECT count(*) FROM once), 2) AS percent
FROM once GROUP BY cipher ORDER BY servers DESC, cipher;
