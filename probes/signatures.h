/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Authorities checked once.  The same few pairs of an intermediate and its issuer stand
 * in most chains, and whether one has signed the other, and both are within their dates,
 * depends on nothing else, because a bench judges by one time; so pairs that were found
 * good are not checked again.  The leaf always is.
 *
 * It steps in only where libcrypto's own check of a built path could have nothing to
 * say: all certificates within their dates, all signatures good, all keys allowed to
 * sign.  Everything else, each failure included, is left to libcrypto's own, which
 * starts anew.
 *
 * What it saves: a check of a signature a chain, which is 17 microseconds of CPU where
 * the issuer's key is RSA-2048, 64 where it is P-256, and 700 where it is P-384; and ten
 * comparisons of dates, some 20 microseconds, because libcrypto writes the time as a
 * text for each.  What it costs: up to SIGNATURES_PAIRS pairs of parsed certificates a
 * bench, and for a path that fails, its signatures twice.  It can go when libcrypto
 * remembers which signatures it has checked.
 */
#ifndef PROBES_SIGNATURES_H
#define PROBES_SIGNATURES_H

#include <openssl/x509_vfy.h>
#include <stdbool.h>
#include <time.h>

#define SIGNATURES_PAIRS 256

struct signatures;

/* For judgements at one time; used by one thread at a time. */
struct signatures *signatures_new(time_t at);
void signatures_free(struct signatures *signatures); /* NULL is fine */
/* For one X509_verify_cert; after X509_STORE_CTX_init, whose rules must have a time
 * and neither partial chains nor checks of self-signatures.  It takes the context's
 * application data.  With PARSED_SWITCH in the environment it does nothing. */
void signatures_lend(struct signatures *signatures, X509_STORE_CTX *context);
/* Has the path of that X509_verify_cert been found to be good in all that is looked at
 * here?  Then all of its certificates are within their dates. */
bool signatures_faultless(const struct signatures *signatures);

#endif
