/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One GET of a policy over a connection that exists already, by libcurl: looks
 * nothing up, keeps nothing, follows nothing, and asks nothing of a host that has
 * not proved its name.  A download is a plain value inside its owner, who must not
 * move it; download_end releases everything, at any time and twice.
 */
#ifndef PROBES_DOWNLOAD_H
#define PROBES_DOWNLOAD_H

#include "probes/multi.h"
#include "probes/webpki.h"
#include "scanner/facts.h"

#define POLICY_BODY_LIMIT 65536 /* bytes, as RFC 8461 section 3.3 proposes */

struct download {
	struct multi *multi; /* its done is download_over */
	struct webpki *webpki;
	const char *host;
	struct address address;
	uint16_t port;
	struct sts_facts *facts;          /* fetch, detail, and what came go here */
	void (*done)(struct download *d); /* called once unless it is ended before */
	int error;                        /* errno of a local failure, 0: none */

	int fd;                        /* until libcurl has it; -1: none */
	CURL *transfer;                /* the rest is the download's */
	struct curl_slist *route;      /* CURLOPT_CONNECT_TO */
	char message[CURL_ERROR_SIZE]; /* libcurl's */
	int socket;                    /* libcurl's */
	size_t received;               /* bytes of TLS records */
	size_t heard;                  /* bytes of headers */
	bool headed, closed;           /* came: the end of the headers, a close_notify */
	size_t room;                   /* for the body, in facts */
};

/* The fields before fd are set.  Takes the connected descriptor.  Done comes within
 * so many microseconds, never from in here.  false: libcurl lacks memory. */
bool download_start(struct download *d, int fd, int64_t time);
void download_end(struct download *d);
void download_over(CURL *transfer, CURLcode code);

#endif
