/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a sweep observes, as plain values: what one server said (server_facts),
 * all servers of one MX host (RECORD_HOST), and one target's DNS and the hosts
 * behind it (RECORD_TARGET).  Records travel by pointer from the prober over the
 * coordinator to the writer; whoever holds the pointer owns everything in it,
 * but sts_facts_none and tlsrpt_facts_none, which all domains that publish nothing share.
 * Texts are UTF-8 without control characters but line feed; see text.h for how
 * other bytes are spelt.
 */
#ifndef SCANNER_FACTS_H
#define SCANNER_FACTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "scanner/address.h"
#include "scanner/digest.h"
#include "scanner/words.h"

/* A certificate as the server sent it; it need not parse. */
struct certificate_der {
	const uint8_t *bytes;
	size_t length;
	uint8_t sha256[DIGEST_BYTES];
};

/* The certificates of one server in the order presented, in one allocation.
 * sha256 is the digest of the certificates' concatenated digests. */
struct chain {
	uint8_t sha256[DIGEST_BYTES];
	size_t count;
	struct certificate_der certificates[];
};

/* What made the handshake succeed only because the sweep is lenient. */
enum legacy {
	LEGACY_VERSION = 1,       /* TLS 1.0 or 1.1 */
	LEGACY_KEY = 2,           /* leaf key or key exchange below 112 bits of security */
	LEGACY_SIGNATURE = 4,     /* the peer signed the handshake with SHA-1 or MD5 */
	LEGACY_RENEGOTIATION = 8, /* no RFC 5746 support */
	LEGACY_CIPHER = 16,       /* a cipher suite that security level 2 would refuse */
};

/* One conversation with one address of a host, or why there was none. */
struct server_facts {
	struct address address; /* none: a row about a failed or missing address */
	uint32_t asn;           /* 0: unknown */
	char *as_name;          /* NULL: unknown */
	char country[3];        /* "": unknown */

	enum tcp_word tcp;
	enum greeting_word greeting;
	int greeting_code; /* SMTP reply codes: 0 = no reply */
	char *greeting_text;
	enum ehlo_word ehlo;
	char *ehlo_text;     /* the whole reply without its codes, lines joined by \n */
	char *ehlo_tls_text; /* the same, asked again under TLS */
	enum offer_word offer;
	enum starttls_word starttls;
	int starttls_code;
	bool bare_lf;        /* some reply line ended in LF without CR */
	char *starttls_text; /* verbatim */
	char *starttls_echo; /* the command as the server saw it, where it tells */

	enum handshake_word handshake;
	int alert;               /* the last alert received, -1: none */
	const char *tls_version; /* static texts */
	const char *cipher;
	char key_exchange[24]; /* "": none (RSA key transport) or unknown */
	struct chain *chain;   /* NULL: no certificate seen */
	unsigned legacy;       /* of enum legacy */

	unsigned attempts;
	int64_t started; /* microseconds since the epoch, of the last attempt; 0: never */
	int64_t duration_us;
};

/* One TLSA record as it came; too short for its three numbers is possible. */
struct tlsa_record {
	size_t length;
	uint8_t *rdata; /* usage, selector, matching type, data (RFC 6698 section 2.1) */
};

/* What DNS says of a host's TLSA records (RFC 7672 section 2.2).  Names are lower
 * case without trailing dot. */
struct tlsa_set {
	enum tlsa_word lookup; /* 0: not asked for */
	bool secure;           /* the records' answer was authenticated */
	char *base;            /* the TLSA base domain that was asked last; NULL: none */
	char *expanded;        /* where the host name's secure CNAME chain ends; NULL: it is no
				  alias, or the chain is not secure */
	size_t count;
	struct tlsa_record *records;
};

