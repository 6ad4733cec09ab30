-- SPDX-License-Identifier: Apache-2.0
-- Study: Foster et al., CCS 2015
-- Title: What the largest mail providers support as receivers
-- Names: no
--
-- The thirty providers (registrable domains of MX hosts) that most domains depend on.
-- Columns: provider, domains, answered (domains whose servers did), and of these in
-- percent: starttls on every server, authenticated (trusted, within its dates, the MX
-- host's name) on every server, working DANE, working MTA-STS. The paper's matrix has
-- submission and sending as well, which a sweep of port 25 cannot see, and enforcement by
-- senders.
WITH last(sweep) AS (SELECT sweep FROM sweeps WHERE state = 'complete' AND judged IS NOT NULL
  ORDER BY started DESC, sweep DESC LIMIT 1),
scores AS (SELECT a AS provider, b AS score, n, total FROM tallies
  WHERE sweep = (SELECT sweep FROM last) AND topic = 'provider' AND a <> '')
SELECT provider, max(n) FILTER (WHERE score = 'all') AS domains,
  max(total) FILTER (WHERE score = 'starttls') AS answered,
  round(100.0 * max(n) FILTER (WHERE score = 'starttls') /
    max(total) FILTER (WHERE score = 'starttls'), 1) AS starttls,
  round(100.0 * max(n) FILTER (WHERE score = 'authenticated') /
    max(total) FILTER (WHERE score = 'authenticated'), 1) AS authenticated,
  round(100.0 * max(n) FILTER (WHERE score = 'dane') /
    max(total) FILTER (WHERE score = 'dane'), 1) AS dane,
  round(100.0 * max(n) FILTER (WHERE score = 'mta_sts') /
    max(total) FILTER (WHERE score = 'mta_sts'), 1) AS mta_sts
FROM scores GROUP BY provider ORDER BY domains DESC, provider LIMIT 30;
