/* SPDX-License-Identifier: Apache-2.0 */
/*
 * c-ares's socket calls, many datagrams to a system call.  What c-ares sends by
 * UDP is kept until datagrams_flush, or until there are as many as one call takes;
 * what has come is read at once and handed out one by one.  TCP goes straight
 * through.
 *
 * A sweep asks its resolver thousands of questions a second, and without this half
 * of a question's cost is the system calls of its own.  It costs 150 KiB a server
 * and can go when c-ares does the same.
 */
#ifndef SCANNER_DATAGRAMS_H
#define SCANNER_DATAGRAMS_H

#include <ares.h>
#include <stdbool.h>

#define DATAGRAMS_KEPT 128 /* at most, for a socket, until they are sent */

/* What is longer arrives cut to this, and is too long all the same: it must be
 * more than the payload announced in EDNS. */
#define DATAGRAM_MAX 1280

struct datagrams;

struct datagrams *datagrams_new(void);
/* After the channel that uses them: c-ares closes its sockets by itself. */
void datagrams_free(struct datagrams *datagrams);
void datagrams_serve(struct datagrams *datagrams, ares_channel channel);
/* Sends what is kept; what the kernel has no room for is kept on.  Returns a socket
 * that has failed, which c-ares finds out when it reads from it, or
 * ARES_SOCKET_BAD. */
ares_socket_t datagrams_flush(struct datagrams *datagrams);
/* Has more come from this socket than c-ares has taken? */
bool datagrams_waiting(const struct datagrams *datagrams, ares_socket_t fd);

#endif
