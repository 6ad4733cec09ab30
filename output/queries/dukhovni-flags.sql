-- SPDX-License-Identifier: Apache-2.0
-- Study: Dukhovni, monthly reports to dane-users
-- Title: What each domain has
-- Names: yes
--
-- A row for each domain, for a CSV file (sqlite3 -csv -header). Columns as in the pillilz
-- lists: domain, has_mx (takes mail), has_mxauth (the MX records are secure), has_mxtlsa
-- (an MX host has secure records), has_smtpdane (every MX host has working ones),
-- has_mtasts (a policy that holds, mode testing or enforce), has_any (the last two),
-- mx_details (MX hosts with their words of DANE, by preference).
WITH last(sweep) AS (SELECT sweep FROM sweeps WHERE state = 'complete' AND judged IS NOT NULL
  ORDER BY started DESC, sweep DESC LIMIT 1),
named AS MATERIALIZED (SELECT domain FROM domains WHERE sweep = (SELECT sweep FROM last)
  ORDER BY domain LIMIT -1)
SELECT d.domain, coalesce(d.mx IN ('ok', 'implicit', 'null-with-others'), 0) AS has_mx,
  coalesce(d.mx_security = 'secure', 0) AS has_mxauth,
  coalesce((WITH seen AS MATERIALIZED (SELECT s.mx, s.dane FROM servers s
      WHERE s.sweep = (SELECT sweep FROM last) AND s.domain = d.domain)
    SELECT max(dane IN ('ok-ee', 'ok-ta', 'mismatch', 'name-mismatch', 'expired',
      'ta-missing', 'unusable', 'no-starttls')) FROM seen WHERE mx IS NOT NULL), 0)
    AS has_mxtlsa,
  coalesce(d.dane = 'all', 0) AS has_smtpdane,
  coalesce(d.mta_sts_policy = 'ok' AND d.mta_sts_mode <> 'none', 0) AS has_mtasts,
  coalesce(d.dane = 'all', 0) OR coalesce(d.mta_sts_policy = 'ok' AND d.mta_sts_mode <>
    'none', 0)
    AS has_any,
  coalesce((WITH seen AS MATERIALIZED (SELECT s.preference, s.mx, s.dane FROM servers s
      WHERE s.sweep = (SELECT sweep FROM last) AND s.domain = d.domain),
    hosts AS (SELECT mx || '=' || coalesce(min(dane), '-') AS word FROM seen
      WHERE mx IS NOT NULL GROUP BY preference, mx)
    SELECT group_concat(word, ' ') FROM hosts), '') AS mx_details
FROM named n CROSS JOIN domains d WHERE d.sweep = (SELECT sweep FROM last)
  AND d.domain = n.domain;
