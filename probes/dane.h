/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Pure: a chain as presented beside the secure TLSA records of its host, by OpenSSL's
 * own DANE verification (RFC 6698, 7671 and 7672).  The trust store has no part in it:
 * for usages 2 and 3 a record is the only anchor.  Only the first
 * COMPARISON_RECORDS_MAX records and CHAIN_PRESENTED_MAX certificates are looked at.
 *
 * The word.  Usage 3 asks nothing but the record.  For usage 2 there is a path from
 * the leaf to the record's certificate or key; if a certificate that OpenSSL checks on
 * it is outside its dates it is "expired", and else, if the leaf has none of the
 * names, "name-mismatch".  (OpenSSL checks no dates of an anchor that another
 * authority has signed, as senders that use it do not.)  Without a path: "ta-missing"
 * where a digest of a certificate that was not presented is all there is, or
 * "mismatch".
 *
 * The reason is that of the records; where several have one, the first of empty-hash,
 * usage, selector, matching and data.  It is 0 where a record is right but the path
 * to it is not.  "stale" needs the past, and is for the caller to say.
 *
 * The lints.  "no-spare": usage 3 matched, and every other record that a sender
 * considers is of the same certificate or key too (or the digest of nothing), so the
 * host has to publish a record before it can change its key.  A record that is passed
 * over for a stronger digest (RFC 7671 section 9) is no spare; one of an anchor is.
 * "selector-0" and "full" speak of usable records.
 */
#ifndef PROBES_DANE_H
#define PROBES_DANE_H

#include "scanner/judge.h"

/* names, ended by NULL, are those of usage 2.  chain is NULL when the server showed
 * no certificate.  The word is DANE_UNKNOWN only when memory runs out. */
void dane_judge(struct bench *bench, const struct chain *chain, const struct tlsa_set *set,
		const char *const names[], struct dane_verdict *v);
/* The word of any server of a host with secure TLSA records: v is what dane_judge
 * said, NULL if it did no TLS; usable: one of the records can be used. */
enum dane_word dane_server(const struct server_outcome *server, const struct dane_verdict *v,
			   bool usable);

#endif
