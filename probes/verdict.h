/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Pure: facts to verdicts.  What is good and what is bad is said here.  Where the public
 * definition of a word leaves something open, the decision stands in verdict.c.
 * A server has answered when we know what it makes of STARTTLS.
 */
#ifndef PROBES_VERDICT_H
#define PROBES_VERDICT_H

#include "scanner/judge.h"

/* The one word for a leaf; v is NULL when the server presented no certificate. */
enum certificate_word verdict_certificate(const struct chain_verdict *v, bool name_match);

/* We know what the server makes of STARTTLS. */
bool verdict_answered(const struct server_outcome *server);
/* Does a sender who must have TLS get it? */
bool verdict_gives_tls(const struct server_outcome *server);
/* listed: a pattern of the policy stands for its host; san: its certificate names the
 * host, and not only in the common name. */
enum sts_server_word verdict_sts_server(const struct server_outcome *server, bool listed,
					bool san);

void verdict_add_server(struct domain_verdict *v, const struct server_outcome *server);
/* Of the servers that answered, how many do TLS. */
enum share_word verdict_starttls_share(const struct domain_verdict *v);
/* Of the servers that did TLS, how many have a certificate that is CERTIFICATE_OK. */
enum share_word verdict_certificate_share(const struct domain_verdict *v);
/* Of the hosts, how many have TLSA records to go by; 0: nobody asked. */
enum dane_share_word verdict_dane_share(const struct domain_verdict *v,
					const struct domain_outcome *domain);
/* What a sender who follows the domain's policy meets; 0: nobody asked. */
enum sts_domain_word verdict_sts_domain(const struct domain_verdict *v,
					const struct domain_outcome *domain);
enum headline_word verdict_headline(const struct domain_verdict *v,
				    const struct domain_outcome *domain);

#endif
