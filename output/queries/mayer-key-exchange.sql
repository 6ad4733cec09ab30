-- SPDX-License-Identifier: Apache-2.0
-- Study: Mayer et al., ARES 2016
-- Title: Key exchange groups
-- Names: no
--
-- Servers that do TLS, by the group of the key exchange. Columns: key_exchange (none: the
-- key was encrypted with the certificate's), servers, percent. It is what was negotiated
-- once with a modern client; the paper tried every cipher suite.
WITH last(sweep) AS (SELECT sweep FROM sweeps WHERE state = 'complete' AND judged IS NOT NULL
  ORDER BY started DESC, sweep DESC LIMIT 1)
SELECT a AS key_exchange, n AS servers, round(100.0 * n / total, 2) AS percent
FROM tallies WHERE sweep = (SELECT sweep FROM last) AND topic = 'key_exchange' ORDER BY n
    DESC, a;
