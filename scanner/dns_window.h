/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How many questions are asked at a time: as many as the resolver can take, fewer while
 * it fails.
 */
#ifndef SCANNER_DNS_WINDOW_H
#define SCANNER_DNS_WINDOW_H

#include <stdbool.h>
#include <stddef.h>

struct dns_window {
	size_t size; /* questions at a time */
	size_t most;
	unsigned answers, failures; /* since it was looked at last */
};

void dns_window_init(struct dns_window *window, size_t most);
/* An answer came; failure: it told nothing. */
void dns_window_note(struct dns_window *window, bool failure);
/* The resolver is under strain. */
void dns_window_shrink(struct dns_window *window);

#endif
