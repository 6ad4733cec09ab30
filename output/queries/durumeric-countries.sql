-- SPDX-License-Identifier: Apache-2.0
-- Study: Durumeric et al., IMC 2015
-- Title: Stripping by country of the server
-- Names: no
--
-- Columns: country (empty: not known), stripped, servers that answered, percent. The paper
-- counts messages that arrived at one large provider from senders in a country; here it is
-- the receiving servers of the country, seen from one place, and a share of servers is not
-- a share of mail.
WITH last(sweep) AS (SELECT sweep FROM sweeps WHERE state = 'complete' AND judged IS NOT NULL
  ORDER BY started DESC, sweep DESC LIMIT 1)
SELECT a AS country, n AS stripped, total AS servers, round(100.0 * n / total, 2) AS percent
FROM tallies WHERE sweep = (SELECT sweep FROM last) AND topic = 'country'
ORDER BY 1.0 * n / total DESC, total DESC, a;
