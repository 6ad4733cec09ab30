/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The certificates of the load server, all made before the first connection:
 * for each key type a root, a few intermediates, and WORLD_LEAVES leaves that
 * name the hosts of world.h.  The leaves are distinct; they share one key of each
 * type, because making keys takes long and no client can tell.
 *
 * What is lent is the leaves'; after leaves_new nothing changes, so threads
 * share them.
 */
#ifndef TESTS_BENCH_LEAVES_H
#define TESTS_BENCH_LEAVES_H

#include <openssl/ssl.h>
#include <stdbool.h>

struct leaves;

/* Writes the roots to root_file; ends the program when it cannot. */
struct leaves *leaves_new(const char *root_file);
void leaves_free(struct leaves *leaves);
/* A server's SSL with that leaf and its intermediate; the caller's. */
SSL *leaves_ssl(const struct leaves *leaves, bool ec, unsigned leaf);

#endif
