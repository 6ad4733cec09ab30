/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A DNS answer as values: pure, from the bytes of one message to the records of
 * the type that was asked for, at the end of the CNAME chain that the answer
 * holds (RFC 1034 section 3.6.2), with the AD bit (RFC 4035 section 3.2.3).
 * Every byte is checked; the number of records is bounded.
 */
#ifndef SCANNER_ANSWER_H
#define SCANNER_ANSWER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "scanner/address.h"

enum answer_type {
	TYPE_A = 1,
	TYPE_CNAME = 5,
	TYPE_SOA = 6,
	TYPE_MX = 15,
	TYPE_TXT = 16,
	TYPE_AAAA = 28,
	TYPE_TLSA = 52,
};

enum answer_status {
	ANSWER_NONE,      /* no answer came at all */
	ANSWER_OK,        /* at least one record of the type */
	ANSWER_NODATA,    /* the name exists, the type does not */
	ANSWER_NXDOMAIN,  /* the name does not exist */
	ANSWER_FAILED,    /* SERVFAIL, REFUSED or another rcode that tells nothing */
	ANSWER_BOGUS,     /* fails, but not with validation switched off (CD=1) */
	ANSWER_LOOP,      /* the CNAME chain has no end */
	ANSWER_MALFORMED, /* these bytes are no DNS answer */
};

#define ANSWER_RECORDS_MAX 100
#define ANSWER_CHAIN_MAX   16

struct answer_record {
	uint16_t preference;    /* MX */
	char *name;             /* MX, CNAME: lower case, no trailing dot, "" is the root;
				   bytes that no host name has as \DDD */
	struct address address; /* A, AAAA */
	uint8_t *data;          /* TXT: its character-strings joined; TLSA: the RDATA */
	size_t length;          /* of data */
};

struct answer {
	enum answer_status status;
	uint8_t rcode;
	bool authenticated; /* the AD bit */
	bool aliased;       /* a CNAME was followed */
	char *expanded;     /* where the CNAME chain ends; NULL: no alias */
	size_t count;
	struct answer_record *records;
};

/* Fills *answer, whatever the bytes are. */
void answer_parse(struct answer *answer, const uint8_t *bytes, size_t length,
		  enum answer_type type);
/* Releases the records; idempotent. */
void answer_clear(struct answer *answer);

#endif
