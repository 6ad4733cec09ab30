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
seen AS MATERIALIZED (SELECT domain, mx, provider FROM servers WHERE sweep = (SELECT sweep
    FROM last)
  AND dane = 'lookup-failed')
SELECT provider, count(DISTINCT mx) AS hosts, count(DISTINCT domain) AS domains
FROM seen GROUP BY provider ORDER BY domains DESC, hosts DESC, provider LIMIT 30;
