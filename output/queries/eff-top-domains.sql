-- SPDX-License-Identifier: Apache-2.0
-- Study: EFF, 2018
-- Title: MX hosts of the thousand highest ranked domains
-- Names: no
--
-- Of a list with ranks (the Tranco form); without ranks there are no rows. A host counts
-- with the worst of its servers that answered. Columns: finding (no-starttls, invalid-
-- certificate, masked, good), hosts, percent of the hosts that answered. A host can be
-- masked and without STARTTLS.
WITH last(sweep) AS (SELECT sweep FROM sweeps WHERE state = 'complete' AND judged IS NOT NULL
  ORDER BY started DESC, sweep DESC LIMIT 1),
top AS MATERIALIZED (SELECT domain FROM domains WHERE sweep = (SELECT sweep FROM last)
  AND rank <= 1000),
seen AS MATERIALIZED (SELECT s.mx, s.starttls_offer, s.handshake, s.certificate
  FROM top t CROSS JOIN servers s WHERE s.sweep = (SELECT sweep FROM last)
  AND s.domain = t.domain AND s.starttls <> 'refused-temporary'),
hosts AS MATERIALIZED (SELECT mx, max(handshake IS NOT 'ok') AS no_tls,
  max(handshake = 'ok' AND certificate <> 'ok') AS invalid, max(starttls_offer = 'masked') AS
    masked
  FROM seen GROUP BY mx),
findings AS (SELECT 'no-starttls' AS finding FROM hosts WHERE no_tls
  UNION ALL SELECT 'invalid-certificate' FROM hosts WHERE invalid
  UNION ALL SELECT 'masked' FROM hosts WHERE masked
  UNION ALL SELECT 'good' FROM hosts WHERE NOT coalesce(no_tls, 0) AND NOT coalesce(invalid,
    0))
SELECT finding, count(*) AS hosts, round(100.0 * count(*) / (SELECT count(*) FROM hosts), 2)
  AS percent
FROM findings GROUP BY finding ORDER BY hosts DESC, finding;
