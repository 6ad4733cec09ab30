/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The file of requests: domains whose operators asked for an entry, one a line,
 *
 *	DOMAIN testing|enforce [PATTERN...]     # a comment
 *
 * written by whoever keeps the list.  What is wrong in it is a mistake of theirs: nobody
 * should find out weeks later that a line was passed over.
 */
#ifndef OUTPUT_POLICY_REQUESTS_H
#define OUTPUT_POLICY_REQUESTS_H

#include "output/policy/policy_list.h"

struct policy_request {
	char *domain;                /* lower-case A-labels */
	struct policy_demand demand; /* sorted; without patterns its MX hosts are meant */
	unsigned long long line;
};

struct policy_requests {
	size_t count;
	struct policy_request *requests; /* by domain */
};

/* "-" is stdin.  False: error, of 512 bytes, says what is wrong, with file and line, and
 * there is nothing to clear.  Dies when the file cannot be read. */
bool policy_requests_read(struct policy_requests *requests, const char *path, char error[512]);
void policy_requests_clear(struct policy_requests *requests); /* idempotent */

#endif
