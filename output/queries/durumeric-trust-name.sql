-- SPDX-License-Identifier: Apache-2.0
-- Study: Durumeric et al., IMC 2015
-- Title: Certificates: trust by name match
-- Names: no
--
-- Servers that showed a certificate which can be read, and whose MX host has a name.
-- Columns: trusted (a path to the trust store, dates ignored), name_match (the leaf names
-- the MX host), servers, percent. The paper's validity includes the dates; for those see
-- holz-validation.
WITH last(sweep) AS (SELECT sweep FROM sweeps WHERE state = 'complete' AND judged IS NOT NULL
  ORDER BY started DESC, sweep DESC LIMIT 1)
SELECT a AS trusted, b AS name_match, n AS servers, round(100.0 * n / total, 2) AS percent
FROM tallies WHERE sweep = (SELECT sweep FROM last) AND topic = 'trust_name' ORDER BY a DESC,
    b DESC;
