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
seen AS MATERIALIZED (SELECT domain, preference, mx, dane FROM servers WHERE sweep = (SELECT
    sweep FROM last)
  AND domain IS NOT NULL AND mx IS NOT NULL),
hosts AS MATERIALIZED (SELECT domain, mx || '=' || coalesce(min(dane), '-') AS word,
  sum(dane IN ('ok-ee', 'ok-ta', 'mismatch', 'name-mismatch', 'expired', 'ta-missing',
    'unusable',
    'no-starttls')) > 0 AS tlsa FROM seen GROUP BY domain, preference, mx),
details AS MATERIALIZED (SELECT domain, group_concat(word, ' ') AS words, max(tlsa) AS tlsa
  FROM hosts GROUP BY domain)
SELECT d.domain, coalesce(d.mx IN ('ok', 'implicit', 'null-with-others'), 0) AS has_mx,
  coalesce(d.mx_security = 'secure', 0) AS has_mxauth, coalesce(h.tlsa, 0) AS has_mxtlsa,
  coalesce(d.dane = 'all', 0) AS has_smtpdane,
  coalesce(d.mta_sts_policy = 'ok' AND d.mta_sts_mode <> 'none', 0) AS has_mtasts,
  coalesce(d.dane = 'all', 0) OR coalesce(d.mta_sts_policy = 'ok' AND d.mta_sts_mode <>
    'none', 0)
    AS has_any,
  coalesce(h.words, '') AS mx_details
FROM domains d LEFT JOIN details h ON h.domain = d.domain WHERE d.sweep = (SELECT sweep FROM
    last)
ORDER BY d.domain;
