/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the other rooms know of judgement: functions of stored facts, filled in by
 * probes/.  None of them asks the network.  A bench is a trust store and the
 * time at which certificates are judged; it is used by one thread at a time, and
 * several that share a store by as many.
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

/* What a chain and the TLSA records of its host say of each other. */
struct dane_verdict {
	enum dane_word word;          /* of a server that did TLS */
	enum dane_reason_word reason; /* of mismatch, ta-missing and unusable; else 0 */
	int matched;                  /* the record that matched; -1: none */
	unsigned lint;                /* of enum dane_lint */
};

/* What senders accept today and operators regret tomorrow. */
enum dane_lint {
	DANE_LINT_NO_SPARE = 1, /* nothing published for the next key (RFC 7671 section 8.1) */
	DANE_LINT_SELECTOR_0 = 2, /* 3 0 x: changes with every renewal, even of the same key */
	DANE_LINT_UNUSABLE = 4,   /* some records cannot be used */
	DANE_LINT_FULL = 8,       /* matching type 0: large answers (RFC 7671 section 10.1) */
};

/* A domain's policy as read from its body.  The texts are the reader's, released
 * with judge.policy_clear. */
struct sts_policy {
	enum sts_policy_word word;
	enum sts_mode_word mode; /* 0: not told */
	int64_t max_age;         /* seconds, as published; -1: not told */
	size_t count;
	char **patterns; /* values of mx, lower case, "*.example.org" or "mx.example.org" */
	unsigned lint;   /* of enum sts_lint */
};

enum sts_lint {
	STS_LINT_CONTENT_TYPE = 1,          /* not text/plain (RFC 8461 section 3.2) */
	STS_LINT_BLANK_LINE = 2,            /* an empty line at the end */
	STS_LINT_MAX_AGE_OVER = 4,          /* over 31557600 seconds */
	STS_LINT_MAX_AGE_SHORT = 8,         /* under a day, in mode enforce */
	STS_LINT_DUPLICATE = 16,            /* a field but mx stands twice; the first counts */
	STS_LINT_LENIENT = 32,              /* bad-syntax here, yet some senders accept it */
	STS_LINT_STALE_PATTERN = 64,        /* a pattern that no MX host fits */
	STS_LINT_TYPO_PATTERN = 128,        /* and it is nearly the name of one */
	STS_LINT_UNLISTED_MX = 256,         /* an MX host that fits no pattern */
	STS_LINT_ID_NOT_BUMPED = 512,       /* another body under the same id than last time */
	STS_LINT_REMOVED_IMPROPERLY = 1024, /* gone within its max_age (section 8.3) */
};
#define DANE_LINTS 4
#define STS_LINTS  11
extern const char *const dane_lint_names[DANE_LINTS]; /* "no-spare"; by bit */
extern const char *const sts_lint_names[STS_LINTS];   /* "content-type"; by bit */

/* One row of a domain's servers, as the domain's verdict sees it.  The rows of one
 * host follow each other. */
struct server_outcome {
	int64_t host; /* its id */
	enum tcp_word tcp;
	enum greeting_word greeting;
	enum ehlo_word ehlo;
	enum starttls_word starttls;
	enum handshake_word handshake;
	enum certificate_word certificate;
	enum tlsa_word tlsa;          /* of its host; 0: not asked for */
	bool tlsa_usable;             /* its host has secure TLSA records, and usable ones */
	enum dane_word dane;          /* for this domain; 0: not asked for */
	enum sts_server_word mta_sts; /* for this domain; 0: there is no policy to go by */
};

/* What is known of a domain beside its servers. */
struct domain_outcome {
	enum dns_word dns;
	enum mx_word mx;
	enum security_word mx_security;
	enum sts_record_word sts_record; /* 0: not asked for */
	enum sts_fetch_word sts_fetch;
	enum sts_policy_word sts_policy;
	enum sts_mode_word sts_mode;
	unsigned sts_attempts; /* connections to the policy host for this domain */
};