/* What a domain publishes at _mta-sts, and what its policy host gave (RFC 8461). */
struct sts_facts {
	enum sts_record_word record;
	char *record_text;         /* the TXT records that count, a line each; NULL: none */
	char *id;                  /* NULL unless record is ok */
	enum sts_fetch_word fetch; /* 0: there was no record to go by */
	char *alias;            /* where the policy host's CNAME chain ends; NULL: no alias */
	struct address address; /* of the policy host, the last that was tried; or none */
	int http_status;        /* 0: none came */
	char *content_type;     /* NULL: none came */
	char *detail;           /* why the fetch failed, for a person; NULL: it did not */
	uint8_t *body;          /* what came with status 200, as it came; NULL: nothing did */
	size_t body_length;
	enum sts_policy_word policy; /* 0: there is no body to read */
	enum sts_mode_word mode;     /* 0: the policy does not tell */
	int64_t max_age;             /* seconds, as published; -1: the policy does not tell */
	bool secured;                /* TLS came about, so the host is alive */
	unsigned attempts;           /* connections */
	int64_t started; /* microseconds since the epoch, of the last attempt; 0: never */
	int64_t duration_us;
};

/* What a domain publishes at _smtp._tls (RFC 8460 section 3). */
struct tlsrpt_facts {
	enum tlsrpt_word record;
	char *record_text; /* as above */
	char *rua;         /* the URIs, divided by commas; NULL: none was read */
};

/* An edge from a target to a host that serves it. */
struct host_link {
	int32_t preference; /* -1: none */
	int64_t host;
};

enum record_kind { RECORD_HOST, RECORD_TARGET };

struct record {
	enum record_kind kind;
	struct record *next; /* for queues */
	union {
		struct {
			int64_t id;      /* unique in the database, given by the coordinator */
			char *name;      /* MX host name; NULL for a bare address */
			bool of_address; /* asked for an address target: not that name's MX host
					  */
			struct tlsa_set tlsa;
			size_t count;
			struct server_facts **servers; /* at least one */
		} host;
		struct {
			char *key;    /* how the target is known again when a sweep goes on;
					 it may be name itself */
			char *name;   /* the domain; for an address target the name beside it or
					 NULL */
			char *tag;    /* NULL: none */
			int64_t rank; /* 0: none */
			bool is_address;
			enum dns_word dns;
			enum mx_word mx;
			enum security_word mx_security;
			char *expanded; /* where the secure CNAME chain of the MX question ends;
					   NULL: the domain is no alias */
			struct sts_facts *sts;       /* NULL: not asked for */
			struct tlsrpt_facts *tlsrpt; /* NULL: not asked for */
			size_t count;
			struct host_link *links;
		} target;
	};
};

struct server_facts *server_facts_new(void);
/* The server, or the way to it, asked for patience: worth another attempt. */
bool server_facts_temporary(const struct server_facts *facts);
/* The server shared no cipher suite with us and showed no certificate: it may have
 * none, and do anonymous TLS. */
bool server_facts_uncertified(const struct server_facts *facts);
void server_facts_free(struct server_facts *facts); /* NULL is fine */

struct sts_facts *sts_facts_new(void); /* max_age -1 */
/* What most domains have, no record: shared by all of them, and not to be changed. */
struct sts_facts *sts_facts_none(void);
struct tlsrpt_facts *tlsrpt_facts_none(void);
void sts_facts_free(struct sts_facts *facts);       /* NULL is fine */
void tlsrpt_facts_free(struct tlsrpt_facts *facts); /* NULL is fine */
/* Adds a copy of the RDATA. */
void tlsa_set_add(struct tlsa_set *set, const uint8_t *rdata, size_t length);
void tlsa_set_clear(struct tlsa_set *set);

/* A chain over copies of count certificates, its digests computed. */
struct chain *chain_new(size_t count, const uint8_t *const bytes[], const size_t lengths[]);

struct record *record_new(enum record_kind kind);
void record_add_server(struct record *host, struct server_facts *facts); /* takes facts */
void record_add_link(struct record *target, int32_t preference, int64_t host);
void record_free(struct record *record);

#endif
