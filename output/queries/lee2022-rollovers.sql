-- SPDX-License-Identifier: Apache-2.0
-- Study: Lee et al., USENIX Security 2022
-- Title: Key rollovers: was the new key announced in time?
-- Names: no
--
-- Servers with TLSA records whose leaf certificate is another than in the complete sweep
-- before the last. Only records that can be compared here: digests of type 1 (SHA-256) of
-- hosts that have no others. Columns: kind, servers, domains. kinds: correct: the earlier
-- sweep saw the old and the new key announced; same-key: the record fits both certificates;
-- early-retirement: the old key was no longer announced while it was used; late-
-- introduction: the new key was announced only after the earlier sweep, which is late for
-- certain only where sweeps are closer than the change and two TTLs; none: it never was,
-- and mail from validating senders stops; no-dane: neither. The paper looked every hour.
WITH last(sweep) AS (SELECT sweep FROM sweeps WHERE state = 'complete' AND judged IS NOT NULL
  ORDER BY started DESC, sweep DESC LIMIT 1),
before(sweep) AS (SELECT sweep FROM sweeps WHERE state = 'complete' AND judged IS NOT NULL
  ORDER BY started DESC, sweep DESC LIMIT 1 OFFSET 1),
signed AS MATERIALIZED (SELECT domain FROM domains WHERE sweep = (SELECT sweep FROM last)
  AND mx_security IS NOT 'insecure'),
new AS MATERIALIZED (SELECT s.domain, s.mx, s.address, s.leaf_sha256 AS leaf
  FROM signed d CROSS JOIN servers s WHERE s.sweep = (SELECT sweep FROM last)
  AND s.domain = d.domain AND s.leaf_sha256 IS NOT NULL
  AND s.dane NOT IN ('no-tlsa', 'insecure-mx', 'insecure-host')),
hosts AS MATERIALIZED (SELECT DISTINCT mx FROM new),
old AS MATERIALIZED (SELECT s.mx, s.address, s.leaf_sha256 AS leaf
  FROM hosts h CROSS JOIN servers s WHERE s.sweep = (SELECT sweep FROM before)
  AND s.mx = h.mx AND s.leaf_sha256 IS NOT NULL),
now_set AS MATERIALIZED (SELECT mx, selector, data, matching FROM tlsa_records
  WHERE sweep = (SELECT sweep FROM last)),
then_set AS MATERIALIZED (SELECT mx, selector, data, matching FROM tlsa_records
  WHERE sweep = (SELECT sweep FROM before)),
new_once AS MATERIALIZED (SELECT DISTINCT mx, address, leaf FROM new
  WHERE mx NOT IN (SELECT mx FROM now_set WHERE matching IS NOT 1
    UNION ALL SELECT mx FROM then_set WHERE matching IS NOT 1)),
old_once AS MATERIALIZED (SELECT DISTINCT mx, address, leaf FROM old),
changed AS MATERIALIZED (SELECT n.mx, n.address, n.leaf AS new_leaf, o.leaf AS old_leaf
  FROM new_once n JOIN old_once o ON o.mx = n.mx AND o.address = n.address
  WHERE o.leaf <> n.leaf),
leaves AS (SELECT iif(side, new_leaf, old_leaf) AS leaf FROM changed
  CROSS JOIN (SELECT 0 AS side UNION ALL SELECT 1)),
facts AS MATERIALIZED (SELECT sha256, spki_sha256 FROM certificates
  WHERE sha256 IN (SELECT leaf FROM leaves)),
digests AS MATERIALIZED (SELECT sha256 AS leaf, selector,
  iif(selector, spki_sha256, sha256) AS data FROM facts
  CROSS JOIN (SELECT 0 AS selector UNION ALL SELECT 1)),
sets AS MATERIALIZED (SELECT mx, selector, data, 1 AS now FROM now_set
  UNION ALL SELECT mx, selector, data, 0 FROM then_set),
fits AS MATERIALIZED (SELECT s.mx, d.leaf, s.selector, s.data, s.now
  FROM sets s JOIN digests d ON d.data = s.data AND d.selector = s.selector),
matches AS (SELECT c.mx, c.address, c.new_leaf, c.old_leaf,
  max(NOT f.now AND f.leaf = c.old_leaf) AS old_then,
  max(NOT f.now AND f.leaf = c.new_leaf) AS new_then,
  max(f.now AND f.leaf = c.new_leaf) AS new_now
  FROM changed c LEFT JOIN fits f ON f.mx = c.mx AND f.leaf IN (c.old_leaf, c.new_leaf)
  GROUP BY 1, 2, 3, 4, f.selector, f.data),
told AS (SELECT mx, address, new_leaf, max(old_then) AS old_then, max(new_then) AS new_then,
  max(new_now) AS new_now, max(old_then AND new_then) AS same
  FROM matches GROUP BY mx, address, new_leaf, old_leaf),
kinds AS MATERIALIZED (SELECT mx, address, new_leaf, CASE WHEN same THEN 'same-key'
    WHEN old_then AND new_then THEN 'correct' WHEN new_then THEN 'early-retirement'
    WHEN new_now THEN 'late-introduction' WHEN old_then THEN 'none' ELSE 'no-dane' END AS kind
  FROM told)
SELECT kind, count(DISTINCT k.mx || ' ' || k.address) AS servers,
  count(DISTINCT n.domain) AS domains
FROM kinds k JOIN new n ON n.mx = k.mx AND n.address = k.address AND n.leaf = k.new_leaf
GROUP BY kind ORDER BY servers DESC, kind;
