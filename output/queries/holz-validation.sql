-- SPDX-License-Identifier: Apache-2.0
-- Study: Holz et al., NDSS 2016
-- Title: Certificate validation
-- Names: no
--
-- Servers that do TLS or showed a certificate, each with one word: the first that applies
-- of none, unparsable, expired, not-yet-valid, self-signed, untrusted (the paper's unknown
-- CA), name-mismatch. Columns: certificate, servers, percent.
WITH last(sweep) AS (SELECT sweep FROM sweeps WHERE state = 'complete' AND judged IS NOT NULL
  ORDER BY started DESC, sweep DESC LIMIT 1)
SELECT a AS certificate, n AS servers, round(100.0 * n / total, 2) AS percent
FROM tallies WHERE sweep = (SELECT sweep FROM last) AND topic = 'server_certificate' ORDER BY
    n DESC, a;