/* A domain's verdict as its servers are added one by one; zeroed to begin. */
struct domain_verdict {
	unsigned servers, answered, stripped, tls, authenticated;
	unsigned dane_ok, dane_broken; /* servers */
	unsigned dane_unknown;         /* servers whose TLSA records were asked for in vain */
	unsigned sts_judged, sts_ok;   /* of the servers that answered */
	unsigned hosts;      /* hosts whose TLSA records are known, or known to be none */
	unsigned tlsa_hosts; /* of these, with secure and usable ones */
	int64_t host;        /* the last that was counted */
};

/* The character-strings of one TXT record, joined with nothing between. */
struct txt {
	const uint8_t *bytes;
	size_t length;
};

struct bench;

struct judge {
	/* Fills what can be read of a certificate. */
	void (*describe)(const uint8_t *der, size_t length, struct certificate_facts *facts);
	/* NULL and a line in error when the trust store cannot be read. */
	struct bench *(*open)(const char *root_cas, int64_t at, char error[256]);
	/* Another bench with the same store and time, for another thread; closed like
	 * one that was opened.  NULL: there is no memory for it. */
	struct bench *(*share)(const struct bench *bench);
	void (*close)(struct bench *bench);
	void (*chain)(struct bench *bench, const struct chain *chain, struct chain_verdict *v);
	/* Does the leaf name the host?  cn_only: its common name does, and it has
	 * no DNS name in its SAN. */
	bool (*names)(const uint8_t *leaf, size_t length, const char *host, bool *cn_only);
	enum certificate_word (*certificate)(const struct chain_verdict *v, bool name_match);

	/* Can a sender use the record (RFC 7672 section 3.1, RFC 7671 section 4)? */
	bool (*tlsa_usable)(const struct tlsa_record *record);
	/* The chain of a server that did TLS (NULL: it showed no certificate) against
	 * secure records.  names, ended by NULL, are those that a certificate may have
	 * for usage 2. */
	void (*dane)(struct bench *bench, const struct chain *chain, const struct tlsa_set *set,
		     const char *const names[], struct dane_verdict *v);
	/* Is this the certificate the record speaks of, whatever its usage? */
	bool (*tlsa_matches)(const struct tlsa_record *record, const uint8_t *der,
			     size_t length);
	/* The word of any server of a host with secure TLSA records: v is what dane said,
	 * NULL if it did no TLS; usable: one of the records can be used. */
	enum dane_word (*dane_server)(const struct server_outcome *server,
				      const struct dane_verdict *v, bool usable);

	/* Fill the record's word and texts from the TXT records found there. */
	void (*sts_record)(const struct txt texts[], size_t count, struct sts_facts *facts);
	void (*tlsrpt_record)(const struct txt texts[], size_t count,
			      struct tlsrpt_facts *facts);
	void (*policy)(const uint8_t *body, size_t length, struct sts_policy *policy);
	void (*policy_clear)(struct sts_policy *policy);
	bool (*policy_lists)(const struct sts_policy *policy, const char *host);
	/* Is this Content-Type text/plain, with any parameters?  None (NULL) is not. */
	bool (*plain_text)(const char *content_type);
	/* What is odd about the policy's patterns beside the domain's MX hosts. */
	unsigned (*policy_lint)(const struct sts_policy *policy, const char *const hosts[],
				size_t count);
	/* san: the certificate names the MX host in its SAN. */
	enum sts_server_word (*sts_server)(const struct server_outcome *server, bool listed,
					   bool san);

	void (*add_server)(struct domain_verdict *v, const struct server_outcome *server);
	enum share_word (*starttls_share)(const struct domain_verdict *v);
	enum share_word (*certificate_share)(const struct domain_verdict *v);
	enum dane_share_word (*dane_share)(const struct domain_verdict *v,
					   const struct domain_outcome *domain);
	/* 0: not asked for. */
	enum sts_domain_word (*sts_domain)(const struct domain_verdict *v,
					   const struct domain_outcome *domain);
	enum headline_word (*headline)(const struct domain_verdict *v,
				       const struct domain_outcome *domain);
};

void certificate_facts_clear(struct certificate_facts *facts);

extern const struct judge judge;

#endif
