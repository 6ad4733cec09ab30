/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What output/ knows of judgement: functions of stored facts, filled in by
 * probes/.  None of them asks the network.  A bench is a trust store and the
 * time at which certificates are judged; it is used by one thread at a time.
 */
#ifndef SCANNER_JUDGE_H
#define SCANNER_JUDGE_H

#include <stdbool.h>
#include <stdint.h>

#include "scanner/facts.h"

/* What a certificate says of itself.  The texts are the caller's, released with
 * certificate_facts_clear; NULL where the certificate does not parse that far. */
struct certificate_facts {
	uint8_t spki_sha256[DIGEST_BYTES];
	bool parsed; /* false: nothing else is set */
	char *subject, *issuer, *serial;
	char *not_before, *not_after; /* ISO 8601, Z */
	char *key_type;               /* "rsa", "ec:secp256r1" … */
	int key_bits;
	char *signature; /* "sha256WithRSAEncryption" */
	char *names;     /* JSON array of the DNS names of the SAN */
};

/* Independent flags; none hides another. */
struct chain_verdict {
	bool parsed;        /* the leaf could be read */
	bool trusted;       /* a path to the store exists, dates ignored */
	bool expired;       /* a certificate of the path is past its end */
	bool not_yet_valid; /* a certificate of the path has not begun */
	bool self_signed;   /* the leaf signs itself */
	int error;          /* X509_V_ERR_* of the first check that failed, 0: none */
};

/* One row of a domain's servers, as the domain's verdict sees it. */
struct server_outcome {
	enum tcp_word tcp;
	enum greeting_word greeting;
	enum ehlo_word ehlo;
	enum starttls_word starttls;
	enum handshake_word handshake;
	enum certificate_word certificate;
};

/* A domain's verdict as its servers are added one by one; zeroed to begin. */
struct domain_verdict {
	unsigned servers, answered, stripped, tls, authenticated;
};

struct bench;

struct judge {
	/* Fills what can be read of a certificate. */
	void (*describe)(const uint8_t *der, size_t length, struct certificate_facts *facts);
	/* NULL and a line in error when the trust store cannot be read. */
	struct bench *(*open)(const char *root_cas, int64_t at, char error[256]);
	void (*close)(struct bench *bench);
	void (*chain)(struct bench *bench, const struct chain *chain, struct chain_verdict *v);
	/* Does the leaf name the host?  cn_only: its common name does, and it has
	 * no DNS name in its SAN. */
	bool (*names)(const uint8_t *leaf, size_t length, const char *host, bool *cn_only);
	enum certificate_word (*certificate)(const struct chain_verdict *v, bool name_match);
	void (*add_server)(struct domain_verdict *v, const struct server_outcome *server);
	enum share_word (*starttls_share)(const struct domain_verdict *v);
	enum share_word (*certificate_share)(const struct domain_verdict *v);
	enum headline_word (*headline)(const struct domain_verdict *v, enum dns_word dns,
				       enum mx_word mx);
};

void certificate_facts_clear(struct certificate_facts *facts);

extern const struct judge judge;

#endif
