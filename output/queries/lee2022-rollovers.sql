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
WITH done AS (SELECT sweep, row_number() OVER (ORDER BY started DESC, sweep DESC) AS age
  FROM sweeps WHERE state = 'complete' AND judged IS NOT NULL),
last(sweep) AS (SELECT sweep FROM done WHERE age = 1),
before(sweep) AS (SELECT sweep FROM done WHERE age = 2),
new AS MATERIALIZED (SELECT domain, mx, address, leaf_sha256 AS leaf FROM servers
  WHERE sweep = (SELECT sweep FROM last) AND leaf_sha256 IS NOT NULL
  AND dane NOT IN ('no-tlsa', 'insecure-mx', 'insecure-host')),
old AS MATERIALIZED (SELECT DISTINCT mx, address, leaf_sha256 AS leaf FROM servers
  WHERE sweep = (SELECT sweep FROM before) AND leaf_sha256 IS NOT NULL),
now_set AS MATERIALIZED (SELECT mx, selector, data, matching FROM tlsa_records
  WHERE sweep = (SELECT sweep FROM last)),
then_set AS MATERIALIZED (SELECT mx, selector, data, matching FROM tlsa_records
  WHERE sweep = (SELECT sweep FROM before)),
changed AS MATERIALIZED (SELECT n.domain, n.mx, n.address, n.leaf AS new_leaf, o.leaf AS
    old_leaf
  FROM new n JOIN old o ON o.mx = n.mx AND o.address = n.address WHERE o.leaf <> n.leaf
  AND NOT EXISTS (SELECT 1 FROM now_set r WHERE r.mx = n.mx AND r.matching IS NOT 1)
  AND NOT EXISTS (SELECT 1 FROM then_set r WHERE r.mx = n.mx AND r.matching IS NOT 1)),
digests AS MATERIALIZED (SELECT sha256 AS leaf, 0 AS selector, sha256 AS data FROM certificates
  WHERE sha256 IN (SELECT new_leaf FROM changed UNION SELECT old_leaf FROM changed)
  UNION ALL SELECT sha256, 1, spki_sha256 FROM certificates
  WHERE sha256 IN (SELECT new_leaf FROM changed UNION SELECT old_leaf FROM changed)),
told AS (SELECT c.*,
  EXISTS (SELECT 1 FROM then_set r JOIN digests d ON d.leaf = c.old_leaf
    AND d.selector = r.selector AND d.data = r.data WHERE r.mx = c.mx) AS old_then,
  EXISTS (SELECT 1 FROM then_set r JOIN digests d ON d.leaf = c.new_leaf
    AND d.selector = r.selector AND d.data = r.data WHERE r.mx = c.mx) AS new_then,
  EXISTS (SELECT 1 FROM now_set r JOIN digests d ON d.leaf = c.new_leaf
    AND d.selector = r.selector AND d.data = r.data WHERE r.mx = c.mx) AS new_now,
  EXISTS (SELECT 1 FROM then_set r JOIN digests d ON d.leaf = c.old_leaf
    AND d.selector = r.selector AND d.data = r.data JOIN digests e ON e.leaf = c.new_leaf
    AND e.selector = r.selector AND e.data = r.data WHERE r.mx = c.mx) AS same
  FROM changed c)
SELECT CASE WHEN same THEN 'same-key' WHEN old_then AND new_then THEN 'correct'
    WHEN new_then THEN 'early-retirement' WHEN new_now THEN 'late-introduction'
    WHEN old_then THEN 'none' ELSE 'no-dane' END AS kind,
  count(DISTINCT mx || ' ' || address) AS servers, count(DISTINCT domain) AS domains
FROM told GROUP BY kind ORDER BY servers DESC, kind;
