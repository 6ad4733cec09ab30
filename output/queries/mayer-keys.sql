-- SPDX-License-Identifier: Apache-2.0
-- Study: Mayer et al., ARES 2016
-- Title: Keys of leaf certificates
-- Names: no
--
-- Distinct leaf certificates that servers of the sweep showed. Columns: key_type, key_bits,
-- signature, certificates, self_signed (of them), servers (that show one of them). The
-- paper asked every mail port; this is port 25.
WITH last(sweep) AS (SELECT sweep FROM sweeps WHERE state = 'complete' AND judged IS NOT NULL
  ORDER BY started DESC, sweep DESC LIMIT 1),
seen AS MATERIALIZED (SELECT host, address, leaf_sha256, self_signed FROM servers
  WHERE sweep = (SELECT sweep FROM last) AND leaf_sha256 IS NOT NULL),
leaves AS MATERIALIZED (SELECT leaf_sha256 AS sha256, max(self_signed) AS self_signed,
  count(DISTINCT host || ' ' || address) AS servers FROM seen GROUP BY leaf_sha256),
facts AS MATERIALIZED (SELECT sha256, key_type, key_bits, signature FROM certificates)
SELECT c.key_type, c.key_bits, c.signature, count(*) AS certificates,
  coalesce(sum(l.self_signed), 0) AS self_signed, sum(l.servers) AS servers
FROM leaves l JOIN facts c USING(sha256)
GROUP BY 1, 2, 3 ORDER BY certificates DESC, 1, 2, 3;
