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
counts AS MATERIALIZED (SELECT topic, a, b, c, n FROM tallies
  WHERE sweep = (SELECT sweep FROM last) AND topic IN ('leaf', 'leaf_self_signed',
    'leaf_servers'))
SELECT nullif(a, '') AS key_type, CAST(nullif(b, '') AS INTEGER) AS key_bits,
  nullif(c, '') AS signature, sum(n) FILTER (WHERE topic = 'leaf') AS certificates,
  coalesce(sum(n) FILTER (WHERE topic = 'leaf_self_signed'), 0) AS self_signed,
  sum(n) FILTER (WHERE topic = 'leaf_servers') AS servers
FROM counts GROUP BY 1, 2, 3 ORDER BY certificates DESC, 1, 2, 3;
