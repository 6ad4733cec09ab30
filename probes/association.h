/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Pure: TLSA records by themselves, and beside one certificate (RFC 6698 section
 * 2.1; "certificate association" is its term for what a record holds).  Whether a
 * server is authenticated is for dane.h to say; these only compare bytes.
 */
#ifndef PROBES_ASSOCIATION_H
#define PROBES_ASSOCIATION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "scanner/facts.h"

/* By the names of RFC 7218. */
enum { USAGE_PKIX_TA, USAGE_PKIX_EE, USAGE_DANE_TA, USAGE_DANE_EE };
enum { SELECTOR_CERT, SELECTOR_SPKI, SELECTORS };
enum { MATCHING_FULL, MATCHING_SHA2_256, MATCHING_SHA2_512, MATCHINGS };

/* What each selector selects of one certificate; nothing (length 0) where it does not
 * parse that far. */
struct selection {
	struct selected {
		const uint8_t *bytes;
		size_t length;
		uint8_t sha256[32], sha512[64];
	} by[SELECTORS];
	uint8_t *key; /* what by[SELECTOR_SPKI] points at */
};

/* The certificate is lent until association_release. */
void association_select(struct selection *selection, const uint8_t *der, size_t length);
void association_release(struct selection *selection);

/* The record's three numbers; -1 where it is too short to have them. */
int association_usage(const struct tlsa_record *record);
int association_selector(const struct tlsa_record *record);
int association_matching(const struct tlsa_record *record);

/* Can a sender use the record?  The same as SSL_dane_tlsa_add says, but for usages 0
 * and 1, which mean nothing in SMTP (RFC 7672 section 3.1.3). */
bool association_usable(const struct tlsa_record *record);
/* Its data are the SHA-256 or SHA-512 of nothing. */
bool association_is_empty(const struct tlsa_record *record);
/* Are its data what they would be for this certificate, if its selector and matching
 * type were these?  Whatever its usage; false for numbers that mean nothing. */
bool association_fits(const struct tlsa_record *record, int selector, int matching,
		      const struct selection *selection);
/* Is this the certificate the record speaks of, whatever its usage? */
bool association_matches(const struct tlsa_record *record, const uint8_t *der, size_t length);

#endif
