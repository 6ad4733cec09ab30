/* SPDX-License-Identifier: Apache-2.0 */
/*
 * libcurl's multi interface on one event loop: any number of transfers of one
 * thread.  done is called once for each transfer that was added and not removed,
 * on the loop, never from within multi_add; the handle has left the multi then
 * and is its owner's to clean up.
 */
#ifndef PROBES_MULTI_H
#define PROBES_MULTI_H

#include <curl/curl.h>
#include <event2/event.h>
#include <stdbool.h>

struct multi;

typedef void multi_done(CURL *transfer, CURLcode code);

/* Dies when libcurl cannot. */
struct multi *multi_new(struct event_base *base, multi_done *done);
void multi_free(struct multi *multi); /* its transfers are removed already */
/* false: libcurl lacks memory. */
bool multi_add(struct multi *multi, CURL *transfer);
/* Ends a transfer without done; idempotent. */
void multi_remove(struct multi *multi, CURL *transfer);

#endif
