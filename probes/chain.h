/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Pure: can a chain as presented be trusted, and when?  A bench holds a trust
 * store, read once from one file, and the time at which chains are judged on it;
 * it also remembers the intermediates it has parsed, which most chains share.  A
 * bench is used by one thread at a time.
 */
#ifndef PROBES_CHAIN_H
#define PROBES_CHAIN_H

#include <time.h>

#include "scanner/judge.h"

struct stack_st_X509;

#define CHAIN_PRESENTED_MAX 100 /* certificates looked at, duplicates included */
#define CHAIN_DEPTH_MAX     16  /* intermediates on a path */
#define CHAIN_PATHS_MAX     8   /* paths tried for one chain */

/* at is in seconds since the epoch, held within the years 0 to 9999.  NULL and a
 * line in error when the file holds no certificates; no other place is looked at. */
struct bench *chain_open(const char *root_cas, int64_t at, char error[256]);
/* Another bench with the same store and time, for another thread; NULL: no memory. */
struct bench *chain_share(const struct bench *bench);
void chain_close(struct bench *bench); /* NULL is fine */
/* v->error is X509_V_ERR_UNSPECIFIED when the leaf does not parse. */
void chain_judge(struct bench *bench, const struct chain *chain, struct chain_verdict *v);

/* The time at which chains are judged. */
time_t chain_time(const struct bench *bench);
/* All certificates but the leaf, each once, parsed; released with sk_X509_pop_free. */
struct stack_st_X509 *chain_presented(const struct chain *chain);

#endif
