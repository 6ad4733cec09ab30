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
suites AS (SELECT nullif(a, '') AS cipher, n, total FROM tallies
  WHERE sweep = (SELECT sweep FROM last) AND topic = 'cipher')
SELECT cipher, CASE WHEN cipher LIKE '%RC4%' OR cipher LIKE '%EXPORT%' OR cipher LIKE '%DES%'
    OR cipher LIKE '%NULL%' OR cipher LIKE '%anon%' THEN 'weak' ELSE 'usual' END AS class,
  cipher LIKE '%DHE%' OR (cipher LIKE 'TLS%' AND cipher NOT LIKE '%WITH%') AS forward_secrecy,
  n AS servers, round(100.0 * n / total, 2) AS percent
FROM suites ORDER BY servers DESC, cipher;
