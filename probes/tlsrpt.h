/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Pure: the TXT records at _smtp._tls to what they say (RFC 8460 section 3).
 */
#ifndef PROBES_TLSRPT_H
#define PROBES_TLSRPT_H

#include "scanner/judge.h"

/* Fills record, record_text and rua; facts owns the texts.  Where several words
 * apply, the first of multiple, bad-version, bad-syntax, no-rua and unusable-rua.
 * rua has whatever URIs the one record's first rua holds, also when the word is not
 * ok: the record is bad-syntax beside them, or no report can be sent there. */
void tlsrpt_read(const struct txt texts[], size_t count, struct tlsrpt_facts *facts);

#endif
