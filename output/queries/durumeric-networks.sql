-- SPDX-License-Identifier: Apache-2.0
-- Study: Durumeric et al., IMC 2015
-- Title: Networks in which every server that answered is stripped
-- Names: no
--
-- Columns: asn (0: not known), as_name, country, servers. Stripped is a masked offer with
-- the command refused, or a command that arrived changed; an offer that was quietly taken
-- away cannot be told from one sweep, so these are fewer than the paper's, which compared
-- networks. Networks of one server stand here as well.
WITH last(sweep) AS (SELECT sweep FROM sweeps WHERE state = 'complete' AND judged IS NOT NULL
  ORDER BY started DESC, sweep DESC LIMIT 1)
SELECT a AS asn, b AS as_name, c AS country, total AS servers
FROM tallies WHERE sweep = (SELECT sweep FROM last) AND topic = 'network' AND n > 0 AND n =
    total
ORDER BY total DESC, a, c;
