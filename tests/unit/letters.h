/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Chains and TLSA records for tests, each written in a few letters.
 *
 * Certificates:
 *   R root, M middle under it, L leaf under that; all is well with them
 *   O another root; D another leaf with the key of L
 *   P expired leaf, F leaf of the future, Q expired M, T expired R
 *   W leaf for *.example.org, K leaf with a common name only, C leaf for clients
 *   S self-signed leaf, X the same expired and for clients only
 *   - rubbish, U a leaf with a key of unknown kind
 * All leaves but W and K are for mx.example.org.
 *
 * Records: "311L" is usage, selector, matching type ("x" is 255) and whose data they
 * are, where E is nobody: the digest of nothing.  "311L02" is the same, with the data
 * as for selector 0 and matching type 2.
 */
#ifndef TESTS_UNIT_LETTERS_H
#define TESTS_UNIT_LETTERS_H

#include "scanner/judge.h"
#include "tests/unit/pki.h"

/* Makes the certificates, and a bench at PKI_NOW whose store holds R. */
void letters_begin(void);
void letters_end(void);

extern struct bench *letters_bench;
const struct pki *letters_certificate(char letter);
/* The leaf's letter first; free the result. */
struct chain *letters_chain(const char *letters);
/* Free the rdata. */
struct tlsa_record letters_record(const char *text);
/* With a space between records. */
struct tlsa_set letters_set(const char *text);
void letters_clear(struct tlsa_set *set);

/* What is said of a chain and records; chain "": a server without a certificate.
 * names NULL: mx.example.org. */
struct dane_verdict letters_judge(const char *chain, const char *records,
				  const char *const names[]);

/* A row of a table of expectations. */
struct letters_case {
	const char *chain, *records;
	enum dane_word word;
	int matched;
	enum dane_reason_word reason;
};

/* Prints what is otherwise; how many rows that were. */
size_t letters_check(const struct letters_case *cases, size_t count);
#define LETTERS_EXPECT(...)                                                                    \
	do {                                                                                   \
		static const struct letters_case cases[] = { __VA_ARGS__ };                    \
		CHECK(letters_check(cases, sizeof cases / sizeof *cases) == 0);                \
	} while (0)

#endif
