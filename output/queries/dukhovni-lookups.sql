-- SPDX-License-Identifier: Apache-2.0
-- Study: Dukhovni, monthly reports to dane-users
-- Title: Where TLSA records cannot be had
-- Names: yes
--
-- MX hosts whose TLSA question fails, by provider; mail from validating senders waits
-- there. Columns: provider (registrable domain of the MX host, which stands for the monthly
-- report's operators of name servers, who are not asked for), hosts, domains.
WITH last(sweep) AS (SELECT sweep FROM sweeps WHERE state = 'complete' AND judged IS NOT NULL
  ORDER BY started DESC, sweep DESC LIMIT 1),
signed AS MATERIALIZED (SELECT domain FROM domains WHERE sweep = (SELECT sweep FROM last)
  AND mx_security = 'secure'),
seen AS MATERIALIZED (SELECT s.domain, s.mx, s.provider FROM signed d CROSS JOIN servers s
  WHERE s.sweep = (SELECT sweep FROM last) AND s.domain = d.domain
  AND s.dane = 'lookup-failed')
SELECT provider, count(DISTINCT mx) AS hosts, count(DISTINCT domain) AS domains
FROM seen GROUP BY provider ORDER BY domains DESC, hosts DESC, provider LIMIT 30;
